"""The activity log: who did what, when, before and after; and who may read which line."""

import ast
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexible_assets.actions import FieldSpec, delete_assets, edit_asset, restrict_asset
from flexible_assets.actions.denials import deny_types
from flexible_assets.actions.field_specs import spec_of
from flexible_assets.actions.fields import delete_field, edit_field
from flexible_assets.schema import schema_of
from organizations.actions import (
    ContactDetails,
    create_contacts,
    create_organization,
    edit_contact,
    edit_organization,
    record_activity,
)
from organizations.actions.contact_editing import create_contact
from organizations.contact_details import Phone
from organizations.log_changes import LogChange, read_details
from organizations.log_rules import visible_activity
from organizations.log_words import known_actions, words_of
from organizations.models import Activity, Group, GroupMember, OrganizationAccess
from organizations.roles import Role
from tests.factories import NOW, connect, make_organization, make_user
from tests.flexible_assets.documentation import make_assets, make_type
from tests.integrations.places import tenant_named
from tests.pages import page_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def editor(account):
    return make_user(account, Role.EDITOR)


@pytest.fixture
def harbor(account):
    return make_organization(account, "Harbor Dental")


@pytest.fixture
def told(inside):
    """Subjects of the lines that a user may read, oldest first, of these actions."""

    def ask(user, *actions):
        with inside():
            lines = visible_activity(user).order_by("at", "id")
            return [line.subject for line in lines if not actions or line.action in actions]

    return ask


def note(account, action="flexible-asset.edited", subject="Something", **parts):
    record_activity(account.pk, at=parts.pop("at", NOW), action=action, subject=subject, **parts)


def columns(page):
    return [row[1:] if row[0] == "" else row for row in page.rows]


def test_every_action_that_is_recorded_has_words():
    literal = {
        node.value
        for app in ("organizations", "flexible_assets", "integrations", "licenses")
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and path.name != "log_words.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    nouns = {action.partition(".")[0] for action, _ in known_actions()}
    recorded = {
        text
        for text in literal
        if text.partition(".")[0] in nouns
        and re.fullmatch(r"[a-z_-]+\.[a-z_-]*[a-z]", text)
        and not text.endswith((".csv", ".html"))
    }
    assert sorted(recorded - {action for action, _ in known_actions()}) == []


def test_an_action_without_words_still_reads_as_something():
    assert words_of("moon-base.landed_on") == "Moon base landed on"


@pytest.mark.parametrize(
    ("details", "changes", "facts", "summary"),
    [
        ({}, (), (), ""),
        (
            {"fields": {"job_title": {"before": "Clerk", "after": "CEO"}}},
            (LogChange("Job title", "Clerk", "CEO"),),
            (),
            "Job title: Clerk → CEO",
        ),
        (
            {"before": {"name": "A", "steps": ["x"]}, "after": {"name": "B", "steps": ["x", "y"]}},
            (LogChange("Name", "A", "B"), LogChange("Steps", "x", "x, y")),
            (),
            "Name: A → B; Steps: x → x, y",
        ),
        ({"before": None, "after": ["Ann"]}, (LogChange("", "", "Ann"),), (), "empty → Ann"),
        (
            {"notes": {"before": "", "after": "Call\nfirst"}, "asset_id": 5},
            (LogChange("Notes", "", "Call\nfirst"),),
            (),
            "Notes: empty → Call first",
        ),
        (
            {"tenants": 1200, "ok": True, "run": 7},
            (),
            (("Tenants", "1,200"), ("Ok", "Yes")),
            "Tenants: 1,200; Ok: Yes",
        ),
        ({"fields": ["Name", "Age"]}, (), (("Fields", "Name, Age"),), "Fields: Name, Age"),
        (
            {"fields": {name: {"before": 1, "after": 2} for name in "abcd"}},
            tuple(LogChange(name, "1", "2") for name in "ABCD"),
            (),
            "4 fields: A, B, C, D",
        ),
    ],
)
def test_details_are_read_as_changes_and_facts(details, changes, facts, summary):
    read = read_details(details)
    assert (read.changes, read.facts, read.summary) == (changes, facts, summary)


def test_fields_are_called_as_they_are_called_now(account, harbor, editor, inside, sign_in):
    with inside():
        fields = [
            FieldSpec("Iron", "Text"),
            FieldSpec("How to", "Textbox"),
            FieldSpec("Left over", "Text"),
            FieldSpec("Root", "Password"),
        ]
        schema = make_type(account, "Runbooks", fields)
        [asset] = make_assets(schema, harbor, "Restart")
        changes = {"iron": "1", "how-to": "<p>Turn it off</p>", "left-over": "2", "root": "pa55"}
        edit_asset(asset, changes=changes, now=NOW, actor=editor)
        [contact] = create_contacts(harbor, [ContactDetails("Ann")], now=NOW)
        phones = (Phone("Office", "12"), Phone("Mobile", "34"))
        edit_contact(contact, changes={"contact_type": "Boss", "phones": phones}, now=NOW, actor=editor)
        spec = replace(spec_of(schema.by_key["iron"]), name="VPN IP")
        edit_field(schema.by_key["iron"], spec, now=NOW)
        delete_field(schema_of(schema.asset_type).by_key["left-over"], now=NOW)
        of_asset, of_contact = (
            Activity.objects.get(action=action) for action in ("flexible-asset.edited", "contact.edited")
        )
    browser = sign_in(editor)

    def details(line):
        return page_of(browser.get(f"/{account.slug}/activity/{line.pk}/"))

    assert details(of_asset).rows == [
        ["VPN IP", "\N{EN DASH}", "1"],
        ["How to", "\N{EN DASH}", "Turn it off"],
        ["Left over", "\N{EN DASH}", "2"],
    ]
    assert details(of_asset).pairs["Passwords"] == "Root"
    assert details(of_contact).rows == [
        ["Phones", "\N{EN DASH}", "12 (Office), 34 (Mobile)"],
        ["Type", "\N{EN DASH}", "Boss"],
    ]
    listed = page_of(browser.get(f"/{account.slug}/assets/{asset.pk}/activity/"))
    assert listed.rows[0][-1] == "VPN IP: empty → 1; How to: empty → Turn it off; Left over: empty → 2"


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_log_takes_the_same_few_queries_however_much_it_tells(account, editor, client_of, inside, rows):
    with inside():
        for number in range(rows):
            harbor = make_organization(account)
            schema = make_type(account, f"Type {number}", [FieldSpec("Port", "Text")])
            [asset] = make_assets(schema, harbor, f"Asset {number}")
            edit_asset(asset, changes={"port": "1"}, now=NOW, actor=editor)
            [contact] = create_contacts(harbor, [ContactDetails("Ann")], now=NOW)
            edit_contact(contact, changes={"title": "Boss"}, now=NOW, actor=editor)
    client = client_of(Role.MANAGER)
    client.get(f"/{account.slug}/activity/")
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/{account.slug}/activity/")
    asked = [each["sql"] for each in queries if each["sql"].startswith(("SELECT", "("))]
    assert len(asked) == (11 if rows < 50 else 12), "\n".join(asked)


def test_exports_are_told_to_those_who_may_know_of_what_was_exported(
    account, harbor, client_of, sign_in, inside, told
):
    with inside():
        schema = make_type(account, "Secret type")
        make_assets(schema, harbor, "Vault")
        kept_out = make_user(account, Role.MANAGER)
        group = Group.objects.create(account=account, name="Kept out", sort_key="kept out")
        GroupMember.objects.create(account=account, group=group, user=kept_out)
        deny_types(group, types=[schema.asset_type], now=NOW)
    url = f"/{account.slug}/global/{schema.asset_type.pk}/"
    client_of(Role.ADMINISTRATOR).get(f"{url}?organization={harbor.pk}&export=csv")
    manager = make_user(account, Role.MANAGER)
    assert told(manager, "list.exported") == ["Secret type"]
    assert told(kept_out, "list.exported") == []
    with inside():
        line = Activity.objects.get(action="list.exported")
    assert line.details["filters"] == {"Organization": "1 chosen"}


def test_the_log_of_the_account_tells_who_did_what_and_when(account, harbor, editor, client_of, inside):
    with inside():
        edit_organization(harbor, changes={"short_name": "HD"}, now=NOW + timedelta(minutes=1), actor=editor)
    page = page_of(client_of(Role.MANAGER).get(f"/{account.slug}/activity/"))
    assert page.one("h1").text == "Activity log"
    row = next(row for row in page.rows if "Organization edited" in row)
    assert [cell for cell in row if cell] == [
        "Organization edited",
        "Harbor Dental",
        "1 Mar 2026",
        "Editor",
        "Harbor Dental",
        "Short name: empty → HD",
    ]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.READ_ONLY, Role.LITE])
def test_the_log_of_the_account_is_for_managers_and_administrators(account, client_of, role):
    assert client_of(role).get(f"/{account.slug}/activity/").status_code == 403


def test_lite_users_read_no_log_at_all(account, harbor, inside, sign_in):
    lite = make_user(account, Role.LITE)
    with inside():
        OrganizationAccess.objects.create(account=account, organization=harbor, user=lite)
        contact = create_contact(harbor, values={"name": "Ann"}, now=NOW)
        line = Activity.objects.get(action="contact.created")
    browser = sign_in(lite)
    for path in (f"organizations/{harbor.pk}", f"contacts/{contact.pk}"):
        assert browser.get(f"/{account.slug}/{path}/activity/").status_code == 403
    assert browser.get(f"/{account.slug}/activity/{line.pk}/").status_code == 403


def test_records_have_their_own_log(account, harbor, editor, inside, sign_in):
    with inside():
        contact = create_contact(harbor, values={"name": "Ann"}, now=NOW, actor=editor)
        edit_contact(contact, changes={"title": "CEO"}, now=NOW + timedelta(minutes=1), actor=editor)
        create_contact(harbor, values={"name": "Bo"}, now=NOW, actor=editor)
        [asset] = make_assets(make_type(account, "Runbooks"), harbor, "Restart")
        note(account, subject="Restart", about=asset, organization=harbor, user=editor)
    browser = sign_in(editor)
    of_contact = page_of(browser.get(f"/{account.slug}/contacts/{contact.pk}/activity/"))
    assert [cell for cell in of_contact.rows[0] if cell][:3] == ["Contact edited", "1 Mar 2026", "Editor"]
    assert len(of_contact.rows) == 2
    of_asset = page_of(browser.get(f"/{account.slug}/assets/{asset.pk}/activity/"))
    assert len(of_asset.rows) == 1
    trail = of_asset.one("nav", class_="breadcrumb").texts("li")
    assert trail == ["Organizations", "Harbor Dental", "Runbooks", "Restart"]
    of_harbor = page_of(browser.get(f"/{account.slug}/organizations/{harbor.pk}/activity/"))
    assert len(of_harbor.rows) == 5


def test_a_line_shows_before_and_after_in_full(account, harbor, editor, inside, sign_in):
    long = "word " * 60
    with inside():
        contact = create_contact(harbor, values={"name": "Ann", "notes": "old"}, now=NOW, actor=editor)
        edit_contact(contact, changes={"notes": long}, now=NOW, actor=editor)
        line = Activity.objects.get(action="contact.edited")
    page = page_of(sign_in(editor).get(f"/{account.slug}/activity/{line.pk}/"))
    assert page.one("h1").text == "Contact edited"
    [row] = page.rows
    assert row[1:] == ["old", long.strip()]
    assert page.pairs["Contact"] == "Ann"


def test_lines_about_restricted_and_denied_assets_name_nothing(account, harbor, inside, told):
    named, helper, other = (make_user(account, Role.MANAGER) for _ in range(3))
    with inside():
        runbooks = make_type(account, "Runbooks")
        secret, plain = make_assets(runbooks, harbor, "Payroll", "Printer")
        for asset in (secret, plain):
            note(account, subject=asset.name, about=asset, organization=harbor)
        restrict_asset(secret, users=[named], now=NOW)
        group = Group.objects.create(account=account, name="Helpers", sort_key="helpers")
        GroupMember.objects.create(account=account, group=group, user=helper)
        deny_types(group, types=[runbooks.asset_type], now=NOW)
    assert told(named, "flexible-asset.edited") == ["Payroll", "Printer"]
    assert told(other, "flexible-asset.edited", "flexible-asset.secured") == ["Printer"]
    assert told(helper, "flexible-asset.edited", "flexible-asset.secured") == []
    assert told(helper, "group.denied-types") == []
    assert told(make_user(account, Role.ADMINISTRATOR), "group.denied-types") == ["Helpers"]


def test_what_is_gone_is_told_to_those_alone_who_see_everything(account, harbor, inside, told):
    editor, administrator = make_user(account, Role.EDITOR), make_user(account, Role.ADMINISTRATOR)
    with inside():
        gone, deleted = make_assets(make_type(account, "Runbooks"), harbor, "Gone", "Deleted")
        for asset in (gone, deleted):
            note(account, subject=asset.name, about=asset, organization=harbor)
        delete_assets([deleted.pk], now=NOW)
        gone.delete()
    assert told(editor, "flexible-asset.edited") == ["Deleted"]
    assert told(administrator, "flexible-asset.edited") == ["Gone", "Deleted"]


def test_lines_of_organizations_out_of_reach_are_not_told(account, harbor, inside, told):
    narrow = make_user(account, Role.MANAGER)
    northwind = make_organization(account, "Northwind")
    with inside():
        OrganizationAccess.objects.create(account=account, organization=northwind, user=narrow)
        type(narrow).objects.filter(pk=narrow.pk).update(all_organizations=False)
        narrow.refresh_from_db()
    assert told(narrow, "organization.created") == ["Northwind"]


def test_lines_about_integrations_are_for_those_who_manage_them_even_when_they_are_gone(
    account, inside, told
):
    narrow, manager = make_user(account, Role.MANAGER), make_user(account, Role.MANAGER)
    connected = connect(account, [tenant_named("Northwind")], name="Our Microsoft")
    with inside():
        type(narrow).objects.filter(pk=narrow.pk).update(all_organizations=False)
        narrow.refresh_from_db()
    assert told(manager, "integration.connected") == ["Our Microsoft"]
    assert told(narrow, "integration.connected", "tenant.matched") == []
    with inside():
        Activity.objects.filter(subject_id=connected.integration.pk).count()
    assert told(make_user(account, Role.READ_ONLY), "tenant.matched", "sync-settings.saved") == []


def test_another_accounts_lines_are_not_told(account, rival, harbor, told, sign_in, inside):
    stranger = make_user(rival, Role.ADMINISTRATOR)
    with inside():
        line = Activity.objects.get(action="organization.created")
    assert sign_in(stranger).get(f"/{rival.slug}/activity/{line.pk}/").status_code == 404
    page = page_of(sign_in(stranger).get(f"/{rival.slug}/activity/"))
    assert "Harbor Dental" not in page.text


def test_the_log_is_narrowed_by_user_action_date_kind_and_organization(account, harbor, inside, client_of):
    ann = make_user(account, Role.EDITOR)
    northwind = make_organization(account, "Northwind")
    with inside():
        later = NOW + timedelta(days=3)
        edit_organization(harbor, changes={"short_name": "H"}, now=later, actor=ann)
        create_contact(northwind, values={"name": "Zoe"}, now=NOW, actor=ann)
    browser = client_of(Role.ADMINISTRATOR)

    def actions(**query):
        page = page_of(browser.get(f"/{account.slug}/activity/", query))
        return [next(cell for cell in row if cell) for row in page.rows]

    assert actions(user=ann.pk) == ["Organization edited", "Contact created"]
    assert actions(action="contact.created") == ["Contact created"]
    assert actions(**{"at.after": "2026-03-02", "at.before": "2026-03-31"}) == ["Organization edited"]
    assert actions(kind="contact") == ["Contact created"]
    assert actions(organization=northwind.pk) == ["Contact created", "Organization created"]
    assert actions(q="zoe") == ["Contact created"]


def test_the_log_turns_its_pages_at_lines_of_one_moment(account, inside, client_of):
    with inside():
        for number in range(120):
            create_organization(account.pk, name=f"Client {number:03}", now=NOW)
    browser, url, seen = (
        client_of(Role.ADMINISTRATOR),
        f"/{account.slug}/activity/?action=organization.created",
        [],
    )
    while url:
        page = page_of(browser.get(url))
        seen += [next(cell for cell in row if cell.startswith("Client")) for row in page.rows]
        url = next((link.attributes["href"] for link in page.all("a", id="page-next")), "")
    assert seen == [f"Client {number:03}" for number in reversed(range(120))]


def test_the_log_can_be_exported_by_those_who_read_it(account, harbor, client_of):
    response = client_of(Role.ADMINISTRATOR).get(
        f"/{account.slug}/activity/?export=csv&action=organization.created"
    )
    text = b"".join(response).decode("utf-8-sig")
    assert [line.split(",")[:2] for line in text.splitlines()] == [
        ["Action", "Of"],
        ["Organization created", "Harbor Dental"],
    ]
