"""Who exists: accounts (one per MSP, the hard boundary), their users, organizations (the MSP's clients) and contacts."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from organizations.querysets import (
    ActivityQuerySet,
    AddressQuerySet,
    ContactQuerySet,
    LetterQuerySet,
    OrganizationQuerySet,
)
from organizations.roles import Right, Role, has_right


class Account(models.Model):
    """Global: the only table read before an account is known, so it holds no secret."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=60, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name


class AccountOwned(models.Model):
    """A row of one account.

    Foreign keys to other account-owned tables say `db_constraint=False`: the migration operation `Protect` gives
    them a composite key (account_id, id) instead, because PostgreSQL's own check would accept another account's row.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, editable=False
    )

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["account", "id"], name="%(app_label)s_%(class)s_account_id"),
        ]


class UserManager(BaseUserManager["User"]):
    """Django's, typed for our users."""


class User(AbstractBaseUser, AccountOwned):
    email = models.EmailField()
    name = models.CharField(max_length=200)
    role = models.CharField(
        max_length=20, choices=[(role.value, role.label) for role in Role], default=Role.READ_ONLY
    )
    is_active = models.BooleanField(default=True)
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

    def __str__(self) -> str:
        return self.name

    def has(self, right: Right) -> bool:
        return has_right(Role(self.role), right)


class Organization(AccountOwned):
    name = models.CharField(max_length=255)
    sort_key = models.CharField(max_length=255, editable=False, db_collation="C")
    search_key = models.CharField(max_length=512, editable=False, db_collation="C")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [*AccountOwned.Meta.constraints]
        indexes = [models.Index(fields=["account", "sort_key", "id"], name="organizations_by_name")]

    def __str__(self) -> str:
        return self.name


class Contact(AccountOwned):
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="contacts", db_constraint=False, db_index=False
    )
    name = models.CharField(max_length=255)
    first_name = models.CharField(max_length=255, blank=True)
    last_name = models.CharField(max_length=255, blank=True)
    title = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=320, blank=True)
    email_key = models.CharField(max_length=320, blank=True, editable=False, db_collation="C")
    phones = models.JSONField(default=list, blank=True, help_text="Of each its label and its number.")
    contact_type = models.CharField(max_length=60, blank=True)
    notes = models.TextField(blank=True)
    sort_key = models.CharField(max_length=255, editable=False, db_collation="C")
    search_key = models.CharField(max_length=512, editable=False, db_collation="C")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [*AccountOwned.Meta.constraints]
        indexes = [
            models.Index(fields=["account", "organization", "sort_key", "id"], name="contacts_by_name"),
            models.Index(fields=["account", "organization", "email_key"], name="contacts_by_email"),
        ]

    def __str__(self) -> str:
        return self.name


class ContactAddress(AccountOwned):
    """A further e-mail address of a contact, its organization beside it so that looking people up takes one index."""

    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="addresses", db_constraint=False, db_index=False
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    email = models.CharField(max_length=320)
    email_key = models.CharField(max_length=320, editable=False, db_collation="C")

    objects = AddressQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "contact", "email_key"], name="organizations_contactaddress_once"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "organization", "email_key"], name="addresses_by_email"),
        ]
        verbose_name_plural = "contact addresses"

    def __str__(self) -> str:
        return self.email


class Activity(AccountOwned):
    """One line of the activity log: appended by actions, never changed (the runtime role has no grant to)."""

    at = models.DateTimeField(editable=False)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=255)
    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    details = models.JSONField(default=dict)

    objects = ActivityQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [*AccountOwned.Meta.constraints]
        indexes = [models.Index(fields=["account", "-at"], name="activity_by_time")]
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return f"{self.action}: {self.subject}"


class Letter(AccountOwned):
    """An e-mail to one address. It is still to be sent while it has a `next_at`, and was given up without one."""

    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    dedupe_key = models.CharField(
        max_length=200, help_text="Names what the letter tells, so that nobody is told twice."
    )
    created_at = models.DateTimeField(editable=False)
    next_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    detail = models.CharField(max_length=500, blank=True, help_text="Why the last try failed.")

    objects = LetterQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "dedupe_key", "to"], name="organizations_letter_told_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "next_at"], condition=models.Q(next_at__isnull=False), name="letters_open"
            )
        ]

    def __str__(self) -> str:
        return self.subject
