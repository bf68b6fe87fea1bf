"""Who signs in, in which groups, and which organizations they reach."""

from functools import cached_property
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from organizations.models.accounts import AccountOwned
from organizations.querysets import GroupQuerySet, InvitationQuerySet, UserQuerySet
from organizations.roles import NEEDS_ALL_ORGANIZATIONS, Right, Role, has_right


class UserManager(BaseUserManager["User"]):
    """Django's, typed for our users, with our reads."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def of_account(self, account_id: int) -> UserQuerySet:
        return self.get_queryset().of_account(account_id)


class User(AbstractBaseUser, AccountOwned):
    email = models.EmailField()
    name = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=255, editable=False, db_collation="C")
    role = models.CharField(
        max_length=20, choices=[(role.value, role.label) for role in Role], default=Role.READ_ONLY
    )
    is_active = models.BooleanField(default=True)
    all_organizations = models.BooleanField(
        default=True, help_text="Reaches every organization; otherwise those chosen, for them or for a group."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "email"], name="organizations_user_email"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="organizations_user_role"
            ),
        ]
        indexes = [models.Index(fields=["account", "sort_key", "id"], name="users_by_name")]

    def __str__(self) -> str:
        return self.name

    def has(self, right: Right) -> bool:
        """What the role allows, less what asks for access to all organizations as well."""
        if not has_right(Role(self.role), right):
            return False
        return right not in NEEDS_ALL_ORGANIZATIONS or self.reaches_all

    @property
    def has_come(self) -> bool:
        """Whether they ever chose a password or signed in; until then an invitation lets them."""
        return self.has_usable_password() or self.last_login is not None

    @property
    def group_ids(self) -> tuple[int, ...]:
        return tuple(self._groups)

    @cached_property
    def _groups(self) -> dict[int, bool]:
        """Whether each group of theirs reaches all organizations, by id."""
        return dict(self.memberships.order_by("group").values_list("group_id", "group__all_organizations"))

    @cached_property
    def reaches_all(self) -> bool:
        """Whether no organization of the account is closed to them. Administrators see all data regardless of access."""
        role = Role(self.role)
        if has_right(role, Right.VIEW_RESTRICTED):
            return True
        if role is Role.LITE:
            return False
        return self.all_organizations or any(self._groups.values())

    def reach(self) -> "models.QuerySet[OrganizationAccess, int]":
        """Ids of the organizations chosen for them or their groups; asked where `reaches_all` says no."""
        access = OrganizationAccess.objects.filter(account_id=self.account_id)
        mine = models.Q(user=self.pk) | models.Q(group__in=self.group_ids)
        return access.filter(mine).values_list("organization_id", flat=True)


class Group(AccountOwned):
    """People who share access: to organizations, to what is restricted, and to what is denied them."""

    name = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=255, editable=False, db_collation="C")
    description = models.CharField(max_length=500, blank=True)
    all_organizations = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = GroupQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "sort_key"], name="organizations_group_name"),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(AccountOwned):
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, related_name="members", db_constraint=False, db_index=False
    )
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", db_constraint=False, db_index=False
    )

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "user", "group"], name="organizations_group_member"),
        ]
        indexes = [models.Index(fields=["account", "group"], name="members_of_group")]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.user_id}"


class OrganizationAccess(AccountOwned):
    """One organization, open to one user or to one group who do not reach all of them."""

    organization = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    user = models.ForeignKey(
        User,
        null=True,
        on_delete=models.CASCADE,
        related_name="organization_access",
        db_constraint=False,
        db_index=False,
    )
    group = models.ForeignKey(
        Group,
        null=True,
        on_delete=models.CASCADE,
        related_name="organization_access",
        db_constraint=False,
        db_index=False,
    )

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "user", "organization"], name="organizations_access_of_user"
            ),
            models.UniqueConstraint(
                fields=["account", "group", "organization"], name="organizations_access_of_group"
            ),
            models.CheckConstraint(
                condition=models.Q(user=None) ^ models.Q(group=None), name="organizations_access_of_one"
            ),
        ]
        verbose_name_plural = "organization access"

    def __str__(self) -> str:
        return f"{self.user_id or self.group_id}: {self.organization_id}"


class Invitation(AccountOwned):
    """Lets a user choose their password, once and until it expires. The link holds the token, the row its digest."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="invitations", db_constraint=False, db_index=False
    )
    token_digest = models.CharField(max_length=64, editable=False)
    created_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False, db_index=False
    )
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "token_digest"], name="organizations_invitation_token"
            ),
        ]
        indexes = [models.Index(fields=["account", "user"], name="invitations_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} until {self.expires_at}"
