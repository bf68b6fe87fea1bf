"""Kinds whose values are counted."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flexible_assets.field_kinds.base import FieldKind, InvalidValueError
from flexible_assets.field_kinds.slots import SLOT_LIMIT

_GROUPED = re.compile(r"[+-]?\d{1,3}([,\u00a0\u202f ]\d{3})+(\.\d+)?")
#: Of the largest number that a slot holds; more are not even looked at.
_DIGITS = len(str(SLOT_LIMIT))
_SEPARATORS = re.compile(r"[,\u00a0\u202f ]")


class NumberKind(FieldKind):
    """Traits hold an int, or a string of exactly `decimals` places; the slot holds it scaled to a whole number,
    since comparisons of numeric columns lose their index behind row-level security."""

    name = "Number"
    purpose = "A count, a size or a price."
    icon = "hash"
    fragment = "number"
    slot_family = "number"
    operators = ("at-least", "at-most", "empty", "not-empty")
    has_decimals = True
    is_number = True
    is_summed = True

    def clean(self, value: Any) -> int | str:
        if isinstance(value, bool):
            raise InvalidValueError("This must be a number.")
        try:
            number = Decimal(str(value))
        except ArithmeticError:
            raise InvalidValueError("This must be a number.") from None
        if not number.is_finite():
            raise InvalidValueError("This must be a number.")
        if number.adjusted() + self.decimals >= _DIGITS:
            raise InvalidValueError("This number is too large.")
        # Adding nothing takes the sign from what is rounded to zero.
        number = number.quantize(Decimal(1).scaleb(-self.decimals), rounding=ROUND_HALF_UP) + 0
        if abs(number.scaleb(self.decimals)) >= SLOT_LIMIT:
            raise InvalidValueError("This number is too large.")
        return int(number) if self.decimals == 0 else str(number)

    def from_text(self, text: str) -> int | str:
        """Thousands may be grouped; a lone comma could mean either, so it is refused."""
        written = text.strip()
        return self.clean(_SEPARATORS.sub("", written) if _GROUPED.fullmatch(written) else written)

    def to_slot(self, value: Any) -> int | None:
        return None if value is None else int(Decimal(str(value)).scaleb(self.decimals))

    def to_text(self, value: Any) -> str:
        return "" if value is None else f"{Decimal(str(value)):,.{self.decimals}f}"

    def to_words(self, value: Any) -> str:
        """As pages show it, and without its commas, as it was typed."""
        shown = self.to_text(value)
        plain = shown.replace(",", "")
        return shown if shown == plain else f"{shown} {plain}"


class PercentKind(NumberKind):
    name = "Percent"
    purpose = "A share of a hundred."
    icon = "percent"
    fragment = "percent"
    is_summed = False

    def clean(self, value: Any) -> int | str:
        return super().clean(value.strip().removesuffix("%").rstrip() if isinstance(value, str) else value)

    def from_text(self, text: str) -> int | str:
        return super().from_text(text.strip().removesuffix("%"))

    def to_text(self, value: Any) -> str:
        return f"{text}%" if (text := super().to_text(value)) else ""
