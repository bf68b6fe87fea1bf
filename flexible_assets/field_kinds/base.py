"""What every kind of field answers, and what most of them answer alike."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

#: What a typed slot holds.
Slot = int | str | date | None


class InvalidValueError(ValueError):
    """The value does not fit the field; the message is fit for a person."""


@dataclass(frozen=True)
class FieldKind:
    """How the values of one kind of field behave. Values are what traits hold: JSON types."""

    name: ClassVar[str] = ""
    #: One line for whoever builds a type.
    purpose: ClassVar[str] = ""
    icon: ClassVar[str] = ""
    #: Names the fragments that draw its input and its value.
    fragment: ClassVar[str] = ""
    slot_family: ClassVar[str | None] = None
    #: How lists narrow by it.
    operators: ClassVar[tuple[str, ...]] = ()

    #: Whether it holds anything at all; a heading does not.
    has_value: ClassVar[bool] = True
    #: Its values are rows of their own (AssetTag, Attachment, AssetSecret) instead of traits.
    is_beside: ClassVar[bool] = False
    may_be_title: ClassVar[bool] = False
    may_be_listed: ClassVar[bool] = True
    may_expire: ClassVar[bool] = False
    has_decimals: ClassVar[bool] = False
    has_options: ClassVar[bool] = False

    #: Its values line up by their digits.
    is_number: ClassVar[bool] = False
    #: Sums of its values mean something.
    is_summed: ClassVar[bool] = False
    #: Its value tells how an asset is doing, in a word that pages show as a badge.
    is_badge: ClassVar[bool] = False
    #: Traits hold sanitized HTML.
    is_rich_text: ClassVar[bool] = False
    #: Its values are records named in AssetTag rows.
    is_tag: ClassVar[bool] = False
    #: Its values are files.
    is_file: ClassVar[bool] = False
    #: Its values are sealed, and no text ever tells them.
    is_secret: ClassVar[bool] = False

    decimals: int = 0
    #: The values a person may choose from; empty where any will do.
    options: tuple[str, ...] = ()

    @property
    def input_template(self) -> str:
        return f"flexible_assets/inputs/{self.fragment}.html"

    @property
    def value_template(self) -> str:
        return f"flexible_assets/values/{self.fragment}.html"

    def clean(self, value: Any) -> Any:
        """The value as traits keep it, or InvalidValueError."""
        raise NotImplementedError

    def from_text(self, text: str) -> Any:
        """The value as traits keep it, from what `to_text` writes or a person would, or InvalidValueError."""
        return self.clean(text)

    def to_slot(self, value: Any) -> Slot:
        return None

    def to_text(self, value: Any) -> str:
        return "" if value is None else str(value)

    def to_words(self, value: Any) -> str:
        """What global search finds it by; nothing unless the kind says so."""
        return ""
