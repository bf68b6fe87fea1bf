"""The Graph client against answers written down byte by byte; what the simulator can show is in test_readings."""

import itertools
import json
import uuid

import pytest

from integrations.microsoft import client as client_module
from integrations.microsoft.batch import BatchRequest
from integrations.microsoft.client import GraphClient
from integrations.microsoft.errors import (
    MalformedAnswerError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from integrations.microsoft.patience import Patience
from integrations.problems import Problem
from tests.integrations.microsoft.scripted import TENANT, TOKEN, Reply, document

PAGE = {"value": [{"id": "1"}]}


def graph_paths(origin):
    return [path for path in origin.paths() if path.startswith("/v1.0/")]


def graph_headers(origin, name):
    return [received.headers.get(name) for received in origin.received if received.path.startswith("/v1.0/")]


def test_every_request_introduces_itself(origin, scripted_client):
    origin.answer("/v1.0/here", document({"name": "Birch"}))
    assert [scripted_client.get("/here"), scripted_client.get("here")] == [{"name": "Birch"}] * 2
    assert graph_headers(origin, "Authorization") == [f"Bearer {TOKEN}"] * 2
    assert graph_headers(origin, "x-ms-throttle-priority") == ["low", "low"]
    assert len({uuid.UUID(request) for request in graph_headers(origin, "client-request-id")}) == 2


def test_headers_are_sent_again_with_every_page(origin, scripted_client):
    link = f"{origin.url}/v1.0/users?$skiptoken=2"
    origin.answer("/v1.0/users", document({**PAGE, "@odata.nextLink": link}), document({"value": []}))
    assert list(scripted_client.collection("/users", headers={"ConsistencyLevel": "eventual"})) == [
        {"id": "1"}
    ]
    assert graph_headers(origin, "ConsistencyLevel") == ["eventual", "eventual"]
    assert graph_paths(origin) == ["/v1.0/users", "/v1.0/users?$skiptoken=2"]


@pytest.mark.parametrize(
    "link",
    [
        "{rival}/v1.0/users",
        "https://localhost:1/v1.0/users",
        "http://localhost:{port}/v1.0/users",
        "https://localhost:{port}@localhost:{rival_port}/v1.0/users",
        "https://localhost:{port}\\@localhost:{rival_port}/v1.0/users",
        "https://localhost:{port}.example/v1.0/users",
        "https://localhost.:{port}/v1.0/users",
        "https://127.0.0.1:{port}/v1.0/users",
        "https://2130706433/v1.0/users",
        "https://[::1]:{port}/v1.0/users",
        "https://169.254.169.254/metadata/instance",
        "//localhost:{rival_port}/v1.0/users",
        "/v1.0/users",
        " {origin}/v1.0/users",
        "{origin}/beta/users",
        "{origin}/_other/v1.0/users",
    ],
)
def test_token_does_not_follow_a_foreign_link(origin, rival, scripted_client, link):
    port, rival_port = origin.url.rpartition(":")[2], rival.url.rpartition(":")[2]
    spelled = link.format(origin=origin.url, rival=rival.url, port=port, rival_port=rival_port)
    origin.answer("/v1.0/users", document({**PAGE, "@odata.nextLink": spelled}))
    rival.answer("/v1.0/users", document({"value": []}))
    with pytest.raises(MalformedAnswerError):
        list(scripted_client.collection("/users"))
    assert graph_paths(origin) == ["/v1.0/users"]
    assert rival.received == []


def test_pages_in_a_circle_end(origin, scripted_client):
    link = f"{origin.url}/v1.0/users?$skiptoken=again"
    origin.answer("/v1.0/users", document({**PAGE, "@odata.nextLink": link}))
    with pytest.raises(MalformedAnswerError):
        list(scripted_client.collection("/users"))
    assert len(graph_paths(origin)) == 2


def test_pages_without_end_end(origin, scripted_client, monkeypatch):
    monkeypatch.setattr(client_module, "MOST_PAGES", 5)
    links = (f"{origin.url}/v1.0/users?$skiptoken={number}" for number in itertools.count())
    origin.answer("/v1.0/users", *(document({**PAGE, "@odata.nextLink": next(links)}) for _ in range(9)))
    with pytest.raises(MalformedAnswerError):
        list(scripted_client.collection("/users"))
    assert len(graph_paths(origin)) == 6


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b""),
        Reply(body=b'{"value": [{"id": '),
        Reply(body=b"<html>Sign in to the hotel network</html>", headers={"Content-Type": "text/html"}),
        Reply(body=b"\xff\xfe\xfd"),
        Reply(body=b"[" * 100_000),
        Reply(body=b'{"value": []}', announced=50),
        document([{"id": "1"}]),
        document(None),
        document({}),
        document({"value": None}),
        document({"value": {"id": "1"}}),
        document({"value": ["1"]}),
        document({"value": [], "@odata.nextLink": 7}),
        Reply(204, body=b""),
        Reply(302, headers={"Location": "/v1.0/elsewhere"}),
    ],
)
def test_unusable_answer_is_asked_for_again_and_then_an_error(origin, scripted_client, naps, reply):
    origin.answer("/v1.0/users", reply, document(PAGE))
    assert list(scripted_client.collection("/users")) == [{"id": "1"}]
    assert len(naps) == 1

    origin.answer("/v1.0/users", reply)
    with pytest.raises((MalformedAnswerError, TransientError)) as caught:
        list(scripted_client.collection("/users"))
    assert caught.value.problem.is_transient
    assert sum(naps) <= 8


@pytest.mark.parametrize("status", [400, 404, 410])
def test_lost_page_is_transient_though_a_lost_start_is_not(origin, scripted_client, status):
    origin.answer("/v1.0/users", Reply(status))
    with pytest.raises(PermanentError) as caught:
        list(scripted_client.collection("/users"))
    assert caught.value.problem is Problem.UNEXPECTED

    link = f"{origin.url}/v1.0/users/more"
    origin.answer("/v1.0/users", document({**PAGE, "@odata.nextLink": link}))
    origin.answer("/v1.0/users/more", Reply(status))
    with pytest.raises(MalformedAnswerError) as lost:
        list(scripted_client.collection("/users"))
    assert lost.value.detail == f"a further page is gone: status {status}"


def test_forbidden_page_stays_a_missing_permission(origin, scripted_client):
    origin.answer("/v1.0/users", document({**PAGE, "@odata.nextLink": f"{origin.url}/v1.0/users/more"}))
    origin.answer("/v1.0/users/more", Reply(403))
    with pytest.raises(PermanentError) as caught:
        list(scripted_client.collection("/users"))
    assert caught.value.problem is Problem.PERMISSION_MISSING


def test_permission_granted_after_a_refusal_shows_in_a_new_token(origin, scripted_client):
    origin.answer("/v1.0/users", Reply(403), document(PAGE))
    with pytest.raises(PermanentError):
        list(scripted_client.collection("/users"))
    assert list(scripted_client.collection("/users")) == [{"id": "1"}]
    assert origin.paths().count(f"/{TENANT}/token") == 2


def throttled(seconds, **headers):
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(429, headers={"Retry-After": str(seconds), **spelled})


def test_short_waits_are_sat_out_and_long_ones_handed_back(origin, scripted_client, naps):
    origin.answer("/v1.0/here", throttled(3), throttled(4), document(PAGE))
    assert scripted_client.get("/here") == PAGE
    assert naps == [3.0, 4.0]

    origin.answer("/v1.0/here", throttled(2))
    with pytest.raises(ThrottledError) as caught:
        scripted_client.get("/here")
    assert (caught.value.retry_after, naps) == (2.0, [3.0, 4.0])


def test_application_wide_throttling_is_handed_back_at_once(origin, scripted_client, naps):
    origin.answer("/v1.0/here", throttled(1, x_ms_throttle_scope="Application/ReadWrite/application"))
    with pytest.raises(ThrottledError) as caught:
        scripted_client.get("/here")
    assert (caught.value.app_wide, caught.value.retry_after, naps) == (True, 1.0, [])


def test_time_lost_in_failed_attempts_counts_as_patience():
    naps, failure = [], TransientError(Problem.UNAVAILABLE, "status 503", retry_after=1)
    patience = Patience(8, sleep=naps.append, checkpoint=lambda: None)
    patience.outlast(failure, attempt=0, spent=5)
    with pytest.raises(TransientError):
        patience.outlast(failure, attempt=1, spent=1.5)
    assert naps == [1]


def test_waits_without_a_hint_grow_and_differ():
    naps, failure = [], TransientError(Problem.UNAVAILABLE, "status 503")
    patience = Patience(10_000, sleep=naps.append, checkpoint=lambda: None)
    for attempt in range(12):
        patience.outlast(failure, attempt=attempt, spent=0)
    expected = [0.5, 1, 2, 4, 8, 16] + [32] * 6
    assert all(0.5 * wait <= nap <= 1.5 * wait for nap, wait in zip(naps, expected, strict=True))
    assert len(set(naps)) == len(naps)


def test_checkpoint_precedes_every_request_and_follows_every_wait(origin, scripted_identity):
    story = []
    client = GraphClient(
        origin.cloud,
        scripted_identity,
        TENANT,
        sleep=lambda _seconds: story.append("waited"),
        checkpoint=lambda: story.append(f"checked with {len(graph_paths(origin))} sent"),
    )
    link = f"{origin.url}/v1.0/users/more"
    origin.answer("/v1.0/users", Reply(503), document({**PAGE, "@odata.nextLink": link}))
    origin.answer("/v1.0/users/more", document(PAGE))
    story += [entry["id"] for entry in client.collection("/users")]
    # Twice for each request: before its token and before itself.
    assert story == [
        *["checked with 0 sent"] * 2,
        "waited",
        *["checked with 1 sent"] * 3,
        *["checked with 2 sent"] * 2,
        "1",
        "1",
    ]


class LeaseLostError(Exception):
    pass


def test_checkpoint_that_raises_stops_the_reading(origin, scripted_identity):
    def checkpoint():
        if graph_paths(origin):
            raise LeaseLostError

    origin.answer("/v1.0/users", document({**PAGE, "@odata.nextLink": f"{origin.url}/v1.0/users/more"}))
    client = GraphClient(origin.cloud, scripted_identity, TENANT, checkpoint=checkpoint)
    with pytest.raises(LeaseLostError):
        list(client.collection("/users"))
    assert graph_paths(origin) == ["/v1.0/users"]


def test_nothing_is_sent_when_the_work_was_stopped_while_the_token_was_on_its_way(origin, scripted_identity):
    def checkpoint():
        # True from the moment the token endpoint has answered: as if somebody disconnected while it took its time.
        if f"/{TENANT}/token" in origin.paths():
            raise LeaseLostError

    origin.answer("/v1.0/users", document(PAGE))
    client = GraphClient(origin.cloud, scripted_identity, TENANT, checkpoint=checkpoint)
    with pytest.raises(LeaseLostError):
        list(client.collection("/users"))
    assert (graph_paths(origin), client.calls) == ([], 0)


def test_nobody_signs_in_anew_for_work_that_was_stopped(origin, scripted_identity):
    """The credential may be destroyed by now."""

    def checkpoint():
        if graph_paths(origin):
            raise LeaseLostError

    origin.answer("/v1.0/users", Reply(401), document(PAGE))
    client = GraphClient(origin.cloud, scripted_identity, TENANT, checkpoint=checkpoint)
    with pytest.raises(LeaseLostError):
        list(client.collection("/users"))
    assert origin.paths().count(f"/{TENANT}/token") == 1


def test_pages_may_be_asked_for_at_leisure(origin, scripted_client, naps):
    link = f"{origin.url}/v1.0/users?$skiptoken=2"
    origin.answer("/v1.0/users", document({**PAGE, "@odata.nextLink": link}), document({"value": []}))
    assert len(list(scripted_client.collection("/users", pause=2.0))) == 1
    assert naps == [2.0]


def item(name, status=200, body=None, **headers):
    spelled = {key.replace("_", "-"): value for key, value in headers.items()}
    return {
        "id": name,
        "status": status,
        "headers": spelled,
        "body": {"name": name} if body is None else body,
    }


def test_batch_judges_each_item_by_itself_and_keeps_the_order(origin, scripted_client, naps):
    origin.answer(
        "/v1.0/$batch",
        document(
            {
                "responses": [
                    item("3", 503),
                    item("1", 429, retry_after="9"),
                    item("0"),
                    item("2", 403, {"error": {"code": "Authorization_RequestDenied"}}),
                    item("4", body="PGh0bWw+"),
                ]
            }
        ),
    )
    answers = scripted_client.batch([BatchRequest(f"/users/{number}") for number in range(5)])
    assert [answer.status for answer in answers] == [200, 429, 403, 503, 200]
    assert [dict(answer.document) for answer in answers] == [{"name": "0"}, {}, {}, {}, {}]
    assert [answer.error and answer.error.problem for answer in answers] == [
        None,
        Problem.THROTTLED,
        Problem.PERMISSION_MISSING,
        Problem.UNAVAILABLE,
        Problem.MALFORMED_ANSWER,
    ]
    assert (answers[1].error.retry_after, naps) == (9.0, [])


def test_batch_goes_out_in_twenties(origin, scripted_client):
    origin.answer(
        "/v1.0/$batch",
        document({"responses": [item(str(number)) for number in range(20)]}),
        document({"responses": [item("0")]}),
    )
    requests = [BatchRequest(f"/users/{number}", {"ConsistencyLevel": "eventual"}) for number in range(21)]
    assert len(scripted_client.batch(requests)) == 21
    sent = [
        json.loads(received.body)["requests"]
        for received in origin.received
        if received.path == "/v1.0/$batch"
    ]
    assert [len(requests) for requests in sent] == [20, 1]
    assert sent[1] == [
        {"id": "0", "method": "GET", "url": "/users/20", "headers": {"ConsistencyLevel": "eventual"}}
    ]
    assert graph_headers(origin, "Content-Type") == ["application/json"] * 2


@pytest.mark.parametrize(
    "responses",
    [
        [item("0")],
        [item("0"), item("0")],
        [item("0"), item("7")],
        [item("0"), {**item("1"), "status": "200"}],
        [item("0"), {**item("1"), "id": ["1"]}],
        None,
    ],
)
def test_batch_answered_in_part_is_an_error(origin, scripted_client, responses):
    origin.answer("/v1.0/$batch", document({"responses": responses}))
    with pytest.raises(MalformedAnswerError):
        scripted_client.batch([BatchRequest("/users/0"), BatchRequest("/users/1")])


def test_empty_batch_asks_nothing(origin, scripted_client):
    assert scripted_client.batch([]) == []
    assert origin.received == []
