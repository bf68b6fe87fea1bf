"""Kinds whose values are words: a line of text, rich text, and one of some options."""

from typing import Any, ClassVar

from flexible_assets.field_kinds.base import FieldKind, InvalidValueError
from flexible_assets.field_kinds.slots import TEXT_SLOT_LENGTH
from organizations.rich_text import from_typed, plain_text

LONGEST_TEXT = 5_000
LONGEST_RICH_TEXT = 100_000


def _clean_text(value: Any, *, longest: int) -> str:
    if not isinstance(value, str):
        raise InvalidValueError("This must be text.")
    # PostgreSQL can store no NUL.
    text = value.replace("\0", "").strip()
    if len(text) > longest:
        raise InvalidValueError(f"This is too long: at most {longest:,} characters fit.")
    return text


class TextKind(FieldKind):
    name = "Text"
    purpose = "A line of words, an address or a serial number."
    icon = "type"
    fragment = "text"
    slot_family = "text"
    operators: ClassVar[tuple[str, ...]] = ("contains", "equals", "empty", "not-empty")
    may_be_title = True

    def clean(self, value: Any) -> str:
        return _clean_text(value, longest=LONGEST_TEXT)

    def to_slot(self, value: Any) -> str | None:
        return value[:TEXT_SLOT_LENGTH] or None if isinstance(value, str) else None

    def to_words(self, value: Any) -> str:
        return self.to_text(value)


class TextboxKind(FieldKind):
    """Traits hold HTML of an allow-list, whatever was sent; plain lines become paragraphs."""

    name = "Textbox"
    purpose = "Paragraphs with headings, lists, tables and links."
    icon = "text-align-start"
    fragment = "textbox"
    is_rich_text = True

    def clean(self, value: Any) -> str:
        return from_typed(_clean_text(value, longest=LONGEST_RICH_TEXT))

    def to_text(self, value: Any) -> str:
        return plain_text(value) if isinstance(value, str) else ""

    def to_words(self, value: Any) -> str:
        return self.to_text(value)


class SelectKind(TextKind):
    name = "Select"
    purpose = "One of the options you name."
    icon = "list"
    fragment = "select"
    operators = ("one-of", "empty", "not-empty")
    has_options = True
    is_badge = True

    def clean(self, value: Any) -> str:
        chosen = super().clean(value)
        if self.options and chosen not in self.options:
            raise InvalidValueError("Choose one of the options.")
        return chosen

    def from_text(self, text: str) -> str:
        """However the option is capitalized."""
        wanted = text.strip().casefold()
        matching = [option for option in self.options if option.casefold() == wanted]
        if self.options and not matching:
            raise InvalidValueError(f"This must be one of: {', '.join(self.options)}.")
        return self.clean(text if text.strip() in self.options or not matching else matching[0])
