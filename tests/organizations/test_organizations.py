"""Organizations as people add, edit, archive and delete them."""

from datetime import timedelta

import pytest
from django.test import Client

from organizations import holdings
from organizations.actions import (
    ContactDetails,
    OrganizationInUseError,
    ParentCycleError,
    archive_organizations,
    create_contacts,
    create_organization,
    delete_organization,
    edit_organization,
    organization_values,
    reasons_to_keep,
    restore_organizations,
)
from organizations.models import (
    Activity,
    Organization,
    OrganizationAccess,
    OrganizationStatus,
    OrganizationType,
)
from organizations.policies import visible_contacts
from organizations.roles import Role
from tests.factories import NOW, make_organization, make_user
from tests.pages import page_of

LATER = NOW + timedelta(days=1)


@pytest.fixture
def alder(account):
    return make_organization(account, "Alder Dental")


@pytest.fixture
def birch(account):
    return make_organization(account, "Birch Legal")


@pytest.fixture
def actor(account):
    return make_user(account, Role.MANAGER)


@pytest.fixture
def edit(inside, actor):
    def change(organization, **changes) -> Organization:
        with inside():
            return edit_organization(organization, changes=changes, now=LATER, actor=actor)

    return change


@pytest.fixture
def log(inside, alder):
    """Action, whose line it is, and its details; of what happened since the organization was made."""

    def lines() -> list[tuple[str, int | None, dict]]:
        with inside():
            rows = Activity.objects.filter(action__startswith="organization", at=LATER).order_by("id")
            return [(row.action, row.subject_id, row.details) for row in rows]

    return lines


@pytest.fixture
def label(inside, account):
    def find(model, name):
        with inside():
            return model.objects.of_account(account.pk).get(name=name)

    return find


@pytest.fixture
def url(account, alder) -> str:
    return f"/{account.slug}/organizations/{alder.pk}/"


@pytest.fixture
def reaching_alder(sign_in, account, inside, alder):
    """A client whose user was given this one organization."""

    def enter(role) -> Client:
        user = make_user(account, role)
        with inside():
            user.all_organizations = False
            user.save()
            OrganizationAccess.objects.create(account=account, user=user, organization=alder)
        return sign_in(user)

    return enter


def test_new_organization_has_what_was_given_and_the_log_tells_it(inside, account, actor, label, birch, log):
    customer = label(OrganizationType, "Customer")
    with inside():
        made = create_organization(
            account.pk,
            name="Cedar 9",
            values={
                "organization_type": customer,
                "parent": birch,
                "alert": "Call first",
                "quick_notes": "Key",
            },
            now=LATER,
            actor=actor,
        )
        stored = Organization.objects.get(pk=made.pk)
        assert organization_values(stored) == {
            "name": "Cedar 9",
            "short_name": "",
            "organization_type": customer,
            "organization_status": None,
            "parent": birch,
            "description": "",
            "alert": "Call first",
            "quick_notes": "Key",
        }
    assert (stored.search_key, stored.created_at, stored.updated_at) == ("cedar 9", LATER, LATER)
    assert log() == [
        (
            "organization.created",
            made.pk,
            {
                "fields": {
                    "organization_type": {"before": "", "after": "Customer"},
                    "alert": {"before": "", "after": "Call first"},
                }
            },
        ),
        (
            "organization.quick_notes_edited",
            made.pk,
            {"fields": {"quick_notes": {"before": "", "after": "Key"}}},
        ),
        ("organization.parent_set", birch.pk, {"parent": "Birch Legal"}),
    ]


def test_edit_writes_what_changed_and_logs_before_and_after(edit, alder, log, label):
    active = label(OrganizationStatus, "Active")
    changed = edit(alder, name="Zeder", organization_status=active, description="")
    assert (changed.name, changed.sort_key, changed.search_key) == ("Zeder", "zeder", "zeder")
    assert (changed.organization_status, changed.updated_at) == (active, LATER)
    fields = {
        "name": {"before": "Alder Dental", "after": "Zeder"},
        "organization_status": {"before": "", "after": "Active"},
    }
    assert log() == [("organization.edited", alder.pk, {"fields": fields})]


def test_edit_that_changes_nothing_is_not_logged_and_touches_nothing(edit, alder, log, inside):
    edit(alder, name="Alder Dental", parent=None)
    with inside():
        assert Organization.objects.get(pk=alder.pk).updated_at == alder.updated_at
    assert log() == []


def test_another_parent_is_told_in_lines_about_the_parents(edit, alder, birch, account, log):
    cedar = make_organization(account, "Cedar")
    edit(alder, parent=birch)
    edit(alder, parent=cedar)
    edit(alder, parent=None)
    assert log() == [
        ("organization.parent_set", birch.pk, {"parent": "Birch Legal"}),
        ("organization.parent_removed", birch.pk, {"parent": "Birch Legal"}),
        ("organization.parent_set", cedar.pk, {"parent": "Cedar"}),
        ("organization.parent_removed", cedar.pk, {"parent": "Cedar"}),
    ]


def test_organization_stands_neither_below_itself_nor_below_its_children(edit, alder, birch, account):
    cedar = make_organization(account, "Cedar")
    edit(birch, parent=alder)
    edit(cedar, parent=birch)
    with pytest.raises(ParentCycleError, match="Alder Dental can't be its own parent"):
        edit(alder, parent=alder)
    with pytest.raises(ParentCycleError, match="Cedar stands below Alder Dental already"):
        edit(alder, parent=cedar)
    assert edit(cedar, parent=alder).parent == alder


def test_two_at_once_close_no_circle(in_threads, inside, alder, birch):
    def put(organization, parent):
        def attempt() -> bool:
            with inside():
                try:
                    edit_organization(organization, changes={"parent": parent}, now=NOW)
                except ParentCycleError:
                    return False
                return True

        return attempt

    assert sorted(in_threads(put(alder, birch), put(birch, alder))) == [False, True]


def test_archive_and_restore_are_logged_once(inside, alder, actor, log):
    with inside():
        for _ in range(2):
            archive_organizations([alder.pk], now=LATER, actor=actor)
        for _ in range(2):
            restore_organizations([alder.pk], now=LATER, actor=actor)
    assert log() == [("organization.archived", alder.pk, {}), ("organization.restored", alder.pk, {})]


def test_ticked_organizations_are_archived_once_one_is_sure_and_restored(
    client_of, account, alder, birch, log, inside
):
    client, url = client_of(Role.EDITOR), f"/{account.slug}/organizations/"
    sent = {"do": "bulk", "action": "archive", "row": [alder.pk, birch.pk]}
    asked = page_of(client.post(url, sent))
    assert (asked.one("h1").text, "together with their contacts" in asked.text) == ("Archive", True)
    with inside():
        assert not Organization.objects.archived().exists()
    told = page_of(client.post(url, sent | {"sure": "yes"}, follow=True))
    assert told.texts("p", class_="alert")[0].startswith("2 organizations archived.")
    with inside():
        lines = Activity.objects.filter(action="organization.archived").order_by("id")
        assert list(lines.values_list("subject_id", flat=True)) == [alder.pk, birch.pk]
    sent = {"do": "bulk", "action": "restore", "row": [alder.pk, birch.pk]}
    client.post(f"{url}?archived=only", sent)
    with inside():
        assert not Organization.objects.archived().exists()


def test_organizations_out_of_reach_are_archived_by_nobody(reaching_alder, account, alder, birch, inside):
    sent = {"do": "bulk", "action": "archive", "row": [alder.pk, birch.pk], "sure": "yes"}
    answers = [
        reaching_alder(role).post(f"/{account.slug}/organizations/", sent).status_code
        for role in (Role.CREATOR, Role.EDITOR)
    ]
    assert answers == [403, 302]
    with inside():
        assert list(Organization.objects.archived()) == [alder]


def test_only_an_archived_and_empty_organization_is_deleted(inside, alder, birch, edit, actor, monkeypatch):
    edit(birch, parent=alder)
    with inside():
        create_contacts(alder, [ContactDetails("Mia"), ContactDetails("Ben")], now=NOW)
        monkeypatch.setattr(holdings, "_providers", [lambda _: ["3 assets"]])
        assert reasons_to_keep(alder) == ["it is not archived", "it holds 2 contacts and 3 assets"]
        with pytest.raises(OrganizationInUseError, match="it is not archived and it holds 2 contacts"):
            delete_organization(alder, now=LATER, actor=actor)
        alder.contacts.all().delete()
        monkeypatch.setattr(holdings, "_providers", [])
        archive_organizations([alder.pk], now=LATER)
        delete_organization(alder, now=LATER, actor=actor)
        assert list(Organization.objects.values_list("name", "parent_id")) == [("Birch Legal", None)]


def test_log_of_a_deleted_organization_stays(inside, alder, actor):
    with inside():
        archive_organizations([alder.pk], now=LATER)
        delete_organization(alder, now=LATER, actor=actor)
        lines = Activity.objects.filter(subject="Alder Dental").order_by("id")
        assert list(lines.values_list("action", "organization_id", "subject_id")) == [
            ("organization.created", None, alder.pk),
            ("organization.archived", None, alder.pk),
            ("organization.deleted", None, alder.pk),
        ]


def test_contacts_of_archived_organizations_are_told_apart(inside, alder, birch, actor):
    with inside():
        create_contacts(alder, [ContactDetails("Mia")], now=NOW)
        create_contacts(birch, [ContactDetails("Ben")], now=NOW)
        archive_organizations([alder.pk], now=LATER)
        contacts = visible_contacts(actor)
        assert {each.name for each in contacts} == {"Mia", "Ben"}
        assert [each.name for each in contacts.of_active_organizations()] == ["Ben"]


def _sent(**changes) -> dict[str, str]:
    return {
        "name": "Alder Dental",
        "short_name": "",
        "organization_type": "",
        "organization_status": "",
        "parent": "",
        "alert": "",
        "quick_notes": "",
        "description": "",
        **changes,
    }


def test_manager_adds_an_organization_and_sees_it(client_of, account, label, birch):
    client = client_of(Role.MANAGER)
    listed = page_of(client.get(f"/{account.slug}/organizations/"))
    [new] = [link for link in listed.one("main").all("a") if link.text == "New organization"]
    form = page_of(client.get(new.attributes["href"])).one("main").one("form")
    offered = {select.attributes["name"]: select.texts("option") for select in form.all("select")}
    assert offered == {
        "organization_type": ["No type", "Customer", "Partner", "Prospect", "Vendor"],
        "organization_status": ["No status", "Active", "Inactive", "Onboarding"],
        "parent": ["None", "Birch Legal"],
    }
    sent = _sent(
        name="Cedar",
        short_name="CDR",
        organization_type=label(OrganizationType, "Vendor").pk,
        parent=birch.pk,
        alert="Call first",
        quick_notes="One\r\nhttps://two.example",
    )
    made = client.post(new.attributes["href"], sent)
    page = page_of(client.get(made.url)).one("main")
    assert page.one("h1").text == "Cedar"
    facts = page.one("section", class_="overview-facts").pairs
    assert {name: facts[name] for name in ("Short name", "Type", "Status", "Parent")} == {
        "Short name": "CDR",
        "Type": "Vendor",
        "Status": "\N{EN DASH}",
        "Parent": "Birch Legal",
    }
    notes = page.one("section", id="quick-notes")
    assert notes.one("p", class_="plain-text").text == "One https://two.example"
    assert notes.one("p").one("a").attributes["href"] == "https://two.example"
    assert page.one("div", class_="organization-notice").text == "Alert: Call first"
    [row, _] = sorted(page_of(client.get(f"/{account.slug}/organizations/")).rows, reverse=True)
    assert row == ["Cedar CDR", "Vendor", "", "Birch Legal", ""]


def test_what_is_wrong_is_told_and_what_was_typed_stays(client_of, account):
    sent = _sent(name=" ", parent="999999", quick_notes="Typed")
    page = page_of(client_of(Role.MANAGER).post(f"/{account.slug}/organizations/new/", sent), status=422)
    assert page.texts("p", class_="form-error") == [
        "This field is required.",
        "Select a valid choice. That choice is not one of the available choices.",
    ]
    assert page.one("textarea", name="quick_notes").text == "Typed"


def test_two_at_one_form_write_over_nothing_they_never_saw(client_of, url, edit, alder, inside):
    """One corrects the description while the other, whose page is older, writes another alert and short name."""
    client = client_of(Role.EDITOR)
    form = page_of(client.get(f"{url}edit/")).one("form", class_="organization-form")
    seen = form.one("input", name="seen").attributes["value"]
    edit(alder, description="Dentists", alert="Call first")
    sent = _sent(short_name="AD", alert="Ring twice", seen=seen)
    page = page_of(client.post(f"{url}edit/", sent), status=422).one("form", class_="organization-form")
    assert page.texts("p", class_="form-error") == [
        "Meanwhile somebody else wrote “Call first” here. Take over what you want to keep of it, and save again."
    ]
    assert page.one("input", name="alert").attributes["value"] == "Ring twice"
    again = sent | {"seen": page.one("input", name="seen").attributes["value"]}
    assert client.post(f"{url}edit/", again).status_code == 302
    with inside():
        alder.refresh_from_db()
    assert (alder.short_name, alder.alert, alder.description) == ("AD", "Ring twice", "Dentists")


def test_quick_notes_of_two_are_not_lost(client_of, url, edit, alder, inside):
    client = client_of(Role.EDITOR)
    seen = page_of(client.get(f"{url}quick-notes/")).one("input", name="seen").attributes["value"]
    edit(alder, quick_notes="Dog bites")
    sent = {"quick_notes": "Key is under the mat", "seen": seen}
    page = page_of(client.post(f"{url}quick-notes/", sent), status=422)
    assert "Meanwhile somebody else wrote “Dog bites” here." in page.text
    with inside():
        alder.refresh_from_db()
    assert alder.quick_notes == "Dog bites"
    again = sent | {"seen": page.one("input", name="seen").attributes["value"]}
    assert client.post(f"{url}quick-notes/", again).status_code == 302


@pytest.mark.parametrize("seen", ["", "nonsense", "[1]", '{"name": 5}', "[" * 100_000])
def test_form_that_no_page_has_made_is_taken_as_it_is(client_of, url, alder, inside, seen):
    assert client_of(Role.EDITOR).post(f"{url}edit/", _sent(short_name="AD", seen=seen)).status_code == 302
    with inside():
        alder.refresh_from_db()
    assert alder.short_name == "AD"


def test_parent_that_would_close_a_circle_is_refused_beside_its_field(client_of, url, edit, alder, birch):
    edit(birch, parent=alder)
    answer = client_of(Role.CREATOR).post(f"{url}edit/", _sent(parent=birch.pk))
    page = page_of(answer, status=422)
    assert page.one("p", id="id_parent_error").text.startswith("Birch Legal stands below Alder Dental")


def test_name_that_another_organization_has_is_allowed_with_a_warning(client_of, account, url, birch):
    client = client_of(Role.MANAGER)
    assert client.post(f"{url}edit/", _sent(name="birch LEGAL")).status_code == 302
    page = page_of(client.get(url))
    assert [alert.attributes["data-tone"] for alert in page.all("p", class_="alert")] == [
        "success",
        "warning",
    ]
    assert "Another organization is called birch LEGAL as well." in page.one("div", class_="alerts").text
    client.post(f"{url}edit/", _sent(name="birch LEGAL", alert="New"))
    assert len(page_of(client.get(url)).all("p", class_="alert")) == 1


def test_namesakes_out_of_reach_are_not_told(reaching_alder, url, birch):
    client = reaching_alder(Role.EDITOR)
    client.post(f"{url}edit/", _sent(name="Birch Legal"))
    assert [alert.attributes["data-tone"] for alert in page_of(client.get(url)).all("p", class_="alert")] == [
        "success"
    ]


def test_parent_out_of_reach_is_neither_named_nor_lost(reaching_alder, inside, edit, url, alder, birch):
    edit(alder, parent=birch)
    client = reaching_alder(Role.EDITOR)
    for path in (url, f"{url}edit/", url.removesuffix(f"{alder.pk}/")):
        assert "Birch" not in client.get(path).content.decode()
    assert client.post(f"{url}edit/", _sent(alert="Mind the dog", parent="")).status_code == 302
    with inside():
        stored = Organization.objects.get(pk=alder.pk)
    assert (stored.alert, stored.parent_id) == ("Mind the dog", birch.pk)


def test_children_are_named_unless_they_are_archived(client_of, account, edit, url, alder, birch):
    cedar, archived = make_organization(account, "Cedar"), make_organization(account, "Dogwood")
    for child in (cedar, birch, archived):
        edit(child, parent=alder)
    client = client_of(Role.EDITOR)
    client.post(f"/{account.slug}/organizations/{archived.pk}/archive/", {"archived": "yes"})
    facts = page_of(client.get(url)).one("section", class_="overview-facts")
    assert facts.texts("a") == ["Birch Legal", "Cedar"]


def test_alert_stands_on_every_page_of_the_organization(client_of, account, edit, url, alder):
    edit(alder, alert="<b>Call</b> first")
    client = client_of(Role.READ_ONLY)
    for path in ("", "contacts/"):
        page = page_of(client.get(url + path))
        assert page.one("div", class_="organization-notice").text == "Alert: <b>Call</b> first"


def test_quick_notes_are_edited_in_place_and_without_script(client_of, url, alder, inside):
    client = client_of(Role.CREATOR)
    [link] = page_of(client.get(url)).one("section", id="quick-notes").all("a")
    assert link.attributes["hx-select"] == "#quick-notes"
    form = page_of(client.get(link.attributes["href"])).one("section", id="quick-notes").one("form")
    assert form.attributes["hx-post"] == form.attributes["action"] == f"{url}quick-notes/"
    answer = client.post(f"{url}quick-notes/", {"quick_notes": "Ring\r\ntwice"})
    assert (answer.status_code, answer.url) == (302, url)
    shown = page_of(client.get(url))
    assert shown.one("section", id="quick-notes").one("p", class_="plain-text").children == ["Ring\ntwice"]
    assert shown.texts("p", class_="alert") == ["Saved. Dismiss"]
    client.post(f"{url}quick-notes/", {"quick_notes": "Ring"}, headers={"HX-Request": "true"})
    assert page_of(client.get(url)).all("p", class_="alert") == []
    too_long = client.post(f"{url}quick-notes/", {"quick_notes": "x" * 20_001})
    assert page_of(too_long, status=422).one("textarea").text == "x" * 20_001


def test_lite_users_see_the_alert_and_no_quick_notes(reaching_alder, edit, url, alder):
    edit(alder, alert="Call first", quick_notes="Key under the mat")
    client = reaching_alder(Role.LITE)
    page = page_of(client.get(url))
    assert page.one("div", class_="organization-notice").text == "Alert: Call first"
    assert page.all("section", id="quick-notes") == []
    assert client.get(f"{url}quick-notes/").status_code == 403


def test_archived_organization_leaves_the_list_and_says_so_on_its_pages(
    client_of, account, url, alder, birch
):
    client = client_of(Role.EDITOR)
    [link] = [each for each in page_of(client.get(url)).one("main").all("a") if each.text == "Archive..."]
    effects = page_of(client.get(link.attributes["href"])).one("ul", class_="effects").texts("li")
    assert [text.split(".")[0] for text in effects] == [
        "It leaves the list of organizations, the Global lists and search, together with its contacts and assets",
        "Nothing is deleted",
        "Integrations go on syncing it, so that nothing is out of date if it comes back",
        "You can restore it at any time",
    ]
    assert client.post(link.attributes["href"], {"archived": "yes"}).url == url
    listed = f"/{account.slug}/organizations/"
    found = {
        show: [row[0] for row in page_of(client.get(listed, {"archived": show, "q": ""})).rows]
        for show in ("", "only", "included")
    }
    assert found == {
        "": ["Birch Legal"],
        "only": ["Alder Dental Archived"],
        "included": ["Alder Dental Archived", "Birch Legal"],
    }
    assert page_of(client.get(listed, {"q": "alder"})).all("tbody") == []
    notice = page_of(client.get(f"{url}contacts/")).one("div", class_="organization-notice")
    assert notice.text == "Archived. Alder Dental is left out of lists and search."
    [restore] = page_of(client.get(url)).one("div", class_="organization-notice").all("form")
    client.post(restore.attributes["action"], {"archived": "no"})
    assert [row[0] for row in page_of(client.get(listed)).rows] == ["Alder Dental", "Birch Legal"]


def test_archived_organization_is_offered_as_no_parent(client_of, account, inside, alder, birch, url):
    with inside():
        archive_organizations([birch.pk], now=NOW)
    form = page_of(client_of(Role.EDITOR).get(f"{url}edit/")).one("select", name="parent")
    assert form.texts("option") == ["None"]


def test_list_is_filtered_by_type_and_status(client_of, account, edit, label, alder, birch):
    vendor, active = label(OrganizationType, "Vendor"), label(OrganizationStatus, "Active")
    edit(alder, organization_type=vendor, organization_status=active)
    edit(birch, organization_status=active)
    client, listed = client_of(Role.READ_ONLY), f"/{account.slug}/organizations/"

    def names(**query) -> list[str]:
        page = page_of(client.get(listed, query))
        return [row[0] for row in page.rows] if page.all("tbody") else []

    assert names(type="Vendor") == ["Alder Dental"]
    assert names(status="Active") == ["Alder Dental", "Birch Legal"]
    assert names(type="Customer", status="Active") == []
    assert names(type="No such type") == ["Alder Dental", "Birch Legal"]


def test_deleting_asks_for_the_name_and_says_what_is_in_the_way(client_of, account, inside, url, alder):
    client = client_of(Role.MANAGER)
    refused = page_of(client.get(f"{url}delete/")).one("main")
    assert refused.one("ul", class_="effects").texts("li") == ["it is not archived"]
    answer = page_of(client.post(f"{url}delete/", {"name": "Alder Dental"}), status=422)
    assert answer.one("p", class_="form-error").text.startswith("Alder Dental can't be deleted")
    client.post(f"{url}archive/", {"archived": "yes"})
    for name, told in (("", "Type its name to delete it."), ("Alder", "This is not its name.")):
        page = page_of(client.post(f"{url}delete/", {"name": name}), status=422)
        assert page.one("p", id="id_name_error").text.startswith(told)
    assert client.post(f"{url}delete/", {"name": "Alder Dental"}).url == f"/{account.slug}/organizations/"
    assert client.get(url).status_code == 404
    with inside():
        assert not Organization.objects.exists()


@pytest.mark.parametrize(
    ("role", "forbidden"),
    [
        (Role.READ_ONLY, ["new/", "edit/", "quick-notes/", "archive/", "delete/"]),
        (Role.CREATOR, ["archive/", "delete/"]),
        (Role.EDITOR, ["delete/"]),
        (Role.MANAGER, []),
    ],
)
def test_roles_may_do_what_they_may(client_of, account, url, role, forbidden):
    client = client_of(role)
    paths = {"new/": f"/{account.slug}/organizations/new/"} | {
        path: url + path for path in ("edit/", "quick-notes/", "archive/", "delete/")
    }
    answers = {path: client.get(address).status_code for path, address in paths.items()}
    assert [path for path, status in answers.items() if status == 403] == forbidden
    assert {status for path, status in answers.items() if path not in forbidden} <= {200}


def test_who_reaches_some_organizations_adds_and_deletes_none(reaching_alder, account, url):
    client = reaching_alder(Role.MANAGER)
    assert client.get(f"/{account.slug}/organizations/new/").status_code == 403
    assert client.get(f"{url}delete/").status_code == 403
    assert client.get(f"{url}edit/").status_code == 200
    assert "New organization" not in client.get(f"/{account.slug}/organizations/").content.decode()
