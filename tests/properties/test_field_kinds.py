"""Field kinds over generated values: what is stored can be shown, sorted and stored again."""

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from flexible_assets.field_kinds import TEXT_SLOT_LENGTH, NumberKind, TextKind

DECIMALS = st.integers(min_value=0, max_value=4)
NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=6)


@given(NUMBERS, DECIMALS)
def test_cleaned_number_is_clean(value, decimals):
    kind = NumberKind(decimals=decimals)
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


@given(NUMBERS, DECIMALS)
def test_number_is_shown_as_it_is_stored(value, decimals):
    kind = NumberKind(decimals=decimals)
    cleaned = kind.clean(value)
    assert Decimal(kind.to_text(cleaned).replace(",", "")) == Decimal(str(cleaned))
    assert kind.to_slot(cleaned) == int(Decimal(str(cleaned)) * 10**decimals)


@given(st.text())
def test_cleaned_text_is_clean_and_fits_its_slot(value):
    kind = TextKind()
    cleaned = kind.clean(value)
    assert kind.clean(cleaned) == cleaned == value.strip()
    slot = kind.to_slot(cleaned)
    assert slot == (cleaned[:TEXT_SLOT_LENGTH] or None)
