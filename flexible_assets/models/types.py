"""Flexible asset types and their fields."""

from django.db import models
from django.utils import timezone

from flexible_assets.field_kinds import ALL_SLOTS, FIELD_KINDS, FieldKind
from flexible_assets.querysets import TypeQuerySet
from organizations.models import AccountOwned


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
    default = models.JSONField(
        null=True, blank=True, help_text="What a new asset starts with, as traits hold it; null for nothing."
    )
    required = models.BooleanField(default=False)
    use_for_title = models.BooleanField(default=False)
    show_in_list = models.BooleanField(default=False)
    is_expiration = models.BooleanField(
        default=False, help_text="Of a Date field: its assets stand in the list of expirations by it."
    )
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
                condition=models.Q(slot__in=["", *ALL_SLOTS]),
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
