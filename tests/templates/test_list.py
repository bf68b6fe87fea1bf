"""The one list component: a form that works alone, and a region that htmx replaces."""

import re
from dataclasses import replace

from django.template.loader import render_to_string

from organizations.lists import Cell, Filter, Header, ListPage, ListRow, Meter, Option

HEADERS = [
    Header("name", "License Name", is_number=False, hint="", sort_url="/licenses/?sort=-name", sorted="asc"),
    Header("consumed", "Consumed", is_number=True, hint="Units that are assigned"),
]
PAGE = ListPage(
    url="/licenses/",
    columns=HEADERS,
    rows=[
        ListRow([Cell("Microsoft 365 E3", url="/assets/1/", is_title=True), Cell("187", is_number=True)]),
        ListRow(
            [Cell("Visio & <co>", url="/assets/2/", is_title=True), Cell("5", is_number=True)],
            is_orphaned=True,
        ),
    ],
    count_text="2 Microsoft Licenses",
    search="mic",
    search_placeholder="Search by name",
    filters=[
        Filter("status", "Status", [Option("", "Any", selected=False), Option("ok", "Active", selected=True)])
    ],
    has_active_filters=True,
    first_url="",
    previous_url="",
    next_url="/licenses/?from=abc",
    empty_title="No Microsoft Licenses match",
    empty_text="Try fewer words.",
    hidden=[("sort", "name")],
    totals=["Total", "192"],
)


def shown(page):
    return render_to_string("partials/list.html", {"page": page, "list_label": "Licenses"})


def results(page):
    html = shown(page)
    return html[html.index('id="results"') :]


def test_list_keeps_what_was_asked_for_in_its_form():
    html = shown(PAGE)
    assert re.findall(r'name="q" value="(\w*)"', html) == ["mic"]
    assert re.findall(r'<option value="(\w*)" selected>', html) == ["ok"]


def test_sort_order_belongs_to_the_form_but_is_replaced_with_the_results():
    assert '<input type="hidden" form="list-filters" name="sort" value="name">' in results(PAGE)


def test_every_request_of_a_list_replaces_only_its_results():
    html = shown(PAGE)
    assert html.count("hx-get=") == 3  # the form, one sortable column, the next page
    assert html.count('hx-target="#results" hx-select="#results"') == 3


def test_first_column_heads_its_row_and_leads_on():
    heads = re.findall(r'<th scope="row">.*?<a href="([^"]+)">(.*?)</a>', results(PAGE))
    assert heads == [("/assets/1/", "Microsoft 365 E3"), ("/assets/2/", "Visio &amp; &lt;co&gt;")]


def test_sorted_column_says_so_and_an_unsortable_one_is_no_link():
    html = results(PAGE)
    assert re.findall(r'aria-sort="(\w+)"', html) == ["ascending"]
    assert re.findall(r'id="sort-(\w+)"', html) == ["name"]


def test_totals_stand_under_their_columns():
    foot = results(PAGE).partition("<tfoot>")[2].partition("</tfoot>")[0]
    assert re.findall(r"<td[^>]*>(.*?)</td>", foot) == ["Total", "192"]


def test_list_without_rows_says_what_to_do_instead_of_showing_a_table():
    html = results(replace(PAGE, rows=[], next_url=""))
    assert "<table" not in html
    assert "<h2>No Microsoft Licenses match</h2>" in html
    assert '<a href="/licenses/">Clear filters</a>' in html


def test_meter_survives_a_license_without_active_units():
    cell = Cell("18", is_number=True, meter=Meter(18, 0, "18 of 0 consumed"))
    html = results(replace(PAGE, rows=[ListRow([Cell("E5", is_title=True), cell])]))
    assert 'class="meter is-over" viewBox="0 0 0 1"' in html


def test_meter_of_large_numbers_stays_a_drawing():
    cell = Cell("1,500", is_number=True, meter=Meter(1500, 10000, "1,500 of 10,000 consumed"))
    html = results(replace(PAGE, rows=[ListRow([Cell("E5", is_title=True), cell])]))
    assert 'viewBox="0 0 10000 1"' in html
    assert '<rect width="1500" height="1"/>' in html
