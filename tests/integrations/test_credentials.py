"""A credential belongs to one row: it opens there, nowhere else, and appears nowhere in clear."""

import json
import logging
import pickle

import pytest
from django.db import connections, transaction

from integrations.credentials import open_credential, seal_credential
from integrations.microsoft.credentials import ClientSecret
from integrations.models import CredentialKind, IntegrationCredential
from integrations.problems import Problem
from organizations.access import account_transaction
from organizations.models import Activity
from organizations.sealing import SealBrokenError
from tests.factories import connect, connect_to
from tests.integrations.microsoft.test_identity import certified

CANARY = "kanari-Secret~8Q.value"
APPLICATION = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def stored():
    """`stored(account)`: the row of a credential with the canary in it."""

    def store(account, credential=None, *, name="Microsoft") -> IntegrationCredential:
        connected = connect(
            account, [], credential=credential or ClientSecret(APPLICATION, CANARY), name=name
        )
        with account_transaction(account.pk):
            rows = IntegrationCredential.objects.select_related("integration")
            return rows.get(integration=connected.integration)

    return store


def test_secret_opens_as_it_was_sealed(account, stored):
    row = stored(account)
    assert open_credential(row) == ClientSecret(APPLICATION, CANARY)
    assert (row.kind, row.hint, row.expires_at) == (CredentialKind.SECRET, "...alue", None)


def test_certificate_opens_as_it_was_sealed(account, stored):
    credential = certified(APPLICATION)
    row = stored(account, credential)
    assert open_credential(row) == credential
    assert (row.kind, row.expires_at) == (CredentialKind.CERTIFICATE, credential.expires_at)
    assert len(row.hint) == 40
    assert credential.private_key.splitlines()[1] not in bytes(row.sealed).decode()


def test_ciphertext_swapped_between_two_integrations_does_not_open(account, stored, inside):
    one, other = stored(account, name="One"), stored(account, name="Other")
    one.sealed, other.sealed = other.sealed, one.sealed
    with inside():
        for row in (one, other):
            row.save()
            with pytest.raises(SealBrokenError):
                open_credential(IntegrationCredential.objects.get(pk=row.pk))


def test_ciphertext_copied_to_another_account_does_not_open(account, rival, stored, inside):
    mine, theirs = stored(account), stored(rival)
    mine.sealed = theirs.sealed
    with inside():
        mine.save()
        with pytest.raises(SealBrokenError):
            open_credential(IntegrationCredential.objects.get(pk=mine.pk))


def test_row_moved_to_another_integration_of_the_account_does_not_open(account, stored):
    row, other = stored(account, name="One"), stored(account, name="Other")
    row.integration_id = other.integration_id
    with pytest.raises(SealBrokenError):
        open_credential(row)


def test_credential_renewed_in_place_opens(account, stored):
    row = stored(account)
    row.sealed = seal_credential(ClientSecret(APPLICATION, "renewed"), integration=row.integration)
    assert open_credential(row) == ClientSecret(APPLICATION, "renewed")


def test_secret_stands_nowhere_in_the_database(account, stored):
    """Asked of every table, as the owner, who sees all of it."""
    stored(account)
    assert _tables_with(CANARY) == []
    assert "organizations_account" in _tables_with(account.slug), (
        "the search finds nothing, so it proves nothing"
    )


def test_last_characters_are_all_that_is_kept_in_clear(account, stored, inside):
    row = stored(account)
    assert CANARY.endswith(row.hint.removeprefix("..."))
    assert len(row.hint) == 7
    with inside():
        told = json.dumps(list(Activity.objects.values("action", "subject", "details")))
    assert CANARY[-4:] not in told


def test_secret_is_in_no_representation(account, stored):
    row = stored(account)
    credential = open_credential(row)
    shown = f"{credential!r} {credential!s} {row!r} {row!s} {vars(row)!r} {row.integration!r}"
    assert CANARY not in shown
    assert CANARY.encode() not in pickle.dumps(row)


def test_secret_is_in_no_log_of_a_sync_that_it_fails(account, simulated, sync, caplog, tenant_syncs):
    caplog.set_level(logging.DEBUG)
    simulator = simulated(tenants=2)
    run = sync(connect_to(simulator, account, secret=CANARY))
    assert CANARY not in caplog.text
    assert {each.problem for each in tenant_syncs(run).values()} == {Problem.CREDENTIAL_WRONG}
    assert _tables_with(CANARY) == []


def test_broken_seal_ends_the_run_in_words(account, simulated, sync, inside):
    connected = connect_to(simulated(tenants=2), account)
    with inside():
        IntegrationCredential.objects.update(sealed=b"not sealed at all")
    run = sync(connected)
    assert (run.state, run.finished_at is not None, run.problem != "") == ("error", True, True)


def _tables_with(text: str) -> list[str]:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            # Bytes as text too: a secret in a bytea column reads as hexadecimal.
            question = f"SELECT EXISTS (SELECT FROM {table} t WHERE strpos(t::text, %s) > 0 OR strpos(t::text, %s) > 0)"  # noqa: S608 - our own tables' names
            cursor.execute(question, [text, text.encode().hex()])
            if cursor.fetchone() == (True,):
                found.append(table)
    return found
