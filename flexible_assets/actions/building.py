"""What people do to flexible asset types: create, edit, archive and delete them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from dataclasses import fields as fields_of
from datetime import datetime
from typing import Any

from django.db import transaction

from flexible_assets.actions.field_rules import checked, in_assets
from flexible_assets.actions.field_specs import FieldSpec
from flexible_assets.actions.fields import add_fields
from flexible_assets.models import FlexibleAsset, FlexibleAssetType, SidebarSection
from flexible_assets.schema import schema_of
from organizations.actions import record_activity
from organizations.models import Account, User
from organizations.names import search_key, sort_key
from organizations.versions import version_of

#: What a blank type starts with, since lists have to show something.
FIRST_FIELD = FieldSpec("Name", "Text", required=True, use_for_title=True, show_in_list=True)


class TypeRefusedError(ValueError):
    """A type can't be so; the message says why, fit for a person, and `about` names what of the type."""

    def __init__(self, message: str, *, about: str = "") -> None:
        super().__init__(message)
        self.about = about


class StaleTypeError(TypeRefusedError):
    """It is another one than was read."""

    def __init__(self, stored: "TypeDetails") -> None:
        super().__init__(
            f"Somebody else changed {stored.name} meanwhile. Below is what you wrote; save again to have it so."
        )
        self.version = stored.version


@dataclass(frozen=True)
class TypeDetails:
    name: str
    description: str = ""
    icon: str = "box"
    section: str = SidebarSection.APPS_AND_SERVICES.value
    show_in_menu: bool = True

    def renamed(self, name: str) -> "TypeDetails":
        return replace(self, name=name)

    @classmethod
    def of(cls, asset_type: FlexibleAssetType) -> "TypeDetails":
        return cls(**{each.name: getattr(asset_type, each.name) for each in fields_of(cls)})

    @property
    def columns(self) -> dict[str, Any]:
        return asdict(self) | {"sort_key": sort_key(self.name)}

    @property
    def version(self) -> str:
        """Names this state: another one means that somebody changed the type meanwhile."""
        return version_of(asdict(self))


#: What stays people's of a type that an app manages.
_ALWAYS_OURS = frozenset({"icon", "section", "show_in_menu"})


@transaction.atomic
def create_type(
    account_id: int,
    details: TypeDetails,
    *,
    fields: Sequence[FieldSpec] = (FIRST_FIELD,),
    now: datetime,
    actor: User | None = None,
) -> FlexibleAssetType:
    _require_free_name(account_id, details.name)
    asset_type = FlexibleAssetType.objects.create(
        account_id=account_id, created_at=now, manager="", **details.columns
    )
    schema = schema_of(asset_type)
    add_fields(schema, [checked(schema, spec) for spec in fields])
    _record(asset_type, "created", {"fields": [spec.name for spec in fields]}, now=now, actor=actor)
    return asset_type


@transaction.atomic
def edit_type(
    asset_type: FlexibleAssetType,
    details: TypeDetails,
    *,
    version: str = "",
    now: datetime,
    actor: User | None = None,
) -> FlexibleAssetType:
    """`version` names the state that was read, to refuse what somebody else changed since."""
    asset_type = _lock(asset_type)
    stored = TypeDetails.of(asset_type)
    if version not in ("", stored.version):
        raise StaleTypeError(stored)
    changes = {
        name: {"before": before, "after": getattr(details, name)}
        for name, before in asdict(stored).items()
        if getattr(details, name) != before
    }
    if asset_type.is_locked and not changes.keys() <= _ALWAYS_OURS:
        raise TypeRefusedError(
            f"{asset_type.manager} keeps the name and description of this type.", about="name"
        )
    if "name" in changes and not asset_type.archived:
        _require_free_name(asset_type.account_id, details.name, beside=asset_type)
    if not changes:
        return asset_type
    for name, value in details.columns.items():
        setattr(asset_type, name, value)
    asset_type.save(update_fields=list(details.columns))
    _record(asset_type, "edited", {"fields": changes}, now=now, actor=actor)
    return asset_type


@transaction.atomic
def archive_type(asset_type: FlexibleAssetType, *, now: datetime, actor: User | None = None) -> None:
    """Out of sidebars and menus; its assets stay, and links to them still open."""
    asset_type = _lock(asset_type)
    if asset_type.is_locked:
        raise TypeRefusedError(
            f"{asset_type.manager} keeps {asset_type.name} in step. Take it out of the sidebar instead."
        )
    _set_archived(asset_type, "archived", now=now, actor=actor)


@transaction.atomic
def unarchive_type(asset_type: FlexibleAssetType, *, now: datetime, actor: User | None = None) -> None:
    asset_type = _lock(asset_type)
    _require_free_name(asset_type.account_id, asset_type.name, beside=asset_type)
    _set_archived(asset_type, "unarchived", now=now, actor=actor)


@transaction.atomic
def delete_type(asset_type: FlexibleAssetType, *, now: datetime, actor: User | None = None) -> None:
    """Only without assets: archiving keeps those."""
    asset_type = _lock(asset_type)
    require_deletable_type(asset_type)
    record = FlexibleAssetType(pk=asset_type.pk, account_id=asset_type.account_id, name=asset_type.name)
    asset_type.delete()
    _record(record, "deleted", {}, now=now, actor=actor)


def require_deletable_type(asset_type: FlexibleAssetType) -> None:
    if asset_type.is_locked:
        raise TypeRefusedError(
            f"{asset_type.manager} keeps {asset_type.name} in step, so it can't be deleted."
        )
    count = FlexibleAsset.objects.of_type(asset_type).count()
    if count:
        raise TypeRefusedError(
            f"{asset_type.name} has {in_assets(count)}, archived and deleted ones among them. Archive the type instead."
        )


def _set_archived(asset_type: FlexibleAssetType, verb: str, *, now: datetime, actor: User | None) -> None:
    wanted = verb == "archived"
    if asset_type.archived == wanted:
        return
    asset_type.archived = wanted
    asset_type.save(update_fields=["archived"])
    _record(asset_type, verb, {}, now=now, actor=actor)


def _lock(asset_type: FlexibleAssetType) -> FlexibleAssetType:
    held = FlexibleAssetType.objects.select_for_update().filter(pk=asset_type.pk).first()
    if held is None:
        raise TypeRefusedError(f"{asset_type.name} was deleted meanwhile.")
    return held


def _require_free_name(account_id: int, name: str, *, beside: FlexibleAssetType | None = None) -> None:
    """Names are unique among active types; two people who take one at once go one after the other."""
    Account.objects.select_for_update(no_key=True).get(pk=account_id)
    types = FlexibleAssetType.objects.of_account(account_id).active()
    others = types.exclude(pk=beside.pk) if beside else types
    wanted = search_key(name)
    for other in others.values_list("name", flat=True):
        if search_key(other) == wanted:
            raise TypeRefusedError(
                f"There is a type called {other} already. Choose another name.", about="name"
            )


def _record(
    asset_type: FlexibleAssetType, verb: str, details: dict[str, Any], *, now: datetime, actor: User | None
) -> None:
    record_activity(
        asset_type.account_id,
        at=now,
        action=f"flexible-asset-type.{verb}",
        subject=asset_type.name,
        user=actor,
        about=asset_type,
        details=details,
    )
