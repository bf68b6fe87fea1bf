"""Renewing a credential: the next one stands beside the current one until Microsoft has accepted it; then it takes over whole."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from integrations.actions.connecting import (
    InvalidIntegrationError,
    NameTakenError,
    NewIntegration,
    connect_microsoft,
    replace_credential,
)
from integrations.actions.credentials import (
    IntegrationDetails,
    discard_next_credential,
    edit_integration,
    is_proven,
    latest_test,
    prepare_credential,
    switch_credential,
)
from integrations.actions.inquiries import ask
from integrations.credentials import open_credential
from integrations.microsoft.certificates import new_certificate
from integrations.microsoft.credentials import ClientCertificate, ClientSecret
from integrations.models import Inquiry, Integration, IntegrationCredential, SyncRun, TenantMatch
from integrations.refusals import RefusedError
from integrations.states import CredentialRole, InquiryKind, IntegrationKind, IntegrationStatus
from organizations.models import Activity
from tests.factories import NOW, connect

APPLICATION, OTHER_APPLICATION = str(UUID(int=11)), str(UUID(int=22))
OLD, NEW = (
    ClientSecret(APPLICATION, "the-old-secret-value"),
    ClientSecret(APPLICATION, "the-new-secret-value"),
)
TENANT = UUID(int=33)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def integration(account, inside):
    with inside():
        new = NewIntegration("Microsoft", OLD, home_tenant_id=TENANT)
        return connect_microsoft(account.pk, new, now=NOW)


@pytest.fixture
def stored(inside):
    """By role, what the integration has now, opened."""

    def read(integration) -> dict[str, object]:
        with inside():
            rows = IntegrationCredential.objects.of_integration(integration)
            return {row.role: open_credential(row) for row in rows}

    return read


@pytest.fixture
def prepare(inside, integration):
    def next_one(credential=NEW, *, now=NOW, **options) -> IntegrationCredential:
        with inside():
            return prepare_credential(integration.pk, credential, now=now, **options)

    return next_one


@pytest.fixture
def tested(inside, integration, administrator):
    """A test of the next credential that a worker has answered."""

    def answered(*, accepted=True, now=LATER, role=CredentialRole.NEXT) -> Inquiry:
        with inside():
            inquiry = ask(
                integration, kind=InquiryKind.CONNECTION, credential_role=role, now=now, actor=administrator
            )
            tenant = {"name": "Contoso", "default_domain": "contoso.test", "verified_domains": []}
            inquiry.result = {"ok": accepted, "tenant": tenant if accepted else None, "findings": []}
            inquiry.finished_at = now
            inquiry.save()
        return inquiry

    return answered


def test_syncs_go_on_with_the_current_one_while_the_next_is_prepared(integration, prepare, stored, inside):
    prepare()
    assert stored(integration) == {"current": OLD, "next": NEW}
    with inside():
        assert Integration.objects.get().epoch == integration.epoch


def test_untested_credential_does_not_take_over(integration, prepare, stored, inside):
    prepare()
    with inside(), pytest.raises(RefusedError, match="Test the next credential first"):
        switch_credential(integration.pk, now=LATER)
    assert stored(integration) == {"current": OLD, "next": NEW}


@pytest.mark.parametrize("role", [CredentialRole.CURRENT, CredentialRole.NEXT])
def test_refused_test_and_test_of_the_current_one_prove_nothing(integration, prepare, tested, role, inside):
    prepare()
    tested(accepted=role == CredentialRole.CURRENT, role=role)
    with inside(), pytest.raises(RefusedError, match="Test the next credential first"):
        switch_credential(integration.pk, now=LATER)


def test_test_of_a_former_next_one_proves_nothing(integration, prepare, tested, inside):
    prepare()
    tested()
    prepare(ClientSecret(APPLICATION, "yet-another-secret"), now=LATER + timedelta(seconds=1))
    with inside():
        assert Inquiry.objects.count() == 0
        with pytest.raises(RefusedError, match="Test the next credential first"):
            switch_credential(integration.pk, now=LATER)


def test_latest_test_counts(integration, prepare, tested, inside):
    prepare()
    tested(accepted=True)
    tested(accepted=False, now=LATER + timedelta(minutes=1))
    with inside(), pytest.raises(RefusedError, match="Test the next credential first"):
        switch_credential(integration.pk, now=LATER)


def test_proven_credential_takes_over_and_the_old_one_is_destroyed(
    integration, prepare, tested, stored, inside
):
    prepare()
    tested(role=CredentialRole.CURRENT, accepted=False)
    tested()
    with inside():
        switch_credential(integration.pk, now=LATER)
        row = IntegrationCredential.objects.get()
        after = Integration.objects.get()
        assert (row.role, row.warned_days, is_proven(row)) == (CredentialRole.CURRENT, None, True)
        assert (after.epoch, after.application_id) == (integration.epoch + 1, APPLICATION)
    assert stored(integration) == {"current": NEW}


def test_running_sync_ends_as_cancelled_with_the_switch(one, begin, inside, administrator):
    run, integration = begin(one.connected), one.connected.integration
    with inside():
        row = prepare_credential(
            integration.pk, ClientSecret(integration.application_id, "the-new-secret-value"), now=NOW
        )
        Inquiry.objects.create(
            account_id=row.account_id,
            integration=integration,
            kind=InquiryKind.CONNECTION,
            credential_role=CredentialRole.NEXT,
            epoch=1,
            created_at=LATER,
            finished_at=LATER,
            result={"ok": True, "tenant": {"name": "Contoso"}},
        )
        switch_credential(integration.pk, now=LATER)
        assert SyncRun.objects.get(pk=run.pk).state == "cancelled"


def test_next_one_of_another_application_moves_the_integration_there(integration, prepare, tested, inside):
    prepare(ClientSecret(OTHER_APPLICATION, "secret-of-the-other-app"))
    with inside():
        assert Integration.objects.get().application_id == APPLICATION
    tested()
    with inside():
        switch_credential(integration.pk, now=LATER)
        assert Integration.objects.get().application_id == OTHER_APPLICATION


def test_discarded_credential_is_gone_and_the_current_one_stays(integration, prepare, tested, stored, inside):
    prepare()
    tested()
    with inside():
        discard_next_credential(integration.pk, now=LATER)
        assert Inquiry.objects.count() == 0
        with pytest.raises(RefusedError, match="no next credential any more"):
            discard_next_credential(integration.pk, now=LATER)
        with pytest.raises(RefusedError, match="no next credential any more"):
            switch_credential(integration.pk, now=LATER)
    assert stored(integration) == {"current": OLD}


def test_two_people_switching_at_once_switch_once(integration, prepare, tested, stored, inside, in_threads):
    prepare()
    tested()

    def switch() -> str:
        with inside():
            try:
                switch_credential(integration.pk, now=LATER)
            except RefusedError as refused:
                return str(refused)
            return "switched"

    assert sorted(in_threads(switch, switch)) == ["There is no next credential any more.", "switched"]
    assert stored(integration) == {"current": NEW}


def test_certificate_knows_its_own_end_and_a_secret_what_was_said(integration, prepare):
    made = new_certificate("Portal", now=NOW, days=90)
    certificate = ClientCertificate(APPLICATION, made.private_key, made.certificate)
    assert prepare(certificate).expires_at == NOW + timedelta(days=90)
    assert prepare(NEW, expires_at=NOW + timedelta(days=700)).expires_at == NOW + timedelta(days=700)


def test_credential_replaced_from_the_shell_takes_the_next_one_along(
    integration, prepare, tested, stored, inside
):
    prepare()
    tested(role=CredentialRole.CURRENT)
    replacement = ClientSecret(APPLICATION, "from-the-shell-secret")
    with inside():
        replace_credential(integration.pk, replacement, now=LATER + timedelta(minutes=1))
        assert latest_test(IntegrationCredential.objects.select_related("integration").get()) is None
    assert stored(integration) == {"current": replacement}


def test_nothing_is_prepared_for_what_is_being_disconnected(integration, prepare, inside):
    with inside():
        Integration.objects.update(status=IntegrationStatus.DISCONNECTING)
    with pytest.raises(RefusedError, match="being disconnected"):
        prepare()


def test_activity_tells_who_did_what_and_nothing_secret(integration, prepare, tested, inside, administrator):
    prepare(actor=administrator)
    tested()
    with inside():
        switch_credential(integration.pk, now=LATER, actor=administrator)
        told = list(Activity.objects.filter(action__startswith="credential.").order_by("id"))
    assert [(each.action, each.subject, each.user_id, each.details) for each in told] == [
        ("credential.prepared", "Microsoft", administrator.pk, {"kind": "secret"}),
        ("credential.switched", "Microsoft", administrator.pk, {"kind": "secret"}),
    ]


def test_name_and_own_tenant_are_edited(integration, inside, administrator):
    with inside():
        edit_integration(integration.pk, IntegrationDetails("Clients", None), now=LATER, actor=administrator)
        after = Integration.objects.get()
        told = Activity.objects.get(action="integration.edited")
    assert (after.name, after.home_tenant_id, after.epoch) == ("Clients", None, integration.epoch)
    assert told.details == {"before": {"name": "Microsoft", "home_tenant_id": str(TENANT)}}


def test_name_of_another_integration_is_refused_also_when_it_is_taken_at_this_moment(
    account, inside, in_threads
):
    def take() -> str:
        with inside():
            try:
                connect_microsoft(account.pk, NewIntegration("Clients", OLD), now=NOW)
            except NameTakenError as taken:
                return str(taken)
            return "connected"

    assert sorted(in_threads(take, take)) == ["An integration of this name exists already.", "connected"]
    with inside():
        other = connect_microsoft(account.pk, NewIntegration("Others", OLD), now=NOW)
        with pytest.raises(NameTakenError):
            edit_integration(other.pk, IntegrationDetails("Clients"), now=NOW)


@pytest.mark.parametrize("name", ["", "x" * 101])
def test_impossible_name_is_refused(integration, inside, name):
    with inside(), pytest.raises(InvalidIntegrationError, match="1 to 100 characters"):
        edit_integration(integration.pk, IntegrationDetails(name), now=NOW)


def test_single_tenant_integration_keeps_the_tenant_it_reads(account, inside):
    single = NewIntegration("Contoso", OLD, kind=IntegrationKind.SINGLE_TENANT, home_tenant_id=TENANT)
    with inside():
        integration = connect_microsoft(account.pk, single, now=NOW)
        corrected = uuid4()
        edit_integration(integration.pk, IntegrationDetails("Contoso", corrected), now=NOW)
        TenantMatch.objects.create(
            account_id=account.pk, integration=integration, tenant_id=corrected, tenant_name="Contoso"
        )
        edit_integration(integration.pk, IntegrationDetails("Contoso Ltd", corrected), now=NOW)
        for home in (TENANT, None):
            with pytest.raises(InvalidIntegrationError):
                edit_integration(integration.pk, IntegrationDetails("Contoso", home), now=NOW)
        assert Integration.objects.get().home_tenant_id == corrected


def test_single_tenant_integration_needs_its_tenant(account, inside):
    with inside(), pytest.raises(InvalidIntegrationError, match="needs the ID of its tenant"):
        connect_microsoft(
            account.pk, NewIntegration("Contoso", OLD, kind=IntegrationKind.SINGLE_TENANT), now=NOW
        )


def test_renewal_touches_no_other_integration(account, integration, prepare, tested, inside, stored):
    other = connect(account, [], credential=OLD, name="Other").integration
    prepare()
    tested()
    with inside():
        switch_credential(integration.pk, now=LATER)
        assert Integration.objects.get(pk=other.pk).epoch == 1
    assert stored(other) == {"current": OLD}
