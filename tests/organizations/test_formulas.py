"""Texts that a spreadsheet would take for a formula leave as text, and come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.formulas import defused, undefused


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"])  # noqa: RUF001 - these are meant
def test_no_text_begins_like_a_formula(start):
    assert defused(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "plain", "O'Neill", "'quoted'", "1-2", " =1"])
def test_other_texts_leave_as_they_are(text):
    assert (defused(text), undefused(text)) == (text, text)


@given(st.text(alphabet="'=+-@a1 \t\n＝"))  # noqa: RUF001 - as above
def test_every_text_comes_back_as_it_was(text):
    assert undefused(defused(text)) == text
