"""Questions to Microsoft that pages leave to workers: asked once, answered outside any transaction, told in words."""

import time
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from integrations.actions.connecting import NewIntegration, connect_microsoft, store_credential
from integrations.actions.disconnecting import begin_disconnect
from integrations.actions.inquiries import INQUIRIES_KEPT, NothingToAskError, ask
from integrations.actions.matching import Tenant, match_tenant
from integrations.answers import read_answer
from integrations.engine import inquiries
from integrations.engine.inquiries import OUTDATED, answer
from integrations.inquiry_pages import InquiryView
from integrations.microsoft.credentials import ClientSecret
from integrations.microsoft.simulator import DEFAULT_ROLES, DELEGATED_ADMIN_READ, Fault
from integrations.models import Inquiry, Integration, IntegrationCredential, TenantMatch
from integrations.problems import Problem
from integrations.querysets import DATABASE_CLOCK
from integrations.refusals import LeavingError
from integrations.states import (
    CredentialRole,
    DisconnectMode,
    InquiryKind,
    IntegrationKind,
    IntegrationStatus,
    MatchSource,
    MatchState,
)
from organizations.roles import Role
from tests.factories import NOW, connect, make_organization
from tests.integrations.places import tenant_of
from tests.pages import page_of
from tests.portal_processes import wait_until


@pytest.fixture
def put(account, inside):
    """Asks; returns the inquiry."""

    def question(integration, kind=InquiryKind.CONNECTION, **more) -> Inquiry:
        with inside():
            return ask(integration, kind=kind, now=timezone.now(), actor=None, **more)

    return question


@pytest.fixture
def settled(inside):
    """Answers as a worker would; returns the inquiry as it stands then."""

    def work_off(inquiry) -> Inquiry:
        answer(inquiry.account_id, inquiry.pk)
        with inside():
            return Inquiry.objects.select_related("integration").get(pk=inquiry.pk)

    return work_off


@pytest.fixture
def ask_about(one, put, settled):
    """The whole way, about the tenant of `one`."""

    def whole(kind=InquiryKind.CONNECTION, **more) -> Inquiry:
        return settled(put(one.connected.integration, kind, **{"tenant_id": _id(one.tenant), **more}))

    return whole


@pytest.fixture
def partner(one, inside):
    """The integration knows the partner's own tenant, which knows the customers."""
    home = _id(one.simulator.world.partner)
    with inside():
        Integration.objects.update(home_tenant_id=home)
    one.connected.integration.home_tenant_id = home
    return one


def _id(tenant):
    return uuid.UUID(tenant.tenant_id)


def _tried(inquiry):
    return {each.label: each.word for each in read_answer(inquiry.result).tried}


def test_connection_test_tries_everything_a_sync_reads(ask_about, one):
    inquiry = ask_about()
    found = read_answer(inquiry.result)
    assert (inquiry.problem, inquiry.detail, found.is_ok) == ("", "", True)
    assert _tried(inquiry) == {
        "Sign in to the tenant": "OK",
        "Read the tenant's name and domains": "OK",
        "Read licenses": "OK",
        "Read renewal dates and trials": "OK",
        "Read users and the licenses they hold": "OK",
        "Read when users last signed in": "Not available",
    }
    assert (found.tenant.name, found.tenant.default_domain) == (
        one.tenant.display_name,
        one.tenant.default_domain,
    )
    bought = {each.part_number: each.consumed for each in one.tenant.licenses()}
    assert {each.part_number: each.consumed for each in found.subscriptions} == bought


def test_missing_permission_says_what_it_costs(ask_about, one):
    one.simulator.grant_consent(one.tenant.tenant_id, roles={"Organization.Read.All"})
    inquiry = ask_about()
    [failed] = [each for each in read_answer(inquiry.result).tried if each.word == "Failed"]
    assert (failed.permission, failed.failure.title) == ("User.Read.All", Problem.PERMISSION_MISSING.title)
    assert failed.cost.startswith("Nobody is tagged on a license")
    assert inquiry.problem == Problem.PERMISSION_MISSING


def test_permission_granted_meanwhile_counts_at_once(ask_about, one):
    """Neither the token nor the refusal of the first test is remembered."""
    one.simulator.revoke_consent(one.tenant.tenant_id)
    assert ask_about().problem == Problem.CONSENT_MISSING
    one.simulator.grant_consent(one.tenant.tenant_id)
    assert ask_about().problem == ""


def test_answer_brings_what_is_known_of_the_tenant_up_to_date(ask_about, one, inside):
    with inside():
        TenantMatch.objects.update(tenant_name="As somebody typed it", default_domain="", verified_at=None)
    ask_about()
    with inside():
        match = TenantMatch.objects.get()
    assert (match.tenant_name, match.default_domain) == (one.tenant.display_name, one.tenant.default_domain)
    assert match.verified_at is not None
    assert {each["part_number"] for each in match.subscriptions} == {
        each.part_number for each in one.tenant.licenses()
    }


def test_test_and_sync_keep_the_same_subscriptions_in_the_same_order(ask_about, one, sync, inside):
    def kept() -> list[dict[str, object]]:
        with inside():
            return TenantMatch.objects.get().subscriptions

    sync(one.connected)
    synced = kept()
    with inside():
        TenantMatch.objects.update(subscriptions=[])
    ask_about()
    assert len(synced) > 1
    assert kept() == synced


def test_test_of_an_unknown_tenant_adds_nothing(simulated, account, put, settled, inside):
    """Whoever has the credential could read it, but nobody has said that it is a client."""
    simulator = simulated(tenants=2)
    credential = ClientSecret(simulator.application_id, simulator.client_secret)
    integration = connect(account, [], credential=credential).integration
    inquiry = settled(put(integration, tenant_id=_id(simulator.world.tenants[1])))
    assert read_answer(inquiry.result).is_ok
    with inside():
        assert not TenantMatch.objects.exists()


def test_test_of_a_single_tenant_integration_makes_its_tenant_known(simulated, account, put, settled, inside):
    simulator = simulated()
    [tenant] = simulator.world.tenants
    new = NewIntegration(
        name="Single",
        credential=ClientSecret(simulator.application_id, simulator.client_secret),
        kind=IntegrationKind.SINGLE_TENANT,
        home_tenant_id=_id(tenant),
    )
    with inside():
        integration = connect_microsoft(account.pk, new, now=NOW)
    for _ in range(2):
        settled(put(integration))
    with inside():
        [match] = TenantMatch.objects.all()
    assert (match.tenant_id, match.tenant_name, match.state, match.source) == (
        _id(tenant),
        tenant.display_name,
        MatchState.UNMATCHED,
        MatchSource.MANUAL,
    )


def test_next_credential_is_tested_with_itself(ask_about, one, inside):
    with inside():
        store_credential(
            one.connected.integration,
            ClientSecret(one.simulator.application_id, "not-known-to-microsoft"),
            role=CredentialRole.NEXT,
            now=NOW,
        )
    assert ask_about(credential_role=CredentialRole.NEXT).problem == Problem.CREDENTIAL_WRONG
    assert ask_about().problem == ""


def test_absent_credential_is_told_and_nobody_is_asked(ask_about, one):
    inquiry = ask_about(credential_role=CredentialRole.NEXT)
    assert (inquiry.problem, inquiry.detail) == (Problem.CREDENTIAL_WRONG, "no credential is stored")
    assert one.simulator.requests == ()


def test_credential_that_does_not_open_is_told(ask_about, one, inside):
    with inside():
        IntegrationCredential.objects.update(sealed=b"spoiled")
    inquiry = ask_about()
    assert inquiry.problem == Problem.CREDENTIAL_WRONG
    assert "does not open" in InquiryView(inquiry).failure.detail
    assert one.simulator.requests == ()


def test_another_tenants_answer_is_refused(simulated, account, put, settled, inside):
    simulator = simulated(tenants=2)
    first = simulator.world.tenants[0]
    credential = ClientSecret(simulator.application_id, simulator.client_secret)
    integration = connect(account, [], credential=credential).integration
    simulator.misbehave(Fault.another_tenants(), tenant=first.tenant_id)
    inquiry = settled(put(integration, InquiryKind.TENANT, tenant_id=_id(first)))
    assert inquiry.problem == Problem.WRONG_TENANT
    assert read_answer(inquiry.result).tenant is None


def test_same_question_is_asked_once(one, put, mailbox, account):
    first = put(one.connected.integration, tenant_id=_id(one.tenant))
    assert put(one.connected.integration, tenant_id=_id(one.tenant)) == first
    assert mailbox(account, queue="control") == [("integrations.answer", first.pk)]


def test_other_questions_are_asked_beside_it(one, put):
    integration = one.connected.integration
    asked = [
        put(integration, tenant_id=_id(one.tenant)),
        put(integration, tenant_id=uuid.uuid4()),
        put(integration, tenant_id=_id(one.tenant), credential_role=CredentialRole.NEXT),
        put(integration, InquiryKind.TENANT, tenant_id=_id(one.tenant)),
    ]
    assert len({each.pk for each in asked}) == 4


def test_question_from_before_a_change_is_not_joined(one, put, inside):
    before = put(one.connected.integration, tenant_id=_id(one.tenant))
    with inside():
        Integration.objects.update(epoch=2)
    assert put(one.connected.integration, tenant_id=_id(one.tenant)) != before


def test_answered_question_is_asked_anew(ask_about):
    assert ask_about() != ask_about()


def test_two_who_ask_at_once_share_one_question(one, put, in_threads):
    found = in_threads(*[lambda: put(one.connected.integration, tenant_id=_id(one.tenant))] * 4)
    assert len({each.pk for each in found}) == 1


def test_question_without_a_tenant_is_refused_in_words(one, put):
    with pytest.raises(NothingToAskError, match="no tenant to ask yet"):
        put(one.connected.integration)


def test_integration_that_is_going_is_asked_nothing(one, put, inside):
    with inside():
        Integration.objects.update(status=IntegrationStatus.DISCONNECTING)
    with pytest.raises(LeavingError):
        put(one.connected.integration, tenant_id=_id(one.tenant))


def test_old_answers_are_forgotten_when_somebody_asks(ask_about, one, put, inside):
    old, recent = ask_about(), ask_about()
    with inside():
        Inquiry.objects.filter(pk=old.pk).update(finished_at=timezone.now() - INQUIRIES_KEPT)
    new = put(one.connected.integration, tenant_id=_id(one.tenant))
    with inside():
        assert set(Inquiry.objects.values_list("pk", flat=True)) == {recent.pk, new.pk}


@pytest.mark.parametrize(
    "change", [{"epoch": 2}, {"status": IntegrationStatus.DISCONNECTING}], ids=["epoch", "disconnecting"]
)
def test_answer_about_what_has_changed_says_nothing(one, put, inside, monkeypatch, change):
    inquiry = put(one.connected.integration, tenant_id=_id(one.tenant))

    def changed_meanwhile(*arguments, **more):
        with inside():
            Integration.objects.update(**change)
            TenantMatch.objects.update(verified_at=None)
        return check(*arguments, **more)

    check = inquiries.check_tenant
    monkeypatch.setattr(inquiries, "check_tenant", changed_meanwhile)
    answer(inquiry.account_id, inquiry.pk)
    with inside():
        inquiry.refresh_from_db()
        assert TenantMatch.objects.get().verified_at is None
    assert (inquiry.problem, inquiry.detail, inquiry.result) == ("", OUTDATED, {})
    assert (InquiryView(inquiry).word, InquiryView(inquiry).is_outdated) == ("No answer", True)


@pytest.mark.parametrize("gone", [Inquiry, Integration])
def test_answer_to_nobody_is_dropped(one, put, inside, monkeypatch, gone):
    inquiry = put(one.connected.integration, tenant_id=_id(one.tenant))
    check = inquiries.check_tenant

    def gone_meanwhile(*arguments, **more):
        with inside():
            Inquiry.objects.all().delete()
            if gone is Integration:
                TenantMatch.objects.all().delete()
                Integration.objects.all().delete()
        return check(*arguments, **more)

    monkeypatch.setattr(inquiries, "check_tenant", gone_meanwhile)
    answer(inquiry.account_id, inquiry.pk)
    with inside():
        assert (Inquiry.objects.exists(), Integration.objects.exists()) == (False, gone is Inquiry)


def test_no_transaction_is_open_while_microsoft_is_asked(ask_about, monkeypatch):
    states = []
    check = inquiries.check_tenant

    def observed(*arguments, **more):
        states.append(connection.in_atomic_block)
        return check(*arguments, **more)

    monkeypatch.setattr(inquiries, "check_tenant", observed)
    assert ask_about().problem == ""
    assert states == [False]


def test_inquiry_is_answered_by_one_worker_at_a_time(one, put, in_threads):
    inquiry = put(one.connected.integration, tenant_id=_id(one.tenant))
    in_threads(*[lambda: answer(inquiry.account_id, inquiry.pk)] * 3)
    asked = [each for each in one.simulator.requests if "/subscribedSkus" in each.path]
    assert len(asked) == 1


def test_bug_is_told_and_does_not_repeat(ask_about, monkeypatch, caplog):
    monkeypatch.setattr(inquiries, "check_tenant", lambda *_, **__: 1 / 0)
    inquiry = ask_about()
    assert (inquiry.problem, inquiry.detail, inquiry.attempts) == (
        Problem.UNEXPECTED,
        "ZeroDivisionError",
        1,
    )
    assert "failed unexpectedly" in caplog.text


def test_lost_worker_is_replaced_twice_and_then_told(one, put, inside, settled, monkeypatch):
    """As when the process is killed in the middle: nothing is written, and the lease runs out."""

    class KilledError(BaseException):
        pass

    def die(*_, **__):
        raise KilledError

    monkeypatch.setattr(inquiries, "check_tenant", die)
    inquiry = put(one.connected.integration, tenant_id=_id(one.tenant))
    for attempt in (1, 2, 3):
        with pytest.raises(KilledError):
            answer(inquiry.account_id, inquiry.pk)
        answer(inquiry.account_id, inquiry.pk)  # still leased, so nobody takes it up
        with inside():
            inquiry.refresh_from_db()
            assert (inquiry.attempts, inquiry.finished_at) == (attempt, None)
            Inquiry.objects.update(lease_until=DATABASE_CLOCK - timedelta(seconds=1))
    assert settled(inquiry).problem == Problem.WORKER_LOST


def test_discovery_adds_customers_that_wait_to_be_matched(partner, put, settled, inside):
    inquiry = settled(put(partner.connected.integration, InquiryKind.DISCOVERY))
    customers = read_answer(inquiry.result).customers
    # The one tenant of this world is matched already.
    assert (inquiry.problem, customers.found, customers.added, customers.matched) == ("", 1, 0, 0)


def test_discovered_customer_with_an_organization_of_its_name_is_matched(
    simulated, account, put, settled, inside
):
    simulator = simulated(tenants=3)
    credential = ClientSecret(simulator.application_id, simulator.client_secret)
    integration = connect(account, [], credential=credential).integration
    first, second, third = sorted(simulator.world.tenants, key=lambda each: each.display_name)
    with inside():
        Integration.objects.update(home_tenant_id=_id(simulator.world.partner))
    organization = make_organization(account, second.display_name.upper())
    inquiry = settled(put(integration, InquiryKind.DISCOVERY))
    customers = read_answer(inquiry.result).customers
    assert (customers.found, customers.added, customers.matched) == (3, 3, 1)
    with inside():
        found = {match.tenant_id: match for match in TenantMatch.objects.select_related("organization")}
    assert {key: (each.state, each.source, each.organization) for key, each in found.items()} == {
        _id(first): (MatchState.UNMATCHED, MatchSource.PARTNER, None),
        _id(second): (MatchState.MATCHED, MatchSource.PARTNER, organization),
        _id(third): (MatchState.UNMATCHED, MatchSource.PARTNER, None),
    }
    assert found[_id(first)].tenant_name == first.display_name


def test_customer_found_by_a_single_tenant_integration_is_left_to_the_one_that_can_read_it(
    simulated, account, put, settled, inside
):
    """As docs/microsoft.md advises for finding customers: an application of its own, which no client lets in."""
    simulator = simulated()
    [tenant] = simulator.world.tenants
    finder = NewIntegration(
        name="Finder",
        credential=ClientSecret(simulator.application_id, simulator.client_secret),
        kind=IntegrationKind.SINGLE_TENANT,
        home_tenant_id=_id(simulator.world.partner),
    )
    organization = make_organization(account, tenant.display_name)
    with inside():
        integration = connect_microsoft(account.pk, finder, now=NOW)
    customers = read_answer(settled(put(integration, InquiryKind.DISCOVERY)).result).customers
    assert (customers.found, customers.added, customers.matched) == (1, 1, 0)
    reader = connect(account, []).integration
    with inside():
        match = match_tenant(
            reader, Tenant(_id(tenant), tenant.display_name), organization=organization, now=NOW
        )
    assert (match.integration, match.state) == (reader, MatchState.MATCHED)


def test_discovery_leaves_known_tenants_alone_but_for_names_of_the_unmatched(
    simulated, account, put, settled, inside
):
    simulator = simulated(tenants=3)
    matched, unmatched, elsewhere = simulator.world.tenants
    credential = ClientSecret(simulator.application_id, simulator.client_secret)
    integration = connect(account, [], credential=credential).integration
    other = connect(account, [], name="Other").integration
    with inside():
        Integration.objects.update(home_tenant_id=_id(simulator.world.partner))
        for each, where in ((matched, integration), (elsewhere, other)):
            match_tenant(
                where,
                tenant_of(TenantMatch(tenant_id=_id(each), tenant_name="Old name")),
                organization=make_organization(account),
                now=NOW,
            )
        TenantMatch.objects.create(
            account=account, integration=integration, tenant_id=_id(unmatched), tenant_name="Old name"
        )
    inquiry = settled(put(integration, InquiryKind.DISCOVERY))
    with inside():
        names = dict(TenantMatch.objects.values_list("tenant_id", "tenant_name"))
    assert read_answer(inquiry.result).customers.added == 0
    assert names == {
        _id(matched): "Old name",
        _id(elsewhere): "Old name",
        _id(unmatched): unmatched.display_name,
    }


def test_discovery_without_either_permission_says_which_are_missing(partner, put, settled, inside):
    partner.simulator.grant_consent(partner.simulator.world.partner.tenant_id, roles=DEFAULT_ROLES)
    inquiry = settled(put(partner.connected.integration, InquiryKind.DISCOVERY))
    assert inquiry.problem == Problem.PERMISSION_MISSING
    assert _tried(inquiry) == {
        "Sign in to the tenant": "OK",
        "Find customers by reseller contract": "Not available",
        "Find customers by delegated administration (GDAP)": "Not available",
    }


def test_discovery_by_delegated_administration_alone_is_enough(partner, put, settled):
    partner.simulator.grant_consent(
        partner.simulator.world.partner.tenant_id, roles=DEFAULT_ROLES | {DELEGATED_ADMIN_READ}
    )
    inquiry = settled(put(partner.connected.integration, InquiryKind.DISCOVERY))
    assert read_answer(inquiry.result).is_ok
    assert read_answer(inquiry.result).customers.found == 1


def test_fragment_asks_again_until_there_is_an_answer(one, put, settled, client_of, account):
    inquiry = put(one.connected.integration, tenant_id=_id(one.tenant))
    url = f"/{account.slug}/admin/integrations/{one.connected.integration.pk}/inquiries/{inquiry.pk}/"
    client = client_of(Role.MANAGER)
    before = client.get(url)
    live = page_of(before).one("div", class_="inquiry")
    assert (live.attributes["hx-get"], live.one("span", class_="badge").text) == (
        url,
        "Testing the connection...",
    )
    assert "HX-Trigger" not in before.headers
    settled(inquiry)
    after = client.get(url)
    done = page_of(after).one("div", class_="inquiry")
    assert "hx-get" not in done.attributes
    assert done.one("dl").pairs["Tenant"] == one.tenant.display_name
    assert after.headers["HX-Trigger"] == "inquiry-finished"


def test_fragment_says_what_to_do_about_a_failure(ask_about, one, client_of, account):
    one.simulator.revoke_consent(one.tenant.tenant_id)
    inquiry = ask_about()
    page = page_of(
        client_of().get(
            f"/{account.slug}/admin/integrations/{one.connected.integration.pk}/inquiries/{inquiry.pk}/"
        )
    )
    assert page.texts("strong") == [Problem.CONSENT_MISSING.title]
    assert "Without it: Nothing can be read." in page.text


def test_result_of_another_version_is_read_as_far_as_it_goes():
    found = read_answer(
        {
            "findings": [{"label": "New", "problem": "not-known-here", "detail": "D", "request_id": "R"}, {}],
            "subscriptions": [{"sku_id": "no guid", "part_number": "PART"}],
        }
    )
    assert (found.is_ok, found.tenant, found.customers) == (False, None, None)
    assert (found.tried[0].failure.title, found.tried[0].failure.detail) == (
        Problem.UNEXPECTED.title,
        "D\nRequest id R",
    )
    assert [(each.name, each.enabled) for each in found.subscriptions] == [("PART", 0)]


def test_question_that_is_closed_asks_microsoft_nothing_later_than_a_second_after(
    one, put, inside, in_threads
):
    one.simulator.latency = 0.4
    inquiry = put(one.connected.integration, tenant_id=_id(one.tenant))
    stopped = []

    def disconnect() -> None:
        wait_until(lambda: any(each.endpoint == "organization" for each in one.simulator.requests))
        with inside():
            begin_disconnect(one.connected.integration.pk, mode=DisconnectMode.KEEP, now=timezone.now())
        stopped.append(time.monotonic())

    in_threads(lambda: answer(inquiry.account_id, inquiry.pk), disconnect)
    started = [request.time - one.simulator.latency for request in one.simulator.requests]
    assert max(started) <= stopped[0] + 1.0
    assert not any(request.endpoint == "users" for request in one.simulator.requests)
