"""The list component: what the URL asks for, what the links keep, and what the page says about it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import QueryDict

from organizations import paging
from organizations.access import account_transaction
from organizations.actions import create_organization
from organizations.lists import Cell, ListColumn, ListPage, ListQuery, ListSpec, build_page, choice
from organizations.models import Organization
from organizations.paging import Order
from tests.factories import NOW

COLUMNS: list[ListColumn[Organization]] = [
    ListColumn("name", "Name", lambda row: Cell(row.name, is_title=True), order=Order("sort_key")),
    ListColumn(
        "id", "Number", lambda row: Cell(str(row.pk)), order=Order("id"), is_number=True, hint="Its id"
    ),
    ListColumn("note", "Note", lambda row: Cell("")),
]
SIZES = [("s", "Small"), ("l", "Large")]


@pytest.fixture
def page_of(account, inside, monkeypatch):
    """`page_of("sort=-name", names)`: the list of so many organizations that this query string shows, two a page."""
    monkeypatch.setattr(paging.read_slice, "__kwdefaults__", {"size": 2})

    def build(query: str = "", *, names=(), **changes) -> ListPage:
        with inside():
            for name in names:
                create_organization(account.pk, name=name, now=NOW)
        asked = ListQuery.of(QueryDict(query))
        with account_transaction(account.pk):
            spec: dict[str, Any] = {
                "url": "/list/",
                "query": asked,
                "rows": Organization.objects.of_account(account.pk).matching(asked.search),
                "columns": COLUMNS,
                "noun": ("organization", "organizations"),
                "search_placeholder": "Find",
                "empty_title": "Nothing yet",
                "empty_text": "Add one.",
                "filters": [
                    choice(
                        "size",
                        "Size",
                        values=SIZES,
                        chosen=asked.chosen("size", among=SIZES),
                        any_label="Any",
                    )
                ],
            }
            return build_page(ListSpec(**(spec | changes)))

    return build


def texts(page: ListPage) -> list[str]:
    return [row.cells[0].text for row in page.rows]


def asked(url: str) -> dict[str, str]:
    assert urlsplit(url).path == "/list/"
    return {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}


def test_sort_search_and_filter_stay_in_every_link(page_of):
    page = page_of("q=o&sort=-name&size=s&from=&other=x", names=["One", "Two", "Four"])
    kept = {"q": "o", "sort": "-name", "size": "s"}
    assert texts(page) == ["Two", "One"]
    assert asked(page.next_url) == kept | {"from": asked(page.next_url)["from"]}
    name, number, note = page.columns
    assert asked(name.sort_url) == kept | {"sort": "name"}
    assert asked(number.sort_url) == kept | {"sort": "-id"}
    assert note.sort_url == ""
    assert page.hidden == [("sort", "-name")]
    assert page.clear_url == "/list/"

    following = page_of(urlsplit(page.next_url).query)
    assert texts(following) == ["Four"]
    assert asked(following.first_url) == kept
    assert texts(page_of(urlsplit(following.previous_url).query)) == ["Two", "One"]


def test_special_characters_survive_the_links(page_of):
    page = page_of("q=a%26b%3D%23", names=["a&b=#1", "a&b=#2", "a&b=#3"])
    assert asked(page.next_url)["q"] == "a&b=#"
    assert texts(page_of(urlsplit(page.next_url).query)) == ["a&b=#3"]


@pytest.mark.parametrize(
    ("query", "arrows"),
    [
        ("", ["asc", "", ""]),
        ("sort=name", ["asc", "", ""]),
        ("sort=-name", ["desc", "", ""]),
        ("sort=id", ["", "asc", ""]),
        ("sort=-id", ["", "desc", ""]),
        ("sort=note", ["asc", "", ""]),
        ("sort=password", ["asc", "", ""]),
        ("sort=--name", ["asc", "", ""]),
    ],
)
def test_list_is_sorted_by_a_column_that_may_be_sorted_by(query, arrows, page_of):
    page = page_of(query, names=["One"])
    assert [column.sorted for column in page.columns] == arrows


def test_first_click_on_a_number_shows_the_largest_first(page_of):
    _, number, _ = page_of("", names=["One"]).columns
    assert asked(number.sort_url) == {"sort": "-id"}
    _, number, _ = page_of("sort=-id").columns
    assert asked(number.sort_url) == {"sort": "id"}


@pytest.mark.parametrize(
    ("names", "text"), [([], "0 organizations"), (["1"], "1 organization"), (["1", "2"], "2 organizations")]
)
def test_count_reads_as_a_person_says_it(names, text, page_of):
    assert page_of("", names=names).count_text == text


def test_large_count_is_capped(page_of, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_LIMIT", 2)
    assert page_of("", names=["1", "2", "3"]).count_text == "2+ organizations"


def test_empty_list_says_what_to_do_and_an_empty_result_how_to_widen_it(page_of):
    page = page_of("")
    assert (page.empty_title, page.empty_text, page.has_active_filters) == ("Nothing yet", "Add one.", False)
    for query in ("q=x", "size=s", "q=x&size=l"):
        page = page_of(query)
        assert (page.empty_title, page.has_active_filters) == ("No organizations match", True)


@pytest.mark.parametrize("query", ["size=xl", "size=", "unknown=s", "q=+++", "q=%00", "size=%00"])
def test_unknown_values_count_as_absent(query, page_of):
    page = page_of(query, names=["One"])
    assert (texts(page), page.has_active_filters) == (["One"], False)


def test_chosen_option_is_marked(page_of):
    [size] = page_of("size=l").filters
    assert [(option.value, option.label, option.selected) for option in size.options] == [
        ("", "Any", False),
        ("s", "Small", False),
        ("l", "Large", True),
    ]


def test_totals_stand_under_their_columns(page_of):
    page = page_of(
        "", names=["One"], totals=lambda rows, is_capped: {"name": "Total", "id": str(rows.count())}
    )
    assert page.totals == ["Total", "1", ""]


def test_empty_list_has_no_totals(page_of):
    assert page_of("", totals=lambda rows, is_capped: {"name": "Total"}).totals == ()


def test_totals_know_that_the_count_is_capped(page_of, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_LIMIT", 2)
    totals = {"totals": lambda rows, is_capped: {"name": str(is_capped)}}
    assert page_of("", names=["1", "2"], **totals).totals == ["False", "", ""]
    assert page_of("", names=["3"], **totals).totals == ["True", "", ""]


def test_search_is_cut_to_a_sensible_length():
    assert len(ListQuery.of(QueryDict(f"q={'x' * 5000}")).search) == 200


def test_last_of_repeated_parameters_counts():
    assert ListQuery.of(QueryDict("q=a&q=b")).search == "b"
