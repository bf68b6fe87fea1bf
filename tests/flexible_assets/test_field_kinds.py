"""One class for each kind of field: clean values, slots and texts."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.template.loader import get_template

from flexible_assets.field_kinds import (
    FIELD_KINDS,
    SLOTS,
    CheckboxKind,
    DateKind,
    HeaderKind,
    InvalidValueError,
    NumberKind,
    PasswordKind,
    PercentKind,
    SelectKind,
    TagKind,
    TextboxKind,
    TextKind,
    UploadKind,
)
from flexible_assets.models import FlexibleAsset
from itglue_portal.templatetags.portal import draw_icon


def kinds_that(attribute):
    return {name for name, kind in FIELD_KINDS.items() if getattr(kind, attribute)}


def test_there_are_the_eleven_kinds_of_it_glue():
    assert list(FIELD_KINDS) == [
        "Text", "Textbox", "Select", "Date", "Number", "Percent", "Checkbox", "Header", "Upload", "Password", "Tag",
    ]  # fmt: skip
    assert [name for name, kind in FIELD_KINDS.items() if kind.name != name] == []


def test_what_sets_a_kind_apart_is_said_by_its_class():
    assert kinds_that("may_be_title") == {"Text", "Select", "Date"}
    assert set(FIELD_KINDS) - kinds_that("may_be_listed") == {"Header", "Password"}
    assert set(FIELD_KINDS) - kinds_that("has_value") == {"Header"}
    assert kinds_that("is_beside") == {"Upload", "Password", "Tag"}
    assert kinds_that("may_expire") == {"Date"}
    assert kinds_that("has_decimals") == {"Number", "Percent"}
    assert kinds_that("is_summed") == {"Number"}
    assert kinds_that("has_options") == kinds_that("is_badge") == {"Select"}
    assert kinds_that("is_rich_text") == {"Textbox"}
    assert (kinds_that("is_tag"), kinds_that("is_file"), kinds_that("is_secret")) == (
        {"Tag"},
        {"Upload"},
        {"Password"},
    )


def test_every_slot_is_a_column_of_an_asset():
    columns = {field.name for field in FlexibleAsset._meta.concrete_fields}
    assert {slot for family in SLOTS.values() for slot in family} <= columns
    assert {kind.slot_family for kind in FIELD_KINDS.values()} - {None} == set(SLOTS)


@pytest.mark.parametrize("kind", FIELD_KINDS.values())
def test_every_kind_is_drawn(kind):
    assert get_template(kind().input_template)
    assert get_template(kind().value_template)
    assert "<svg" in draw_icon(kind.icon)
    assert kind.purpose.endswith(".")


def test_no_code_asks_for_a_kind_by_its_name():
    root = Path(__file__).parents[2]
    code = [
        path for app in ("flexible_assets", "licenses", "integrations") for path in (root / app).rglob("*.py")
    ]
    asking = [
        path.name
        for path in code
        if any(
            word in path.read_text() for word in ('kind == "Te', 'kind == "S', 'kind == "P', 'kind == "Ta')
        )
    ]
    assert asking == []


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
        ("-0.001", 2, "0.00"),
    ],
)
def test_number_is_kept_with_its_decimals(value, decimals, cleaned):
    assert NumberKind(decimals=decimals).clean(value) == cleaned
    assert PercentKind(decimals=decimals).clean(value) == cleaned


@pytest.mark.parametrize("kind", [NumberKind(), PercentKind()])
@pytest.mark.parametrize("value", ["seven", "", None, "1,000", [], "NaN", "sNaN", "Infinity", True])
def test_what_is_no_number_is_refused_in_words(kind, value):
    with pytest.raises(InvalidValueError, match=r"^This must be a number\.$"):
        kind.clean(value)


@pytest.mark.parametrize(
    ("value", "decimals"), [(2**63, 0), (-(2**63), 0), ("1e17", 2), ("1e400", 0), ("1e999999", 2)]
)
def test_number_that_no_slot_could_hold_is_refused_in_words(value, decimals):
    with pytest.raises(InvalidValueError, match=r"^This number is too large\.$"):
        NumberKind(decimals=decimals).clean(value)


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
    percent = PercentKind(decimals=decimals)
    assert (percent.to_slot(value), percent.to_text(value)) == (slot, text and f"{text}%")


@pytest.mark.parametrize(
    ("written", "number"),
    [("1,234,567.5", "1234567.50"), (" 1 234 ", "1234.00"), ("-1,000", "-1000.00"), ("12", "12.00")],
)
def test_number_is_read_as_people_write_it(written, number):
    assert NumberKind(decimals=2).from_text(written) == number
    assert PercentKind(decimals=2).from_text(f"{written} %") == number


@pytest.mark.parametrize("written", ["1,5", "12,34,567", "1,2345", "5 apples"])
def test_number_that_could_mean_two_things_is_refused(written):
    with pytest.raises(InvalidValueError):
        NumberKind().from_text(written)


@pytest.mark.parametrize("kind", [TextKind(), SelectKind()])
def test_text_in_its_slot_and_on_screen(kind):
    assert kind.clean("  Bäckerei ") == "Bäckerei"
    assert (kind.to_slot("Bäckerei"), kind.to_text("Bäckerei")) == ("Bäckerei", "Bäckerei")
    assert (kind.to_slot("x" * 300), kind.to_text("x" * 300)) == ("x" * 255, "x" * 300)
    assert (kind.to_slot(""), kind.to_slot(None), kind.to_text(None)) == (None, None, "")


@pytest.mark.parametrize("kind", [TextKind(), TextboxKind(), SelectKind()])
@pytest.mark.parametrize("value", [7, None, ["a"]])
def test_what_is_no_text_is_refused_in_words(kind, value):
    with pytest.raises(InvalidValueError, match=r"^This must be text\.$"):
        kind.clean(value)


def test_text_that_is_no_line_any_more_is_refused():
    with pytest.raises(InvalidValueError, match="at most 5,000 characters"):
        TextKind().clean("x" * 5_001)


def test_text_loses_what_the_database_can_not_hold():
    assert TextKind().clean("a\0b") == "ab"


def test_option_is_read_however_it_is_capitalized():
    kind = SelectKind(options=("Good", "Worn"))
    assert (kind.clean("Good"), kind.from_text(" wORN ")) == ("Good", "Worn")
    with pytest.raises(InvalidValueError, match=r"^Choose one of the options\.$"):
        kind.clean("good")
    with pytest.raises(InvalidValueError, match=r"^This must be one of: Good, Worn\.$"):
        kind.from_text("New")


@pytest.mark.parametrize(
    "value", ["2026-03-31", " 2026-03-31 ", date(2026, 3, 31), datetime(2026, 3, 31, 23, tzinfo=UTC)]
)
def test_date_is_kept_in_iso_8601(value):
    assert DateKind().clean(value) == "2026-03-31"


@pytest.mark.parametrize(
    "written", ["2026-03-31", "2026/03/31", "31.03.2026", "31 Mar 2026", "March 31, 2026"]
)
def test_date_is_read_as_people_write_it(written):
    assert DateKind().from_text(written) == "2026-03-31"


@pytest.mark.parametrize("value", ["2026-02-30", "3/4/2026", "soon", "", None, 20260331])
def test_what_is_no_date_is_refused_in_words(value):
    with pytest.raises(InvalidValueError, match=r"^This must be a date, such as 2026-03-31\.$"):
        DateKind().clean(value)


def test_date_in_its_slot_and_on_screen():
    kind = DateKind()
    assert (kind.to_slot("2026-03-31"), kind.to_text("2026-03-31")) == (date(2026, 3, 31), "2026-03-31")
    assert (kind.to_slot(None), kind.to_slot("soon"), kind.to_text(None)) == (None, None, "")


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [(True, True), (False, False), ("true", True), ("false", False), ("Yes", True), ("no", False)],
)
def test_checkbox_is_yes_or_no(value, cleaned):
    kind = CheckboxKind()
    assert kind.clean(value) is cleaned
    assert (kind.to_slot(cleaned), kind.to_text(cleaned)) == ((1, "Yes") if cleaned else (0, "No"))
    assert kind.from_text(kind.to_text(cleaned)) is cleaned


def test_checkbox_nobody_answered_is_neither():
    assert (CheckboxKind().to_slot(None), CheckboxKind().to_text(None)) == (None, "")
    for value in ("maybe", "", None, 2):
        with pytest.raises(InvalidValueError, match=r"^This must be yes or no\.$"):
            CheckboxKind().clean(value)


def test_rich_text_is_kept_as_html_and_told_as_words():
    kind = TextboxKind()
    html = kind.clean("<h2>Restart</h2><ul><li>Stop</li><li>Start <b>twice</b></li></ul>")
    assert html == "<h2>Restart</h2><ul><li>Stop</li><li>Start <b>twice</b></li></ul>"
    assert kind.to_text(html) == "Restart\n• Stop\n• Start twice"
    assert (kind.to_slot(html), kind.to_text(None)) == (None, "")


def test_plain_lines_become_paragraphs():
    assert TextboxKind().clean("If a < b & c\r\nstop\r\n\r\nThen go") == (
        "<p>If a &lt; b &amp; c<br>stop</p><p>Then go</p>"
    )


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (HeaderKind(), "A heading holds no value."),
        (UploadKind(), "Files are attached beside the traits."),
        (PasswordKind(), "Passwords are sealed beside the other fields."),
        (TagKind(), "Tags are kept beside the traits."),
    ],
)
def test_what_is_kept_elsewhere_is_no_trait(kind, message):
    with pytest.raises(InvalidValueError) as refused:
        kind.clean("x")
    assert (str(refused.value), kind.to_slot("x")) == (message, None)


def test_password_is_told_by_no_text():
    assert (PasswordKind().to_text(True), PasswordKind().to_text("hunter2")) == ("", "")
