"""Keyset paging: every row exactly once, forwards and backwards, over ties and rows without a value."""

import base64
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flexible_assets.models import FlexibleAsset, FlexibleAssetType
from organizations import paging
from organizations.access import account_transaction
from organizations.models import Organization
from organizations.paging import Cursor, Order, capped_count, read_slice
from tests.factories import NOW, make_account

pytestmark = pytest.mark.usefixtures("committed")

few_values = st.lists(st.none() | st.integers(-2, 3), max_size=12)
ORDER = st.builds(Order, st.just("number_1"), descending=st.booleans(), nullable=st.just(True))


def make_assets(values) -> int:
    """An account of its own with one asset for each value; its id."""
    account = make_account()
    with account_transaction(account.pk):
        organization = Organization.objects.create(account=account, name="O", sort_key="o", created_at=NOW)
        asset_type = FlexibleAssetType.objects.create(account=account, name="T")
        FlexibleAsset.objects.bulk_create(
            FlexibleAsset(
                account=account,
                organization=organization,
                asset_type=asset_type,
                name=str(value),
                number_1=value,
            )
            for value in values
        )
    return account.pk


def read(account_id: int, *, order: Order, cursor: str = "", size: int = 50):
    with account_transaction(account_id):
        rows = FlexibleAsset.objects.of_account(account_id)
        return read_slice(rows, order=order, cursor=Cursor.decode(cursor), size=size)


def ids(part) -> list[int]:
    return [row.pk for row in part.rows]


def in_order(account_id: int, order: Order) -> list[int]:
    """As sorted in Python: values up or down with the id, then what has no value."""
    with account_transaction(account_id):
        rows = list(FlexibleAsset.objects.values_list("number_1", "pk"))
    valued = sorted((row for row in rows if row[0] is not None), reverse=order.descending)
    empty = sorted((row for row in rows if row[0] is None), key=lambda row: row[1], reverse=order.descending)
    return [pk for _, pk in [*valued, *empty]]


@given(values=few_values, order=ORDER, size=st.integers(1, 5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_met_once_in_order_and_back_again(values, order, size):
    account_id = make_assets(values)
    pages = [read(account_id, order=order, size=size)]
    while pages[-1].next:
        pages.append(read(account_id, order=order, cursor=pages[-1].next, size=size))
    assert [pk for page in pages for pk in ids(page)] == in_order(account_id, order)
    assert [len(page.rows) for page in pages[:-1]] == [size] * (len(pages) - 1)

    backwards = [pages[-1]]
    while backwards[-1].previous:
        backwards.append(read(account_id, order=order, cursor=backwards[-1].previous, size=size))
    assert [ids(page) for page in reversed(backwards)] == [ids(page) for page in pages]


@given(values=few_values, order=ORDER, size=st.integers(1, 5), parts=st.integers(2, 4))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_parts_are_paged_as_one_set(values, order, size, parts):
    """Some of them empty, as those of a list without archived rows are."""
    account_id = make_assets(values)
    with account_transaction(account_id):
        rows = FlexibleAsset.objects.of_account(account_id).select_related("organization")
        known = list(rows.values_list("pk", flat=True))
        several = [rows.filter(pk__in=known[part::parts]) for part in range(parts)]
        whole, apart = (read_slice(each, order=order, cursor=None, size=size) for each in (rows, several))
        assert (ids(apart), apart.next) == (ids(whole), whole.next)
        while apart.next:
            before = apart
            with CaptureQueriesContext(connection) as queries:
                apart = read_slice(several, order=order, cursor=Cursor.decode(apart.next), size=size)
                assert {row.organization.name for row in apart.rows} == {"O"}
            assert len(queries) <= 2
            whole = read_slice(rows, order=order, cursor=Cursor.decode(whole.next), size=size)
            assert (ids(apart), apart.next) == (ids(whole), whole.next)
            back = read_slice(several, order=order, cursor=Cursor.decode(apart.previous), size=size)
            assert ids(back) == ids(before)
        with CaptureQueriesContext(connection) as queries:
            assert capped_count(several) == (len(values), False)
        assert len(queries) <= 1


@given(values=st.lists(st.integers(0, 3), min_size=1, max_size=8), size=st.integers(1, 3))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_without_empty_values_needs_one_query_a_page(values, size):
    account_id = make_assets(values)
    order = Order("number_1")
    with account_transaction(account_id), CaptureQueriesContext(connection) as queries:
        read_slice(FlexibleAsset.objects.of_account(account_id), order=order, cursor=None, size=size)
    assert len(queries) == 1


def test_first_and_last_page_lead_nowhere_else():
    account_id = make_assets([1, 2, 3])
    first = read(account_id, order=Order("number_1"), size=2)
    last = read(account_id, order=Order("number_1"), cursor=first.next, size=2)
    assert (first.previous, bool(first.next), bool(last.previous), last.next) == ("", True, True, "")
    only = read(account_id, order=Order("number_1"), size=3)
    assert (only.previous, only.next) == ("", "")


def test_row_added_before_the_cursor_moves_no_page():
    account_id = make_assets([1, 2, 3, 4])
    order = Order("number_1")
    first = read(account_id, order=order, size=2)
    with account_transaction(account_id):
        row = FlexibleAsset.objects.first()
        FlexibleAsset.objects.filter(pk=row.pk).update(number_1=0)
    following = read(account_id, order=order, cursor=first.next, size=2)
    assert [row.number_1 for row in following.rows] == [3, 4]


def test_page_after_its_row_was_deleted_goes_on_behind_it():
    account_id = make_assets([1, 2, 3])
    order = Order("number_1")
    first = read(account_id, order=order, size=2)
    with account_transaction(account_id):
        FlexibleAsset.objects.filter(number_1=2).delete()
    assert [row.number_1 for row in read(account_id, order=order, cursor=first.next).rows] == [3]


def encoded(members) -> str:
    text = members if isinstance(members, bytes) else json.dumps(members).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


NO_CURSORS = [
    "",
    "!",
    "é",
    "A" * 5000,
    encoded(b"\xff\xfe"),
    encoded(b"[" * 3000),
    encoded(b"1" * 5000),
    encoded({}),
    encoded([]),
    encoded([0, 0, 1]),
    encoded([0, 0, 1, 2, 3]),
    encoded([0, 0, 1, "2"]),
    encoded([0, 0, 1, None]),
    encoded([0, 0, 1, True]),
    encoded([0, 0, [1], 2]),
    encoded([0, 0, {"a": 1}, 2]),
    encoded([0, 0, 1.5, 2]),
    encoded([0, 0, True, 2]),
]
#: Well-formed, but not of a place in this order.
MISFITS = [
    encoded([0, 0, "abc", 2]),
    encoded([0, 0, "1\0", 2]),
    encoded([0, 0, None, 2]),
    encoded([0, 1, 7, 2]),
]


@pytest.mark.parametrize("text", NO_CURSORS)
def test_what_is_no_cursor_is_none(text):
    assert Cursor.decode(text) is None


@pytest.mark.parametrize("text", [*NO_CURSORS, *MISFITS])
def test_bad_cursor_starts_at_the_first_page(text):
    account_id = make_assets([1, 2, None])
    order = Order("number_1", nullable=True)
    page = read(account_id, order=order, cursor=text, size=2)
    assert ([row.number_1 for row in page.rows], page.previous) == ([1, 2], "")


@pytest.mark.parametrize("value", [5, "\ud800", "a\0b", None, "x" * 3000])
def test_odd_text_cursor_is_no_error(value):
    account_id = make_assets([1])
    read(account_id, order=Order("sort_key"), cursor=encoded([0, 0, value, 2]))


@pytest.mark.parametrize("row_id", [2**63, -(2**63) - 1, 2**80])
@pytest.mark.parametrize("members", [[0, 0, 1], [1, 0, 1], [0, 1, None], [1, 1, None], [0, 0, 2**80]])
def test_cursor_out_of_range_is_no_error(members, row_id):
    account_id = make_assets([1, None])
    read(account_id, order=Order("number_1", nullable=True), cursor=encoded([*members, row_id]))


@given(
    st.builds(
        Cursor,
        backwards=st.booleans(),
        in_nulls=st.booleans(),
        value=st.none() | st.integers() | st.text(),
        id=st.integers(),
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cursor_survives_the_url(cursor):
    text = cursor.encode()
    assert Cursor.decode(text) == cursor
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    ("rows", "counted"), [(0, (0, False)), (2, (2, False)), (3, (3, False)), (4, (3, True)), (9, (3, True))]
)
def test_count_stops_at_its_limit(rows, counted, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_LIMIT", 3)
    account_id = make_assets(range(rows))
    with account_transaction(account_id):
        assert capped_count(FlexibleAsset.objects.of_account(account_id)) == counted
