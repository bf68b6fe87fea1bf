"""Bad answers of every kind after a good sync: the run ends, says what is wrong, and nothing stored is lost or changed.

One account serves all tests: whatever befalls its first tenant must leave that tenant's rows as the first sync wrote
them, while the other tenant's changes keep arriving.
"""

from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from flexible_assets.models import AssetTag, FlexibleAsset, OrganizationTotals
from integrations.actions.runs import start_sync
from integrations.engine import graph
from integrations.engine.drain import drain
from integrations.microsoft import readings
from integrations.microsoft.client import GraphClient
from integrations.microsoft.simulator import Fault, SimulatedTenant, Simulator, World
from integrations.models import ContactLink, SyncRun, TenantMatch, TenantSync
from integrations.problems import Problem
from integrations.states import RunState, SyncState, Trigger
from licenses.models import LicenseRecord
from organizations.access import account_transaction
from organizations.models import Contact
from tests.factories import Connected, connect_to, make_account

ENDPOINTS = ("organization", "subscribedSkus", "directory/subscriptions", "users")
#: So that the eleven people of a small tenant come in three pages, and the fault in the second finds some read.
SMALL_PAGES = readings._USERS.replace("$top=999", "$top=5")


@dataclass
class Clinic:
    simulator: Simulator
    connected: Connected
    bought: int = 1000

    @property
    def patient(self) -> SimulatedTenant:
        return self.simulator.world.tenants[0]

    @property
    def others(self) -> tuple[SimulatedTenant, ...]:
        return tuple(self.simulator.world.tenants[1:])

    @property
    def account_id(self) -> int:
        return self.connected.account.pk

    def misbehave(self, fault: Fault, *, endpoint: str | None = None) -> None:
        self.simulator.misbehave(fault, tenant=self.patient.tenant_id, endpoint=endpoint)

    def sync(self) -> SyncRun:
        with account_transaction(self.account_id):
            run = start_sync(self.connected.integration.pk, trigger=Trigger.MANUAL, now=timezone.now())
        drain(self.account_id, run.pk)
        with account_transaction(self.account_id):
            run.refresh_from_db()
        return run

    def outcome(self, run: SyncRun) -> TenantSync:
        """Of the patient."""
        with account_transaction(self.account_id):
            return run.tenant_syncs.get(match=self.connected.matches[0])

    def let_others_change(self) -> None:
        """The other tenant buys licenses."""
        self.bought += 1
        for tenant in self.others:
            tenant.edit.set_units(tenant.skus[0].sku.id, enabled=self.bought)

    def stored(self) -> dict[str, list[tuple[object, ...]]]:
        """All of the patient's rows."""
        match = self.connected.matches[0]
        here = {"organization_id": match.organization_id}
        with account_transaction(self.account_id):
            rows = {
                "assets": FlexibleAsset.objects.filter(**here),
                "tags": AssetTag.objects.filter(asset__organization=match.organization),
                "contacts": Contact.objects.filter(**here),
                "links": ContactLink.objects.filter(match=match),
                "records": LicenseRecord.objects.filter(match=match),
                "totals": OrganizationTotals.objects.filter(**here),
            }
            return {name: sorted(found.values_list()) for name, found in rows.items()}

    def arrived(self) -> dict[tuple[str, str], tuple[int, int]]:
        """What is stored of the others: active units and holders of each license."""
        with account_transaction(self.account_id):
            return {
                (str(each.match.tenant_id), str(each.sku_id)): (each.enabled, each.holder_count)
                for each in LicenseRecord.objects.select_related("match").exclude(
                    match=self.connected.matches[0]
                )
            }

    def there(self) -> dict[tuple[str, str], tuple[int, int]]:
        return {
            (tenant.tenant_id, license_.sku_id): (license_.enabled, len(license_.holders))
            for tenant in self.others
            for license_ in tenant.licenses()
        }


@pytest.fixture(scope="module")
def _clinic(_database):
    with Simulator(World(seed=7, tenants=2, realm=uuid4().hex)) as simulator:
        yield Clinic(simulator, connect_to(simulator, make_account("Clinic")))


@pytest.fixture
def clinic(_clinic, settings, monkeypatch):
    simulator = _clinic.simulator
    settings.MICROSOFT_LOGIN_URL = settings.MICROSOFT_GRAPH_URL = simulator.url
    settings.MICROSOFT_CA_BUNDLE = str(simulator.ca_path)
    settings.SYNC_RETRY_SECONDS = 0.001
    monkeypatch.setattr(graph, "GraphClient", partial(GraphClient, patience=0.0))
    # Each run as in a worker that has just started: no token is at hand.
    monkeypatch.setattr(graph, "_identities", type(graph._identities)())
    monkeypatch.setattr(readings, "_USERS", SMALL_PAGES)
    if not _clinic.arrived():
        assert _clinic.sync().state == RunState.OK
        graph._identities.clear()
    secret = simulator.application.secret
    yield _clinic
    simulator.behave()
    simulator.grant_consent(_clinic.patient.tenant_id)
    simulator.application.secret = secret
    simulator.application.expired_secrets.clear()
    simulator.application.is_disabled = False


def _fails(clinic, problem) -> None:
    """The whole promise for one broken tenant among healthy ones."""
    before = clinic.stored()
    clinic.let_others_change()
    run = clinic.sync()
    outcome = clinic.outcome(run)
    assert (outcome.state, outcome.problem) == (SyncState.FAILED, problem)
    assert (run.state, run.problem) == (RunState.PARTIAL, problem)
    assert outcome.finished_at is not None
    assert run.finished_at is not None
    assert outcome.detail != ""
    assert clinic.stored() == before
    assert clinic.arrived() == clinic.there()


PASSING = {
    "500": (Fault.server_error(500), Problem.UNAVAILABLE),
    "503": (Fault.server_error(503), Problem.UNAVAILABLE),
    "cut": (Fault.cut(), Problem.UNREACHABLE),
    "hung-up": (Fault.cut(share=0), Problem.UNREACHABLE),
    "truncated": (Fault.truncated(), Problem.MALFORMED_ANSWER),
    "html": (Fault.html(), Problem.MALFORMED_ANSWER),
    "no-value": (Fault.missing_value(), Problem.MALFORMED_ANSWER),
    "redirect": (Fault.redirected("https://login.example.net/"), Problem.MALFORMED_ANSWER),
    "list": (Fault.answered("[]"), Problem.MALFORMED_ANSWER),
    "null-value": (Fault.answered('{"value": null}'), Problem.MALFORMED_ANSWER),
}
LASTING = {
    "denied": (Fault.consent_missing(), Problem.PERMISSION_MISSING),
    "expired-token": (Fault.expired_token(), Problem.PERMISSION_MISSING),
    "bad-request": (Fault.refused(400, "Request_BadRequest"), Problem.UNEXPECTED),
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(("fault", "problem"), [*(PASSING | LASTING).values()], ids=[*(PASSING | LASTING)])
def test_bad_answer_of_one_endpoint_fails_the_tenant(clinic, fault, problem, endpoint):
    clinic.misbehave(fault, endpoint=endpoint)
    _fails(clinic, problem)


@pytest.mark.parametrize(
    ("fault", "endpoint"),
    [
        (Fault.lost_page(), "users"),
        (Fault.looping_page(), "users"),
        (Fault.foreign_page(), "users"),
        (Fault.truncated().on_page(2), "users"),
        (Fault.html().on_page(3), "users"),
        (Fault.without("id"), "users"),
        (Fault.without("assignedLicenses"), "users"),
        (Fault.without("prepaidUnits"), "subscribedSkus"),
        (Fault.without("consumedUnits"), "subscribedSkus"),
        (Fault.without("skuId"), "subscribedSkus"),
        (Fault.without("skuId"), "directory/subscriptions"),
        (Fault.empty(), "organization"),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else value,
)
def test_incomplete_answer_is_no_answer(clinic, fault, endpoint):
    clinic.misbehave(fault, endpoint=endpoint)
    _fails(clinic, Problem.MALFORMED_ANSWER)


@pytest.mark.parametrize("endpoint", ["subscribedSkus", "users"])
def test_empty_answer_holds_the_tenant_and_removes_nothing(clinic, endpoint):
    clinic.misbehave(Fault.empty(), endpoint=endpoint)
    _is_held(clinic)


def test_list_that_ends_early_without_saying_so_removes_no_holders(clinic):
    clinic.misbehave(Fault.missing_next_link(), endpoint="users")
    _is_held(clinic)


def _is_held(clinic) -> None:
    before = clinic.stored()
    clinic.let_others_change()
    run = clinic.sync()
    outcome = clinic.outcome(run)
    assert (run.state, run.problem) == (RunState.HELD, Problem.SUSPICIOUS)
    assert (outcome.state, outcome.problem, outcome.orphaned) == (SyncState.HELD, Problem.SUSPICIOUS, 0)
    assert "missing from Microsoft's" in outcome.detail
    assert clinic.stored() == before
    assert clinic.arrived() == clinic.there()


@pytest.mark.parametrize("endpoint", [None, "organization", "users"])
def test_another_tenants_payload_is_not_used(clinic, endpoint):
    clinic.misbehave(Fault.another_tenants(), endpoint=endpoint)
    _fails(clinic, Problem.WRONG_TENANT)


def test_consent_withdrawn(clinic):
    clinic.simulator.revoke_consent(clinic.patient.tenant_id)
    _fails(clinic, Problem.CONSENT_MISSING)


@pytest.mark.parametrize("roles", [{"Organization.Read.All"}, {"User.Read.All"}, set()], ids=str)
def test_permission_missing(clinic, roles):
    clinic.simulator.grant_consent(clinic.patient.tenant_id, roles=roles)
    _fails(clinic, Problem.PERMISSION_MISSING)


def test_tenant_unknown_to_microsoft(clinic):
    [match, *_] = clinic.connected.matches
    with account_transaction(clinic.account_id):
        TenantMatch.objects.filter(pk=match.pk).update(tenant_id=uuid4())
    try:
        _fails(clinic, Problem.TENANT_UNKNOWN)
    finally:
        with account_transaction(clinic.account_id):
            TenantMatch.objects.filter(pk=match.pk).update(tenant_id=match.tenant_id)


@pytest.mark.parametrize("endpoint", ["discovery", "token"])
@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Fault.server_error(503), Problem.UNAVAILABLE),
        (Fault.cut(), Problem.UNREACHABLE),
        (Fault.html(), Problem.MALFORMED_ANSWER),
        (Fault.truncated(), Problem.MALFORMED_ANSWER),
    ],
    ids=["503", "cut", "html", "truncated"],
)
def test_bad_answer_at_sign_in_fails_the_tenant(clinic, fault, problem, endpoint):
    clinic.misbehave(fault, endpoint=endpoint)
    _fails(clinic, problem)


@pytest.mark.parametrize("endpoint", [*ENDPOINTS, "token"])
def test_throttling_that_never_ends_ends_with_the_run(clinic, endpoint):
    clinic.misbehave(Fault.throttled(retry_after=3600), endpoint=endpoint)
    before = clinic.stored()
    clinic.let_others_change()
    waiting = clinic.sync()
    assert (waiting.state, clinic.outcome(waiting).problem) == (RunState.RUNNING, Problem.THROTTLED)
    assert clinic.arrived() == clinic.there()
    with account_transaction(clinic.account_id):
        SyncRun.objects.filter(pk=waiting.pk).update(deadline_at=timezone.now())
    run = clinic.sync()
    assert (run.pk, run.state, run.problem) == (waiting.pk, RunState.PARTIAL, Problem.DEADLINE)
    assert clinic.stored() == before


def _revoke_secret(simulator) -> None:
    simulator.application.secret = "a new one"


def _expire_secret(simulator) -> None:
    simulator.application.expired_secrets.add(simulator.application.secret)


def _disable(simulator) -> None:
    simulator.application.is_disabled = True


@pytest.mark.parametrize(
    ("mishap", "problem"),
    [
        (_revoke_secret, Problem.CREDENTIAL_WRONG),
        (_expire_secret, Problem.CREDENTIAL_EXPIRED),
        (_disable, Problem.APPLICATION_DISABLED),
    ],
)
def test_credential_trouble_ends_the_run_and_loses_nothing(clinic, mishap, problem):
    before, arrived = clinic.stored(), clinic.arrived()
    mishap(clinic.simulator)
    run = clinic.sync()
    assert (run.state, run.problem) == (RunState.ERROR, problem)
    with account_transaction(clinic.account_id):
        outcomes = set(run.tenant_syncs.values_list("state", "problem"))
    assert outcomes == {(SyncState.FAILED, problem)}
    assert (clinic.stored(), clinic.arrived()) == (before, arrived)


def test_unreachable_microsoft_ends_the_run_and_loses_nothing(clinic):
    before, arrived = clinic.stored(), clinic.arrived()
    clinic.simulator.stop()
    try:
        run = clinic.sync()
    finally:
        clinic.simulator.start()
    assert (run.state, run.problem) == (RunState.ERROR, Problem.UNREACHABLE)
    assert (clinic.stored(), clinic.arrived()) == (before, arrived)


def test_unheard_of_values_are_no_fault(clinic):
    clinic.misbehave(Fault.unknown_values())
    assert clinic.sync().state == RunState.OK
    clinic.simulator.behave()
    assert clinic.sync().state == RunState.OK


@pytest.mark.parametrize(
    "fault",
    [Fault.empty_page(), Fault.duplicated(), Fault.wrong_content_type()],
    ids=lambda fault: fault.kind,
)
def test_odd_but_complete_answer_changes_nothing(clinic, fault):
    before = clinic.stored()
    clinic.simulator.misbehave(fault, tenant=clinic.patient.tenant_id, endpoint="users", times=1)
    assert clinic.sync().state == RunState.OK
    assert clinic.stored() == before
