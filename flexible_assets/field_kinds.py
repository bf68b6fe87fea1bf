"""One class per field kind: what a value looks like in traits, in a typed slot and on screen. Pure Python."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

#: Slots of an asset row by family; a field shown in lists gets one, so that it sorts and filters by an index.
SLOTS: dict[str, tuple[str, ...]] = {
    "number": tuple(f"number_{position}" for position in range(1, 9)),
    "text": tuple(f"text_{position}" for position in range(1, 9)),
    "date": tuple(f"date_{position}" for position in range(1, 5)),
}
ALL_SLOTS = tuple(slot for family in SLOTS.values() for slot in family)
TEXT_SLOT_LENGTH = 255
#: Number slots are PostgreSQL bigints.
SLOT_LIMIT = 2**63


class InvalidValueError(ValueError):
    """The value does not fit the field; the message is fit for a person."""


@dataclass(frozen=True)
class FieldKind:
    """How the values of one kind of field behave. Values are what traits hold: JSON types."""

    name: ClassVar[str] = ""
    slot_family: ClassVar[str | None] = None
    is_number: ClassVar[bool] = False
    #: Its value tells how an asset is doing, in a word that pages show as a badge.
    is_badge: ClassVar[bool] = False
    #: Its values are rows of their own (AssetTag) instead of traits.
    is_tag: ClassVar[bool] = False

    decimals: int = 0
    #: The values a person may choose from; empty where any will do.
    options: tuple[str, ...] = ()

    def clean(self, value: Any) -> Any:
        """The value as traits keep it, or InvalidValueError."""
        raise NotImplementedError

    def to_slot(self, value: Any) -> int | str | None:
        return None

    def to_text(self, value: Any) -> str:
        return "" if value is None else str(value)


class TextKind(FieldKind):
    name = "Text"
    slot_family = "text"

    def clean(self, value: Any) -> str:
        if not isinstance(value, str):
            raise InvalidValueError("This must be text.")
        return value.strip()

    def to_slot(self, value: Any) -> str | None:
        return value[:TEXT_SLOT_LENGTH] or None if isinstance(value, str) else None


class SelectKind(TextKind):
    name = "Select"
    is_badge = True

    def clean(self, value: Any) -> str:
        chosen = super().clean(value)
        if self.options and chosen not in self.options:
            raise InvalidValueError("Choose one of the options.")
        return chosen


class NumberKind(FieldKind):
    """Traits hold an int, or a string of exactly `decimals` places; the slot holds it scaled to a whole number,
    since comparisons of numeric columns lose their index behind row-level security."""

    name = "Number"
    slot_family = "number"
    is_number = True

    def clean(self, value: Any) -> int | str:
        try:
            number = Decimal(str(value)).quantize(Decimal(1).scaleb(-self.decimals), rounding=ROUND_HALF_UP)
        except ArithmeticError:
            raise InvalidValueError("This must be a number.") from None
        if number.is_nan():
            raise InvalidValueError("This must be a number.")
        if abs(number.scaleb(self.decimals)) >= SLOT_LIMIT:
            raise InvalidValueError("This number is too large.")
        return int(number) if self.decimals == 0 else str(number)

    def to_slot(self, value: Any) -> int | None:
        return None if value is None else int(Decimal(str(value)).scaleb(self.decimals))

    def to_text(self, value: Any) -> str:
        return "" if value is None else f"{Decimal(str(value)):,.{self.decimals}f}"


class TagKind(FieldKind):
    name = "Tag"
    is_tag = True

    def clean(self, value: Any) -> None:
        raise InvalidValueError("Tags are kept beside the traits.")


FIELD_KINDS: dict[str, type[FieldKind]] = {
    kind.name: kind for kind in (TextKind, SelectKind, NumberKind, TagKind)
}
