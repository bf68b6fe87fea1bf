"""What people fill an asset with, told apart by where it is kept: traits, tags, passwords, notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flexible_assets.actions.errors import LockedFieldError
from flexible_assets.field_kinds import InvalidValueError
from flexible_assets.models import FlexibleAsset, FlexibleAssetField
from flexible_assets.schema import Schema
from flexible_assets.staging import StoredFile

#: A password is a line somebody types elsewhere, not a document.
LONGEST_PASSWORD = 4_000


@dataclass(frozen=True)
class AssetContent:
    """Values by field key: of Tag fields ids, of Password fields the text, of others what traits hold or a person typed;
    nothing clears a field. Notes that are None stay. `version` names the state that was read, to refuse what somebody
    else changed since. `files` go into Upload fields, by their keys; None where no file can come along, so that none is
    asked for."""

    values: Mapping[str, Any]
    notes: str | None = None
    version: str = ""
    #: As the log and the revisions call it: edited, restored or imported.
    reason: str = "edited"
    files: Mapping[str, Sequence[StoredFile]] | None = None


@dataclass(frozen=True)
class Cleaned:
    notes: str
    traits: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, tuple[int, ...]] = field(default_factory=dict)
    passwords: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    before: Any
    after: Any

    @property
    def told(self) -> dict[str, Any]:
        return {"before": self.before, "after": self.after}


@dataclass(frozen=True)
class Written:
    """What became different; true if anything did."""

    fields: Mapping[str, Change]
    notes: Change
    passwords: tuple[str, ...]
    is_retagged: bool

    def __bool__(self) -> bool:
        return bool(self.details) or self.is_retagged

    @property
    def details(self) -> dict[str, Any]:
        """As the log keeps it. Tags tell of themselves, and of passwords nothing is told but that they changed."""
        told: dict[str, Any] = {}
        fields = {key: change.told for key, change in self.fields.items() if key not in self.passwords}
        if fields:
            told["fields"] = fields
        if self.notes.before != self.notes.after:
            told["notes"] = self.notes.told
        if self.passwords:
            told["passwords"] = sorted(self.passwords)
        return told


def clean_content(
    schema: Schema, asset: FlexibleAsset, content: AssetContent
) -> tuple[Cleaned, dict[str, str]]:
    """What fits, and by field key what does not."""
    writable = {each.key: each for each in schema.writable_fields(asset)}
    locked = [
        schema.by_key[key].name
        for key in content.values
        if key in schema.by_key and schema.by_key[key].behavior.has_value and key not in writable
    ]
    if locked:
        raise LockedFieldError(locked, manager=asset.asset_type.manager or "its source")
    cleaned = Cleaned(asset.notes if content.notes is None else plain_lines(content.notes))
    errors: dict[str, str] = {}
    for key, value in content.values.items():
        try:
            _take(cleaned, writable.get(key), value, asset)
        except InvalidValueError as invalid:
            errors[key] = str(invalid)
    return cleaned, errors


def plain_lines(text: str) -> str:
    """Forms send lines the way of mail."""
    return text.replace("\r\n", "\n").strip()


def _take(cleaned: Cleaned, field: FlexibleAssetField | None, value: Any, asset: FlexibleAsset) -> None:
    if field is None:
        raise InvalidValueError("This type has no such field.")
    behavior = field.behavior
    if behavior.is_tag:
        cleaned.tags[field.key] = tuple(value or ())
    elif behavior.is_secret:
        _take_password(cleaned, field, value, asset)
    else:
        cleaned.traits[field.key] = _clean(field, value)


def _take_password(cleaned: Cleaned, field: FlexibleAssetField, value: Any, asset: FlexibleAsset) -> None:
    text = value or None
    if text is None and field.required:
        raise InvalidValueError("This field is required.")
    if text is not None and len(text) > LONGEST_PASSWORD:
        raise InvalidValueError(f"This is too long: at most {LONGEST_PASSWORD:,} characters fit.")
    if text is None and field.key not in asset.traits:
        return
    cleaned.passwords[field.key] = text
    cleaned.traits[field.key] = None if text is None else True


def _clean(field: FlexibleAssetField, value: Any) -> Any:
    is_blank = value is None or (isinstance(value, str) and not value.strip())
    if is_blank and field.required:
        raise InvalidValueError("This field is required.")
    if is_blank:
        return None
    return field.behavior.from_text(value) if isinstance(value, str) else field.behavior.clean(value)
