"""Consent links, the whole way: made, sent, answered at Microsoft, verified, confirmed by a person."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from integrations.actions.consent import (
    ConsentClosedError,
    NewOrganization,
    confirm_consent,
    discard_consent,
    verify_again,
)
from integrations.actions.inquiries import INQUIRIES_KEPT, ask
from integrations.consent import digest_of
from integrations.microsoft.credentials import ClientSecret
from integrations.microsoft.simulator import Fault
from integrations.models import ConsentRequest, Inquiry, Integration, TenantMatch
from integrations.refusals import LeavingError
from integrations.states import (
    ConsentState,
    InquiryKind,
    IntegrationKind,
    IntegrationStatus,
    MatchSource,
    MatchState,
    RunState,
)
from organizations.actions import archive_organizations
from organizations.models import Activity, Organization
from organizations.roles import Role
from tests.factories import NOW, Connected, connect, connect_to, make_organization, make_user
from tests.integrations.consents import (
    accepted,
    answer_inquiries,
    come_back,
    decide_at_microsoft,
    make_link,
)
from tests.itglue_portal.test_database_queries import queries_of
from tests.pages import page_of


@pytest.fixture
def microsoft(simulated):
    """Three clients, none of whom has consented yet."""
    simulator = simulated(tenants=3)
    for tenant in simulator.world.tenants:
        simulator.revoke_consent(tenant.tenant_id)
    return simulator


@pytest.fixture
def integration(microsoft, account):
    credential = ClientSecret(microsoft.application_id, microsoft.client_secret)
    return connect(account, [], credential=credential).integration


@pytest.fixture
def client_tenant(microsoft):
    return microsoft.world.tenants[1]


@pytest.fixture
def manager(account):
    return make_user(account, Role.MANAGER)


@pytest.fixture
def browser(sign_in, manager):
    return sign_in(manager)


@pytest.fixture
def url(account, integration):
    return f"/{account.slug}/admin/integrations/{integration.pk}"


@pytest.fixture
def page_of_link(browser, url):
    """Reads the page of a consent link."""
    return lambda link: page_of(browser.get(f"{url}/consents/{link.consent.pk}/"))


@pytest.fixture
def verified(microsoft, integration, client_tenant, account):
    """A consent that Microsoft has confirmed, and that waits for a person."""

    def arrive(**more):
        link = make_link(integration, **more)
        microsoft.grant_consent(client_tenant.tenant_id)
        accepted(link, client_tenant.tenant_id)
        answer_inquiries(account)
        assert link.row().state == ConsentState.VERIFIED
        return link

    return arrive


@pytest.fixture
def activities(inside):
    def actions() -> list[str]:
        with inside():
            found = Activity.objects.filter(action__startswith="consent.").order_by("id")
            return list(found.values_list("action", flat=True))

    return actions


def texts_of_choices(page):
    return {
        each.one("label").text: each.one("input").attributes["value"]
        for each in page.all("div", class_="choice")
    }


def test_from_the_link_to_the_matched_tenant(browser, url, account, microsoft, client_tenant, inside):
    organization = make_organization(account, "Harbor Dental")
    made = page_of(browser.post(f"{url}/consents/new/", {"organization": "harbor dental"}))
    address = made.one("input", id="consent-link").attributes["value"]

    back = decide_at_microsoft(microsoft, address, "accept", tenant=client_tenant.tenant_id)
    thanks = page_of(Client(HTTP_HOST="localhost").get(back))
    assert thanks.one("h1").text == "Thank you"

    with inside():
        consent = ConsentRequest.objects.get()
    detail = f"{url}/consents/{consent.pk}/"
    waiting = page_of(browser.get(detail))
    assert (waiting.one("h1").text, waiting.one("div", id="consent").attributes["hx-get"]) == (
        "Consent link for Harbor Dental",
        detail,
    )
    answer_inquiries(account)

    page = page_of(browser.get(detail))
    assert page.one("h1").text == client_tenant.display_name
    facts = page.one("dl", class_="properties").pairs
    assert (facts["Default domain"], facts["Tenant ID"]) == (
        client_tenant.default_domain,
        client_tenant.tenant_id,
    )
    assert next(iter(texts_of_choices(page))) == "Match it to Harbor Dental"
    with inside():
        assert not TenantMatch.objects.exists()

    response = browser.post(f"{detail}confirm/", {"destination": str(organization.pk)}, follow=True)
    assert page_of(response).texts("p", class_="alert") == [
        f"{client_tenant.display_name} is matched to Harbor Dental. Start a sync to read its licenses. Dismiss"
    ]
    with inside():
        match = TenantMatch.objects.get()
    assert (match.tenant_id, match.organization_id, match.state, match.source, match.tenant_name) == (
        UUID(client_tenant.tenant_id),
        organization.pk,
        MatchState.MATCHED,
        MatchSource.CONSENT,
        client_tenant.display_name,
    )
    assert {each["part_number"] for each in match.subscriptions} == {
        each.part_number for each in client_tenant.licenses()
    }


def test_consent_then_sync_reads_the_clients_licenses(verified, account, manager, inside, sync, integration):
    link = verified()
    with inside():
        match = confirm_consent(link.row(), destination=NewOrganization("Client"), now=NOW, actor=manager)
    run = sync(Connected(account, integration, (match,)))
    with inside():
        assert (run.state, TenantMatch.objects.get().last_synced_at is None) == (RunState.OK, False)


def test_state_is_not_stored_and_the_link_is_shown_once(browser, url, integration, account, inside, settings):
    settings.PUBLIC_URL = "https://portal.test"
    response = browser.post(f"{url}/consents/new/", {})
    address = page_of(response).one("input", id="consent-link").attributes["value"]
    state = address.partition("state=")[2]
    with inside():
        consent = ConsentRequest.objects.get()
        stored = str(ConsentRequest.objects.values().get()) + str(list(Activity.objects.values()))
    secret = state.partition(".")[2]
    assert consent.token_digest == digest_of(state)
    assert secret not in stored
    assert "redirect_uri=https%3A%2F%2Fportal.test%2Fmicrosoft%2Fconsent%2F" in address
    later = browser.get(f"{url}/tenants/").content + browser.get(f"{url}/consents/{consent.pk}/").content
    assert secret not in later.decode()


def test_link_for_a_known_tenant_is_prepared_and_leads_there(browser, url, account, integration, inside):
    organization = make_organization(account, "Harbor Dental")
    with inside():
        match = TenantMatch.objects.create(
            account=account,
            integration=integration,
            tenant_id=uuid4(),
            tenant_name="Harbor",
            state=MatchState.MATCHED,
            organization=organization,
        )
    form = page_of(browser.get(f"{url}/consents/new/?tenant={match.pk}"))
    filled = {
        name: form.one("input", id=f"id_{name}").attributes["value"] for name in ("organization", "tenant_id")
    }
    assert filled == {"organization": "Harbor Dental", "tenant_id": str(match.tenant_id)}
    made = page_of(browser.post(f"{url}/consents/new/?tenant={match.pk}", filled))
    address = made.one("input", id="consent-link").attributes["value"]
    assert urlsplit(address).path.startswith(f"/{match.tenant_id}/")
    with inside():
        consent = ConsentRequest.objects.get()
    assert (consent.expected_tenant_id, consent.organization_id) == (match.tenant_id, organization.pk)


@pytest.mark.parametrize("tenant", ["0", "x", "99999999999", "-1", "1 or 1"])
def test_link_for_an_unknown_tenant_begins_empty(browser, url, tenant):
    form = page_of(browser.get(f"{url}/consents/new/", {"tenant": tenant}))
    assert form.one("input", id="id_tenant_id").attributes["value"] == ""


def test_link_of_a_single_tenant_integration_is_for_its_tenant(integration, inside):
    home = uuid4()
    with inside():
        Integration.objects.update(kind=IntegrationKind.SINGLE_TENANT, home_tenant_id=home)
    assert make_link(integration).consent.expected_tenant_id == home


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"organization": "Nobody"}, "There is no organization of this name."),
        ({"organization": "Twin"}, "Several organizations have this name."),
        ({"tenant_id": "contoso.com"}, "A tenant ID looks like"),
    ],
)
def test_wrong_input_is_told_and_makes_no_link(browser, url, account, inside, form, words):
    for _ in range(2):
        make_organization(account, "Twin")
    page = page_of(browser.post(f"{url}/consents/new/", form), status=422)
    [error] = page.texts("p", class_="form-error")
    assert error.startswith(words)
    [name] = form
    assert page.one("input", id=f"id_{name}").attributes["value"] == form[name]
    with inside():
        assert not ConsentRequest.objects.exists()


def test_no_link_is_made_for_an_integration_that_is_going(browser, url, inside):
    with inside():
        Integration.objects.update(status=IntegrationStatus.DISCONNECTING)
    page = page_of(browser.post(f"{url}/consents/new/", {}), status=422)
    assert page.texts("p", class_="form-error") == ["This integration is being disconnected."]


def test_declined_consent_says_so_to_both(
    browser, microsoft, integration, client_tenant, inside, page_of_link
):
    link = make_link(integration)
    back = decide_at_microsoft(microsoft, link.address, "cancel", tenant=client_tenant.tenant_id)
    page = page_of(browser.get(back))
    assert page.one("h1").text == "No consent was given"
    assert (link.row().state, link.row().detail, link.row().tenant_id) == (
        ConsentState.DECLINED,
        "AADSTS65004",
        None,
    )
    detail = page_of_link(link)
    assert detail.texts("strong") == ["The administrator did not consent"]
    with inside():
        assert not Inquiry.objects.exists()


def test_manager_who_consents_by_gdap_is_led_on(browser, url, integration, client_tenant):
    link = make_link(integration)
    page = page_of(accepted(link, client_tenant.tenant_id, browser))
    assert page.one("a", class_="button").attributes["href"] == f"{url}/consents/{link.consent.pk}/"


@pytest.mark.parametrize("role", [Role.EDITOR, Role.LITE, None])
def test_nobody_else_is_led_into_the_portal(client_of, integration, client_tenant, role):
    link = make_link(integration)
    page = page_of(accepted(link, client_tenant.tenant_id, client_of(role) if role else None))
    assert (page.one("h1").text, page.all("a")) == ("Thank you", [])


def test_consent_that_has_not_reached_microsofts_servers_is_checked_again(
    browser, url, microsoft, integration, account, activities
):
    client_tenant = microsoft.world.tenants[1]
    link = make_link(integration)
    accepted(link, client_tenant.tenant_id)
    answer_inquiries(account)
    detail = f"{url}/consents/{link.consent.pk}/"
    page = page_of(browser.get(detail))
    assert link.row().state == ConsentState.ANSWERED
    assert page.texts("strong")[0] == "Microsoft has not confirmed this tenant"
    assert "Admin consent is missing" in page.text

    microsoft.grant_consent(client_tenant.tenant_id)
    browser.post(f"{detail}check/")
    answer_inquiries(account)
    assert link.row().state == ConsentState.VERIFIED
    assert activities() == [
        "consent.requested",
        "consent.answered",
        "consent.not-verified",
        "consent.verified",
    ]


def test_destinations_are_the_chosen_organization_then_the_likely_ones(
    verified, account, client_tenant, page_of_link
):
    chosen = make_organization(account, "Somebody else entirely")
    likely = make_organization(account, client_tenant.display_name)
    link = verified(organization=chosen)
    choices = texts_of_choices(page_of_link(link))
    assert list(choices.values()) == [str(chosen.pk), str(likely.pk), "new", "later"]


def _filled(template, name):
    if isinstance(template, str):
        return template.format(name=name)
    return [each.format(name=name) for each in template]


@pytest.mark.parametrize(
    "choice",
    [
        ("Anything", [], ["Match it to Anything"]),
        ("{name}", ["Anything"], ["Match it to {name}"]),
        # The tenant looks like another client's, so somebody has to say which.
        ("Anything", ["{name}"], []),
    ],
)
def test_organization_of_the_link_is_preselected_unless_the_tenant_looks_like_anothers(
    verified, client_tenant, account, page_of_link, choice
):
    chosen, others, preselected = (_filled(each, client_tenant.display_name) for each in choice)
    organization = make_organization(account, chosen)
    for each in others:
        make_organization(account, each)
    page = page_of_link(verified(organization=organization))
    ticked = [
        each.one("label").text
        for each in page.all("div", class_="choice")
        if "checked" in each.one("input").attributes
    ]
    assert ticked == preselected


def test_new_organization_is_made_and_matched(verified, browser, url, client_tenant, inside):
    link = verified()
    response = browser.post(f"{url}/consents/{link.consent.pk}/confirm/", {"destination": "new"})
    assert response.status_code == 302
    with inside():
        assert TenantMatch.objects.get().organization.name == client_tenant.display_name
        assert ConsentRequest.objects.get().state == ConsentState.CONFIRMED


def test_tenant_may_be_added_without_an_organization(verified, browser, url, inside):
    link = verified()
    response = browser.post(f"{url}/consents/{link.consent.pk}/confirm/", {"destination": "later"})
    assert response.headers["Location"] == f"{url}/matching/"
    with inside():
        match = TenantMatch.objects.get()
        assert (match.state, match.organization, Organization.objects.count()) == (
            MatchState.UNMATCHED,
            None,
            0,
        )


def test_ignored_tenant_that_is_confirmed_waits_to_be_matched_again(
    verified, integration, account, client_tenant, manager, inside
):
    with inside():
        TenantMatch.objects.create(
            account=account,
            integration=integration,
            tenant_id=client_tenant.tenant_id,
            tenant_name="Old",
            state=MatchState.IGNORED,
        )
    link = verified()
    with inside():
        confirm_consent(link.row(), destination=None, now=NOW, actor=manager)
        assert TenantMatch.objects.get().state == MatchState.UNMATCHED


def test_matched_tenant_that_consents_again_stays_where_it_is(
    microsoft, account, client_tenant, browser, inside
):
    connected = connect_to(microsoft, account, tenants=[client_tenant])
    link = make_link(connected.integration)
    microsoft.grant_consent(client_tenant.tenant_id)
    accepted(link, client_tenant.tenant_id)
    answer_inquiries(account)
    detail = f"/{account.slug}/admin/integrations/{connected.integration.pk}/consents/{link.consent.pk}/"
    page = page_of(browser.get(detail))
    assert page.one("form", action=f"{detail}confirm/").one("b").text == client_tenant.display_name
    assert page.all("div", class_="choice") == []
    browser.post(f"{detail}confirm/", {"destination": "later"})
    with inside():
        match = TenantMatch.objects.get()
    assert (match.state, match.organization_id) == (
        MatchState.MATCHED,
        connected.matches[0].organization_id,
    )


def test_matched_tenant_is_not_moved_by_a_consent(microsoft, account, client_tenant, browser, inside):
    connected = connect_to(microsoft, account, tenants=[client_tenant])
    link = make_link(connected.integration)
    microsoft.grant_consent(client_tenant.tenant_id)
    accepted(link, client_tenant.tenant_id)
    answer_inquiries(account)
    other = make_organization(account, "Other")
    page = page_of(
        browser.post(
            f"/{account.slug}/admin/integrations/{connected.integration.pk}/consents/{link.consent.pk}/confirm/",
            {"destination": str(other.pk)},
        ),
        status=422,
    )
    assert "is matched already" in page.texts("p", class_="form-error")[0]
    with inside():
        assert TenantMatch.objects.get().organization_id == connected.matches[0].organization_id
    assert link.row().state == ConsentState.VERIFIED


def test_archived_organization_is_no_destination_any_more(
    verified, account, browser, url, inside, page_of_link
):
    """Archived after the link was made for it."""
    organization = make_organization(account, "Cedar Foods")
    link = verified(organization=organization)
    with inside():
        archive_organizations([organization.pk], now=NOW)
    assert list(texts_of_choices(page_of_link(link)).values()) == ["new", "later"]
    data = {"destination": str(organization.pk)}
    page = page_of(browser.post(f"{url}/consents/{link.consent.pk}/confirm/", data), status=422)
    assert page.texts("p", class_="form-error") == [
        "This organization is archived or gone. Choose another one."
    ]


def test_link_is_made_for_the_active_one_of_two_organizations_of_a_name(browser, url, account, inside):
    old, new = (make_organization(account, "Cedar Foods") for _ in range(2))
    with inside():
        archive_organizations([old.pk], now=NOW)
    assert browser.post(f"{url}/consents/new/", {"organization": "Cedar Foods"}).status_code == 200
    with inside():
        assert ConsentRequest.objects.get().organization_id == new.pk


@pytest.mark.parametrize("destination", ["", "x", "0", "999999999999", "None"])
def test_wrong_destination_is_told_and_decides_nothing(verified, browser, url, inside, destination):
    link = verified()
    page = page_of(
        browser.post(f"{url}/consents/{link.consent.pk}/confirm/", {"destination": destination}), status=422
    )
    assert len(page.texts("p", class_="form-error")) == 1
    with inside():
        assert not TenantMatch.objects.exists()


def test_discarded_link_can_not_be_used(browser, url, integration, client_tenant, microsoft, inside):
    link = make_link(integration)
    microsoft.grant_consent(client_tenant.tenant_id)
    browser.post(f"{url}/consents/{link.consent.pk}/discard/")
    assert accepted(link, client_tenant.tenant_id).status_code == 400
    assert link.row().state == ConsentState.DISCARDED
    with inside():
        assert not Inquiry.objects.exists()


def test_discarded_consent_can_not_be_confirmed(verified, browser, url, inside):
    link = verified()
    browser.post(f"{url}/consents/{link.consent.pk}/discard/")
    page_of(browser.post(f"{url}/consents/{link.consent.pk}/confirm/", {"destination": "new"}), status=422)
    with inside():
        assert not TenantMatch.objects.exists()


def test_consent_that_waited_long_can_still_be_confirmed(
    verified, integration, client_tenant, manager, inside
):
    link = verified()
    with inside():
        Inquiry.objects.update(finished_at=timezone.now() - INQUIRIES_KEPT)
        ask(
            integration,
            kind=InquiryKind.CONNECTION,
            tenant_id=UUID(client_tenant.tenant_id),
            now=timezone.now(),
            actor=manager,
        )
        match = confirm_consent(link.row(), destination=None, now=NOW, actor=manager)
    assert match.tenant_name == client_tenant.display_name


def test_settled_consent_is_settled(verified, manager, inside):
    link = verified()
    with inside():
        confirm_consent(link.row(), destination=None, now=NOW, actor=manager)
    for action in (discard_consent, verify_again):
        with pytest.raises(ConsentClosedError), inside():
            action(link.row(), now=NOW, actor=manager)
    with pytest.raises(ConsentClosedError), inside():
        confirm_consent(link.row(), destination=None, now=NOW, actor=manager)


def test_consent_of_an_integration_that_is_going_is_neither_taken_nor_confirmed(
    verified, integration, client_tenant, manager, inside
):
    link, unused = verified(), make_link(integration)
    with inside():
        Integration.objects.update(status=IntegrationStatus.DISCONNECTING)
    assert accepted(unused, client_tenant.tenant_id).status_code == 400
    with pytest.raises(LeavingError), inside():
        confirm_consent(link.row(), destination=None, now=NOW, actor=manager)


def test_one_inquiry_verifies_all_who_wait_for_it(microsoft, integration, client_tenant, account, inside):
    links = [make_link(integration) for _ in range(2)]
    microsoft.grant_consent(client_tenant.tenant_id)
    for link in links:
        accepted(link, client_tenant.tenant_id)
    with inside():
        assert Inquiry.objects.count() == 1
    answer_inquiries(account)
    assert [link.row().state for link in links] == [ConsentState.VERIFIED] * 2


def test_missing_permission_does_not_hide_whose_tenant_it_is(
    microsoft, integration, client_tenant, account, page_of_link
):
    link = make_link(integration)
    microsoft.grant_consent(client_tenant.tenant_id, roles={"Organization.Read.All"})
    accepted(link, client_tenant.tenant_id)
    answer_inquiries(account)
    page = page_of_link(link)
    assert link.row().state == ConsentState.VERIFIED
    assert "User.Read.All" in page.texts("code")
    assert page.texts("strong") == ["A permission is missing"]


def test_microsoft_out_of_reach_leaves_the_consent_to_be_checked_again(
    microsoft, integration, client_tenant, account, page_of_link
):
    link = make_link(integration)
    microsoft.grant_consent(client_tenant.tenant_id)
    accepted(link, client_tenant.tenant_id)
    microsoft.misbehave(Fault.server_error(503), endpoint="organization")
    answer_inquiries(account)
    assert link.row().state == ConsentState.ANSWERED
    page = page_of_link(link)
    assert page.texts("span", class_="badge")[0] == "Not confirmed by Microsoft"
    assert "Microsoft is unavailable" in page.texts("strong")


def test_tenants_page_lists_links_with_their_states(
    browser, url, verified, integration, account, client_tenant
):
    expected = uuid4()
    make_link(integration, organization=make_organization(account, "Harbor"))
    with time_machine.travel(timezone.now() - timedelta(days=8), tick=False):
        make_link(integration, expected_tenant_id=expected)
    verified()
    rows = [row[:3] for row in page_of(browser.get(f"{url}/tenants/")).rows]
    assert [[name.split()[0], state, tenant] for name, state, tenant in rows] == [
        ["Any", "To be confirmed", client_tenant.display_name],
        ["Harbor", "Not used yet", ""],
        ["One", "Expired", str(expected)],
    ]


def test_link_to_be_confirmed_is_listed_however_many_were_made_since(
    browser, url, verified, integration, client_tenant, inside
):
    """An MSP sends links to all of its clients on one day."""
    verified()
    with inside():
        common = {"account_id": integration.account_id, "integration": integration, "created_at": NOW}
        ConsentRequest.objects.bulk_create(
            ConsentRequest(
                token_digest=f"{state}-{number}",
                expires_at=timezone.now() + timedelta(days=7),
                state=state,
                closed_at=None if state == ConsentState.OPEN else NOW,
                **common,
            )
            for state in (ConsentState.OPEN, ConsentState.CONFIRMED)
            for number in range(60)
        )
    states = [row[1] for row in page_of(browser.get(f"{url}/tenants/")).rows]
    assert states == ["To be confirmed", *["Not used yet"] * 60, *["Confirmed"] * 50]


def test_finding_customers_needs_ones_own_tenant(browser, url, inside, microsoft):
    assert "Enter your own tenant's ID" in page_of(browser.get(f"{url}/tenants/")).text
    response = browser.post(f"{url}/find-customers/", follow=True)
    assert "There is no tenant to ask yet." in page_of(response).texts("p", class_="alert")[0]
    with inside():
        assert not Inquiry.objects.exists()
        Integration.objects.update(home_tenant_id=microsoft.world.partner.tenant_id)
    page = page_of(browser.post(f"{url}/find-customers/", follow=True))
    assert page.one("div", class_="inquiry").one("span", class_="badge").text == "Looking for customers..."


def test_single_tenant_integration_has_no_links(browser, url, inside):
    home = uuid4()
    with inside():
        Integration.objects.update(kind=IntegrationKind.SINGLE_TENANT, home_tenant_id=home)
    page = page_of(browser.get(f"{url}/tenants/"))
    assert page.texts("code") == [str(home)]
    assert page.all("a", href=f"{url}/consents/new/") == []


@pytest.mark.parametrize("links", [1, 3, 50])
def test_tenants_page_asks_the_database_as_often_for_many(browser, url, integration, account, links):
    organization = make_organization(account)
    for _ in range(links):
        accepted(make_link(integration, organization=organization), uuid4())
    asked, _ = queries_of(browser, f"{url}/tenants/")
    assert len(asked) == 10, "\n".join(asked)


def test_head_does_not_use_a_link_up(integration, client_tenant):
    """As mail scanners and previews ask."""
    link = make_link(integration)
    response = Client(HTTP_HOST="localhost").head(
        "/microsoft/consent/",
        {"admin_consent": "True", "tenant": client_tenant.tenant_id, "state": link.state},
    )
    assert (response.status_code, link.row().state) == (405, ConsentState.OPEN)
    assert come_back(state=link.state).status_code == 400
