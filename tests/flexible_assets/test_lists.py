"""Lists of a type with every kind of field: filters, order, archived rows, and what they cost."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexible_assets.actions import archive_assets, restrict_asset
from flexible_assets.models import AssetTag, FlexibleAsset
from organizations.actions import ContactDetails, create_contacts
from organizations.names import search_key
from organizations.roles import Role
from tests.factories import NOW, make_organization, make_user
from tests.flexible_assets.listing import add_assets, make_backups
from tests.pages import page_of

CONTENTS = [
    {"job": "Files", "vendor": "Veeam", "state": "Running", "size": "1.5", "success": 99, "renewal": "2026-03-10", "encrypted": True},
    {"job": "Mail", "vendor": "Straße IT", "state": "Broken", "size": "12.0", "success": 40, "renewal": "2026-05-01", "encrypted": False},
    {"job": "Photos", "vendor": "STRASSE", "state": "Paused", "size": "0.5", "renewal": "2025-12-31"},
    {"job": "Servers"},
]  # fmt: skip


@pytest.fixture
def organization(account):
    return make_organization(account, "Harbor")


@pytest.fixture
def schema(account):
    return make_backups(account)


@pytest.fixture
def assets(schema, organization):
    return {asset.name: asset for asset in add_assets(schema, organization, CONTENTS)}


def names(response) -> list[str]:
    page = page_of(response)
    return [row[0] for row in page.rows] if page.all("tbody") else []


@pytest.mark.usefixtures("assets")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("vendor=STRASSE", ["Mail", "Photos"]),
        ("vendor=straße", ["Mail", "Photos"]),
        ("vendor=Strasse&vendor.is=exactly", ["Photos"]),
        ("vendor=%25", []),
        ("vendor.is=empty", ["Servers"]),
        ("vendor.is=not-empty", ["Files", "Mail", "Photos"]),
        ("state=Broken&state=Paused", ["Mail", "Photos"]),
        ("state.is=empty", ["Servers"]),
        ("state=Broken&state.is=empty", ["Mail", "Servers"]),
        ("size.min=1.5", ["Files", "Mail"]),
        ("size.min=0.51&size.max=11.99", ["Files"]),
        ("size.max=1", ["Photos"]),
        ("size.is=empty", ["Servers"]),
        ("size.min=99999999999999999999", ["Files", "Mail", "Photos", "Servers"]),
        ("size.min=9999999999999999999", []),
        ("success.max=50", ["Mail"]),
        ("renewal.after=2026-03-10", ["Mail"]),
        ("renewal.before=2026-03-10", ["Photos"]),
        ("renewal.within=10", ["Files"]),
        ("renewal.within=8", []),
        ("renewal.is=empty", ["Servers"]),
        ("encrypted=yes", ["Files"]),
        ("encrypted=no", ["Mail", "Photos", "Servers"]),
        ("watched-by=any", []),
        ("watched-by=none", ["Files", "Mail", "Photos", "Servers"]),
        ("name=il", ["Files", "Mail"]),
        ("name=mail&name.is=exactly", ["Mail"]),
        ("q=o&state=Paused&size.max=1", ["Photos"]),
    ],
)
def test_list_is_narrowed_by_each_kind_of_field(technician, url, query, found):
    with time_machine.travel(NOW.replace(day=1), tick=False):
        assert names(technician.get(f"{url}?{query}")) == found


@pytest.mark.usefixtures("assets")
@pytest.mark.parametrize(
    "query",
    [
        "size.min=many", "size.min=1e9", "renewal.after=soon", "renewal.within=-1", "state=Unknown", "encrypted=maybe",
        "vendor.is=unknown", "no-such-field=1", "archived=yes", "view=1", "view=x", "renewal.before=2026-13-01",
    ],
)  # fmt: skip
def test_filter_that_says_nothing_counts_as_absent(technician, url, query):
    page = page_of(technician.get(f"{url}?{query}"))
    assert (len(page.rows), page.all("a", class_="chip")) == (4, [])


@pytest.mark.usefixtures("assets")
def test_each_filter_in_force_is_told_and_can_be_removed_alone(technician, url):
    page = page_of(
        technician.get(f"{url}?state=Broken&state=Paused&size.min=1&renewal.after=2026-01-01&sort=-size")
    )
    chips = page.all("a", class_="chip")
    assert [chip.text for chip in chips] == [
        "State Paused or Broken Remove this filter",
        "Size at least 1 Remove this filter",
        "Renewal after 1 Jan 2026 Remove this filter",
    ]
    without_state = page_of(technician.get(chips[0].attributes["href"]))
    assert [row[0] for row in without_state.rows] == ["Mail", "Files"]
    assert page_of(technician.get(chips[1].attributes["href"])).texts("a", class_="chip") == [
        "State Paused or Broken Remove this filter",
        "Renewal after 1 Jan 2026 Remove this filter",
    ]


@pytest.mark.usefixtures("assets")
@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("renewal", ["Photos", "Files", "Mail", "Servers"]),
        ("-renewal", ["Mail", "Files", "Photos", "Servers"]),
        ("-size", ["Mail", "Files", "Photos", "Servers"]),
        ("-vendor", ["Files", "Mail", "Photos", "Servers"]),
        ("encrypted", ["Mail", "Files", "Photos", "Servers"]),
    ],
)
def test_list_sorts_by_each_kind_of_field_with_empty_ones_last(technician, url, sort, order):
    assert names(technician.get(f"{url}?sort={sort}")) == order


def test_pages_by_date_follow_each_other_and_lead_back(technician, schema, organization, url):
    days = [f"2026-0{1 + number // 28}-{1 + number % 28:02}" for number in range(70)]
    add_assets(schema, organization, [{"job": day, "renewal": day} for day in days] + [{"job": "Never"}])
    first = page_of(technician.get(f"{url}?sort=renewal"))
    second = page_of(technician.get(first.one("a", rel="next").attributes["href"]))
    assert [row[0] for row in [*first.rows, *second.rows]] == [*days, "Never"]
    back = page_of(technician.get(second.one("a", rel="prev").attributes["href"]))
    assert [row[0] for row in back.rows] == days[:50]


def test_archived_rows_are_left_out_until_asked_for_and_then_marked(technician, assets, url, inside):
    with inside():
        archive_assets([assets["Mail"].pk], now=NOW)
    assert names(technician.get(url)) == ["Files", "Photos", "Servers"]
    page = page_of(technician.get(f"{url}?archived=included"))
    assert [row[0] for row in page.rows] == ["Files", "Mail Archived", "Photos", "Servers"]
    assert [row.one("th").text for row in page.all("tr", class_="is-archived")] == ["Mail Archived"]
    assert page.one("p", id="results-count").one("span").text == "4 Backups"
    assert page.one("tfoot").texts("td")[3] == "2.0"
    assert names(technician.get(f"{url}?archived=only")) == ["Mail Archived"]
    assert names(technician.get(f"{url}?archived=included&state=Broken")) == ["Mail Archived"]


def test_archived_rows_stand_among_the_others_on_every_page(technician, schema, organization, url, inside):
    made = add_assets(
        schema, organization, [{"job": f"Job {number}", "size": number} for number in range(120)]
    )
    with inside():
        archive_assets([asset.pk for asset in made[::3]], now=NOW)
    for sort, expected in (("name", range(120)), ("-size", range(119, -1, -1))):
        seen, place = [], f"{url}?archived=included&sort={sort}"
        while place:
            page = page_of(technician.get(place))
            seen += [row[0].removesuffix(" Archived") for row in page.rows]
            place = next((each.attributes["href"] for each in page.all("a", rel="next")), "")
        assert seen == [f"Job {number}" for number in expected]


def test_assets_of_an_archived_organization_are_in_nobodys_way(
    technician, account, schema, assets, global_url, inside
):
    closed = make_organization(account, "Closed")
    add_assets(schema, closed, [{"job": "Old", "size": "100.0"}])
    with inside():
        type(closed).objects.filter(pk=closed.pk).update(archived=True)
    page = page_of(technician.get(global_url))
    assert [row[0] for row in page.rows] == ["Files", "Mail", "Photos", "Servers"]
    assert page.one("tfoot").texts("td")[4] == "14.0"
    assert names(technician.get(f"{global_url}?archived=included"))[2] == "Old Archived"
    assert names(technician.get(f"{global_url}?organization={closed.pk}")) == ["Old Archived"]
    # One that nobody knows counts as absent, like any unknown value.
    assert names(technician.get(f"{global_url}?organization=999999999")) == [
        "Files",
        "Mail",
        "Photos",
        "Servers",
    ]


def test_restricted_asset_is_neither_listed_found_counted_nor_summed(
    account, sign_in, assets, schema, url, inside
):
    chosen, other = make_user(account, Role.EDITOR), make_user(account, Role.EDITOR)
    with inside():
        restrict_asset(assets["Mail"], users=[chosen], now=NOW)
    insider, outsider = sign_in(chosen), sign_in(other)
    for query in ("", "q=mail", "state=Broken", "size.min=2", "vendor=stra", "encrypted=no"):
        assert "Mail" in [name.split()[0] for name in names(insider.get(f"{url}?{query}"))], query
        assert "Mail" not in [name.split()[0] for name in names(outsider.get(f"{url}?{query}"))], query
    assert page_of(outsider.get(url)).one("tfoot").texts("td")[3] == "2.0"
    assert "3 Backups" in page_of(outsider.get(url)).text


def test_tags_are_named_where_there_is_one_and_counted_where_there_are_more(
    technician, assets, schema, organization, url, inside
):
    with inside():
        people = create_contacts(
            organization, [ContactDetails(name=name) for name in ("Ann", "Ben", "Cy")], now=NOW
        )
        field = schema.by_key["watched-by"]
        for asset, watching in ((assets["Files"], people[:1]), (assets["Mail"], people)):
            AssetTag.objects.bulk_create(
                AssetTag(account_id=asset.account_id, asset=asset, field=field, contact=contact)
                for contact in watching
            )
    page = page_of(technician.get(url))
    assert [row[-1] for row in page.rows] == ["Ann", "Ann + 2", "", ""]
    assert [
        cell.attributes["title"] for cell in page.one("tbody").all("td") if "title" in cell.attributes
    ] == ["Ann; Ben; Cy"]
    assert names(technician.get(f"{url}?watched-by=any")) == ["Files", "Mail"]


def test_field_called_like_a_part_of_the_list_filters_all_the_same(technician, account, organization, inside):
    from flexible_assets.actions import FieldSpec  # noqa: PLC0415 - for this test alone
    from flexible_assets.actions.building import TypeDetails, create_type  # noqa: PLC0415 - as above
    from flexible_assets.schema import schema_of  # noqa: PLC0415 - as above

    fields = [
        FieldSpec("Title", "Text", use_for_title=True, show_in_list=True),
        *(
            FieldSpec(name, "Text", show_in_list=True)
            for name in ("Name", "Sort", "Q", "Export", "Organization")
        ),
    ]
    with inside():
        schema = schema_of(create_type(account.pk, TypeDetails(name="Odd"), fields=fields, now=NOW))
    contents = [
        {"title": "A", "name": "x", "sort": "x", "q": "x", "export": "csv", "organization": "x"},
        {"title": "B", "name": "y", "sort": "y", "q": "y", "export": "y", "organization": "y"},
    ]
    add_assets(schema, organization, contents)
    url = f"/{account.slug}/global/{schema.asset_type.pk}/"
    for query in ("field.name=x", "field.sort=x", "field.q=x", "field.export=csv", "field.organization=x"):
        assert names(technician.get(f"{url}?{query}")) == ["A"], query
    assert names(technician.get(f"{url}?sort=-field.name")) == ["B", "A"]


@pytest.mark.parametrize("path", ["url", "global_url"])
@pytest.mark.parametrize("query", ["", "sort=-renewal&state=Running", "vendor=v&archived=included"])
def test_list_costs_the_same_for_one_row_and_for_fifty(
    technician, schema, organization, request, path, query
):
    address = f"{request.getfixturevalue(path)}?{query}"
    counts = []
    for more in (1, 2, 47):
        add_assets(
            schema,
            organization,
            [
                {"job": f"J{number}", "vendor": "V", "state": "Running", "renewal": "2026-01-01"}
                for number in range(more)
            ],
        )
        with CaptureQueriesContext(connection) as queries:
            assert technician.get(address).status_code == 200
        counts.append(sum(each["sql"].startswith(("SELECT", "(")) for each in queries))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 15


@pytest.mark.parametrize(
    "text", ["Straße", "ÄRZTE", "ΟΔΥΣΣΕΥΣ", "\uff26\uff55\uff4c\uff4c", "ﬁne", "Ⅷ", "plain", "ПРИВЕТ", "ẞ"]
)
def test_database_folds_texts_as_python_does(schema, organization, technician, url, text):
    add_assets(schema, organization, [{"job": "One", "vendor": text}, {"job": "Two", "vendor": "other"}])
    for asked in (text, text.lower(), text.upper(), search_key(text)):
        assert names(technician.get(url, {"vendor": asked, "vendor.is": "exactly"})) == ["One"], asked


def test_slots_hold_days(assets, inside):
    with inside():
        mail = FlexibleAsset.objects.get(pk=assets["Mail"].pk)
    assert mail.date_1 == date(2026, 5, 1)
