"""Filters of lists: each reads its part of the address, narrows the rows by it, and says in words what it does."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, Q, QuerySet
from django.db.models.lookups import Contains, Exact

from organizations.lists.query import RESERVED, ListQuery
from organizations.lists.search_keys import search_key_of
from organizations.names import search_key

Row = TypeVar("Row", bound=Model)

EMPTY, FILLED, EXACTLY = "empty", "not-empty", "exactly"
_PRESENCE = ((EMPTY, "empty"), (FILLED, "not empty"))
_NUMBER = re.compile(r"-?\d{1,19}(\.\d{1,18})?")
#: Number columns are bigints.
_LARGEST = 2**63 - 1
LONGEST_SPAN = 36_500


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    selected: bool


@dataclass(frozen=True)
class Filter:
    """One choice above the list that its page has applied itself; the empty value means any."""

    name: str
    label: str
    options: Sequence[Option]


def choice(
    name: str, label: str, *, values: Sequence[tuple[str, str]], chosen: str, any_label: str
) -> Filter:
    options = [Option(value, text, value == chosen) for value, text in [("", any_label), *values]]
    return Filter(name, label, options)


@dataclass(frozen=True)
class Control:
    """A filter as the bar draws it; `told` says what it does at present, or nothing."""

    name: str
    label: str
    fragment: str
    told: str
    is_at_hand: bool = False
    #: What stands in its inputs.
    values: Mapping[str, str] = field(default_factory=dict)
    options: Sequence[Option] = ()


def filter_name(key: str, *, taken: Sequence[str] = ()) -> str:
    """What the address calls a filter: its key, unless the list itself or another filter is called so."""
    return f"field.{key}" if key in RESERVED or key in taken else key


@dataclass(frozen=True)
class ListFilter(ABC):
    """`name` is what the address calls it, `column` the database column that it narrows by."""

    fragment: ClassVar[str]
    parts: ClassVar[Sequence[str]] = ("",)

    name: str
    label: str

    @property
    def parameters(self) -> list[str]:
        return [f"{self.name}.{part}" if part else self.name for part in self.parts]

    @abstractmethod
    def narrow(self, rows: QuerySet[Row], query: ListQuery) -> QuerySet[Row]: ...

    @abstractmethod
    def told(self, query: ListQuery) -> str:
        """What it does in words that follow its label; nothing where it does nothing."""

    def logged(self, query: ListQuery) -> str:
        """The same for the activity log, whose readers may know less than the reader of the list."""
        return self.told(query)

    def options(self, query: ListQuery) -> Sequence[Option]:
        return ()

    def control(self, query: ListQuery) -> Control:
        return Control(
            name=self.name,
            label=self.label,
            fragment=self.fragment,
            told=self.told(query),
            is_at_hand=getattr(self, "is_at_hand", False),
            values={part or "text": self._part(query, part) for part in self.parts},
            options=self.options(query),
        )

    def _part(self, query: ListQuery, part: str) -> str:
        return query.text(f"{self.name}.{part}" if part else self.name)

    def _presence(self, query: ListQuery) -> str:
        asked = self._part(query, "is")
        return dict(_PRESENCE).get(asked, "")


def _is_empty(column: str) -> Q:
    return Q(**{f"{column}__isnull": True})


@dataclass(frozen=True)
class TextFilter(ListFilter):
    """`key_column` holds the search key of the text, where a row keeps one."""

    fragment = "text"
    parts = ("", "is")

    column: str
    key_column: str = ""
    #: Whether rows without a text hold an empty one instead of none.
    is_blank: bool = False

    def narrow(self, rows: QuerySet[Row], query: ListQuery) -> QuerySet[Row]:
        presence = self._part(query, "is")
        if presence in (EMPTY, FILLED):
            empty = Q(**{self.column: ""}) if self.is_blank else _is_empty(self.column)
            return rows.filter(empty if presence == EMPTY else ~empty)
        wanted = search_key(self._part(query, ""))
        return self._matching(rows, wanted, is_whole=presence == EXACTLY) if wanted else rows

    def _matching(self, rows: QuerySet[Row], wanted: str, *, is_whole: bool) -> QuerySet[Row]:
        if self.key_column:
            return rows.filter(**{f"{self.key_column}__{'exact' if is_whole else 'contains'}": wanted})
        lookup: Any = Exact if is_whole else Contains
        return rows.filter(~_is_empty(self.column)).filter(lookup(search_key_of(self.column), wanted))

    def told(self, query: ListQuery) -> str:
        if presence := self._presence(query):
            return f"is {presence}"
        text = self._part(query, "")
        return f"{'is' if self._part(query, 'is') == EXACTLY else 'contains'} {text}" if text else ""


@dataclass(frozen=True)
class ChoiceFilter(ListFilter):
    """One of several; `is_at_hand` puts it into the bar itself."""

    fragment = "choice"
    parts = ("", "is")

    column: str
    choices: Sequence[tuple[str, str]]
    is_at_hand: bool = False
    may_be_empty: bool = False

    def narrow(self, rows: QuerySet[Row], query: ListQuery) -> QuerySet[Row]:
        chosen = query.all_chosen(self.name, among=self.choices)
        condition = Q(**{f"{self.column}__in": chosen}) if chosen else Q()
        if self._asks_for_empty(query):
            condition |= _is_empty(self.column)
        return rows.filter(condition) if condition else rows

    def told(self, query: ListQuery) -> str:
        labels = dict(self.choices)
        chosen = [labels[value] for value in query.all_chosen(self.name, among=self.choices)]
        return " or ".join([*chosen, *(["empty"] if self._asks_for_empty(query) else [])])

    def options(self, query: ListQuery) -> Sequence[Option]:
        chosen = query.all_chosen(self.name, among=self.choices)
        return [Option(value, label, value in chosen) for value, label in self.choices]

    def control(self, query: ListQuery) -> Control:
        control = super().control(query)
        states = {"may_be_empty": "yes" if self.may_be_empty else ""}
        return Control(**{**vars(control), "values": {**control.values, **states}})

    def _asks_for_empty(self, query: ListQuery) -> bool:
        return self.may_be_empty and self._part(query, "is") == EMPTY


@dataclass(frozen=True)
class EitherFilter(ListFilter):
    """One of a few conditions, such as yes or no, or has any or none."""

    fragment = "either"

    conditions: Sequence[tuple[str, str, Q]]

    def narrow(self, rows: QuerySet[Row], query: ListQuery) -> QuerySet[Row]:
        asked = self._part(query, "")
        return next((rows.filter(q) for value, _, q in self.conditions if value == asked), rows)

    def told(self, query: ListQuery) -> str:
        asked = self._part(query, "")
        return next((label.lower() for value, label, _ in self.conditions if value == asked), "")

    def options(self, query: ListQuery) -> Sequence[Option]:
        asked = self._part(query, "")
        return [Option(value, label, value == asked) for value, label, _ in self.conditions]


@dataclass(frozen=True)
class NumberFilter(ListFilter):
    """Of a column that holds numbers scaled by `decimals`."""

    fragment = "number"
    parts = ("min", "max", "is")

    column: str
    decimals: int = 0

    def narrow(self, rows: QuerySet[Row], query: ListQuery) -> QuerySet[Row]:
        presence = self._part(query, "is")
        if presence in (EMPTY, FILLED):
            return rows.filter(_is_empty(self.column) if presence == EMPTY else ~_is_empty(self.column))
        lowest, highest = self._bound(query, "min", ROUND_CEILING), self._bound(query, "max", ROUND_FLOOR)
        if lowest is not None:
            rows = rows.filter(**{f"{self.column}__gte": lowest})
        return rows if highest is None else rows.filter(**{f"{self.column}__lte": highest})

    def told(self, query: ListQuery) -> str:
        if presence := self._presence(query):
            return f"is {presence}"
        named = (("at least", "min"), ("at most", "max"))
        bounds = [
            f"{words} {self._part(query, part)}"
            for words, part in named
            if self._number(query, part) is not None
        ]
        return " and ".join(bounds)

    def _number(self, query: ListQuery, part: str) -> Decimal | None:
        text = self._part(query, part).replace(",", "")
        return Decimal(text) if _NUMBER.fullmatch(text) else None

    def _bound(self, query: ListQuery, part: str, rounding: str) -> int | None:
        number = self._number(query, part)
        if number is None:
            return None
        scaled = int(number.scaleb(self.decimals).to_integral_value(rounding=rounding))
        return max(-_LARGEST, min(_LARGEST, scaled))


@dataclass(frozen=True)
class DateFilter(ListFilter):
    """Of a column that holds days; `today` is where the next days begin."""

    fragment = "date"
    parts: ClassVar[Sequence[str]] = ("after", "before", "within", "is")

    column: str
    today: date

    def narrow(self, rows: QuerySet[Row], query: ListQuery) -> QuerySet[Row]:
        presence = self._part(query, "is")
        if presence in (EMPTY, FILLED):
            return rows.filter(_is_empty(self.column) if presence == EMPTY else ~_is_empty(self.column))
        if after := self._day(query, "after"):
            rows = rows.filter(self._later_than(after))
        if before := self._day(query, "before"):
            rows = rows.filter(self._earlier_than(before))
        if span := self._span(query):
            last = self.today + timedelta(days=span)
            rows = rows.filter(**{f"{self.column}__gte": self.today, f"{self.column}__lte": last})
        return rows

    def told(self, query: ListQuery) -> str:
        if presence := self._presence(query):
            return f"is {presence}"
        words = [
            f"{part} {day.strftime('%-d %b %Y')}"
            for part in ("after", "before")
            if (day := self._day(query, part))
        ]
        if span := self._span(query):
            words.append("within the next day" if span == 1 else f"within the next {span:,} days")
        return " and ".join(words)

    def _later_than(self, day: date) -> Q:
        return Q(**{f"{self.column}__gt": day})

    def _earlier_than(self, day: date) -> Q:
        return Q(**{f"{self.column}__lt": day})

    def _day(self, query: ListQuery, part: str) -> date | None:
        try:
            return date.fromisoformat(self._part(query, part))
        except ValueError:
            return None

    def _span(self, query: ListQuery) -> int:
        text = self._part(query, "within")
        return min(int(text), LONGEST_SPAN) if text.isascii() and text.isdigit() and len(text) < 9 else 0


@dataclass(frozen=True)
class MomentFilter(DateFilter):
    """Of a column that holds moments, by their day in UTC."""

    fragment = "moment"
    parts = ("after", "before")

    def _later_than(self, day: date) -> Q:
        return Q(
            **{f"{self.column}__gte": _midnight(min(day, date.max - timedelta(days=1)) + timedelta(days=1))}
        )

    def _earlier_than(self, day: date) -> Q:
        return Q(**{f"{self.column}__lt": _midnight(day)})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
