"""Which credential a worker signs in with, and for how long it keeps what it got."""

from collections import OrderedDict
from dataclasses import replace

import pytest

from integrations.clouds import cloud_of
from integrations.engine import graph
from integrations.engine.claims import claim
from integrations.engine.graph import open_client
from integrations.microsoft.clouds import CLOUDS
from integrations.microsoft.credentials import ClientSecret
from integrations.models import IntegrationCredential
from integrations.problems import Problem
from integrations.states import RunState, SyncState
from tests.factories import connect
from tests.integrations.places import two_tenants

CREDENTIAL = ClientSecret("application", "not-a-real-secret")


@pytest.fixture
def identities(monkeypatch):
    """A worker process that has just started."""
    kept = OrderedDict()
    monkeypatch.setattr(graph, "_identities", kept)
    return kept


@pytest.fixture
def works(account, begin, identities):
    """The work of two tenants in one run."""
    run = begin(connect(account, two_tenants()))
    return [claim(run.account_id, run.pk) for _ in range(2)]


def test_tenants_of_one_integration_share_an_identity(works, identities):
    clients = [open_client(work) for work in works]
    assert [client.tenant_id for client in clients] == [str(work.tenant_id) for work in works]
    assert len(identities) == 1


@pytest.mark.parametrize("change", [{"epoch": 2}, {"account_id": 0}, {"integration_id": 0}], ids=str)
def test_identity_is_not_shared_across_epochs_integrations_and_accounts(
    works, identities, monkeypatch, change
):
    """A token fetched before a disconnect, or for somebody else, is never at hand."""
    monkeypatch.setattr(graph, "open_credential", lambda row: CREDENTIAL)
    open_client(works[0])
    open_client(replace(works[0], **change))
    first, second = (identity for _, identity in identities.values())
    assert first is not second


def test_worker_keeps_only_so_many_identities(works, identities, monkeypatch):
    monkeypatch.setattr(graph, "KEPT_IDENTITIES", 2)
    closed = []

    def close(identity) -> None:
        closed.append(identity)

    monkeypatch.setattr(graph.Identity, "close", close)
    for epoch in (1, 2, 1, 3):
        open_client(replace(works[0], epoch=epoch))
    assert [key[2] for key in identities] == [1, 3]
    assert len(closed) == 1


def test_settings_move_the_global_cloud_alone(settings):
    settings.MICROSOFT_LOGIN_URL = "https://login.proxy.example"
    settings.MICROSOFT_GRAPH_URL = "https://graph.proxy.example"
    settings.MICROSOFT_CA_BUNDLE = "/etc/proxy.pem"
    moved = cloud_of("global")
    assert (moved.login, moved.graph, moved.ca) == (
        "https://login.proxy.example",
        "https://graph.proxy.example",
        "/etc/proxy.pem",
    )
    assert moved.resource == CLOUDS["global"].resource
    assert {key: cloud_of(key) for key in CLOUDS if key != "global"} == {
        key: cloud for key, cloud in CLOUDS.items() if key != "global"
    }


def test_clouds_are_microsofts_own_unless_moved(settings):
    settings.MICROSOFT_LOGIN_URL = settings.MICROSOFT_GRAPH_URL = settings.MICROSOFT_CA_BUNDLE = ""
    assert cloud_of("global") == CLOUDS["global"]


def _swap_seals(one, other) -> None:
    """A ciphertext moved from another integration's row, as a thief with database access would."""
    one.sealed = other.sealed
    one.save()


@pytest.mark.parametrize("mishap", ["deleted", "moved"])
def test_credential_that_is_gone_or_does_not_open_fails_in_words(one, begin, work_off, inside, mishap):
    other = connect(one.connected.account, two_tenants()[:1], name="Other")
    run = begin(one.connected)
    with inside():
        credential = IntegrationCredential.objects.get(integration=one.connected.integration)
        if mishap == "deleted":
            credential.delete()
        else:
            _swap_seals(credential, IntegrationCredential.objects.get(integration=other.integration))
    ended = work_off(run)
    with inside():
        sync = run.tenant_syncs.get()
    assert (ended.state, sync.state, sync.problem) == (
        RunState.ERROR,
        SyncState.FAILED,
        Problem.CREDENTIAL_WRONG,
    )
    assert sync.detail.startswith(
        {"deleted": "no credential is stored", "moved": "the stored credential does"}[mishap]
    )
    assert one.simulator.requests == ()


def test_secret_is_nowhere_in_what_a_worker_shows(works):
    client = open_client(works[0])
    shown = repr(works[0]) + repr(client) + repr(vars(client))
    assert "not-a-real-secret" not in shown
