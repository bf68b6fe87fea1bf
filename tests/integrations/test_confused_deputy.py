"""Attacks by way of consent: on an application that two accounts share, nobody links a tenant that isn't theirs to link.

Whatever comes to the callback, it links nothing. What is refused looks the same from outside, whatever the reason, and
stands in a log.
"""

import logging
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.utils import timezone

from integrations.actions.consent import discard_consent
from integrations.actions.matching import TAKEN
from integrations.microsoft.credentials import ClientSecret
from integrations.microsoft.simulator import Fault
from integrations.models import ConsentRequest, Inquiry, Integration
from integrations.states import ConsentState, IntegrationStatus
from organizations.access import account_transaction
from organizations.models import Activity, User
from organizations.roles import Role
from organizations.wall import is_account_owned
from tests.factories import connect, connect_to, make_organization, make_user
from tests.integrations.consents import CALLBACK, Link, accepted, answer_inquiries, come_back, make_link
from tests.pages import page_of

#: What a callback may write: the link's own row, the question to Microsoft, and the log. Signing in writes to users.
_TRACES = (ConsentRequest, Inquiry, Activity, User)


class Stage:
    """Two MSPs on one server, with the same application. The victim is a client of the other one."""

    def __init__(self, simulator, account, rival):
        self.simulator, self.account, self.rival = simulator, account, rival
        self.victim, self.stranger, self.unwilling = simulator.world.tenants
        simulator.revoke_consent(self.unwilling.tenant_id)
        self.theirs = connect_to(simulator, rival, tenants=[self.victim]).integration
        credential = ClientSecret(simulator.application_id, simulator.client_secret)
        self.ours = connect(account, [], credential=credential).integration
        self.organization = make_organization(account, "Ours")

    def link(self, **more) -> Link:
        return make_link(self.ours, **more)

    def rows(self, account, *, without=()):
        with account_transaction(account.pk):
            return {
                model.__name__: sorted(_rows(model, account).values_list())
                for model in apps.get_models()
                if is_account_owned(model) and model not in without
            }

    def log(self, account):
        with account_transaction(account.pk):
            entries = Activity.objects.filter(action="consent.refused").order_by("id")
            return [entry.details["reason"] for entry in entries]


def _rows(model, account):
    """Without what signing in leaves in the log."""
    rows = model._base_manager.filter(account=account)
    return rows.exclude(action="user.signed_in") if model is Activity else rows


@pytest.fixture
def stage(simulated, account, rival):
    return Stage(simulated(tenants=3), account, rival)


@pytest.fixture
def manager(stage, account):
    return make_user(account, Role.MANAGER)


@pytest.fixture
def rivals_manager(stage):
    return make_user(stage.rival, Role.MANAGER)


@pytest.fixture
def nothing_linked(stage, manager, rivals_manager):
    """Compares both accounts before with after: nothing of theirs changed, and of ours only what a callback may write."""
    before = stage.rows(stage.account, without=_TRACES), stage.rows(stage.rival, without=(User,))
    yield
    assert (stage.rows(stage.account, without=_TRACES), stage.rows(stage.rival, without=(User,))) == before


@pytest.fixture
def refusal():
    """What a stranger sees who brings nothing at all."""
    return come_back()


def used(stage):
    link = stage.link()
    assert accepted(link, stage.stranger.tenant_id).status_code == 200
    return link


def discarded(stage):
    link = stage.link()
    with account_transaction(stage.account.pk):
        discard_consent(link.row(), now=timezone.now(), actor=None)
    return link


def expired(stage):
    link = stage.link()
    with account_transaction(stage.account.pk):
        ConsentRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    return link


def of_a_disconnecting_integration(stage):
    link = stage.link()
    with account_transaction(stage.account.pk):
        Integration.objects.update(status=IntegrationStatus.DISCONNECTING)
    return link


#: Links that can't be used, with what their account's log says.
SPENT = {
    "replayed": (used, "The link had been used or discarded before."),
    "discarded": (discarded, "The link had been used or discarded before."),
    "expired": (expired, "The link had expired."),
    "disconnecting": (of_a_disconnecting_integration, "This integration is being disconnected."),
}


def _query(state, **more):
    return {"admin_consent": "True", "tenant": str(UUID(int=7)), "state": state, "scope": "any", **more}


#: States that are no link's, made from one that is.
STATES = {
    "forged": lambda stage, state: state[:-4] + ("AAAA" if not state.endswith("AAAA") else "BBBB"),
    "truncated": lambda stage, state: state[:-1],
    "lengthened": lambda stage, state: state + "A",
    "without account": lambda stage, state: state.partition(".")[2],
    "of an account that is none": lambda stage, state: f"no-such-account.{state.partition('.')[2]}",
    "of a reserved name": lambda stage, state: f"microsoft.{state.partition('.')[2]}",
    "moved to another account": lambda stage, state: f"{stage.rival.slug}.{state.partition('.')[2]}",
    "with a NUL": lambda stage, state: state + "\x00",
    "huge": lambda stage, state: state * 1000,
    "empty": lambda stage, state: "",
}

#: Answers to a link that is good, made wrong; with what the account's log says.
ANSWERS = {
    "without tenant": ({"tenant": ""}, "The answer named no tenant."),
    "tenant by domain": ({"tenant": "contoso.com"}, "The answer named no tenant."),
    "tenant with a tail": ({"tenant": f"{UUID(int=7)}/../x"}, "The answer named no tenant."),
    "huge tenant": ({"tenant": "7" * 50_000}, "The answer named no tenant."),
    "without consent": ({"admin_consent": "False"}, "The answer named no tenant."),
    "markup": ({"tenant": "<script>alert(1)</script>"}, "The answer named no tenant."),
}


@pytest.mark.usefixtures("nothing_linked")
@pytest.mark.parametrize("which", SPENT)
def test_spent_link_is_refused_and_logged(stage, refusal, which):
    prepare, reason = SPENT[which]
    link = prepare(stage)
    before = link.row().state, link.row().tenant_id
    response = accepted(link, stage.victim.tenant_id)
    assert (response.status_code, response.content) == (refusal.status_code, refusal.content)
    assert stage.log(stage.account) == [reason]
    assert link.row().tenant_id == before[1]
    answer_inquiries(stage.account)
    with account_transaction(stage.account.pk):
        Integration.objects.update(status=IntegrationStatus.CONNECTED)


@pytest.mark.usefixtures("nothing_linked")
@pytest.mark.parametrize("which", STATES)
def test_state_of_no_link_is_refused_and_logged(stage, refusal, which, caplog):
    link = stage.link()
    state = STATES[which](stage, link.state)
    with caplog.at_level(logging.WARNING, logger="integrations"):
        response = come_back(**_query(state, tenant=stage.victim.tenant_id))
    assert (response.status_code, response.content) == (refusal.status_code, refusal.content)
    [told] = [each.getMessage() for each in caplog.records if each.name.startswith("integrations")]
    assert told.startswith("A consent callback was refused")
    assert link.state.partition(".")[2][:-4] not in told
    assert (link.row().state, stage.log(stage.account)) == (ConsentState.OPEN, [])


@pytest.mark.usefixtures("nothing_linked")
@pytest.mark.parametrize("which", ANSWERS)
def test_answer_that_is_none_uses_the_link_up(stage, refusal, which):
    """Nobody gets to try until an answer fits."""
    changes, reason = ANSWERS[which]
    link = stage.link()
    response = come_back(**_query(link.state, **changes))
    assert (response.status_code, response.content) == (refusal.status_code, refusal.content)
    assert (link.row().state, link.row().tenant_id) == (ConsentState.REFUSED, None)
    assert stage.log(stage.account) == [reason]
    assert accepted(link, stage.stranger.tenant_id).content == refusal.content


@pytest.mark.usefixtures("nothing_linked")
def test_another_tenant_than_the_expected_one_is_refused(stage, refusal):
    """The victim has consented to the application, as a client of the other account."""
    link = stage.link(expected_tenant_id=UUID(stage.stranger.tenant_id))
    response = accepted(link, stage.victim.tenant_id)
    assert (response.status_code, response.content) == (refusal.status_code, refusal.content)
    assert link.row().state == ConsentState.REFUSED
    assert stage.log(stage.account) == [
        f"The answer named tenant {stage.victim.tenant_id}, but {stage.stranger.tenant_id} was asked."
    ]
    with account_transaction(stage.account.pk):
        assert not Inquiry.objects.exists()


@pytest.mark.usefixtures("nothing_linked")
def test_second_answer_to_a_link_does_not_replace_the_first(stage):
    link = used(stage)
    accepted(link, stage.victim.tenant_id)
    come_back(error="access_denied", error_description="AADSTS65004", state=link.state)
    assert (link.row().state, str(link.row().tenant_id)) == (ConsentState.ANSWERED, stage.stranger.tenant_id)


@pytest.mark.usefixtures("nothing_linked")
def test_of_many_answers_at_once_one_is_taken(stage, in_threads):
    link = stage.link()
    tenants = [stage.stranger.tenant_id, stage.victim.tenant_id] * 3
    responses = in_threads(*[lambda each=each: accepted(link, each) for each in tenants])
    assert sorted(response.status_code for response in responses) == [200, *[400] * 5]
    with account_transaction(stage.account.pk):
        assert Inquiry.objects.count() == 1
    assert len(stage.log(stage.account)) == 5


@pytest.mark.usefixtures("nothing_linked")
def test_tenant_that_has_consented_waits_for_a_person(stage, sign_in, manager):
    """The callback may name any tenant that lets the application in: its name is shown, and nothing is linked."""
    link = stage.link()
    accepted(link, stage.stranger.tenant_id)
    answer_inquiries(stage.account)
    page = page_of(sign_in(manager).get(_page(stage, link)))
    assert (link.row().state, page.one("h1").text) == (ConsentState.VERIFIED, stage.stranger.display_name)


@pytest.mark.usefixtures("nothing_linked")
def test_tenant_that_has_not_consented_can_not_be_confirmed(stage, sign_in, manager):
    link = stage.link()
    accepted(link, stage.unwilling.tenant_id)
    answer_inquiries(stage.account)
    response = sign_in(manager).post(f"{_page(stage, link)}confirm/", {"destination": "new"})
    assert (response.status_code, link.row().state) == (422, ConsentState.ANSWERED)
    with account_transaction(stage.account.pk):
        assert Activity.objects.filter(action="consent.not-verified").count() == 1


@pytest.mark.usefixtures("nothing_linked")
def test_tenant_that_answers_as_another_is_refused(stage):
    link = stage.link()
    stage.simulator.misbehave(Fault.another_tenants(), tenant=stage.stranger.tenant_id)
    accepted(link, stage.stranger.tenant_id)
    answer_inquiries(stage.account)
    assert link.row().state == ConsentState.REFUSED
    [reason] = stage.log(stage.account)
    assert reason.startswith("Another tenant answered")


@pytest.mark.usefixtures("nothing_linked")
@pytest.mark.parametrize("destination", ["new", "organization"])
def test_tenant_of_another_account_can_not_be_linked(stage, sign_in, manager, destination):
    """Not even by a manager who confirms it: the other account has it, and that is all that is said."""
    link = stage.link()
    accepted(link, stage.victim.tenant_id)
    answer_inquiries(stage.account)
    chosen = "new" if destination == "new" else str(stage.organization.pk)
    response = sign_in(manager).post(f"{_page(stage, link)}confirm/", {"destination": chosen})
    page = page_of(response, status=422)
    assert page.texts("p", class_="form-error") == [TAKEN]
    assert stage.log(stage.account) == [TAKEN]
    assert link.row().state == ConsentState.VERIFIED


@pytest.mark.usefixtures("nothing_linked")
def test_state_of_another_account_acts_there_and_shows_nothing_here(stage, sign_in, rivals_manager):
    """A manager lured to the other account's callback: it is the other account's answer, and no page of either opens."""
    link = stage.link()
    lured = sign_in(rivals_manager)
    page = page_of(accepted(link, stage.stranger.tenant_id, lured))
    assert (page.one("h1").text, page.all("a")) == ("Thank you", [])
    assert lured.get(_page(stage, link)).status_code == 302
    elsewhere = f"/{stage.rival.slug}/admin/integrations/{stage.theirs.pk}/consents/{link.consent.pk}/"
    assert lured.get(elsewhere).status_code == 404
    # Still signed in at home.
    assert lured.get(f"/{stage.rival.slug}/admin/integrations/").status_code == 200


@pytest.mark.usefixtures("nothing_linked")
@pytest.mark.parametrize("role", [Role.EDITOR, Role.CREATOR, Role.READ_ONLY, Role.LITE])
def test_only_managers_decide(stage, client_of, role):
    link = stage.link()
    accepted(link, stage.stranger.tenant_id)
    answer_inquiries(stage.account)
    client = client_of(role)
    for page in ("confirm/", "discard/", "check/"):
        assert client.post(f"{_page(stage, link)}{page}", {"destination": "new"}).status_code == 403
    assert client.get(_page(stage, link)).status_code == 403
    assert link.row().state == ConsentState.VERIFIED


@pytest.mark.usefixtures("nothing_linked")
def test_confirming_takes_a_form_of_ours(stage, sign_in, manager):
    """No link and no foreign page confirms on a manager's behalf."""
    link = stage.link()
    accepted(link, stage.stranger.tenant_id)
    answer_inquiries(stage.account)
    url = f"{_page(stage, link)}confirm/"
    assert sign_in(manager).get(url, {"destination": "new"}).status_code == 405
    strict = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    strict.cookies = sign_in(manager).cookies
    assert strict.post(url, {"destination": "new"}).status_code == 403


@pytest.mark.usefixtures("nothing_linked")
def test_refusals_differ_in_nothing(stage, sign_in, manager):
    """To a stranger and to a manager alike, with every header."""
    link = stage.link(expected_tenant_id=uuid4())
    expected = come_back()
    asked = [
        come_back(state=link.state),
        accepted(stage.link(expected_tenant_id=uuid4()), stage.victim.tenant_id),
        come_back(**_query(f"no-such-account.{link.state.partition('.')[2]}")),
        come_back(error="access_denied"),
        come_back(error="access_denied", state=f"{stage.rival.slug}.{link.state.partition('.')[2]}"),
        Client(HTTP_HOST="localhost").get(CALLBACK + "?" + "&".join(["state=x"] * 500)),
    ]
    for response in asked:
        assert (response.status_code, response.content) == (expected.status_code, expected.content)
        assert dict(response.headers) == dict(expected.headers)
        assert dict(response.cookies) == {}
    at_home = come_back(sign_in(manager), state=stage.link().state)
    assert (at_home.status_code, at_home.content) == (expected.status_code, expected.content)


def test_too_many_parameters_are_refused_before_anything_is_looked_at(stage):
    link = stage.link()
    query = "&".join(
        [f"state={link.state}", *(f"p{number}=1" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS))]
    )
    assert Client(HTTP_HOST="localhost").get(f"{CALLBACK}?{query}").status_code == 400
    assert link.row().state == ConsentState.OPEN


def _page(stage, link) -> str:
    return f"/{stage.account.slug}/admin/integrations/{stage.ours.pk}/consents/{link.consent.pk}/"
