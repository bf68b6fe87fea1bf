import pytest

from integrations.microsoft.simulator import Fault


def get(number, url, **more):
    return {"id": str(number), "method": "GET", "url": url, **more}


def answers(response):
    assert response.status_code == 200
    return {each["id"]: each for each in response.json()["responses"]}


def refusal(response):
    return response.status_code, response.json()["error"]["code"], response.json()["error"]["message"]


def test_batch_answers_each_request_as_if_it_came_alone(caller, tiny):
    batch = answers(caller.batch(get(1, "/organization"), get(2, "/users?$select=id&$top=2"), tenant=tiny))
    assert batch["1"]["body"] == caller.get("organization", tenant=tiny).json()
    assert batch["2"]["body"] == caller.get("users?$select=id&$top=2", tenant=tiny).json()
    assert {each["status"] for each in batch.values()} == {200}


def test_batch_answers_in_another_order(caller, tiny):
    response = caller.batch(get(1, "/organization"), get(2, "/users"), get(3, "/subscribedSkus"), tenant=tiny)
    assert [each["id"] for each in response.json()["responses"]] == ["3", "2", "1"]


@pytest.mark.parametrize(
    "url", ["/users?$select=id", "users?$select=id", "/v1.0/users?$select=id", "users?%24select=id"]
)
def test_batch_url_may_be_written_in_several_ways(caller, tiny, url):
    assert answers(caller.batch(get(1, url), tenant=tiny))["1"]["body"]["value"] == [
        {"id": user.id} for user in tiny.users
    ]


def test_batch_url_may_be_absolute(caller, simulator, tiny):
    batch = answers(caller.batch(get(1, f"{simulator.url}/v1.0/users?$select=id"), tenant=tiny))
    assert len(batch["1"]["body"]["value"]) == 3


def test_batch_item_carries_its_own_headers(caller, tiny):
    url = "/users?$select=id&$count=true"
    counted = get(1, url, headers={"ConsistencyLevel": "eventual"})
    batch = answers(caller.batch(counted, get(2, url), tenant=tiny))
    assert (batch["1"]["body"]["@odata.count"], "@odata.count" in batch["2"]["body"]) == (3, False)


def test_batch_judges_each_request_by_itself(caller, simulator, tiny):
    simulator.misbehave(Fault.throttled(retry_after=7), endpoint="users", times=1)
    batch = answers(
        caller.batch(
            get(1, "/users"), get(2, "/organization"), get(3, "/nothing"), get(4, "/users"), tenant=tiny
        )
    )
    assert {number: each["status"] for number, each in batch.items()} == {
        "1": 429,
        "2": 200,
        "3": 400,
        "4": 200,
    }
    assert batch["1"]["headers"]["Retry-After"] == "7"
    assert batch["1"]["body"]["error"]["code"] == "TooManyRequests"


def test_batch_item_that_is_no_json_comes_as_text(caller, simulator, tiny):
    simulator.misbehave(Fault.html(), endpoint="users", times=1)
    item = answers(caller.batch(get(1, "/users"), tenant=tiny))["1"]
    assert (item["headers"]["Content-Type"], item["body"][:15]) == (
        "text/html; charset=utf-8",
        "<!DOCTYPE html>",
    )


@pytest.mark.parametrize("spelling", ["dependsOn", "depends_on"])
def test_batch_item_fails_with_the_one_it_depends_on(caller, tiny, spelling):
    batch = answers(
        caller.batch(
            get(1, "/nothing"),
            get(2, "/users", **{spelling: ["1"]}),
            get(3, "/organization", **{spelling: ["2"]}),
            get(4, "/organization"),
            tenant=tiny,
        )
    )
    assert {number: each["status"] for number, each in batch.items()} == {
        "1": 400,
        "2": 424,
        "3": 424,
        "4": 200,
    }


def test_batch_takes_twenty_requests_and_not_more(caller, tiny):
    items = [get(number, "/organization") for number in range(21)]
    assert len(answers(caller.batch(*items[:20], tenant=tiny))) == 20
    message = "Number of batch request steps exceeds the maximum value of 20."
    assert refusal(caller.batch(*items, tenant=tiny)) == (400, "BadRequest", message)


@pytest.mark.parametrize(
    "items",
    [
        [get(1, "/users"), get(1, "/organization")],
        [get(1, "/users", dependsOn=["2"]), get(2, "/organization")],
        [get(1, "/users", dependsOn=["9"])],
        [{"id": "1", "method": "GET"}],
        ["users"],
    ],
)
def test_batch_that_makes_no_sense_is_refused_as_a_whole(caller, tiny, items):
    assert refusal(caller.batch(*items, tenant=tiny))[:2] == (400, "BadRequest")


def test_batch_is_posted(caller, tiny):
    assert refusal(caller.get("$batch", tenant=tiny))[:2] == (400, "BadRequest")


def test_batch_counts_as_one_request(caller, simulator, tiny):
    caller.batch(get(1, "/users"), get(2, "/organization"), tenant=tiny)
    assert [each.endpoint for each in simulator.requests] == ["token", "$batch"]


def test_batch_may_misbehave_as_a_whole(caller, simulator, tiny):
    simulator.misbehave(Fault.server_error(), endpoint="$batch", times=1)
    assert caller.batch(get(1, "/users"), tenant=tiny).status_code == 503
