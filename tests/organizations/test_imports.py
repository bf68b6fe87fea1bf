"""Importing CSV files: checked row by row, shown, and written as a whole or not at all."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organizations import tasks
from organizations.access import account_transaction
from organizations.actions import (
    ContactDetails,
    archive_organizations,
    create_contacts,
    create_organization,
    edit_organization,
)
from organizations.actions.contact_editing import values_of
from organizations.actions.imports import (
    DraftGoneError,
    ImportRefusedError,
    NewDraft,
    begin_import,
    map_columns,
    plan_import,
    run_import,
)
from organizations.contact_details import Phone
from organizations.imports.drafts import sheet_of
from organizations.imports.sheets import MOST_LINES, UnreadableSheetError, decode, read_sheet
from organizations.imports.targets import Effect, find_target
from organizations.models import Activity, Contact, ImportDraft, Organization
from organizations.roles import Role
from tests.factories import NOW, make_organization, make_user
from tests.pages import page_of


@pytest.fixture
def draft_of(inside, administrator):
    """`draft_of("contacts", lines)`: a target and a file for it, its first line the headers."""

    def begin(key, *rows):
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        target = find_target(administrator, key)
        return target, begin_import(
            target, NewDraft("file.csv", text.getvalue()), now=NOW, actor=administrator
        )

    return begin


def _errors(plan):
    return [(error.number, error.column, error.message) for error in plan.errors]


# Reading files


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        (b"Name,Notes\nAlder,a\n", ("Alder", "a")),
        (b'"Name",Notes\nAlder,a\n', ("Alder", "a")),
        ('\ufeffName;Notes\r\nÅlder;"a;b"\r\n'.encode(), ("Ålder", "a;b")),
        ("Name\tNotes\nAlder\ta\n".encode("utf-16"), ("Alder", "a")),
        (b'Name,Notes\n"Al\nder"\n', ("Al\nder", "")),
    ],
    ids=["comma", "quoted", "excel", "unicode text", "short line"],
)
def test_file_is_read_as_spreadsheets_write_it(content, cells):
    sheet = read_sheet(decode(content))
    assert (sheet.headers, [line.cells for line in sheet.lines]) == (("Name", "Notes"), [cells])


def test_what_parts_columns_is_looked_for_outside_of_quotation_marks():
    sheet = read_sheet('"Name, in full, as written";Notes\nAlder;a\n')
    assert (sheet.headers, sheet.lines[0].cells) == (("Name, in full, as written", "Notes"), ("Alder", "a"))


def test_lines_are_numbered_as_in_the_file():
    sheet = read_sheet('Name\n\n"two\nlines"\n\nlast\n')
    assert [(line.number, line.cells) for line in sheet.lines] == [(3, ("two\nlines",)), (6, ("last",))]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no headers"),
        (b"Name\n", "no row below"),
        (b"Name,name\nx,y\n", "Two columns are called"),
        (b"Name\nx,y\n", "more cells than there are headers"),
        (b'Name\n"x\n', "can't be read"),
        (b"Name\n\xff\n", "not in UTF-8"),
        (b"PK\x03\x04\x00\x00", "no CSV file"),
        (b"Name\n" + b"x\n" * (MOST_LINES + 1), "more than 1,000 rows"),
    ],
    ids=["empty", "headers only", "twice", "too wide", "open quote", "latin-1", "xlsx", "too long"],
)
def test_unreadable_file_says_what_to_do(content, words):
    with pytest.raises(UnreadableSheetError, match=words):
        read_sheet(decode(content))


# Organizations


def test_organizations_are_created_and_corrected(account, draft_of, inside, administrator):
    make_organization(account, "Alder Dental")
    with inside():
        target, draft = draft_of(
            "organizations",
            ("Name", "Short Name", "TYPE", "parent organization"),
            ("Alder Group", "AG", "Customer", ""),
            ("Alder Dental", "AD", "", "alder group"),
        )
        plan = plan_import(target, draft)
        assert [(row.effect, row.name) for row in plan.rows] == [
            (Effect.NEW, "Alder Group"),
            (Effect.CHANGED, "Alder Dental"),
        ]
        assert Organization.objects.count() == 1
        run_import(target, draft, now=NOW, actor=administrator)
        rows = Organization.objects.order_by("name").values_list(
            "name", "short_name", "organization_type__name", "parent__name"
        )
        assert list(rows) == [
            ("Alder Dental", "AD", None, "Alder Group"),
            ("Alder Group", "AG", "Customer", None),
        ]
        assert not ImportDraft.objects.exists()
        told = Activity.objects.get(action="import.finished")
    assert (told.subject, told.details) == (
        "file.csv",
        {"target": "organizations", "created": 1, "changed": 1},
    )


def test_importing_the_same_file_again_changes_nothing(draft_of, inside, administrator):
    rows = ("Name", "Short name"), ("Alder", "A")
    with inside():
        run_import(*draft_of("organizations", *rows), now=NOW, actor=administrator)
        before = list(Organization.objects.values())
        plan = run_import(*draft_of("organizations", *rows), now=NOW + timedelta(days=1), actor=administrator)
        assert [row.effect for row in plan.rows] == [Effect.UNCHANGED]
        assert list(Organization.objects.values()) == before


def test_circle_of_parents_refuses_the_whole_file(account, draft_of, inside, administrator):
    with inside():
        target, draft = draft_of(
            "organizations",
            ("Name", "Parent organization"),
            ("Alder", ""),
            ("Birch", "Alder"),
            ("Cedar", "Birch"),
        )
        run_import(target, draft, now=NOW, actor=administrator)
        target, draft = draft_of(
            "organizations",
            ("Name", "Short name", "Parent organization"),
            ("Birch", "B", ""),
            ("Alder", "A", "Cedar"),
        )
        with pytest.raises(ImportRefusedError) as refused:
            run_import(target, draft, now=NOW, actor=administrator)
        assert [(error.number, "stands below" in error.message) for error in refused.value.plan.errors] == [
            (3, True)
        ]
    with inside():
        assert list(Organization.objects.exclude(short_name="")) == []


def test_names_are_the_same_however_they_are_typed(account, draft_of, inside):
    make_organization(account, "Café Straße")
    with inside():
        target, draft = draft_of(
            "organizations",
            ("Name", "Parent organization"),
            ("CAFE\N{COMBINING ACUTE ACCENT} STRASSE", ""),
            ("Café Straße", ""),
            ("\N{FULLWIDTH LATIN CAPITAL LETTER O}ak", ""),
            ("Branch", "oak"),
        )
        plan = plan_import(target, draft)
    assert _errors(plan) == [(3, "Name", "Line 2 is about the same organization. Keep one of the two.")]
    assert [(row.number, row.effect) for row in plan.rows] == [
        (2, Effect.CHANGED),
        (4, Effect.NEW),
        (5, Effect.NEW),
    ]


def test_texts_too_long_are_told_and_lines_become_one(draft_of, inside, administrator):
    with inside():
        target, draft = draft_of(
            "organizations",
            ("Name", "Short name", "Description"),
            ("Al\nder", "A", "one\r\ntwo"),
            ("B" * 256, "B" * 61, ""),
        )
        assert _errors(plan_import(target, draft)) == [
            (5, "Name", "This is too long: at most 255 characters fit."),
            (5, "Short name", "This is too long: at most 60 characters fit."),
        ]
        target, draft = draft_of("organizations", ("Name", "Description"), ("Al\nder", "one\r\ntwo"))
        run_import(target, draft, now=NOW, actor=administrator)
        assert list(Organization.objects.values_list("name", "description")) == [("Al der", "one\ntwo")]


def test_archived_parent_is_chosen_for_nobody_anew(account, draft_of, inside):
    old = make_organization(account, "Old")
    branch = make_organization(account, "Branch")
    with inside():
        edit_organization(branch, changes={"parent": old}, now=NOW)
        archive_organizations([old.pk], now=NOW)
        target, draft = draft_of("organizations", ("Name", "Parent"), ("Branch", "Old"), ("Another", "Old"))
        plan = plan_import(target, draft)
    assert _errors(plan) == [
        (3, "Parent organization", "“Old” is archived. Restore it first, or name another one.")
    ]
    assert [row.effect for row in plan.rows] == [Effect.UNCHANGED]


def test_export_of_organizations_comes_back_as_it_was(account, draft_of, inside, client_of):
    with inside():
        group = create_organization(account.pk, name="=Group", now=NOW)
        names = ("@home", "'quoted", "'+49", "-5", "\N{FULLWIDTH EQUALS SIGN}1", 'a; "b"', "two words")
        for name in names:
            create_organization(account.pk, name=name, now=NOW, values={"parent": group})
    exported = client_of(Role.MANAGER).get(f"/{account.slug}/organizations/?export=csv").getvalue()
    sheet = read_sheet(decode(exported))
    cells = [line.cells[0] for line in sheet.lines]
    assert [cell for cell in cells if cell[0] in "=+-@\N{FULLWIDTH EQUALS SIGN}"] == []
    with inside():
        target, draft = draft_of("organizations", sheet.headers, *(line.cells for line in sheet.lines))
        plan = plan_import(target, draft)
    assert [(row.effect, row.name) for row in plan.rows if row.effect is not Effect.UNCHANGED] == []
    assert (len(plan.rows), plan.errors) == (8, [])


# Contacts


def test_contacts_are_found_by_e_mail_and_then_by_name(account, draft_of, inside, administrator):
    alder = make_organization(account, "Alder")
    with inside():
        run_import(
            *draft_of(
                "contacts",
                ("Organization", "First name", "Last name", "E-mail", "Office phone"),
                ("Alder", "Ada", "Byron", "ada@alder.test", "1"),
                ("ALDER", "Bob", "Hale", "", ""),
            ),
            now=NOW,
            actor=administrator,
        )
        plan = run_import(
            *draft_of(
                "contacts",
                ("Organization", "Name", "Email", "Title", "Other e-mail addresses"),
                ("Alder", "Ada Lovelace", "ADA@alder.test", "Countess", "a@alder.test; b@alder.test"),
                ("Alder", "bob hale", "", "Boss", ""),
            ),
            now=NOW,
            actor=administrator,
        )
        assert [row.effect for row in plan.rows] == [Effect.CHANGED, Effect.CHANGED]
        ada, bob = (values_of(each) for each in Contact.objects.in_organization(alder).order_by("sort_key"))
    assert (ada["name"], ada["title"], ada["aliases"]) == (
        "Ada Lovelace",
        "Countess",
        ("a@alder.test", "b@alder.test"),
    )
    assert [phone.number for phone in ada["phones"]] == ["1"]
    assert (bob["first_name"], bob["title"]) == ("Bob", "Boss")


@pytest.fixture
def contact(account, inside):
    """`contact("Ada", email="a@x.test")`, of Alder."""
    alder = make_organization(account, "Alder")

    def make(name, **details):
        with inside():
            return create_contacts(alder, [ContactDetails(name, **details)], now=NOW)[0]

    return make


def _imported(draft_of, administrator, *rows):
    return run_import(*draft_of("contacts", *rows), now=NOW, actor=administrator)


def test_phones_and_addresses_that_the_file_does_not_name_stay(contact, draft_of, inside, administrator):
    phones = (Phone("Home", "1"), Phone("Office", "2"), Phone("Mobile", "3"))
    ada = contact("Ada", email="ada@alder.test", phones=phones, aliases=("a@alder.test",))
    with inside():
        rows = ("Organization", "Name", "E-mail", "Office phone"), ("Alder", "", "A@alder.test", "9")
        _imported(draft_of, administrator, *rows)
        found = values_of(Contact.objects.get(pk=ada.pk))
    assert [(phone.label, phone.number) for phone in found["phones"]] == [
        ("Home", "1"),
        ("Office", "9"),
        ("Mobile", "3"),
    ]
    assert (found["email"], found["aliases"]) == ("A@alder.test", ("ada@alder.test",))


def test_another_order_of_addresses_and_capitals_change_nothing(contact, draft_of, inside):
    contact("Ada", email="ada@alder.test", aliases=("a@alder.test", "b@alder.test"))
    with inside():
        target, draft = draft_of(
            "contacts",
            ("Organization", "E-mail", "Other e-mail addresses"),
            ("Alder", "ADA@alder.test", "b@alder.test; A@alder.test; ada@alder.test"),
        )
        assert [row.effect for row in plan_import(target, draft).rows] == [Effect.UNCHANGED]


def test_two_people_of_one_name_with_an_address_each_stay_two(contact, draft_of, inside, administrator):
    ada = contact("Ada", email="ada@alder.test", title="Boss")
    with inside():
        plan = _imported(
            draft_of,
            administrator,
            ("Organization", "Name", "E-mail", "Title"),
            ("Alder", "Ada", "ada2@alder.test", "Clerk"),
        )
        assert [row.effect for row in plan.rows] == [Effect.NEW]
        assert values_of(Contact.objects.get(pk=ada.pk))["title"] == "Boss"


def test_rows_of_one_person_are_met_although_one_has_no_address(contact, draft_of, inside):
    contact("Other")
    with inside():
        target, draft = draft_of(
            "contacts",
            ("Organization", "Name", "E-mail", "Other e-mail addresses"),
            ("Alder", "Bob", "bob@alder.test", "b@alder.test"),
            ("Alder", "bob", "", ""),
            ("Alder", "Robert", "B@alder.test", ""),
        )
        told = "Line 2 is about the same contact. Keep one of the two."
        assert _errors(plan_import(target, draft)) == [(3, "", told), (4, "", told)]


def test_name_made_of_first_and_last_follows_them_and_another_one_stays(
    contact, draft_of, inside, administrator
):
    contact("Ada Byron", first_name="Ada", last_name="Byron", email="ada@alder.test")
    contact("Hale, Bob", first_name="Bob", last_name="Hale", email="bob@alder.test")
    with inside():
        plan = _imported(
            draft_of,
            administrator,
            ("Organization", "First name", "Last name", "E-mail"),
            ("Alder", "Ada", "Lovelace", "ada@alder.test"),
            ("Alder", "Bob", "Hale", "bob@alder.test"),
        )
        assert [row.effect for row in plan.rows] == [Effect.CHANGED, Effect.UNCHANGED]
        assert list(Contact.objects.order_by("name").values_list("name", flat=True)) == [
            "Ada Lovelace",
            "Hale, Bob",
        ]


@pytest.mark.parametrize("number", [3, 50])
def test_contacts_are_looked_up_at_once_however_many(account, draft_of, inside, number):
    rows = [("Alder", f"Ada {each}", f"ada{each}@alder.test") for each in range(number)]
    alder = make_organization(account, "Alder")
    with inside():
        create_contacts(alder, [ContactDetails(name, email=email) for _, name, email in rows], now=NOW)
        target, draft = draft_of("contacts", ("Organization", "Name", "E-mail"), *rows)
        with CaptureQueriesContext(connection) as queries:
            assert len(plan_import(target, draft).rows) == number
    assert len(queries) == 3


def test_every_wrong_line_is_told_at_once_and_nothing_is_imported(account, draft_of, inside, administrator):
    make_organization(account, "Alder")
    make_organization(account, "Twin")
    make_organization(account, "Twin")
    with inside():
        target, draft = draft_of(
            "contacts",
            ("Organization", "Name", "E-mail"),
            ("Alder", "Ada", "ada@alder.test"),
            ("Oak", "Bob", "no address"),
            ("Twin", "Cleo", ""),
            ("Alder", "", ""),
            ("Alder", "ADA", "Ada@alder.test"),
        )
        with pytest.raises(ImportRefusedError) as refused:
            run_import(target, draft, now=NOW, actor=administrator)
        assert _errors(refused.value.plan) == [
            (
                3,
                "Organization",
                "There is no organization called “Oak”. Correct the name, or add it first.",
            ),
            (3, "E-mail", "“no address” is no e-mail address."),
            (4, "Organization", "2 organizations are called “Twin”. Rename all but one of them first."),
            (5, "", "Give the contact a name."),
            (6, "", "Line 2 is about the same contact. Keep one of the two."),
        ]
        assert (Contact.objects.count(), ImportDraft.objects.count()) == (0, 1)


def test_other_accounts_organizations_are_no_place_to_import_to(rival, draft_of, inside):
    make_organization(rival, "Foreign")
    with inside():
        target, draft = draft_of("contacts", ("Organization", "Name"), ("Foreign", "Ada"))
        assert [error.column for error in plan_import(target, draft).errors] == ["Organization"]


def test_columns_of_other_names_are_put_where_they_belong(account, draft_of, inside, administrator):
    make_organization(account, "Alder")
    with inside():
        target, draft = draft_of("contacts", ("Kunde", "Wer", "Farbe"), ("Alder", "Ada", "blue"))
        assert draft.mapping == {}
        map_columns(draft, mapping={"Kunde": "organization", "Wer": "name"})
        run_import(target, draft, now=NOW, actor=administrator)
        assert Contact.objects.get().name == "Ada"


def test_files_that_nobody_imported_are_gone_after_a_day(account, draft_of, inside, client_of):
    client = client_of(Role.MANAGER)
    with inside():
        _, old = draft_of("organizations", ("Name",), ("Alder",))
        _, new = draft_of("organizations", ("Name",), ("Birch",))
        ImportDraft.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=1, seconds=1))
        ImportDraft.objects.filter(pk=new.pk).update(created_at=timezone.now() - timedelta(hours=23))
    urls = [reverse("organizations:import-detail", args=[account.slug, each.pk]) for each in (old, new)]
    assert [client.get(url).status_code for url in urls] == [404, 200]
    tasks.tick_imports()
    with inside():
        assert list(ImportDraft.objects.all()) == [new]


def test_two_who_press_import_at_once_import_once(account, draft_of, inside, in_threads, administrator):
    with inside():
        target, draft = draft_of("organizations", ("Name",), ("Alder",))

    def press():
        try:
            with account_transaction(account.pk):
                run_import(target, draft, now=NOW, actor=administrator)
        except DraftGoneError as gone:
            return str(gone)
        return "imported"

    told = in_threads(press, press)
    assert sorted(told) == ["file.csv was imported or discarded meanwhile.", "imported"]
    with inside():
        assert Organization.objects.count() == 1


def test_what_waits_to_be_imported_is_sealed(draft_of, inside):
    with inside():
        _, draft = draft_of("organizations", ("Name", "Quick notes"), ("Alder", "safe is 4711"))
        stored = ImportDraft.objects.get(pk=draft.pk)
        assert "4711" not in stored.content
        assert sheet_of(stored).lines[0].cells == ("Alder", "safe is 4711")


# Pages


def _upload(client, account, key, text):
    file = SimpleUploadedFile("people.csv", text.encode(), content_type="text/csv")
    return client.post(
        reverse("organizations:import-new", args=[account.slug]), {"target": key, "file": file}
    )


def test_pages_check_show_and_import_a_file(account, client_of, inside):
    make_organization(account, "Alder")
    client = client_of(Role.MANAGER)
    sent = _upload(client, account, "contacts", "Organization,Name\nAlder,Ada\n")
    assert sent.status_code == 302
    page = page_of(client.get(sent.url))
    assert "1 new" in page.text
    assert page.one("table", id="preview").rows == [["2", "Ada", "Alder", "New"]]
    done = client.post(sent.url, {"do": "import"})
    assert done.status_code == 302
    with inside():
        assert Contact.objects.get().name == "Ada"
    assert client.get(sent.url).status_code == 404


def test_page_of_a_file_with_errors_offers_no_import(account, client_of, inside):
    client = client_of(Role.MANAGER)
    sent = _upload(client, account, "contacts", "Organization,Name\nOak,Ada\n")
    page = page_of(client.get(sent.url))
    assert "1 thing to correct" in page.text
    assert page.all("button", value="import") == []
    refused = client.post(sent.url, {"do": "import"})
    assert refused.status_code == 422
    with inside():
        assert (Contact.objects.count(), ImportDraft.objects.count()) == (0, 1)


def test_required_column_is_asked_for(account, client_of):
    client = client_of(Role.MANAGER)
    sent = _upload(client, account, "organizations", "Client,Kürzel\nAlder,A\n")
    assert "No column goes to Name" in page_of(client.get(sent.url)).text
    twice = client.post(sent.url, {"column-0": "name", "column-1": "name"})
    assert "Two columns go to Name" in page_of(twice, status=422).text
    mapped = client.post(sent.url, {"column-0": "name", "column-1": "short_name"})
    assert mapped.status_code == 302
    assert "1 new" in page_of(client.get(sent.url)).text


def test_unreadable_upload_is_told_on_the_form(account, client_of):
    response = _upload(client_of(Role.MANAGER), account, "contacts", "Organization,Name\n")
    assert "no row below" in page_of(response, status=422).text


def test_template_file_has_the_headers(account, client_of):
    client = client_of(Role.MANAGER)
    response = client.get(
        reverse("organizations:import-template", args=[account.slug]), {"target": "contacts"}
    )
    headers = response.content.decode("utf-8-sig").strip().split(",")
    assert (headers[:2], response.headers["Content-Disposition"]) == (
        ["Organization", "Name"],
        'attachment; filename="contacts.csv"',
    )


@pytest.mark.parametrize("role", [Role.EDITOR, Role.LITE])
def test_only_those_who_may_import_do(account, client_of, role):
    assert client_of(role).get(reverse("organizations:import-new", args=[account.slug])).status_code == 403


def test_manager_without_access_to_all_organizations_can_not_import(account, sign_in, inside):
    manager = make_user(account, Role.MANAGER)
    with inside():
        manager.all_organizations = False
        manager.save()
    client = sign_in(manager)
    assert client.get(reverse("organizations:import-new", args=[account.slug])).status_code == 403
