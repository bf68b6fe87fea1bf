"""One class per field kind: what a value looks like in traits, in a typed slot and on screen. Pure Python."""

from flexible_assets.field_kinds.base import FieldKind, InvalidValueError, Slot
from flexible_assets.field_kinds.beside import HeaderKind, PasswordKind, TagKind, UploadKind
from flexible_assets.field_kinds.dates import DateKind
from flexible_assets.field_kinds.numbers import NumberKind, PercentKind
from flexible_assets.field_kinds.slots import ALL_SLOTS, SLOT_LIMIT, SLOTS, TEXT_SLOT_LENGTH
from flexible_assets.field_kinds.texts import SelectKind, TextboxKind, TextKind
from flexible_assets.field_kinds.ticks import CheckboxKind

FIELD_KINDS: dict[str, type[FieldKind]] = {
    kind.name: kind
    for kind in (
        TextKind,
        TextboxKind,
        SelectKind,
        DateKind,
        NumberKind,
        PercentKind,
        CheckboxKind,
        HeaderKind,
        UploadKind,
        PasswordKind,
        TagKind,
    )
}

__all__ = [
    "ALL_SLOTS",
    "FIELD_KINDS",
    "SLOTS",
    "SLOT_LIMIT",
    "TEXT_SLOT_LENGTH",
    "CheckboxKind",
    "DateKind",
    "FieldKind",
    "HeaderKind",
    "InvalidValueError",
    "NumberKind",
    "PasswordKind",
    "PercentKind",
    "SelectKind",
    "Slot",
    "TagKind",
    "TextKind",
    "TextboxKind",
    "UploadKind",
]
