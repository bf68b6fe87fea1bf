"""Days."""

from datetime import date, datetime
from typing import Any

from flexible_assets.field_kinds.base import FieldKind, InvalidValueError

#: Beside ISO 8601. Slashes in the American or British order could mean two days, so they are refused.
_FORMS = ("%Y/%m/%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y")


class DateKind(FieldKind):
    """Traits hold it in ISO 8601, which sorts as written and reads the same everywhere."""

    name = "Date"
    purpose = "A day, such as when a warranty ends. It can feed Expirations."
    icon = "calendar"
    fragment = "date"
    slot_family = "date"
    operators = ("before", "after", "within", "empty", "not-empty")
    may_be_title = True
    may_expire = True

    def clean(self, value: Any) -> str:
        if isinstance(value, datetime):
            value = value.date()
        day = _iso_day(value.strip()) if isinstance(value, str) else value
        if not isinstance(day, date):
            raise InvalidValueError("This must be a date, such as 2026-03-31.")
        return day.isoformat()

    def from_text(self, text: str) -> str:
        found = (day for form in _FORMS if (day := _parsed(text.strip(), form)))
        return self.clean(next(found, text))

    def to_slot(self, value: Any) -> date | None:
        return _iso_day(value) if isinstance(value, str) else None

    def to_words(self, value: Any) -> str:
        return self.to_text(value)


def _iso_day(text: str) -> date | None:
    """Of a moment, its day."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def _parsed(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, wherever it is spent
    except ValueError:
        return None
