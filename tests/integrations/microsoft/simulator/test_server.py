import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from integrations.microsoft.simulator import DEFAULT_ROLES, Simulator, World
from tests.integrations.microsoft.simulator.caller import Caller


def test_several_simulators_run_side_by_side(simulator, caller, tiny):
    with Simulator(World(seed=8, tenants=1)) as other:
        second = Caller(other)
        assert other.url != simulator.url
        assert second.get("organization", tenant=other.world.tenants[0]).status_code == 200
        assert caller.get("organization", tenant=tiny).status_code == 200
        second.session.close()


def test_token_of_one_world_opens_no_other(caller, tiny):
    token = caller.token(tiny.tenant_id)
    with Simulator(World(seed=8, tenants=1)) as other:
        second = Caller(other)
        url = f"{other.url}/v1.0/users"
        response = second.session.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5)
        second.session.close()
    assert response.status_code == 401
    assert response.json()["error"]["message"] == "Access token validation failure. Invalid tenant."


def test_certificate_is_only_trusted_by_those_told_to(simulator, caller):
    caller.session.verify = True
    with pytest.raises(requests.exceptions.SSLError):
        caller.control("GET", "")


def test_stopped_simulator_is_unreachable_until_started_again(simulator, caller, tiny):
    assert caller.get("organization", tenant=tiny).status_code == 200
    url = simulator.url
    simulator.stop()
    with pytest.raises(requests.ConnectionError):
        caller.get("organization", tenant=tiny)
    simulator.start()
    assert (simulator.url, caller.get("organization", tenant=tiny).status_code) == (url, 200)


def test_authority_is_gone_with_the_simulator():
    simulator = Simulator(World(seed=7, tenants=1))
    with pytest.raises(RuntimeError):
        simulator.ca_path  # noqa: B018 - reading it is the test
    with simulator:
        kept = simulator.ca_path
        assert kept.exists()
    assert not kept.parent.exists()


def test_port_taken_is_reported(simulator):
    port = int(simulator.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"), Simulator(World(seed=7, tenants=1), port=port):
        pytest.fail("two simulators on one port")


def test_authority_kept_in_a_directory_outlives_the_simulator(tmp_path):
    directory = tmp_path / "simulator"
    with Simulator(World(seed=7, tenants=1), directory=directory) as first:
        pem = first.ca_path.read_bytes()
    with Simulator(World(seed=7, tenants=1), directory=directory) as second:
        caller = Caller(second)
        assert caller.control("GET", "").status_code == 200
        caller.session.close()
    assert (directory / "ca.pem").read_bytes() == pem
    assert stat.S_IMODE((directory / "ca.key").stat().st_mode) == 0o600


def test_credentials_follow_from_the_seed_unless_given():
    ours, same, other = (Simulator(World(seed=seed, tenants=1)) for seed in (7, 7, 8))
    fixed = Simulator(World(seed=7, tenants=1), application_id="a" * 36, client_secret="chosen")
    assert (ours.application_id, ours.client_secret) == (same.application_id, same.client_secret)
    assert ours.client_secret != other.client_secret
    assert (fixed.application_id, fixed.client_secret) == ("a" * 36, "chosen")


def test_every_tenant_has_consented_to_begin_with(simulator, caller):
    assert sorted(DEFAULT_ROLES) == ["Organization.Read.All", "User.Read.All"]
    for tenant in simulator.world.tenants:
        assert caller.get("organization", tenant=tenant).status_code == 200


def test_requests_are_logged_before_they_are_answered(simulator, caller, tiny):
    headers = {"client-request-id": "our-id", "x-ms-throttle-priority": "low", "Cookie": "private"}
    caller.get("users?$top=2&$select=id", tenant=tiny, headers=headers)
    caller.get("users?$top=0", tenant=tiny)
    token, first, second = simulator.requests
    assert (token.method, token.endpoint, token.tenant_id, token.status) == (
        "POST",
        "token",
        tiny.tenant_id,
        200,
    )
    assert (first.path, first.query, first.status) == ("/v1.0/users", "$top=2&$select=id", 200)
    assert (second.endpoint, second.tenant_id, second.status) == ("users", tiny.tenant_id, 400)
    assert token.time <= first.time <= second.time
    assert first.headers == {
        "client-request-id": "our-id",
        "x-ms-throttle-priority": "low",
        "user-agent": requests.utils.default_user_agent(),
    }


def test_log_never_holds_a_secret(simulator, caller, tiny):
    caller.get("users", tenant=tiny)
    log = repr(simulator.requests)
    assert simulator.client_secret not in log
    assert caller.token(tiny.tenant_id) not in log


def test_log_can_be_emptied(simulator, caller, tiny):
    caller.get("users", tenant=tiny)
    simulator.forget_requests()
    assert simulator.requests == ()


def test_many_callers_at_once_get_their_own_answers(simulator):
    def ask(tenant):
        caller = Caller(simulator)
        (organization,) = caller.get("organization", tenant=tenant).json()["value"]
        users = caller.every("users?$select=id&$top=999", tenant=tenant)
        caller.session.close()
        return organization["id"], len(users)

    tenants = list(simulator.world.tenants) * 3
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ask, tenants))
    assert answers == [(tenant.tenant_id, len(tenant.users)) for tenant in tenants]


def test_tokens_can_be_short_lived(simulator, caller, tiny):
    simulator.token_lifetime = 400
    assert caller.ask_for_token(tiny.tenant_id).json()["expires_in"] == 400
