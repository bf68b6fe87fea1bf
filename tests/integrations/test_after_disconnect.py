"""People who are faster than their page: a disconnect has ended between the look and the deed."""

from threading import Event

import pytest
from django.http import Http404

from integrations.actions.connecting import replace_credential
from integrations.actions.consent import (
    confirm_consent,
    create_consent_link,
    discard_consent,
    receive_consent,
    verify_again,
)
from integrations.actions.credentials import (
    IntegrationDetails,
    discard_next_credential,
    edit_integration,
    prepare_credential,
    switch_credential,
)
from integrations.actions.disconnecting import begin_disconnect, carry_on
from integrations.actions.inquiries import ask
from integrations.actions.matching import create_organizations_for, match_tenant
from integrations.actions.rematching import change_match, revert_match
from integrations.actions.retrying import accept_held, discard_held, retry_failed, retry_tenant
from integrations.actions.runs import cancel_sync, pause_sync, resume_sync, start_due_sync, start_sync
from integrations.actions.settings import save_sync_settings
from integrations.consent import ConsentReturn
from integrations.engine.claims import claim, give_back
from integrations.engine.drain import sync_tenant
from integrations.microsoft.credentials import ClientSecret
from integrations.microsoft.errors import ThrottledError
from integrations.models import Disconnection, Integration, TenantSync
from integrations.refusals import LeavingError
from integrations.states import DisconnectMode, InquiryKind, IntegrationStatus, Trigger
from organizations.access import account_transaction
from organizations.roles import Role
from tests.factories import NOW, connect, make_user
from tests.integrations.consents import make_link
from tests.integrations.places import tenant_of, two_tenants

SECRET = ClientSecret("11111111-2222-3333-4444-555555555555", "another-secret")

DEEDS = {
    "start": lambda it: start_sync(it.id, trigger=Trigger.MANUAL, now=NOW),
    "cancel": lambda it: cancel_sync(it.id, now=NOW),
    "pause": lambda it: pause_sync(it.id, now=NOW),
    "resume": lambda it: resume_sync(it.id, now=NOW),
    "settings": lambda it: save_sync_settings(it.integration, steps=["licenses"], now=NOW),
    "credential": lambda it: replace_credential(it.id, SECRET, now=NOW),
    "next credential": lambda it: prepare_credential(it.id, SECRET, now=NOW),
    "switch": lambda it: switch_credential(it.id, now=NOW),
    "discard credential": lambda it: discard_next_credential(it.id, now=NOW),
    "edit": lambda it: edit_integration(it.id, IntegrationDetails("Other"), now=NOW),
    "test": lambda it: ask(it.integration, kind=InquiryKind.DISCOVERY, now=NOW, actor=None),
    "link": lambda it: create_consent_link(it.integration, actor=None, now=NOW),
    "check consent": lambda it: verify_again(it.consent, now=NOW, actor=it.actor),
    "confirm consent": lambda it: confirm_consent(it.consent, destination=None, now=NOW, actor=it.actor),
    "discard consent": lambda it: discard_consent(it.consent, now=NOW, actor=None),
    "match": lambda it: match_tenant(
        it.integration, tenant_of(it.match), organization=it.match.organization, now=NOW
    ),
    "create organization": lambda it: create_organizations_for(it.integration, [it.match.pk], now=NOW),
    "change match": lambda it: change_match(it.match, organization=it.match.organization, now=NOW),
    "revert": lambda it: revert_match(it.match, now=NOW),
    "retry": lambda it: retry_tenant(it.sync_id, now=NOW),
    "retry failed": lambda it: retry_failed(it.run.pk, now=NOW),
    "accept": lambda it: accept_held(it.sync_id, now=NOW),
    "discard": lambda it: discard_held(it.sync_id, now=NOW),
    "disconnect": lambda it: begin_disconnect(it.id, mode=DisconnectMode.KEEP, now=NOW),
}


class Seen:
    """Everything of an integration as a page or worker had it in hand."""

    def __init__(self, connected, begin) -> None:
        self.run = begin(connected)
        self.account, self.integration, self.match = (
            connected.account,
            connected.integration,
            connected.matches[0],
        )
        self.id = self.integration.pk
        self.actor = make_user(self.account)
        self.link = make_link(self.integration)
        self.consent = self.link.row()
        with account_transaction(self.account.pk):
            self.sync_id = TenantSync.objects.get(match=self.match).pk

    def disconnect(self) -> None:
        with account_transaction(self.account.pk):
            disconnection = begin_disconnect(self.id, mode=DisconnectMode.KEEP, now=NOW)
            while carry_on(disconnection, now=NOW):
                pass
            assert not Integration.objects.exists()


@pytest.fixture
def seen(account, begin):
    return Seen(connect(account, two_tenants()), begin)


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_nothing_can_be_done_to_what_is_gone_and_nothing_breaks(seen, inside, deed):
    """The plain 404 that whoever comes a second later gets as well."""
    seen.disconnect()
    with inside(), pytest.raises(Http404):
        deed(seen)


def test_clock_and_clients_administrator_find_nothing_either(seen, inside):
    seen.disconnect()
    with inside():
        assert start_due_sync(seen.id, now=NOW) is None
        returned = ConsentReturn(seen.link.state, tenant_id=seen.match.tenant_id)
        assert receive_consent(seen.account.pk, returned, now=NOW) is None


def test_worker_lets_go_of_a_tenant_that_is_gone(one, begin, caplog):
    """It has just been throttled, or is in the middle of reading."""
    seen = Seen(one.connected, begin)
    work = claim(seen.account.pk, seen.run.pk)
    seen.disconnect()
    give_back(work, ThrottledError("429", retry_after=1.0, app_wide=True), calls=1)
    sync_tenant(work)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_settings_of_an_integration_that_is_leaving_stay_as_they_are(seen, inside):
    with inside():
        Integration.objects.update(status=IntegrationStatus.DISCONNECTING)
        with pytest.raises(LeavingError):
            save_sync_settings(seen.integration, steps=[], now=NOW)
        assert Integration.objects.get().settings.steps == ["contacts", "licenses"]


def test_request_that_waited_for_the_end_of_a_disconnect_gets_a_plain_404(seen, client_of, in_threads):
    client, waiting, held = client_of(Role.ADMINISTRATOR), Event(), Event()

    def end():
        with account_transaction(seen.account.pk):
            begin_disconnect(seen.id, mode=DisconnectMode.KEEP, now=NOW)
            # Seen by nobody before the commit, so that the request passes the door and then waits for the lock.
            held.set()
            waiting.wait(0.5)
            disconnection = Disconnection.objects.get()
            while carry_on(disconnection, now=NOW):
                pass

    def press_pause():
        held.wait(10)
        return client.post(f"/{seen.account.slug}/admin/integrations/{seen.id}/pause-sync/").status_code

    assert in_threads(end, press_pause) == [None, 404]


def test_disconnect_page_of_one_whose_disconnect_just_ended_leads_to_the_list(seen, client_of, inside):
    with inside():
        Integration.objects.update(status=IntegrationStatus.DISCONNECTING)
    page = client_of(Role.ADMINISTRATOR).get(f"/{seen.account.slug}/admin/integrations/{seen.id}/disconnect/")
    assert (page.status_code, page.headers["Location"]) == (302, f"/{seen.account.slug}/admin/integrations/")
