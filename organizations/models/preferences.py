"""What people arrange for themselves and each other: lists, views, the sidebar; and imports they have begun."""

from django.db import models

from organizations.models.accounts import AccountOwned
from organizations.models.clients import Organization
from organizations.models.people import Group, User
from organizations.querysets import (
    ImportDraftQuerySet,
    RecentViewQuerySet,
    SavedViewQuerySet,
    SidebarLayoutQuerySet,
)


class ListPreference(AccountOwned):
    """Which columns a user sees in one list, in which order and how wide."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    list_key = models.CharField(max_length=60, help_text="As in ListSpec: organizations, contacts, type:12.")
    columns = models.JSONField(
        default=list, help_text="Shown columns in order: [key, width in pixels or null] pairs."
    )

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "user", "list_key"], name="organizations_list_preference"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.list_key}"


class SavedView(AccountOwned):
    """A list's filters, order and columns under a name, for their owner or for everyone."""

    owner = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    list_key = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    query = models.TextField(blank=True, help_text="The query string, without paging.")
    columns = models.JSONField(default=list, help_text="As in ListPreference; empty: each reader's own.")
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "owner", "list_key", "name"], name="organizations_saved_view"
            ),
        ]
        indexes = [models.Index(fields=["account", "list_key"], name="views_of_list")]

    def __str__(self) -> str:
        return self.name


class SidebarLayout(AccountOwned):
    """How the sidebar of organizations is arranged: for a group, or for everyone else."""

    group = models.ForeignKey(
        Group, null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    sections = models.JSONField(
        default=list, help_text="In order: {title, entries: [entry keys]}; hidden entries stand in none."
    )
    hidden = models.JSONField(default=list, help_text="Keys of entries not shown; new ones are shown.")

    objects = SidebarLayoutQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "group"],
                nulls_distinct=False,
                name="organizations_sidebar_layout",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id or 'everyone'}"


class RecentView(AccountOwned):
    """When a user last opened something; the few latest of each user are kept."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    organization = models.ForeignKey(
        Organization,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    at = models.DateTimeField()

    objects = RecentViewQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "user", "subject_kind", "subject_id"], name="organizations_recent_view"
            ),
        ]
        indexes = [models.Index(fields=["account", "user", "-at"], name="recent_views")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.subject_kind} {self.subject_id}"


class ImportDraft(AccountOwned):
    """A CSV file that was sent and is looked at before it is imported; gone once it is, or after a day."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    target = models.CharField(
        max_length=60, help_text="What its rows become: organizations, contacts, type:12."
    )
    file_name = models.CharField(max_length=255)
    content = models.TextField()
    mapping = models.JSONField(default=dict, help_text="Key of the field by header of the column.")
    created_at = models.DateTimeField(editable=False)

    objects = ImportDraftQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [*AccountOwned.Meta.constraints]
        indexes = [models.Index(fields=["account", "created_at"], name="drafts_by_time")]

    def __str__(self) -> str:
        return self.file_name
