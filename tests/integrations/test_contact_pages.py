"""What contacts' pages tell of Microsoft: where a contact comes from, what is locked by that, and who has left."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.models import ContactLink, Integration, SyncSettings, TenantMatch
from integrations.states import IntegrationStatus, MatchState
from integrations.steps import TenantContext
from organizations.actions import (
    ContactDetails,
    LockedContactError,
    create_contacts,
    edit_contact,
)
from organizations.lists import exports
from organizations.models import Contact
from organizations.roles import Role
from tests.factories import NOW, connect, give_contacts, person, sku
from tests.integrations.places import tenant_named
from tests.pages import page_of

SPB = sku("SPB")
MIA = person("Mia Gruber", mail="mia@client.test", holds=[SPB])


@pytest.fixture
def match(account):
    return connect(account, [tenant_named("Alder Dental")]).matches[0]


@pytest.fixture
def directory(match):
    def sync(*users, now=NOW, sign_ins=None) -> None:
        context = TenantContext(match.account_id, match.pk, match.organization_id, now)
        give_contacts(context, users, sign_ins=sign_ins)

    return sync


@pytest.fixture
def contact(inside, match):
    """`contact("Mia Gruber")`: as it stands."""

    def find(name) -> Contact:
        with inside():
            return Contact.objects.get(name=name)

    return find


@pytest.fixture
def panel(account, client_of):
    """The card about Microsoft on a contact's page, if there is one."""

    def read(contact):
        page = page_of(client_of(Role.READ_ONLY).get(f"/{account.slug}/contacts/{contact.pk}/"))
        cards = page.all("section", class_="card")
        return next((card for card in cards if card.one("h2").text == "Synced with Microsoft"), None)

    return read


def test_page_tells_tenant_integration_and_last_sign_in(directory, contact, panel, inside):
    directory(MIA, sign_ins={MIA.id: date(2026, 2, 3)})
    with inside():
        TenantMatch.objects.update(last_synced_at=timezone.now())
    shown = panel(contact("Mia Gruber"))
    assert shown.pairs == {
        "Tenant": "Alder Dental",
        "Integration": "Microsoft",
        "Last sign-in": "3 Feb 2026",
        "Synced": "just now",
    }
    assert shown.all("div", class_="callout") == []


def test_contact_that_only_a_person_knows_has_no_such_card(match, inside, contact, panel):
    with inside():
        create_contacts(match.organization, [ContactDetails("Eva")], now=NOW)
    assert panel(contact("Eva")) is None


def test_user_who_left_is_marked_on_page_and_in_lists(directory, contact, panel, account, match, client_of):
    colleagues = [
        person(f"Person {number}", mail=f"{number}@client.test", holds=[SPB]) for number in range(5)
    ]
    directory(MIA, *colleagues)
    directory(*colleagues, now=timezone.now() - timedelta(days=2))
    [callout] = panel(contact("Mia Gruber")).all("div", class_="callout")
    assert callout.one("strong").text == "No longer in Microsoft's directory since 2 days ago"
    url = f"/{account.slug}/organizations/{match.organization_id}/contacts/"
    page = page_of(client_of(Role.READ_ONLY).get(url))
    assert {row[0]: row[-1] for row in page.rows} == {
        "Mia Gruber": "Removed",
        **{each.display_name: "Listed" for each in colleagues},
    }


def _leave(match):
    ContactLink.objects.update(removed_at=NOW)


def _revert(match):
    TenantMatch.objects.update(state=MatchState.UNMATCHED, organization=None)


def _pause(match):
    Integration.objects.update(status=IntegrationStatus.PAUSED)


def _untick(match):
    SyncSettings.objects.update(steps=["licenses"])


@pytest.mark.parametrize(
    "stop", [_revert, _pause, _untick], ids=["match reverted", "paused", "users unticked"]
)
def test_list_claims_of_nobody_to_be_listed_whom_no_sync_looks_up(
    directory, account, match, client_of, inside, stop
):
    """Who was found to be gone stays so."""
    crew = [person(f"Person {number}", mail=f"{number}@client.test", holds=[SPB]) for number in range(5)]
    directory(MIA, *crew)
    directory(*crew, now=timezone.now())
    url = f"/{account.slug}/organizations/{match.organization_id}/contacts/"
    with inside():
        stop(match)
    page = page_of(client_of(Role.READ_ONLY).get(url))
    assert {row[0]: row[-1] for row in page.rows} == {
        "Mia Gruber": "Removed",
        **{each.display_name: "Not synced" for each in crew},
    }


def test_list_without_users_of_microsoft_has_no_column_for_them(match, inside, account, client_of):
    with inside():
        create_contacts(match.organization, [ContactDetails("Eva")], now=NOW)
    url = f"/{account.slug}/organizations/{match.organization_id}/contacts/"
    page = page_of(client_of(Role.READ_ONLY).get(url))
    assert page.one("thead").texts("th") == ["Name", "Title", "Type", "E-mail", "Phone"]


def test_export_and_choice_of_columns_know_of_microsoft(
    directory, match, inside, account, client_of, monkeypatch
):
    """Both ask for the columns without rows in hand; and a portion of an export may hold nobody of Microsoft's."""
    directory(MIA)
    with inside():
        create_contacts(match.organization, [ContactDetails("Ann"), ContactDetails("Zoe")], now=NOW)
    monkeypatch.setattr(exports, "CHUNK", 1)
    client, url = client_of(Role.READ_ONLY), f"/{account.slug}/contacts/"
    lines = client.get(f"{url}?export=csv").getvalue().decode("utf-8-sig").splitlines()
    assert [line.rpartition(",")[2] for line in lines] == ["Microsoft", "", "Listed", ""]
    client.post(url, {"do": "columns", "column": ["name", "directory"]})
    headers = page_of(client.get(url)).one("thead").texts("th")
    assert headers == ["Name", "Microsoft"]


def test_contact_that_the_sync_made_is_locked(directory, contact, inside):
    directory(MIA)
    mia = contact("Mia Gruber")
    with inside(), pytest.raises(LockedContactError) as refused:
        edit_contact(mia, changes={"name": "Mimi", "aliases": ("a@b.test",), "notes": "VIP"}, now=NOW)
    assert refused.value.fields == ("Name", "Other e-mail addresses")
    with inside():
        assert edit_contact(mia, changes={"notes": "VIP"}, now=NOW).notes == "VIP"


def _unlink(match):
    ContactLink.objects.all().delete()


@pytest.mark.parametrize("end", [_leave, _revert, _unlink], ids=["left", "match reverted", "disconnected"])
def test_contact_that_no_sync_writes_any_more_is_open(directory, contact, inside, match, end):
    directory(MIA)
    mia = contact("Mia Gruber")
    with inside():
        end(match)
        assert edit_contact(mia, changes={"name": "Mimi"}, now=NOW).name == "Mimi"


def test_contact_that_a_person_made_stays_open_and_says_so(directory, contact, inside, match, panel):
    with inside():
        create_contacts(match.organization, [ContactDetails("Mimi", email="mia@client.test")], now=NOW)
    directory(MIA)
    mimi = contact("Mimi")
    shown = panel(mimi)
    assert shown.one("p").text == "Written here first, so the sync only fills in what is left blank."
    with inside():
        assert edit_contact(mimi, changes={"name": "Mia"}, now=NOW).name == "Mia"


def test_page_of_a_reverted_tenants_user_says_that_nothing_comes_any_more(
    directory, contact, inside, match, panel
):
    directory(MIA)
    with inside():
        _revert(match)
    [callout] = panel(contact("Mia Gruber")).all("div", class_="callout")
    assert callout.one("strong").text == "No longer updated"


def test_contact_list_costs_the_same_for_one_and_for_three(directory, account, match, client_of):
    client, url = (
        client_of(Role.READ_ONLY),
        f"/{account.slug}/organizations/{match.organization_id}/contacts/",
    )
    counts = []
    for rows in (1, 3):
        directory(*(person(f"Person {number}", holds=[SPB]) for number in range(rows)))
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]
