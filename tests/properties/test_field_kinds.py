"""Field kinds over generated values: what is stored can be shown, sorted, stored again, and read from what is shown."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from flexible_assets.field_kinds import (
    TEXT_SLOT_LENGTH,
    CheckboxKind,
    DateKind,
    NumberKind,
    PercentKind,
    SelectKind,
    TextboxKind,
    TextKind,
)
from organizations.rich_text import from_typed, plain_text, sanitize

DECIMALS = st.integers(min_value=0, max_value=4)
NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=6)
KINDS = st.sampled_from([NumberKind, PercentKind])
WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
#: Pieces of markup, whole and broken, beside words.
MARKUP = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<b>",
            "</b>",
            "<ul><li>",
            "</li></ul>",
            "<br>",
            "<div>",
            "</div>",
            "<script>",
            "</script>",
            "<table><tr><td>",
            "</td>",
            "<a href='javascript:x'>",
            "<a href='https://a.test'>",
            "</a>",
            "&lt;",
            "&",
            "<p onclick=x>",
            "<!--",
            "-->",
            "<h3>",
            "<pre>",
            "\n",
            " ",
            "\xa0",
            "word",
            "<",
            ">",
        ]
    ),
    max_size=12,
).map("".join)


@given(KINDS, NUMBERS, DECIMALS)
def test_cleaned_number_is_clean(kind, value, decimals):
    kind = kind(decimals=decimals)
    cleaned = kind.clean(value)
    assert kind.clean(cleaned) == cleaned
    exact = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    assert Decimal(str(cleaned)) == exact


@given(NUMBERS, NUMBERS, DECIMALS)
def test_slots_order_as_the_numbers_do(one, other, decimals):
    kind = NumberKind(decimals=decimals)
    one, other = kind.clean(one), kind.clean(other)
    slots = kind.to_slot(one), kind.to_slot(other)
    assert (slots[0] < slots[1]) == (Decimal(str(one)) < Decimal(str(other)))
    assert all(isinstance(slot, int) for slot in slots)


@given(KINDS, NUMBERS, DECIMALS)
def test_number_is_read_from_what_is_shown(kind, value, decimals):
    kind = kind(decimals=decimals)
    cleaned = kind.clean(value)
    assert kind.from_text(kind.to_text(cleaned)) == cleaned
    assert kind.to_slot(cleaned) == int(Decimal(str(cleaned)) * 10**decimals)


@given(st.text())
def test_cleaned_text_is_clean_and_fits_its_slot(value):
    kind = TextKind()
    cleaned = kind.clean(value)
    assert kind.clean(cleaned) == cleaned == value.replace("\0", "").strip()
    slot = kind.to_slot(cleaned)
    assert slot == (cleaned[:TEXT_SLOT_LENGTH] or None)
    assert kind.from_text(kind.to_text(cleaned)) == cleaned


@given(st.dates(), st.dates())
def test_date_is_read_from_what_is_shown_and_sorts(one, other):
    kind = DateKind()
    first, second = kind.clean(one), kind.clean(other)
    assert kind.clean(first) == first == kind.from_text(kind.to_text(first))
    assert kind.to_slot(first) == date.fromisoformat(first) == one
    assert (first < second) == (one < other)


@given(st.booleans())
def test_checkbox_is_read_from_what_is_shown(value):
    kind = CheckboxKind()
    assert kind.from_text(kind.to_text(kind.clean(value))) is value


@given(st.lists(WORDS, min_size=1, max_size=5, unique_by=str.casefold), st.data())
def test_option_is_read_from_what_is_shown(options, data):
    kind = SelectKind(options=tuple(options))
    chosen = data.draw(st.sampled_from(options))
    assert kind.from_text(kind.to_text(kind.clean(chosen))) == chosen


@given(st.one_of(MARKUP, st.text(max_size=60)))
def test_cleaned_rich_text_is_clean_and_harmless(value):
    cleaned = TextboxKind().clean(value)
    assert TextboxKind().clean(cleaned) == cleaned == sanitize(cleaned)
    assert "<script" not in cleaned
    assert "javascript:" not in cleaned
    assert " on" not in cleaned.split(">")[0]


@given(st.lists(WORDS, max_size=5))
def test_words_of_rich_text_are_read_from_what_is_shown(words):
    text = "\n".join(words)
    html = from_typed(text)
    assert plain_text(from_typed(plain_text(html))) == plain_text(html)
