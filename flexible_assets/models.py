"""Flexible asset types, their fields, and the assets: traits as JSONB for display, typed slots for lists."""

from django.db import models
from django.utils import timezone

from flexible_assets.field_kinds import FIELD_KINDS, SLOTS, FieldKind
from flexible_assets.querysets import (
    AssetQuerySet,
    GrantQuerySet,
    TagQuerySet,
    TotalsQuerySet,
    TypeQuerySet,
)
from organizations.models import AccountOwned, Contact, Organization, User


class SidebarSection(models.TextChoices):
    CORE_ASSETS = "core-assets", "Core Assets"
    APPS_AND_SERVICES = "apps-and-services", "Apps & Services"
    ADMINISTRATION = "administration", "Administration"


class FlexibleAssetType(AccountOwned):
    name = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=255, editable=False, db_collation="C")
    description = models.CharField(max_length=500, blank=True)
    icon = models.CharField(max_length=50, default="box")
    section = models.CharField(
        max_length=30, choices=SidebarSection.choices, default=SidebarSection.APPS_AND_SERVICES
    )
    show_in_menu = models.BooleanField(default=True)
    archived = models.BooleanField(default=False)
    system_key = models.CharField(  # noqa: DJ001 - NULL for the many types that no app manages: they are all different
        max_length=60, null=True, editable=False, help_text="Names the type to the app that manages it."
    )
    manager = models.CharField(
        max_length=60,
        blank=True,
        editable=False,
        help_text="Who keeps its assets in step; blank when people do.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TypeQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "system_key"], name="flexible_assets_type_system_key"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_locked(self) -> bool:
        return bool(self.manager)


class FlexibleAssetField(AccountOwned):
    asset_type = models.ForeignKey(
        FlexibleAssetType,
        on_delete=models.CASCADE,
        related_name="fields",
        db_constraint=False,
        db_index=False,
    )
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    key = models.SlugField(max_length=100, db_index=False)
    kind = models.CharField(max_length=20, choices=[(name, name) for name in FIELD_KINDS])
    hint = models.CharField(max_length=500, blank=True)
    required = models.BooleanField(default=False)
    use_for_title = models.BooleanField(default=False)
    show_in_list = models.BooleanField(default=False)
    decimals = models.PositiveSmallIntegerField(default=0)
    tag_type = models.CharField(max_length=60, blank=True)
    options = models.JSONField(
        default=list, blank=True, help_text="Of a Select field, in order: [value, badge tone] pairs."
    )
    meter_of = models.SlugField(
        max_length=100,
        blank=True,
        db_index=False,
        help_text="Of a Number field: the key of the field it is a share of.",
    )
    slot = models.CharField(max_length=20, blank=True, editable=False)
    is_managed = models.BooleanField(
        default=False,
        editable=False,
        help_text="Written by the type's manager; people's own fields beside it are theirs alone.",
    )

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "asset_type", "key"], name="flexible_assets_field_key"
            ),
            models.CheckConstraint(
                condition=models.Q(slot__in=["", *SLOTS["number"], *SLOTS["text"]]),
                name="flexible_assets_field_slot",
            ),
        ]
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name

    @property
    def behavior(self) -> FieldKind:
        return FIELD_KINDS[self.kind](decimals=self.decimals, options=tuple(self.tones))

    @property
    def tones(self) -> dict[str, str]:
        return dict(self.options)


class FlexibleAsset(AccountOwned):
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    asset_type = models.ForeignKey(
        FlexibleAssetType, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    name = models.CharField(max_length=255)
    sort_key = models.CharField(max_length=255, editable=False, db_collation="C")
    search_key = models.CharField(max_length=512, editable=False, db_collation="C")
    traits = models.JSONField(default=dict)
    notes = models.TextField(blank=True)
    is_locked = models.BooleanField(default=False, editable=False)
    is_restricted = models.BooleanField(
        default=False,
        editable=False,
        help_text="Seen by Administrators and those granted it, and nobody else.",
    )
    archived = models.BooleanField(default=False)
    orphaned_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    number_1 = models.BigIntegerField(null=True, editable=False)
    number_2 = models.BigIntegerField(null=True, editable=False)
    number_3 = models.BigIntegerField(null=True, editable=False)
    number_4 = models.BigIntegerField(null=True, editable=False)
    number_5 = models.BigIntegerField(null=True, editable=False)
    number_6 = models.BigIntegerField(null=True, editable=False)
    text_1 = models.CharField(max_length=255, null=True, editable=False, db_collation="C")  # noqa: DJ001 - NULL keeps it out of the partial index
    text_2 = models.CharField(max_length=255, null=True, editable=False, db_collation="C")  # noqa: DJ001 - as above
    text_3 = models.CharField(max_length=255, null=True, editable=False, db_collation="C")  # noqa: DJ001 - as above
    text_4 = models.CharField(max_length=255, null=True, editable=False, db_collation="C")  # noqa: DJ001 - as above

    objects = AssetQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [*AccountOwned.Meta.constraints]
        indexes = [
            models.Index(
                fields=["account", "asset_type", "sort_key", "id"],
                condition=models.Q(archived=False),
                name="assets_by_name",
            ),
            models.Index(
                fields=["account", "organization", "asset_type", "sort_key", "id"],
                condition=models.Q(archived=False),
                name="assets_of_organization",
            ),
            # What the totals leave out, and what each user may see of it is counted when they look.
            models.Index(
                fields=["account", "organization", "asset_type", "id"],
                condition=models.Q(archived=False, is_restricted=True),
                name="assets_restricted",
            ),
            *(
                models.Index(
                    fields=["account", "asset_type", slot, "id"],
                    condition=models.Q(archived=False, **{f"{slot}__isnull": False}),
                    name=f"assets_by_{slot}",
                )
                for slot in (*SLOTS["number"], *SLOTS["text"])
            ),
        ]
        verbose_name_plural = "assets"

    def __str__(self) -> str:
        return self.name


class AssetTag(AccountOwned):
    """A record named in a Tag field of an asset; the contact's page shows it from the other side."""

    asset = models.ForeignKey(
        FlexibleAsset, on_delete=models.CASCADE, related_name="tags", db_constraint=False, db_index=False
    )
    field = models.ForeignKey(
        FlexibleAssetField, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="tags", db_constraint=False, db_index=False
    )

    objects = TagQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "asset", "field", "contact"], name="flexible_assets_tag"
            ),
        ]
        indexes = [models.Index(fields=["account", "contact"], name="tags_of_contact")]
        verbose_name_plural = "tags"

    def __str__(self) -> str:
        return f"{self.asset_id} -> {self.contact_id}"


class AssetGrant(AccountOwned):
    """A user who sees a restricted asset; without one only Administrators do."""

    asset = models.ForeignKey(
        FlexibleAsset, on_delete=models.CASCADE, related_name="grants", db_constraint=False, db_index=False
    )
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="asset_grants", db_constraint=False, db_index=False
    )

    objects = GrantQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "asset", "user"], name="flexible_assets_grant"),
        ]
        indexes = [models.Index(fields=["account", "user", "asset"], name="grants_of_user")]
        verbose_name_plural = "grants"

    def __str__(self) -> str:
        return f"{self.asset_id} -> {self.user_id}"


class OrganizationTotals(AccountOwned):
    """Count of one type's active assets in one organization, and sums over those that are no orphans, written in the
    transaction that changes them. Restricted assets are left out: everybody reads these rows.

    One writer per organization, so nobody waits; the account's totals are the sum of these rows.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    asset_type = models.ForeignKey(
        FlexibleAssetType, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    assets = models.IntegerField(default=0)
    number_1 = models.BigIntegerField(default=0)
    number_2 = models.BigIntegerField(default=0)
    number_3 = models.BigIntegerField(default=0)
    number_4 = models.BigIntegerField(default=0)
    number_5 = models.BigIntegerField(default=0)
    number_6 = models.BigIntegerField(default=0)

    objects = TotalsQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "organization", "asset_type"], name="flexible_assets_totals"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id}/{self.asset_type_id}: {self.assets}"
