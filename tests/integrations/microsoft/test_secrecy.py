"""No failure tells a secret: not in its words, not in its stack frames' variables, not in any log."""

import itertools
import logging
import traceback
from urllib.parse import parse_qs

import pytest

from integrations.microsoft.client import GraphClient
from integrations.microsoft.credentials import ClientCertificate, ClientSecret
from integrations.microsoft.errors import MicrosoftError
from integrations.microsoft.identity import Identity
from integrations.microsoft.transport import Answer, Bearer
from tests.integrations.microsoft.scripted import SECRET, TENANT, TOKEN, Reply, document
from tests.integrations.microsoft.test_identity import certified

DISCOVERY = f"/{TENANT}/v2.0/.well-known/openid-configuration"
SIGN_IN = f"/{TENANT}/token"
USERS = "/v1.0/users"
FAILURES = [
    Reply(302, headers={"Location": "/elsewhere"}),
    Reply(400, body=b'{"error": {"code": "Request_BadRequest"}}'),
    Reply(401),
    Reply(403),
    Reply(429, headers={"Retry-After": "60"}),
    Reply(503),
    Reply(body=b"<html>"),
    Reply(body=b"{}", announced=99),
    document({"value": 7}),
    # What a debugging proxy might do: say back what it was sent.
    document({"error": {"code": f"Bearer\n{TOKEN}?", "message": f"{TOKEN} {SECRET}"}}, status=400),
]
UNUSABLE_TOKENS = [
    document({"access_token": TOKEN, "expires_in": "never"}),
    Reply(body=f'{{"access_token": "{TOKEN}", "expires_in": 35'.encode()),
]


def assertions(origin):
    found = [parse_qs(received.body.decode()) for received in origin.received if received.path == SIGN_IN]
    return [form["client_assertion"][0] for form in found]


def told(error):
    """Everything a crash report could contain: the chain of errors, and every variable of every frame but ours."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(report.format()) + repr(error) + repr(vars(error))


@pytest.mark.parametrize(
    ("path", "failure"),
    [
        *itertools.product([DISCOVERY, SIGN_IN, USERS], range(len(FAILURES))),
        *itertools.product([SIGN_IN], range(len(FAILURES), len(FAILURES + UNUSABLE_TOKENS))),
    ],
)
def test_failure_tells_no_secret(origin, caplog, path, failure):
    caplog.set_level(logging.DEBUG)
    origin.answer(USERS, document({"value": []}))
    origin.answer(path, (FAILURES + UNUSABLE_TOKENS)[failure])
    identity = origin.identity()
    with pytest.raises(MicrosoftError) as caught:
        list(GraphClient(origin.cloud, identity, TENANT, patience=0).collection("/users"))
    report = told(caught.value) + caplog.text + repr(caught.value.__context__)
    assert (TOKEN in report, SECRET in report) == (False, False)
    identity.close()


def test_canaries_were_really_on_the_wire(origin):
    origin.answer(USERS, document({"value": []}))
    identity = origin.identity()
    list(GraphClient(origin.cloud, identity, TENANT).collection("/users"))
    sent = [received for received in origin.received if received.path in {SIGN_IN, USERS}]
    assert SECRET in sent[0].body.decode()
    assert sent[1].headers["Authorization"] == f"Bearer {TOKEN}"
    identity.close()


def test_assertion_of_a_certificate_is_not_told_either(origin, caplog):
    caplog.set_level(logging.DEBUG)
    origin.answer(SIGN_IN, Reply(503))
    identity = Identity(origin.cloud, certified("application"))
    with pytest.raises(MicrosoftError) as caught:
        identity.token(TENANT)
    report = told(caught.value) + caplog.text
    assert [secret for secret in (*assertions(origin), "PRIVATE KEY") if secret in report] == []
    identity.close()


def test_reprs_tell_no_secret(origin):
    identity = origin.identity()
    identity.token(TENANT)
    things = [
        ClientSecret("application", SECRET),
        ClientCertificate("application", SECRET, SECRET),
        Bearer(TOKEN),
        Answer(200, {}, TOKEN.encode()),
        identity,
        GraphClient(origin.cloud, identity, TENANT),
        *vars(identity).values(),
        *identity._door._discovered.values(),
    ]
    assert [thing for thing in things if TOKEN in repr(thing) or SECRET in repr(thing)] == []
    identity.close()
