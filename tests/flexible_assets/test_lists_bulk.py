"""What is asked of a list of assets beside showing it: exports, and deeds on several rows at once."""

import csv
import io
from datetime import datetime

import openpyxl
import pytest

from flexible_assets.actions import archive_assets, restrict_asset
from flexible_assets.models import AssetGrant, FlexibleAsset
from organizations.lists import answers, exports
from organizations.models import Activity
from organizations.roles import Role
from tests.factories import NOW, make_organization, make_user
from tests.flexible_assets.listing import add_assets, make_backups
from tests.pages import page_of

CONTENTS = [
    {"job": "=cmd()", "vendor": "+49 30", "state": "Running", "size": "-1.5", "success": 99, "renewal": "2026-03-10"},
    {"job": "Mail", "vendor": "Müller; \"Söhne\"", "state": "Broken", "size": "1200.0", "encrypted": True},
    {"job": "Servers", "vendor": "@home"},
]  # fmt: skip
HEADER = ["Job", "Vendor", "State", "Size", "Success", "Renewal", "Encrypted", "Watched by"]


@pytest.fixture
def organization(account):
    return make_organization(account, "Harbor & Sons")


@pytest.fixture
def schema(account):
    return make_backups(account)


@pytest.fixture
def assets(schema, organization):
    return {asset.name: asset for asset in add_assets(schema, organization, CONTENTS)}


def csv_of(response) -> list[list[str]]:
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def sheet_of(response) -> list[list[object]]:
    assert response.status_code == 200
    [sheet] = openpyxl.load_workbook(io.BytesIO(response.getvalue())).worksheets
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.usefixtures("assets")
def test_csv_holds_what_the_list_shows_and_no_formula(technician, url):
    response = technician.get(f"{url}?export=csv")
    assert csv_of(response) == [
        HEADER,
        ["'=cmd()", "'+49 30", "Running", "-1.5", "99", "2026-03-10", "", ""],
        ["Mail", 'Müller; "Söhne"', "Broken", "1200.0", "", "", "Yes", ""],
        ["Servers", "'@home", "", "", "", "", "", ""],
    ]
    assert response.headers["Content-Disposition"].startswith('attachment; filename="backups-harbor-sons-20')


@pytest.mark.usefixtures("assets")
def test_xlsx_keeps_numbers_and_days_and_makes_no_formula(technician, url):
    rows = sheet_of(technician.get(f"{url}?export=xlsx"))
    assert rows == [
        HEADER,
        ["=cmd()", "+49 30", "Running", -1.5, 99, datetime(2026, 3, 10), None, None],  # noqa: DTZ001 - as the file has it
        ["Mail", 'Müller; "Söhne"', "Broken", 1200, None, None, "Yes", None],
        ["Servers", "@home", None, None, None, None, None, None],
    ]
    book = openpyxl.load_workbook(io.BytesIO(technician.get(f"{url}?export=xlsx").getvalue()))
    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row} <= {"s", "n", "d"}
    assert book.worksheets[0]["A2"].quotePrefix


@pytest.mark.usefixtures("assets")
@pytest.mark.parametrize(
    ("query", "jobs"),
    [
        ("q=mail", ["Mail"]),
        ("state=Running&state=Broken&sort=-size", ["Mail", "'=cmd()"]),
        ("size.is=empty", ["Servers"]),
        ("state=Paused", []),
    ],
)
def test_export_holds_exactly_the_rows_that_the_list_is_narrowed_to(technician, url, query, jobs):
    assert [row[0] for row in csv_of(technician.get(f"{url}?{query}&export=csv"))[1:]] == jobs


@pytest.mark.usefixtures("assets")
def test_export_has_the_columns_that_its_reader_arranged(technician, url):
    sent = {"do": "columns", "column": ["state", "name"], "width.state": "90"}
    assert technician.post(url, sent).status_code == 302
    assert [row[:2] for row in csv_of(technician.get(f"{url}?export=csv"))[:2]] == [
        ["State", "Job"],
        ["Running", "'=cmd()"],
    ]


def test_export_across_organizations_names_them(technician, assets, account, schema, global_url):
    other = make_organization(account, "Lake")
    add_assets(schema, other, [{"job": "Zoo"}])
    assert [row[:2] for row in csv_of(technician.get(f"{global_url}?export=csv"))[1:]] == [
        ["'=cmd()", "Harbor & Sons"], ["Mail", "Harbor & Sons"], ["Servers", "Harbor & Sons"], ["Zoo", "Lake"],
    ]  # fmt: skip


@pytest.mark.parametrize("query", ["", "&sort=-size", "&sort=renewal", "&archived=included"])
def test_long_export_is_read_in_portions_and_misses_nothing(
    technician, schema, organization, url, inside, monkeypatch, query
):
    monkeypatch.setattr(exports, "CHUNK", 7)
    made = add_assets(
        schema,
        organization,
        [{"job": f"Job {number}", "size": number % 3 or None} for number in range(50)],
    )
    with inside():
        archive_assets([asset.pk for asset in made[::5]], now=NOW)
    wanted = {asset.name for index, asset in enumerate(made) if query.endswith("included") or index % 5}
    exported = [row[0] for row in csv_of(technician.get(f"{url}?export=csv{query}"))[1:]]
    assert (len(exported), set(exported)) == (len(wanted), wanted)
    assert {row[0] for row in sheet_of(technician.get(f"{url}?export=xlsx{query}"))[1:]} == wanted


def test_restricted_asset_is_in_no_export_of_others(account, sign_in, assets, url, inside):
    chosen, other = make_user(account, Role.EDITOR), make_user(account, Role.EDITOR)
    with inside():
        restrict_asset(assets["Mail"], users=[chosen], now=NOW)
    both = [sign_in(each) for each in (chosen, other)]
    assert [["Mail" in str(csv_of(one.get(f"{url}?export=csv"))) for one in both],
            ["Mail" in str(sheet_of(one.get(f"{url}?export=xlsx"))) for one in both]] == [[True, False]] * 2  # fmt: skip
    ticked = {"do": "bulk", "action": "export-csv", "row": [assets["Mail"].pk, assets["Servers"].pk]}
    assert [[row[0] for row in csv_of(one.post(url, ticked))[1:]] for one in both] == [
        ["Mail", "Servers"],
        ["Servers"],
    ]


@pytest.mark.usefixtures("assets")
def test_export_is_logged_and_asking_for_its_head_is_not(technician, url, inside, organization):
    technician.head(f"{url}?export=csv")
    technician.get(f"{url}?export=csv&state=Broken")
    with inside():
        [line] = Activity.objects.filter(action="list.exported")
    assert (line.subject, line.organization_id, line.details) == (
        "Backups",
        organization.pk,
        {"format": "csv", "search": "", "filters": {"State": "Broken"}, "selected": None},
    )


@pytest.mark.parametrize("form", ["", "pdf", "CSV"])
def test_unknown_format_shows_the_list(technician, url, form):
    assert page_of(technician.get(f"{url}?export={form}")).one("h1").text == "Backups"


def send(client, url, action, *, rows=(), **more):
    return client.post(url, {"do": "bulk", "action": action, "row": [str(row) for row in rows]} | more)


def told(client, url) -> list[str]:
    return page_of(client.get(url)).texts("p", class_="alert")


def test_ticked_rows_are_archived_and_restored_and_the_rest_is_told(technician, assets, url, inside):
    mail, servers = assets["Mail"].pk, assets["Servers"].pk
    assert send(technician, url, "archive", rows=[mail, servers]).status_code == 302
    [text] = told(technician, url)
    assert text.startswith("2 Backups archived.")
    send(technician, f"{url}?archived=included", "archive", rows=[mail, assets["=cmd()"].pk])
    [text] = told(technician, url)
    assert text.startswith("1 Backups archived. 1 left alone: already archived.")
    send(technician, f"{url}?archived=only", "restore", rows=[mail])
    with inside():
        assert list(FlexibleAsset.objects.filter(archived=False).values_list("name", flat=True)) == ["Mail"]


def test_all_rows_that_match_are_meant_when_all_are_asked_for(technician, assets, url, inside):
    send(technician, f"{url}?state=Running&state=Broken", "archive", rows=[assets["Servers"].pk], scope="all")
    with inside():
        assert list(FlexibleAsset.objects.filter(archived=False).values_list("name", flat=True)) == [
            "Servers"
        ]


def test_rows_out_of_sight_are_not_touched(account, sign_in, assets, url, inside, rival):
    chosen, other = make_user(account, Role.EDITOR), make_user(account, Role.EDITOR)
    with inside():
        restrict_asset(assets["Mail"], users=[chosen], now=NOW)
    client = sign_in(other)
    send(client, url, "archive", rows=[assets["Mail"].pk])
    assert told(client, url)[0].startswith("Nothing was ticked")
    send(client, url, "archive", scope="all")
    elsewhere = make_organization(account, "Elsewhere")
    send(
        client,
        url.replace(str(assets["Mail"].organization_id), str(elsewhere.pk)),
        "archive",
        rows=[assets["Servers"].pk],
    )
    foreign = make_backups(rival)
    theirs = add_assets(foreign, make_organization(rival), [{"job": "Theirs"}])[0]
    send(client, url, "archive", rows=[theirs.pk])
    with inside():
        active = FlexibleAsset.objects.filter(archived=False)
        assert list(active.values_list("name", flat=True)) == ["Mail"]
    with inside(rival):
        assert not FlexibleAsset.objects.get(pk=theirs.pk).archived


@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.CREATOR])
def test_deed_needs_its_right_and_is_offered_to_those_who_have_it(client_of, assets, url, inside, role):
    client, may = client_of(role), role is Role.CREATOR
    offered = page_of(client.get(url)).one("form", id="list-rows").texts("button", name="action")
    assert offered == [*(["Archive", "Restore", "Security..."] if may else []), "CSV", "XLSX"]
    answer = send(client, url, "archive", rows=[assets["Mail"].pk])
    assert answer.status_code == (302 if may else 403)
    with inside():
        assert FlexibleAsset.objects.get(pk=assets["Mail"].pk).archived is may


def test_security_asks_whom_first_and_then_restricts(technician, account, assets, url, inside):
    friend = make_user(account, Role.READ_ONLY)
    rows = [assets["Mail"].pk, assets["Servers"].pk]
    asked = page_of(send(technician, url, "secure", rows=rows))
    assert asked.one("h1").text == "Security"
    sure = {"sure": "yes", "audience": "users", "users": str(friend.pk)}
    refused = page_of(send(technician, url, "secure", rows=rows, **sure), status=422)
    assert "Choose yourself" in refused.text
    with inside():
        editor = type(friend).objects.get(role=Role.EDITOR)
    both = sure | {"users": [str(friend.pk), str(editor.pk)]}
    assert send(technician, url, "secure", rows=rows, **both).status_code == 302
    with inside():
        restricted = FlexibleAsset.objects.filter(is_restricted=True)
        assert set(restricted.values_list("pk", flat=True)) == set(rows)
        assert AssetGrant.objects.filter(user=friend).count() == 2
    send(technician, url, "secure", rows=rows, sure="yes", audience="everyone")
    with inside():
        assert not FlexibleAsset.objects.filter(is_restricted=True).exists()


def test_more_rows_than_one_deed_may_touch_are_refused(technician, assets, url, inside, monkeypatch):
    monkeypatch.setattr(answers, "MOST_AT_ONCE", 2)
    send(technician, url, "archive", scope="all")
    assert told(technician, url)[0].startswith("At most 2 Backups at once")
    with inside():
        assert FlexibleAsset.objects.filter(archived=False).count() == 3


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"do": "unknown"},
        {"do": "bulk"},
        {"do": "bulk", "action": "delete"},
        {"do": "delete-view", "id": "1"},
    ],
)
def test_unknown_deed_is_not_found(technician, assets, url, sent):
    assert technician.post(url, sent).status_code == 404


@pytest.mark.parametrize("rows", [[], ["x"], ["-1"], ["9" * 40], ["1" * 19]])
def test_nothing_ticked_does_nothing(technician, assets, url, rows):
    send(technician, url, "archive", rows=rows)
    assert told(technician, url)[0].startswith("Nothing was ticked")
