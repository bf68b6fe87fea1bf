import pytest


def test_overview_names_what_a_drill_needs(caller, simulator):
    overview = caller.control("GET", "").json()
    assert (overview["url"], overview["application_id"]) == (simulator.url, simulator.application_id)
    assert [each["tenant_id"] for each in overview["tenants"]] == [
        each.tenant_id for each in simulator.world.tenants
    ]
    assert "suspend_sku" in overview["edits"]
    assert simulator.client_secret not in str(overview)


def test_licenses_of_a_tenant_can_be_compared(caller, tiny):
    (truth,) = caller.control("GET", f"tenants/{tiny.tenant_id}").json()["licenses"]
    (expected,) = tiny.licenses()
    assert (truth["part_number"], truth["enabled"], tuple(truth["holders"])) == (
        expected.part_number,
        expected.enabled,
        expected.holders,
    )


def test_world_can_be_edited(caller, tiny):
    url = f"tenants/{tiny.tenant_id}"
    assert caller.control("POST", url, edit="suspend_sku", sku="O365_BUSINESS_ESSENTIALS").json() == {
        "revision": 1
    }
    caller.control("POST", url, edit="add_user", user_principal_name="new@tiny.example", display_name="New")
    caller.control("POST", url, edit="assign", user="new@tiny.example", sku="O365_BUSINESS_ESSENTIALS")
    caller.control("POST", url, edit="rename", display_name="Renamed")
    (truth,) = tiny.licenses()
    assert (truth.enabled, truth.suspended, truth.holders[-1]) == (0, 3, "new@tiny.example")
    assert tiny.display_name == "Renamed"


def test_faults_can_be_given_listed_and_forgotten(caller, tiny):
    fault = {"kind": "throttled", "retry_after": 3, "from_page": 2}
    caller.control("POST", "faults", fault=fault, tenant=tiny.tenant_id, endpoint="users", times=1)
    (listed,) = caller.control("GET", "faults").json()["faults"]
    assert listed == {
        "fault": {
            "kind": "throttled",
            "options": {"retry_after": 3, "scope": "Tenant_Application"},
            "from_page": 2,
        },
        "tenant_id": tiny.tenant_id,
        "endpoint": "users",
        "times": 1,
    }
    first = caller.get("users?$select=id&$top=2", tenant=tiny).json()
    assert caller.get(first["@odata.nextLink"], tenant=tiny).headers["Retry-After"] == "3"

    caller.control("POST", "faults", fault={"kind": "html"})
    caller.control("DELETE", "faults")
    assert caller.control("GET", "faults").json() == {"faults": []}
    assert caller.get("users", tenant=tiny).json()["value"]


def test_consent_can_be_revoked_and_granted(caller, tiny):
    caller.control("DELETE", f"consent/{tiny.tenant_id}")
    assert caller.ask_for_token(tiny.tenant_id).status_code == 401
    caller.control("PUT", f"consent/{tiny.tenant_id}", roles=["User.Read.All"])
    assert [caller.get(path, tenant=tiny).status_code for path in ("users", "organization")] == [200, 403]


def test_requests_can_be_read_and_forgotten_and_controls_are_not_among_them(caller, tiny):
    caller.get("users", tenant=tiny)
    caller.control("GET", "")
    logged = caller.control("GET", "requests").json()["requests"]
    assert [(each["method"], each["endpoint"]) for each in logged] == [("POST", "token"), ("GET", "users")]
    caller.control("DELETE", "requests")
    assert caller.control("GET", "requests").json() == {"requests": []}


def test_latency_can_be_set(caller, simulator):
    caller.control("PUT", "latency", seconds=0.25)
    assert simulator.latency == 0.25


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nothing", {}, 404),
        ("PATCH", "faults", {}, 404),
        ("POST", "faults", {"fault": {"kind": "gremlins"}}, 400),
        ("POST", "faults", {"fault": {"kind": "strike"}}, 400),
        ("POST", "faults", {"fault": {"kind": "throttled", "volume": 11}}, 400),
        ("PUT", "latency", {"seconds": "soon"}, 400),
        ("GET", "tenants/nobody", {}, 400),
    ],
)
def test_control_not_understood_is_refused(caller, method, path, body, status):
    response = caller.control(method, path, **body)
    assert (response.status_code, list(response.json())) == (status, ["error"])


@pytest.mark.parametrize("edit", ["_editing", "__init__", "explode", "licenses"])
def test_only_edits_can_be_called(caller, tiny, edit):
    response = caller.control("POST", f"tenants/{tiny.tenant_id}", edit=edit)
    assert (response.status_code, tiny.revision) == (400, 0)
