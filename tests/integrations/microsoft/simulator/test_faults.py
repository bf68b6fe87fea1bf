import json
import time
from email.utils import parsedate_to_datetime

import pytest
import requests

from integrations.microsoft.simulator import Fault
from integrations.microsoft.simulator.effects import EFFECTS


@pytest.fixture
def struck(caller, simulator, tiny):
    """The answer to one call of the tenant's users while the fault holds."""

    def call(fault, path="users?$select=id", **options):
        simulator.misbehave(fault, endpoint="users", times=1)
        return caller.get(path, tenant=tiny, **options)

    return call


def ids(tenant):
    return [{"id": user.id} for user in tenant.users]


def test_every_effect_can_be_asked_for_by_name():
    assert {name for name in EFFECTS if not callable(getattr(Fault, name))} == set()


def test_fault_nobody_has_heard_of_is_refused():
    with pytest.raises(ValueError, match="no fault is called 'gremlins'"):
        Fault("gremlins")


def test_fault_strikes_as_often_as_told_and_then_no_more(caller, simulator, tiny):
    simulator.misbehave(Fault.server_error(), endpoint="users", times=2)
    assert [caller.get("users", tenant=tiny).status_code for _ in range(4)] == [503, 503, 200, 200]


def test_fault_without_number_lasts_until_told_to_behave(caller, simulator, tiny):
    simulator.misbehave(Fault.server_error(500))
    assert [caller.get(path, tenant=tiny).status_code for path in ("users", "organization", "users")] == [
        500,
        500,
        500,
    ]
    simulator.behave()
    assert caller.get("users", tenant=tiny).status_code == 200


def test_fault_strikes_its_tenant_and_endpoint_alone(caller, simulator, tiny, dentist):
    simulator.misbehave(Fault.server_error(), tenant=tiny.tenant_id, endpoint="subscribedSkus")
    statuses = {
        (tenant.display_name, path): caller.get(path, tenant=tenant).status_code
        for tenant in (tiny, dentist)
        for path in ("users", "subscribedSkus")
    }
    assert [key for key, status in statuses.items() if status != 200] == [
        (tiny.display_name, "subscribedSkus")
    ]


def test_faults_strike_in_the_order_given(caller, simulator, tiny):
    simulator.misbehave(Fault.throttled(), endpoint="users", times=1)
    simulator.misbehave(Fault.server_error(502), endpoint="users", times=1)
    assert [caller.get("users", tenant=tiny).status_code for _ in range(3)] == [429, 502, 200]


def test_fault_without_endpoint_leaves_the_identity_platform_alone(caller, simulator, tiny):
    simulator.misbehave(Fault.server_error())
    assert caller.ask_for_token(tiny.tenant_id).status_code == 200


def test_fault_can_wait_for_a_later_page(caller, simulator, tiny):
    simulator.misbehave(Fault.server_error().on_page(3), endpoint="users", times=1)
    statuses, link = [], "users?$select=id&$top=1"
    for _ in range(3):
        response = caller.get(link, tenant=tiny)
        statuses.append(response.status_code)
        link = response.json().get("@odata.nextLink")
    assert statuses == [200, 200, 503]


def test_throttled_says_how_long_to_wait(struck):
    response = struck(Fault.throttled(retry_after=4))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "4")
    assert response.headers["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"
    assert response.headers["x-ms-throttle-scope"] == "Tenant_Application/ReadWrite"
    assert response.json()["error"]["code"] == "TooManyRequests"


def test_throttled_may_not_say_how_long(struck):
    assert "Retry-After" not in struck(Fault.throttled(retry_after=None)).headers


def test_throttled_may_give_a_date(struck):
    response = struck(Fault.throttled_until(seconds=30))
    told = parsedate_to_datetime(response.headers["Retry-After"])
    assert (told - parsedate_to_datetime(response.headers["Date"])).total_seconds() == pytest.approx(
        30, abs=1
    )


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_error_has_the_status_asked_for(struck, status):
    assert struck(Fault.server_error(status, retry_after=2)).status_code == status


def test_slow_answer_takes_its_time(struck):
    began = time.monotonic()
    assert struck(Fault.slow(0.3)).status_code == 200
    assert time.monotonic() - began >= 0.3


def test_slow_answer_meets_an_impatient_client(caller, simulator, tiny):
    token = caller.token(tiny.tenant_id)
    simulator.misbehave(Fault.slow(30), endpoint="users", times=1)
    url = f"{simulator.url}/v1.0/users"
    with pytest.raises(requests.ReadTimeout):
        caller.session.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=0.2)


def test_latency_is_added_to_everything(caller, simulator, tiny):
    simulator.latency = 0.1
    began = time.monotonic()
    caller.get("organization", tenant=tiny)
    assert time.monotonic() - began >= 0.2


def test_cut_connection_breaks_in_the_middle_of_the_body(struck):
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        struck(Fault.cut())


def test_cut_connection_may_break_before_the_first_byte(struck):
    with pytest.raises(requests.ConnectionError):
        struck(Fault.cut(share=0))


def test_simulator_goes_on_after_a_cut(caller, struck, tiny):
    with pytest.raises(requests.ConnectionError):
        struck(Fault.cut(share=0))
    assert caller.get("users", tenant=tiny).status_code == 200


def test_truncated_answer_is_no_json(struck):
    response = struck(Fault.truncated())
    assert (response.status_code, int(response.headers["Content-Length"])) == (200, len(response.content))
    with pytest.raises(json.JSONDecodeError):
        json.loads(response.text)


def test_html_comes_with_success(struck):
    response = struck(Fault.html())
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_content_type_may_be_wrong(struck, tiny):
    response = struck(Fault.wrong_content_type())
    assert (response.headers["Content-Type"].split(";")[0], response.json()["value"]) == (
        "text/plain",
        ids(tiny),
    )


def test_any_answer_at_all_can_be_given(struck):
    response = struck(Fault.answered("[1, 2", status=207, content_type="application/xml"))
    assert (response.status_code, response.text, response.headers["Content-Type"]) == (
        207,
        "[1, 2",
        "application/xml",
    )


def test_redirect_leads_elsewhere(struck):
    response = struck(Fault.redirected("https://thief.example/"), allow_redirects=False)
    assert (response.status_code, response.headers["Location"]) == (302, "https://thief.example/")


def test_refusal_can_be_any_of_graphs(struck):
    response = struck(Fault.refused(410, "syncStateNotFound", message="Gone."))
    assert (response.status_code, response.json()["error"]["code"]) == (410, "syncStateNotFound")


def test_lost_page_is_found_missing_only_when_followed(caller, simulator, tiny):
    simulator.misbehave(Fault.lost_page(), endpoint="users", times=1)
    first = caller.get("users?$select=id&$top=2", tenant=tiny)
    assert first.status_code == 200
    assert caller.get(first.json()["@odata.nextLink"], tenant=tiny).status_code == 404


def test_next_link_may_be_missing(struck, tiny):
    page = struck(Fault.missing_next_link(), "users?$select=id&$top=2").json()
    assert (page["value"], "@odata.nextLink" in page) == (ids(tiny)[:2], False)


def test_next_link_may_lead_back_to_the_same_page(struck):
    response = struck(Fault.looping_page())
    assert response.json()["@odata.nextLink"] == response.url


def test_next_link_may_lead_to_a_foreign_host(struck):
    link = struck(Fault.foreign_page("https://thief.example")).json()["@odata.nextLink"]
    assert link.startswith("https://thief.example/v1.0/users?$skiptoken=")


@pytest.mark.parametrize("path", ["users", "users?$select=id"])
def test_empty_page_leads_to_everybody(caller, struck, tiny, path):
    page = struck(Fault.empty_page(), path).json()
    rest = caller.get(page["@odata.nextLink"], tenant=tiny).json()
    assert (page["value"], [user["id"] for user in rest["value"]]) == ([], [user.id for user in tiny.users])


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault.expired_token(), 401, "InvalidAuthenticationToken"),
        (Fault.invalid_token(), 401, "InvalidAuthenticationToken"),
        (Fault.consent_missing(), 403, "Authorization_RequestDenied"),
    ],
)
def test_token_may_stop_working(struck, fault, status, code):
    response = struck(fault)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_empty_answer_has_no_entries_and_no_link(struck):
    page = struck(Fault.empty(), "users?$select=id&$top=1").json()
    assert page == {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users(id)", "value": []}


def test_value_may_be_missing(struck):
    assert list(struck(Fault.missing_value()).json()) == ["@odata.context"]


def test_member_may_be_missing_from_every_entry(struck, tiny):
    page = struck(Fault.without("mail"), "users?$select=id,mail").json()
    assert page["value"] == ids(tiny)


def test_another_tenants_data_may_come(struck, simulator, tiny):
    other = simulator.world.next_to(tiny.tenant_id)
    page = struck(Fault.another_tenants(), "users?$select=id&$top=999").json()
    assert other is not tiny
    assert page["value"] == ids(other)


def test_entries_may_come_twice(struck, tiny):
    page = struck(Fault.duplicated()).json()
    assert page["value"] == [entry for entry in ids(tiny) for _ in range(2)]


def test_somebody_may_come_again_on_a_later_page(caller, simulator, tiny):
    simulator.misbehave(Fault.overlapping(), endpoint="users", times=1)
    assert caller.every("users?$select=id&$top=2", tenant=tiny) == [
        *ids(tiny)[:2],
        ids(tiny)[0],
        ids(tiny)[2],
    ]


def test_answer_may_be_huge(struck):
    assert len(struck(Fault.huge(megabytes=3)).content) > 3 * 1024 * 1024


def test_values_may_be_unheard_of(caller, simulator, tiny):
    simulator.misbehave(Fault.unknown_values(), endpoint="subscribedSkus", times=1)
    (sku,) = caller.get("subscribedSkus", tenant=tiny).json()["value"]
    assert (sku["capabilityStatus"], sku["appliesTo"]) == ("unknownFutureValue", "unknownFutureValue")
    assert sku["yetUnheardOf"] == {"nested": [1, None]}


def test_error_stays_an_error_under_a_fault_of_the_content(struck):
    assert struck(Fault.empty(), "users?$top=0").status_code == 400


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [
        (Fault.throttled(retry_after=9), 429, "temporarily_unavailable"),
        (Fault.server_error(503), 503, "temporarily_unavailable"),
        (Fault.consent_missing(), 401, "invalid_client"),
    ],
)
def test_token_endpoint_misbehaves_in_its_own_words(caller, simulator, tiny, fault, status, error):
    simulator.misbehave(fault, tenant=tiny.tenant_id, endpoint="token", times=1)
    response = caller.ask_for_token(tiny.tenant_id)
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert caller.ask_for_token(tiny.tenant_id).status_code == 200


def test_discovery_may_misbehave(caller, simulator, tiny):
    simulator.misbehave(Fault.html(status=503), endpoint="discovery", times=1)
    url = caller.identity_url(tiny.tenant_id, "v2.0/.well-known/openid-configuration")
    assert [caller.session.get(url, timeout=5).status_code for _ in range(2)] == [503, 200]


def test_token_may_be_another_tenants(caller, simulator, tiny):
    simulator.misbehave(Fault.another_tenants(), endpoint="token", times=1)
    other = simulator.world.next_to(tiny.tenant_id)
    (organization,) = caller.get("organization", tenant=tiny).json()["value"]
    assert organization["id"] == other.tenant_id
