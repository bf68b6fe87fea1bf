"""The state in a consent link, the link's address, and what is made of the answer."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from integrations.consent import (
    ConsentLink,
    ConsentReturn,
    digest_of,
    new_state,
    read_return,
    reason_to_refuse,
    slug_in,
)
from integrations.microsoft.clouds import CLOUDS
from integrations.states import ConsentState
from tests.factories import NOW

TENANT, OTHER = UUID("11111111-2222-4333-8444-55555555555a"), UUID("66666666-7777-4888-9999-aaaaaaaaaaaa")


@dataclass(frozen=True)
class Link:
    state: str = ConsentState.OPEN
    expires_at: object = NOW + timedelta(days=7)
    expected_tenant_id: UUID | None = None


def test_states_are_never_the_same_and_name_their_account():
    states = {new_state("acme") for _ in range(100)}
    assert len(states) == 100
    assert {slug_in(state) for state in states} == {"acme"}


def test_only_the_digest_of_a_state_is_kept():
    state = new_state("acme")
    assert len(digest_of(state)) == 64
    assert state.partition(".")[2] not in digest_of(state)
    assert digest_of(state) != digest_of(state[:-1])


SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEF_"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acme",
        "acme.",
        ".",
        f"acme.{SECRET[:-1]}",
        f"acme.{SECRET}x",
        f".{SECRET}",
        f"ac/me.{SECRET}",
        f"ac me.{SECRET}",
        f"acme\x00.{SECRET}",
        f"acme.{SECRET}\n",
        f"acmé.{SECRET}",
        f"{'a' * 61}.{SECRET}",
        "x" * 100_000,
    ],
    ids=range(14),
)
def test_what_is_no_state_names_no_account(text):
    assert slug_in(f"acme.{SECRET}") == "acme"
    assert slug_in(text) == ""


def test_address_asks_for_everything_the_registration_lists():
    link = ConsentLink(CLOUDS["us-gov"], "app-id", "https://portal.test/microsoft/consent/", "s.t")
    parts = urlsplit(link.address)
    assert (parts.scheme, parts.netloc, parts.path) == (
        "https",
        "login.microsoftonline.us",
        "/organizations/v2.0/adminconsent",
    )
    assert parse_qs(parts.query) == {
        "client_id": ["app-id"],
        "scope": ["https://graph.microsoft.us/.default"],
        "redirect_uri": ["https://portal.test/microsoft/consent/"],
        "state": ["s.t"],
    }


def test_address_for_an_expected_tenant_leads_there():
    link = ConsentLink(CLOUDS["global"], "app-id", "https://portal.test/", "s.t", TENANT)
    assert urlsplit(link.address).path == f"/{TENANT}/v2.0/adminconsent"


def test_answer_names_the_tenant():
    query = {"admin_consent": "True", "tenant": str(TENANT), "state": "s", "scope": "anything"}
    assert read_return(query) == ConsentReturn("s", tenant_id=TENANT)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"tenant": str(TENANT)},
        {"admin_consent": "False", "tenant": str(TENANT)},
        {"admin_consent": "True"},
        {"admin_consent": "True", "tenant": ""},
        {"admin_consent": "True", "tenant": "contoso.com"},
        {"admin_consent": "True", "tenant": "organizations"},
        {"admin_consent": "True", "tenant": TENANT.hex},
        {"admin_consent": "True", "tenant": f"{{{TENANT}}}"},
        {"admin_consent": "True", "tenant": f"urn:uuid:{TENANT}"},
        {"admin_consent": "True", "tenant": f"{TENANT}\n"},
        {"admin_consent": "True", "tenant": "9" * 100_000},
    ],
    ids=range(12),
)
def test_answer_without_a_whole_tenant_id_names_none(query):
    assert read_return(query) == ConsentReturn("")


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"error": "access_denied", "error_description": "AADSTS65004: User declined."}, "AADSTS65004"),
        ({"error": "access_denied"}, "access_denied"),
        ({"error": ""}, "unknown"),
        ({"error": "<script>alert(1)</script>"}, "unknown"),
        ({"error": "x" * 100_000, "error_description": "y" * 100_000}, "unknown"),
        # Both at once is no consent.
        ({"error": "access_denied", "admin_consent": "True", "tenant": str(TENANT)}, "access_denied"),
    ],
    ids=range(6),
)
def test_refusal_keeps_a_code_and_no_prose(query, error):
    assert read_return(query) == ConsentReturn("", error=error)


@pytest.mark.parametrize(
    ("link", "returned", "reason"),
    [
        (Link(), ConsentReturn("s", TENANT), ""),
        (Link(expected_tenant_id=TENANT), ConsentReturn("s", TENANT), ""),
        (Link(expected_tenant_id=TENANT), ConsentReturn("s", error="AADSTS65004"), ""),
        (Link(), ConsentReturn("s"), "The answer named no tenant."),
        (
            Link(expected_tenant_id=TENANT),
            ConsentReturn("s", OTHER),
            f"The answer named tenant {OTHER}, but {TENANT} was asked.",
        ),
        (Link(expires_at=NOW), ConsentReturn("s", TENANT), "The link had expired."),
        (Link(expires_at=NOW), ConsentReturn("s", error="AADSTS65004"), "The link had expired."),
        *(
            (Link(state=state), ConsentReturn("s", TENANT), "The link had been used or discarded before.")
            for state in ConsentState
            if state != ConsentState.OPEN
        ),
    ],
)
def test_link_is_used_once_in_time_and_for_its_tenant(link, returned, reason):
    assert reason_to_refuse(link, returned, now=NOW) == reason
