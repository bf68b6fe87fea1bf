import gzip
import os
import socket

import pytest

from integrations.microsoft import transport as transport_module
from integrations.microsoft.errors import MalformedAnswerError, TransientError
from integrations.microsoft.transport import Bearer, Transport
from integrations.problems import Problem
from tests.integrations.microsoft.scripted import Reply


@pytest.fixture
def transport(origin):
    transport = Transport(str(origin.ca_path))
    yield transport
    transport.close()


def get(transport, url, **options):
    return transport.send("GET", url, headers={}, **options)


def unused_port():
    with socket.create_server(("localhost", 0)) as server:
        return server.getsockname()[1]


def test_environment_changes_neither_trust_nor_route_nor_token(origin, transport, monkeypatch, tmp_path):
    elsewhere = tmp_path / "elsewhere.pem"
    elsewhere.write_text("no certificate at all")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login somebody password else\n")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.setenv(name, str(elsewhere))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://localhost:{unused_port()}")
    monkeypatch.setenv("NETRC", str(netrc))
    origin.answer("/v1.0/here", Reply())

    assert get(transport, f"{origin.url}/v1.0/here", bearer=Bearer("mine")).status == 200
    assert origin.received[0].headers["Authorization"] == "Bearer mine"


def test_unknown_authority_is_refused_before_anything_is_sent(origin):
    with pytest.raises(TransientError) as caught:
        get(Transport(), f"{origin.url}/v1.0/here", bearer=Bearer("mine"))
    assert (caught.value.problem, caught.value.detail) == (Problem.UNREACHABLE, "GET localhost: SSLError")
    assert origin.received == []


def test_nobody_listening_is_unreachable(transport):
    with pytest.raises(TransientError) as caught:
        get(transport, f"https://localhost:{unused_port()}/v1.0/here")
    assert (caught.value.problem, caught.value.detail) == (
        Problem.UNREACHABLE,
        "GET localhost: ConnectionError",
    )


def test_body_cut_short_is_not_taken_for_the_answer(origin, transport):
    origin.answer("/v1.0/here", Reply(body=b'{"value": []}', announced=500))
    with pytest.raises(TransientError) as caught:
        get(transport, f"{origin.url}/v1.0/here")
    assert caught.value.problem is Problem.UNREACHABLE


def test_redirect_is_an_answer_and_not_followed(origin, rival, transport):
    rival.answer("/v1.0/there", Reply())
    origin.answer("/v1.0/here", Reply(302, headers={"Location": f"{rival.url}/v1.0/there"}))
    assert get(transport, f"{origin.url}/v1.0/here", bearer=Bearer("mine")).status == 302
    assert rival.received == []


def test_cookie_of_one_tenant_is_not_shown_for_another(origin, transport):
    origin.answer("/v1.0/here", Reply(headers={"Set-Cookie": "session=of-the-first-tenant; Path=/"}))
    for _ in range(2):
        get(transport, f"{origin.url}/v1.0/here")
    assert [received.headers.get("Cookie") for received in origin.received] == [None, None]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b" " * 100_000),
        Reply(body=gzip.compress(b" " * 100_000), headers={"Content-Encoding": "gzip"}),
    ],
    ids=["plain", "compressed"],
)
def test_huge_answer_is_dropped(origin, transport, monkeypatch, reply):
    monkeypatch.setattr(transport_module, "LARGEST_ANSWER", 50_000)
    origin.answer("/v1.0/here", reply)
    with pytest.raises(MalformedAnswerError):
        get(transport, f"{origin.url}/v1.0/here")


def test_answer_that_drips_past_its_time_is_dropped(origin, transport, monkeypatch):
    monkeypatch.setattr(transport_module, "WHOLE_ANSWER_SECONDS", -1)
    origin.answer("/v1.0/here", Reply())
    with pytest.raises(TransientError) as caught:
        get(transport, f"{origin.url}/v1.0/here")
    assert caught.value.detail == "GET localhost: ReadTimeout"


def test_connection_is_kept_alive_but_not_shared_with_a_forked_child(origin, transport):
    origin.answer("/v1.0/here", Reply())
    for _ in range(2):
        get(transport, f"{origin.url}/v1.0/here")
    child = os.fork()
    if child == 0:
        # A child that failed for any reason must not run the rest of the tests.
        os._exit(int(get(transport, f"{origin.url}/v1.0/here").status != 200))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    first, second, forked = (received.client_port for received in origin.received)
    assert first == second != forked


def test_closed_transport_opens_again(origin, transport):
    origin.answer("/v1.0/here", Reply())
    get(transport, f"{origin.url}/v1.0/here")
    transport.close()
    assert get(transport, f"{origin.url}/v1.0/here").status == 200
