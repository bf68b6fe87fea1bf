"""Yes or no."""

from typing import Any

from flexible_assets.field_kinds.base import FieldKind, InvalidValueError

_YES = frozenset({"yes", "true", "1", "y", "x", "on"})
_NO = frozenset({"no", "false", "0", "n", "off"})


class CheckboxKind(FieldKind):
    name = "Checkbox"
    purpose = "Yes or no."
    icon = "square-check"
    fragment = "checkbox"
    slot_family = "number"
    operators = ("yes", "no")

    def clean(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        word = value.strip().casefold() if isinstance(value, str) else ""
        if word not in _YES | _NO:
            raise InvalidValueError("This must be yes or no.")
        return word in _YES

    def to_slot(self, value: Any) -> int | None:
        return None if value is None else int(value is True)

    def to_text(self, value: Any) -> str:
        return "" if value is None else "Yes" if value is True else "No"
