"""One class for each kind of field: clean values, slots and texts."""

import pytest

from flexible_assets.field_kinds import (
    FIELD_KINDS,
    SLOTS,
    InvalidValueError,
    NumberKind,
    SelectKind,
    TagKind,
    TextKind,
)
from flexible_assets.models import FlexibleAsset


def test_every_kind_is_found_by_its_name():
    assert {"Text": TextKind, "Select": SelectKind, "Number": NumberKind, "Tag": TagKind} == FIELD_KINDS
    assert [name for name, kind in FIELD_KINDS.items() if kind.name != name] == []


def test_one_kind_is_shown_as_a_badge_and_one_as_tags():
    assert [name for name, kind in FIELD_KINDS.items() if kind.is_badge] == ["Select"]
    assert [name for name, kind in FIELD_KINDS.items() if kind.is_tag] == ["Tag"]


def test_every_slot_is_a_column_of_an_asset():
    columns = {field.name for field in FlexibleAsset._meta.concrete_fields}
    assert {slot for family in SLOTS.values() for slot in family} <= columns
    assert {kind.slot_family for kind in FIELD_KINDS.values()} - {None} == set(SLOTS)


@pytest.mark.parametrize(
    ("value", "decimals", "cleaned"),
    [
        (7, 0, 7),
        ("7", 0, 7),
        ("7.5", 0, 8),
        (-0.5, 0, -1),
        ("7.5", 2, "7.50"),
        (0.125, 2, "0.13"),
        ("1e3", 0, 1000),
        (0, 2, "0.00"),
    ],
)
def test_number_is_kept_with_its_decimals(value, decimals, cleaned):
    assert NumberKind(decimals=decimals).clean(value) == cleaned


@pytest.mark.parametrize("value", ["seven", "", None, "1,000", [], "NaN", "Infinity", "1e999999"])
def test_what_is_no_number_is_refused_in_words(value):
    with pytest.raises(InvalidValueError, match=r"^This must be a number\.$"):
        NumberKind().clean(value)


@pytest.mark.parametrize(
    ("value", "decimals", "slot", "text"),
    [
        (1234567, 0, 1234567, "1,234,567"),
        ("1234.50", 2, 123450, "1,234.50"),
        ("-0.05", 2, -5, "-0.05"),
        (0, 0, 0, "0"),
        (None, 0, None, ""),
    ],
)
def test_number_in_its_slot_and_on_screen(value, decimals, slot, text):
    kind = NumberKind(decimals=decimals)
    assert (kind.to_slot(value), kind.to_text(value)) == (slot, text)


@pytest.mark.parametrize("kind", [TextKind(), SelectKind()])
def test_text_in_its_slot_and_on_screen(kind):
    assert kind.clean("  Bäckerei ") == "Bäckerei"
    assert (kind.to_slot("Bäckerei"), kind.to_text("Bäckerei")) == ("Bäckerei", "Bäckerei")
    assert (kind.to_slot("x" * 300), kind.to_text("x" * 300)) == ("x" * 255, "x" * 300)
    assert (kind.to_slot(""), kind.to_slot(None), kind.to_text(None)) == (None, None, "")


@pytest.mark.parametrize("value", [7, None, ["a"]])
def test_what_is_no_text_is_refused_in_words(value):
    with pytest.raises(InvalidValueError, match=r"^This must be text\.$"):
        TextKind().clean(value)


def test_tags_are_kept_elsewhere():
    with pytest.raises(InvalidValueError, match=r"^Tags are kept beside the traits\.$"):
        TagKind().clean([1])
    assert TagKind().to_slot([1]) is None


@pytest.mark.parametrize(("value", "decimals"), [(2**63, 0), (-(2**63), 0), ("1e17", 2)])
def test_number_that_no_slot_could_hold_is_refused_in_words(value, decimals):
    with pytest.raises(InvalidValueError, match=r"^This number is too large\.$"):
        NumberKind(decimals=decimals).clean(value)
