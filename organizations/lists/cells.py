"""One cell of a list: what it shows, and what an export writes for it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

#: What a spreadsheet keeps as more than text.
Value = int | Decimal | date | datetime | None


@dataclass(frozen=True)
class Meter:
    value: int
    max: int
    label: str


@dataclass(frozen=True)
class Cell:
    text: str
    url: str = ""
    subtitle: str = ""
    tone: str = ""
    icon: str = ""
    is_number: bool = False
    is_title: bool = False
    meter: Meter | None = None
    at: datetime | None = None
    #: An icon behind the text, such as a padlock, and what it says to those who point at it or hear the page.
    mark: str = ""
    mark_hint: str = ""
    #: For those who point at it.
    hint: str = ""
    #: What exports write instead of the text: a number, a day or a moment.
    value: Value = None
    #: What exports write where the page shows less, such as all names instead of how many.
    full_text: str = ""

    @property
    def exported(self) -> Value | str:
        value = self.at if self.value is None else self.value
        return (self.full_text or self.text) if value is None else value


def day_text(day: date) -> str:
    """As pages show days; exports write them so that they sort and can be reckoned with."""
    return f"{day:%-d %b %Y}"


def number_cell(number: int, *, tone: str = "") -> Cell:
    return Cell(f"{number:,}", value=number, tone=tone, is_number=True)
