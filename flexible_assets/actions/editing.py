"""What a person writes into an asset: own fields and notes, and of one that nobody keeps in step, every field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import get_text_list

from flexible_assets.actions.assets import write_filled
from flexible_assets.actions.totals import hold, recount
from flexible_assets.field_kinds import InvalidValueError
from flexible_assets.models import FlexibleAsset, FlexibleAssetField
from flexible_assets.schema import Schema, schema_of
from organizations.actions import record_activity
from organizations.models import User


class LockedFieldError(ValueError):
    """A person may not write what a sync writes; `fields` names it."""

    def __init__(self, fields: list[str], *, manager: str) -> None:
        super().__init__(
            f"{get_text_list(fields, 'and')} can't be changed here, since {manager} would overwrite it. "
            f"Change it in {manager}; the next sync brings it."
        )
        self.fields = fields


class InvalidAssetError(ValueError):
    """Some values do not fit their fields; `errors` tells by field key what to do."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True)
class _Change:
    before: Any
    after: Any

    @property
    def told(self) -> dict[str, Any]:
        return {"before": self.before, "after": self.after}


@transaction.atomic
def edit_asset(
    asset: FlexibleAsset,
    *,
    changes: Mapping[str, Any],
    notes: str | None = None,
    now: datetime,
    actor: User | None = None,
) -> FlexibleAsset:
    """Writes values by field key, where None or an empty text clears the field, and the notes if given."""
    [asset], totals = hold([asset.pk])
    schema = schema_of(asset.asset_type)
    traits = _changed_traits(asset, _cleaned(schema, asset, changes))
    written = _Change(asset.notes, asset.notes if notes is None else _plain(notes))
    if not traits and written.before == written.after:
        return asset
    kept = {key: value for key, value in asset.traits.items() if key not in traits}
    set_ = {key: change.after for key, change in traits.items() if change.after is not None}
    schema.fill(asset, kept | set_)
    asset.notes, asset.updated_at = written.after, now
    write_filled(schema, [asset], "notes", "updated_at")
    recount(totals, slots=schema.number_slots)
    _record(asset, traits, written, now=now, actor=actor)
    return asset


def _plain(text: str) -> str:
    """Forms send lines the way of mail."""
    return text.replace("\r\n", "\n").strip()


def _cleaned(schema: Schema, asset: FlexibleAsset, changes: Mapping[str, Any]) -> dict[str, Any]:
    editable = {field.key: field for field in schema.editable_fields(asset)}
    locked = [schema.by_key[key].name for key in changes if key in schema.by_key and key not in editable]
    if locked:
        raise LockedFieldError(locked, manager=asset.asset_type.manager or "its source")
    cleaned, errors = {}, {}
    for key, value in changes.items():
        try:
            cleaned[key] = _clean(editable.get(key), value)
        except InvalidValueError as invalid:
            errors[key] = str(invalid)
    if errors:
        raise InvalidAssetError(errors)
    return cleaned


def _clean(field: FlexibleAssetField | None, value: Any) -> Any:
    if field is None:
        raise InvalidValueError("This type has no such field.")
    is_blank = value is None or (isinstance(value, str) and not value.strip())
    if is_blank and field.required:
        raise InvalidValueError("This field is required.")
    return None if is_blank else field.behavior.clean(value)


def _changed_traits(asset: FlexibleAsset, cleaned: Mapping[str, Any]) -> dict[str, _Change]:
    stored = asset.traits
    return {
        key: _Change(stored.get(key), value) for key, value in cleaned.items() if stored.get(key) != value
    }


def _record(
    asset: FlexibleAsset,
    traits: Mapping[str, _Change],
    notes: _Change,
    *,
    now: datetime,
    actor: User | None,
) -> None:
    # The id lets the log ask whether its reader may see the asset at all.
    details: dict[str, Any] = {"asset_id": asset.pk}
    if traits:
        details["fields"] = {key: change.told for key, change in traits.items()}
    if notes.before != notes.after:
        details["notes"] = notes.told
    record_activity(
        asset.account_id,
        at=now,
        action="flexible-asset.edited",
        subject=asset.name,
        user=actor,
        organization=asset.organization,
        details=details,
    )
