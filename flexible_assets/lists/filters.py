"""The filters of a list of assets: one for each field, as the operators of its kind say."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from flexible_assets.lists.beside import has_any
from flexible_assets.lists.columns import column_key, listed_fields, title_label
from flexible_assets.models import FlexibleAssetField
from flexible_assets.schema import Schema
from organizations.lists import (
    ChoiceFilter,
    DateFilter,
    EitherFilter,
    ListFilter,
    NumberFilter,
    TextFilter,
)
from organizations.models import User

#: Of Select fields, as many as stand in the bar itself.
AT_HAND = 2


@dataclass(frozen=True)
class _Reader:
    """For whom, and when, a list is narrowed."""

    user: User
    today: date


def filters_of(schema: Schema, *, user: User, today: date) -> list[ListFilter]:
    reader = _Reader(user, today)
    title = TextFilter("name", title_label(schema), column="name", key_column="search_key")
    of_fields = [made for field in listed_fields(schema) if (made := _filter_of(field, reader)) is not None]
    return [*_first_at_hand(of_fields), title]


def _first_at_hand(filters: list[ListFilter]) -> list[ListFilter]:
    choices = [each for each in filters if isinstance(each, ChoiceFilter)]
    return [*choices[:AT_HAND], *(_put_away(each) for each in filters if each not in choices[:AT_HAND])]


def _put_away(each: ListFilter) -> ListFilter:
    return replace(each, is_at_hand=False) if isinstance(each, ChoiceFilter) else each


def _filter_of(field: FlexibleAssetField, reader: _Reader) -> ListFilter | None:
    """None for kinds that offer no way to narrow by, and for fields beyond the slots that a row has."""
    if field.behavior.is_beside and field.behavior.operators:
        return _presence(field, reader)
    makers = (made for operator in field.behavior.operators if (made := _MAKERS.get(operator)))
    make = next(makers, None)
    return make(field, reader) if make is not None and field.slot else None


def _presence(field: FlexibleAssetField, reader: _Reader) -> ListFilter:
    filled = has_any(reader.user, field)
    conditions = [("any", "Has any", filled), ("none", "Has none", ~filled)]
    return EitherFilter(column_key(field), field.name, conditions=conditions)


def _text(field: FlexibleAssetField, reader: _Reader) -> ListFilter:
    return TextFilter(column_key(field), field.name, column=field.slot)


def _one_of(field: FlexibleAssetField, reader: _Reader) -> ListFilter:
    return ChoiceFilter(
        column_key(field),
        field.name,
        column=field.slot,
        choices=[(value, value) for value in field.tones],
        is_at_hand=True,
        may_be_empty=not field.required and not field.is_managed,
    )


def _number(field: FlexibleAssetField, reader: _Reader) -> ListFilter:
    return NumberFilter(column_key(field), field.name, column=field.slot, decimals=field.decimals)


def _date(field: FlexibleAssetField, reader: _Reader) -> ListFilter:
    return DateFilter(column_key(field), field.name, column=field.slot, today=reader.today)


def _yes_or_no(field: FlexibleAssetField, reader: _Reader) -> ListFilter:
    """A box that nobody has seen yet is not ticked."""
    no = Q(**{field.slot: 0}) | Q(**{f"{field.slot}__isnull": True})
    conditions = [("yes", "Yes", Q(**{field.slot: 1})), ("no", "No", no)]
    return EitherFilter(column_key(field), field.name, conditions=conditions)


#: By the operator that tells what a kind's values are.
_MAKERS: dict[str, Callable[[FlexibleAssetField, _Reader], ListFilter]] = {
    "contains": _text,
    "one-of": _one_of,
    "at-least": _number,
    "before": _date,
    "yes": _yes_or_no,
}
