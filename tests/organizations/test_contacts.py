"""Contacts as people edit them, and what they may not write because a sync does."""

import pytest

from organizations import contact_locks
from organizations.actions import (
    ContactDetails,
    LockedContactError,
    archive_organizations,
    create_contacts,
    edit_contact,
    update_contacts,
    values_of,
)
from organizations.contact_details import CONTACT_TYPES, Phone
from organizations.contact_locks import Lock
from organizations.models import Activity, Contact, ContactAddress
from organizations.roles import Role
from tests.factories import NOW, make_organization, make_user
from tests.pages import page_of

MIA = ContactDetails(
    "Mia Gruber",
    "Mia",
    "Gruber",
    "Dentist",
    "mia@alder.example",
    phones=(Phone("Office", "1"), Phone("Mobile", "2")),
    aliases=("m.gruber@alder.example", "MIA@alder.example", "info@alder.example"),
)


@pytest.fixture
def organization(account):
    return make_organization(account, "Alder Dental")


@pytest.fixture
def mia(inside, organization):
    with inside():
        [contact] = create_contacts(organization, [MIA], now=NOW)
    return contact


@pytest.fixture
def edit(inside, mia, account):
    actor = make_user(account, Role.EDITOR)

    def change(**changes) -> Contact:
        with inside():
            return edit_contact(mia, changes=changes, now=NOW, actor=actor)

    return change


@pytest.fixture
def lock(monkeypatch):
    """Locks fields of every contact, as a sync would."""

    def put(*fields) -> None:
        held = Lock(fields, "Microsoft", "The sync writes these fields.")
        monkeypatch.setattr(contact_locks, "_providers", [lambda _: held])

    return put


@pytest.fixture
def log(inside):
    def lines() -> list[tuple[str, dict]]:
        with inside():
            return [(line.subject, line.details) for line in Activity.objects.filter(action="contact.edited")]

    return lines


def test_aliases_are_stored_once_and_without_the_address_in_use(mia, inside, organization):
    with inside():
        rows = ContactAddress.objects.order_by("email_key").values_list("email", "organization_id")
        assert list(rows) == [
            ("info@alder.example", organization.pk),
            ("m.gruber@alder.example", organization.pk),
        ]


def test_update_writes_only_the_aliases_that_differ(mia, inside):
    with inside():
        kept = ContactAddress.objects.get(email="info@alder.example").pk
        details = ContactDetails(
            "Mia", email="mia@alder.example", aliases=("INFO@alder.example", "new@x.test")
        )
        update_contacts([(mia, details)], now=NOW)
        assert list(ContactAddress.objects.order_by("pk").values_list("email", flat=True)) == [
            "info@alder.example",
            "new@x.test",
        ]
        assert ContactAddress.objects.filter(pk=kept).exists()


def test_edit_writes_what_changed_and_logs_before_and_after(edit, log, mia, inside):
    with inside():
        before = values_of(mia)
    changed = edit(**{**before, "title": "Owner", "phones": (Phone("Office", "1"),), "notes": "VIP"})
    assert (changed.title, changed.notes, changed.phones) == (
        "Owner",
        "VIP",
        [{"label": "Office", "number": "1"}],
    )
    office, mobile = {"label": "Office", "number": "1"}, {"label": "Mobile", "number": "2"}
    assert log() == [
        (
            "Mia Gruber",
            {
                "fields": {
                    "title": {"before": "Dentist", "after": "Owner"},
                    "phones": {"before": [office, mobile], "after": [office]},
                    "notes": {"before": "", "after": "VIP"},
                },
            },
        )
    ]


def test_renamed_contact_is_found_and_sorted_by_the_new_name(edit, inside):
    edit(name="Zoe Berg", email="zoe@alder.example")
    with inside():
        contact = Contact.objects.get()
    assert (contact.sort_key, contact.search_key, contact.email_key) == (
        "zoe berg",
        "zoe berg",
        "zoe@alder.example",
    )


def test_edit_that_changes_nothing_is_not_logged(edit, log, mia, inside):
    with inside():
        before = values_of(mia)
    edit(**before)
    edit(aliases=before["aliases"][::-1])
    assert log() == []


def test_locked_field_is_refused_and_nothing_written(edit, log, lock, inside):
    lock("name", "title")
    with pytest.raises(
        LockedContactError, match="Title can't be changed here, since Microsoft would"
    ) as told:
        edit(title="Owner", notes="VIP")
    assert told.value.fields == ("Title",)
    with inside():
        assert Contact.objects.values_list("title", "notes").get() == ("Dentist", "")
    assert log() == []


def test_locked_field_sent_as_it_is_refuses_nothing(edit, lock):
    lock("name", "title")
    assert edit(title="Dentist", contact_type="Approver").contact_type == "Approver"


@pytest.fixture
def url(account, mia) -> str:
    return f"/{account.slug}/contacts/{mia.pk}/"


def _sent(**changes) -> dict[str, str]:
    return {
        "name": "Mia Gruber",
        "title": "Dentist",
        "first_name": "Mia",
        "last_name": "Gruber",
        "email": "mia@alder.example",
        "aliases": "info@alder.example\r\nm.gruber@alder.example",
        "contact_type": "",
        "notes": "",
        "phones-TOTAL_FORMS": "4",
        "phones-INITIAL_FORMS": "2",
        "phones-0-label": "Office",
        "phones-0-number": "1",
        "phones-1-label": "Mobile",
        "phones-1-number": "2",
        **changes,
    }


def test_page_shows_phones_aliases_type_and_notes(client_of, url, edit):
    edit(contact_type="Approver", notes="First\nSecond")
    page = page_of(client_of(Role.READ_ONLY).get(url)).one("main")
    assert page.pairs == {
        "First name": "Mia",
        "Last name": "Gruber",
        "Title": "Dentist",
        "Type": "Approver",
        "E-mail": "mia@alder.example",
        "Office": "1",
        "Mobile": "2",
        "Other addresses": "info@alder.example m.gruber@alder.example",
    }
    assert page.one("p", class_="plain-text").children == ["First\nSecond"]
    assert [link for link in page.all("a") if link.text == "Edit"] == []


def test_list_shows_type_and_first_phone_and_finds_aliases(client_of, account, organization, edit):
    edit(contact_type="Approver")
    contacts = f"/{account.slug}/organizations/{organization.pk}/contacts/"
    client = client_of(Role.READ_ONLY)
    row = ["Mia Gruber", "Dentist", "Approver", "mia@alder.example", "1"]
    assert page_of(client.get(contacts, {"q": "INFO@alder"})).rows == [row]
    assert page_of(client.get(contacts, {"q": "nobody@alder"})).all("tbody") == []


def test_editor_opens_edits_and_sees_what_was_saved(client_of, url, log):
    client = client_of(Role.CREATOR)
    [link] = [each for each in page_of(client.get(url)).one("main").all("a") if each.text == "Edit"]
    page = page_of(client.get(link.attributes["href"]))
    assert page.one("datalist", id="contact-types").all("option")[0].attributes["value"] == CONTACT_TYPES[0]
    assert page.one("textarea", name="aliases").text == "info@alder.example m.gruber@alder.example"
    assert page.one("input", name="phones-1-number").attributes["value"] == "2"
    sent = _sent(
        contact_type="Champion",
        aliases="new@alder.example\r\n",
        notes="One\r\nTwo",
        **{"phones-0-number": "", "phones-2-label": "Home", "phones-2-number": "3"},
    )
    response = client.post(link.attributes["href"], sent)
    assert (response.status_code, response.headers["Location"]) == (302, url)
    shown = page_of(client.get(url)).one("main")
    assert shown.one("p", class_="plain-text").children == ["One\nTwo"]
    pairs = shown.pairs
    assert (pairs["Type"], pairs["Mobile"], pairs["Home"], pairs["Other addresses"]) == (
        "Champion",
        "2",
        "3",
        "new@alder.example",
    )
    assert "Office" not in pairs
    [(_, details)] = log()
    assert sorted(details["fields"]) == ["aliases", "contact_type", "notes", "phones"]


def test_form_sent_back_untouched_changes_nothing(client_of, url, log):
    assert client_of(Role.EDITOR).post(f"{url}edit/", _sent()).status_code == 302
    assert log() == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": " "}, "This field is required."),
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"aliases": "a@b.example\r\nnobody"}, "“nobody” is no e-mail address."),
        ({"phones-0-number": "9" * 61}, "Ensure this value has at most 60 characters (it has 61)."),
        ({"phones-TOTAL_FORMS": ""}, "ManagementForm data is missing or has been tampered with."),
    ],
    ids=["no name", "no address", "no alias", "long phone", "no management form"],
)
def test_what_is_wrong_is_told_beside_the_field(client_of, url, log, changes, told):
    page = page_of(client_of(Role.EDITOR).post(f"{url}edit/", _sent(**changes)), status=422)
    [error] = page.all("p", class_="form-error")
    assert error.text.startswith(told)
    assert log() == []


def test_locked_fields_are_shown_with_the_reason_and_not_taken(client_of, url, lock, inside):
    lock("name", "title", "first_name", "last_name", "email", "aliases", "phones")
    client = client_of(Role.EDITOR)
    page = page_of(client.get(f"{url}edit/")).one("main")
    locked = page.one("section", class_="read-only")
    assert locked.one("h2").text == "Kept in step by Microsoft"
    assert locked.one("p", class_="subtitle").text == "The sync writes these fields."
    assert locked.pairs["Phones"] == "1 (Office), 2 (Mobile)"
    assert [each.text for each in page.one("form").all("label")] == ["Type", "Notes", "Important contact"]
    sent = _sent(title="Owner", contact_type="Approver")
    assert client.post(f"{url}edit/", sent).status_code == 302
    with inside():
        assert Contact.objects.values_list("title", "contact_type").get() == ("Dentist", "Approver")


@pytest.mark.parametrize("role", [Role.LITE, Role.READ_ONLY])
def test_reader_may_not_edit(client_of, url, role):
    client = client_of(role)
    assert client.get(f"{url}edit/").status_code == 403
    assert client.post(f"{url}edit/", _sent(name="Other")).status_code == 403


NEW = {
    "name": "Ben Ito",
    "email": "ben@alder.example",
    "aliases": "b.ito@alder.example",
    "contact_type": "Approver",
    "is_important": "on",
    "phones-TOTAL_FORMS": "2",
    "phones-INITIAL_FORMS": "0",
    "phones-0-label": "Mobile",
    "phones-0-number": "+1 503",
    "phones-1-number": "",
}


@pytest.fixture
def contacts(account, organization) -> str:
    return f"/{account.slug}/organizations/{organization.pk}/contacts/"


@pytest.fixture
def elsewhere(inside, account) -> Contact:
    other = make_organization(account, "Birch Legal")
    with inside():
        [contact] = create_contacts(other, [ContactDetails("Zoe Berg")], now=NOW)
    return contact


def test_creator_adds_a_contact_with_phones_and_addresses(client_of, contacts, inside):
    client = client_of(Role.CREATOR)
    [link] = [
        each for each in page_of(client.get(contacts)).one("main").all("a") if each.text == "New contact"
    ]
    assert page_of(client.get(link.attributes["href"])).one("main").one("h1").text == "New contact"
    made = client.post(link.attributes["href"], NEW)
    page = page_of(client.get(made.url)).one("main")
    assert (page.one("h1").text, page.one("span", class_="badge").text) == ("Ben Ito", "Important")
    pairs = page.pairs
    assert (pairs["Mobile"], pairs["Other addresses"], pairs["Type"]) == (
        "+1 503",
        "b.ito@alder.example",
        "Approver",
    )
    with inside():
        line = Activity.objects.get(action="contact.created")
        contact = Contact.objects.get()
    assert (line.subject, line.subject_kind, line.subject_id) == ("Ben Ito", "contact", contact.pk)
    assert line.details["fields"] == {
        "email": {"before": "", "after": "ben@alder.example"},
        "phones": {"before": "", "after": [{"label": "Mobile", "number": "+1 503"}]},
        "aliases": {"before": "", "after": ["b.ito@alder.example"]},
        "contact_type": {"before": "", "after": "Approver"},
        "is_important": {"before": "", "after": True},
    }


def test_new_contact_needs_a_name_and_loses_nothing_typed(client_of, contacts):
    page = page_of(client_of(Role.CREATOR).post(f"{contacts}new/", {**NEW, "name": ""}), status=422)
    assert page.texts("p", class_="form-error") == ["This field is required."]
    assert page.one("input", name="phones-0-number").attributes["value"] == "+1 503"
    assert "checked" in page.one("input", name="is_important").attributes


def test_important_contacts_stand_on_the_overview(client_of, contacts, edit):
    edit(is_important=True, contact_type="Approver")
    client = client_of(Role.READ_ONLY)
    overview = contacts.removesuffix("contacts/")
    people = page_of(client.get(overview)).one("ul", class_="people-list").texts("li")
    assert people == ["Mia Gruber Dentist, Approver 1 mia@alder.example"]
    edit(is_important=False)
    assert page_of(client.get(overview)).all("ul", class_="people-list") == []


def test_archived_contact_leaves_the_lists_and_comes_back(client_of, url, contacts, elsewhere, inside):
    client = client_of(Role.EDITOR)
    [archive, *_] = page_of(client.get(url)).one("main").all("form")
    client.post(archive.attributes["action"], {"archived": "yes"})
    assert page_of(client.get(contacts)).all("tbody") == []
    everywhere = f"/{url.split('/')[1]}/contacts/"
    assert [row[0] for row in page_of(client.get(everywhere)).rows] == ["Zoe Berg"]
    assert [row[0] for row in page_of(client.get(contacts, {"archived": "only"})).rows] == [
        "Mia Gruber Archived"
    ]
    page = page_of(client.get(url)).one("main")
    [restore] = page.one("div", class_="callout").all("form")
    client.post(restore.attributes["action"], {"archived": "no"})
    assert [row[0] for row in page_of(client.get(contacts)).rows] == ["Mia Gruber"]
    with inside():
        lines = Activity.objects.filter(action__startswith="contact.").order_by("id")
        assert list(lines.values_list("action", flat=True)) == ["contact.archived", "contact.restored"]


def test_two_at_one_contact_write_over_nothing_they_never_saw(client_of, url, edit, mia, inside):
    client = client_of(Role.EDITOR)
    seen = page_of(client.get(f"{url}edit/")).one("input", name="seen").attributes["value"]
    sent = _sent(notes="Calls back", seen=seen, **{"phones-0-number": "7"})
    edit(title="Surgeon", phones=(Phone("Office", "9"),))
    page = page_of(client.post(f"{url}edit/", sent), status=422).one("main")
    assert page.texts("p", class_="form-error") == [
        "Phones: Meanwhile somebody else wrote “9 (Office)” here. Take over what you want to keep of it, and save again."
    ]
    assert (
        client.post(
            f"{url}edit/", sent | {"seen": page.one("input", name="seen").attributes["value"]}
        ).status_code
        == 302
    )
    with inside():
        found = values_of(Contact.objects.get(pk=mia.pk))
    assert (found["title"], found["notes"], found["phones"][0].number) == ("Surgeon", "Calls back", "7")


@pytest.mark.parametrize("is_global", [False, True])
def test_ticked_contacts_are_archived_and_restored(
    client_of, account, mia, contacts, elsewhere, inside, is_global
):
    client, url = client_of(Role.EDITOR), f"/{account.slug}/contacts/" if is_global else contacts
    sent = {"do": "bulk", "action": "archive", "row": [mia.pk]}
    told = page_of(client.post(url, sent, follow=True))
    assert told.texts("p", class_="alert")[0].startswith("1 contact archived.")
    with inside():
        assert list(Contact.objects.archived()) == [mia]
    told = page_of(client.post(f"{url}?archived=included", sent, follow=True))
    assert told.texts("p", class_="alert")[0].startswith("1 left alone: already archived.")
    client.post(f"{url}?archived=only", sent | {"action": "restore"})
    with inside():
        assert not Contact.objects.archived().exists()
        lines = Activity.objects.filter(action__startswith="contact.").order_by("id")
        assert list(lines.values_list("action", "subject_id")) == [
            ("contact.archived", mia.pk),
            ("contact.restored", mia.pk),
        ]


def test_archiving_several_contacts_takes_the_right_to_delete(client_of, mia, contacts, inside):
    client = client_of(Role.CREATOR)
    offered = page_of(client.get(contacts)).one("form", id="list-rows").texts("button", name="action")
    assert offered == ["CSV", "XLSX"]
    assert client.post(contacts, {"do": "bulk", "action": "archive", "row": [mia.pk]}).status_code == 403
    with inside():
        assert not Contact.objects.archived().exists()


def test_deleted_contact_is_gone_with_its_addresses(client_of, url, contacts, inside):
    client = client_of(Role.EDITOR)
    assert "This can't be undone." in page_of(client.get(f"{url}delete/")).one("main").text
    assert client.post(f"{url}delete/").url == contacts
    assert client.get(url).status_code == 404
    with inside():
        assert not ContactAddress.objects.exists()
        assert Activity.objects.get(action="contact.deleted").subject == "Mia Gruber"


def test_contact_that_a_sync_keeps_is_not_deleted(client_of, url, lock, inside):
    lock("name")
    client = client_of(Role.EDITOR)
    page = page_of(client.get(f"{url}delete/")).one("main")
    assert page.one("p", class_="form-error").text.startswith(
        "Mia Gruber can't be deleted while Microsoft lists"
    )
    assert page_of(client.post(f"{url}delete/"), status=422).one("p", class_="form-error")
    with inside():
        assert Contact.objects.exists()


def test_global_list_names_the_organization_and_narrows_to_one(
    client_of, account, organization, mia, elsewhere
):
    client, everywhere = client_of(Role.READ_ONLY), f"/{account.slug}/contacts/"
    rows = page_of(client.get(everywhere)).rows
    assert [row[:2] for row in rows] == [["Mia Gruber", "Alder Dental"], ["Zoe Berg", "Birch Legal"]]
    narrowed = page_of(client.get(everywhere, {"organization": organization.pk})).rows
    assert [row[0] for row in narrowed] == ["Mia Gruber"]
    found = page_of(client.get(everywhere, {"q": "info@alder"})).rows
    assert [row[0] for row in found] == ["Mia Gruber"]


def test_global_list_leaves_archived_organizations_out_unless_one_is_chosen(
    client_of, account, organization, mia, elsewhere, inside
):
    with inside():
        archive_organizations([organization.pk], now=NOW)
    client, everywhere = client_of(Role.READ_ONLY), f"/{account.slug}/contacts/"
    page = page_of(client.get(everywhere))
    assert [row[0] for row in page.rows] == ["Zoe Berg"]
    assert "Alder Dental" not in page.one("form", id="list-filters").text
    chosen = page_of(client.get(everywhere, {"organization": organization.pk}))
    assert [row[0] for row in chosen.rows] == ["Mia Gruber Archived"]


def test_global_list_is_not_for_lite_users(client_of, account, mia):
    client = client_of(Role.LITE)
    assert client.get(f"/{account.slug}/contacts/").status_code == 403


@pytest.mark.parametrize(
    ("role", "answers"),
    [(Role.READ_ONLY, [403, 403, 403]), (Role.CREATOR, [200, 403, 403]), (Role.EDITOR, [200, 302, 200])],
)
def test_roles_may_do_what_they_may(client_of, url, contacts, role, answers):
    client = client_of(role)
    told = [
        client.get(f"{contacts}new/").status_code,
        client.post(f"{url}archive/", {"archived": "no"}).status_code,
        client.get(f"{url}delete/").status_code,
    ]
    assert told == answers
