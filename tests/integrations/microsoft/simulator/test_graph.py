import jwt
import pytest

from integrations.microsoft.simulator import (
    DEFAULT_ROLES,
    DELEGATED_ADMIN_READ,
    DIRECTORY_READ,
    Simulator,
    World,
)
from integrations.microsoft.simulator.catalog import BY_PART_NUMBER
from tests.integrations.microsoft.simulator import schemas
from tests.integrations.microsoft.simulator.caller import Caller

LICENSED = "$select=id,userPrincipalName,displayName,mail,accountEnabled,userType,assignedLicenses,licenseAssignmentStates"
EVENTUAL = {"ConsistencyLevel": "eventual"}
SPB = BY_PART_NUMBER["SPB"].id


def error_of(response):
    document = response.json()
    assert schemas.faults_of(document, schemas.GRAPH_ERROR) == []
    return response.status_code, document["error"]["code"], document["error"]["message"]


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("organization", schemas.ORGANIZATION),
        ("subscribedSkus", schemas.SUBSCRIBED_SKU),
        ("directory/subscriptions", schemas.COMPANY_SUBSCRIPTION),
        ("users", schemas.DEFAULT_USER),
        (f"users?{LICENSED}&$top=999", schemas.LICENSED_USER),
        ("contracts", schemas.CONTRACT),
        ("tenantRelationships/delegatedAdminCustomers", schemas.DELEGATED_CUSTOMER),
    ],
)
def test_collections_have_the_documented_shape(caller, simulator, path, entry):
    for tenant in (simulator.world.partner, *simulator.world.tenants):
        simulator.grant_consent(
            tenant.tenant_id, roles={*DEFAULT_ROLES, DIRECTORY_READ, DELEGATED_ADMIN_READ}
        )
        response = caller.get(path, tenant=tenant)
        assert response.status_code == 200
        assert schemas.faults_of(response.json(), schemas.collection(entry)) == []


def test_answers_of_two_simulators_are_the_same_to_the_byte(caller, simulator):
    with Simulator(World(seed=7, tenants=12), port=0) as other:
        second = Caller(other)
        for ours, theirs in zip(simulator.world.tenants, other.world.tenants, strict=True):
            for path in (
                "organization",
                "subscribedSkus",
                "directory/subscriptions",
                f"users?{LICENSED}&$top=50",
            ):
                theirs_here = second.get(path, tenant=theirs).content.replace(
                    other.url.encode(), simulator.url.encode()
                )
                assert theirs_here == caller.get(path, tenant=ours).content
        second.session.close()


def test_subscribed_skus_tell_the_tenants_truth(caller, simulator):
    for tenant in simulator.world.tenants:
        told = [
            (sku["skuId"], sku["skuPartNumber"], sku["appliesTo"], sku["consumedUnits"], sku["prepaidUnits"])
            for sku in caller.get("subscribedSkus", tenant=tenant).json()["value"]
        ]
        assert told == [
            (
                truth.sku_id,
                truth.part_number,
                truth.applies_to,
                truth.consumed,
                {
                    "enabled": truth.enabled,
                    "suspended": truth.suspended,
                    "warning": truth.warning,
                    "lockedOut": truth.locked_out,
                },
            )
            for truth in tenant.licenses()
        ]


def test_users_hold_what_the_tenant_says_they_hold(caller, simulator):
    for tenant in simulator.world.tenants:
        users = caller.every(f"users?{LICENSED}&$top=999", tenant=tenant)
        holders = {
            truth.sku_id: tuple(
                user["userPrincipalName"]
                for user in users
                if truth.sku_id in {each["skuId"] for each in user["assignedLicenses"]}
            )
            for truth in tenant.licenses()
        }
        assert holders == {truth.sku_id: truth.holders for truth in tenant.licenses()}


def test_subscriptions_are_those_the_skus_name(caller, hospital):
    named = [
        each
        for sku in caller.get("subscribedSkus", tenant=hospital).json()["value"]
        for each in sku["subscriptionIds"]
    ]
    listed = caller.get("directory/subscriptions", tenant=hospital).json()["value"]
    assert [each["id"] for each in listed] == named
    assert sum(each["totalLicenses"] for each in listed if each["skuPartNumber"] == "SPE_E3") == 750


def test_organization_is_the_tenant_of_the_token(caller, dentist):
    (organization,) = caller.get("organization", tenant=dentist).json()["value"]
    assert (organization["id"], organization["displayName"]) == (dentist.tenant_id, "Birch & Alder Dental")
    assert [each["name"] for each in organization["verifiedDomains"] if each["isDefault"]] == [
        dentist.default_domain
    ]


def test_contracts_list_the_partners_customers_under_their_old_names(caller, simulator, dentist):
    dentist.rename("Alder Dental")
    contracts = caller.every("contracts?$top=5", tenant=simulator.world.partner)
    assert [each["customerId"] for each in contracts] == [
        tenant.tenant_id for tenant in simulator.world.tenants
    ]
    assert contracts[0]["displayName"] == "Birch & Alder Dental"


def test_contracts_of_a_customer_are_empty(caller, simulator, dentist):
    simulator.grant_consent(dentist.tenant_id, roles={"Directory.Read.All"})
    assert caller.get("contracts", tenant=dentist).json()["value"] == []


def test_delegated_customers_are_the_partners_and_come_in_pages(caller, simulator, dentist):
    for tenant in (simulator.world.partner, dentist):
        simulator.grant_consent(tenant.tenant_id, roles={DELEGATED_ADMIN_READ})
    path = "tenantRelationships/delegatedAdminCustomers"
    assert [each["tenantId"] for each in caller.every(f"{path}?$top=5", tenant=simulator.world.partner)] == [
        tenant.tenant_id for tenant in simulator.world.tenants
    ]
    assert caller.get(path, tenant=dentist).json()["value"] == []
    assert error_of(caller.get(f"{path}?$top=301", tenant=dentist)) == (
        400,
        "Request_BadRequest",
        "Invalid page size specified: '301'. Must be between 1 and 300 inclusive.",
    )


def test_proxy_addresses_mark_the_primary_one_by_capitals(caller, hospital):
    told = caller.every("users?$select=id,mail,proxyAddresses&$top=999", tenant=hospital)
    primary = {
        user["id"]: [each for each in user["proxyAddresses"] if each.startswith("SMTP:")] for user in told
    }
    assert primary == {user["id"]: [f"SMTP:{user['mail']}"] if user["mail"] else [] for user in told}
    kinds = {address.partition(":")[0] for user in told for address in user["proxyAddresses"]}
    assert kinds == {"SMTP", "smtp", "SIP"}


def test_users_come_in_pages_of_a_hundred_unless_asked(caller, hospital):
    page = caller.get("users", tenant=hospital).json()
    assert len(page["value"]) == 100
    assert page["@odata.nextLink"].startswith(f"{caller.simulator.url}/v1.0/users?$skiptoken=")


@pytest.mark.parametrize(("top", "calls"), [(999, 2), (500, 4), (850, 2)])
def test_pages_hold_everybody_once(caller, simulator, hospital, top, calls):
    users = caller.every(f"users?$select=id&$top={top}", tenant=hospital)
    assert [user["id"] for user in users] == [user.id for user in hospital.users]
    assert len([each for each in simulator.requests if each.endpoint == "users"]) == calls


def test_last_full_page_has_no_link(caller, tiny):
    assert list(caller.get("users?$select=id&$top=3", tenant=tiny).json()) == ["@odata.context", "value"]


def test_pages_stay_whole_when_somebody_leaves_between_them(caller, tiny):
    first, second, third = tiny.users
    page = caller.get("users?$select=id&$top=1", tenant=tiny).json()
    tiny.edit.remove_user(first.id)
    rest = caller.every(page["@odata.nextLink"], tenant=tiny)
    assert [user["id"] for user in rest] == [second.id, third.id]


def test_next_link_repeats_the_options(caller, hospital):
    link = caller.get("users?$select=id,mail&$top=2", tenant=hospital).json()["@odata.nextLink"]
    assert link.startswith(f"{caller.simulator.url}/v1.0/users?$select=id,mail&$top=2&$skiptoken=")


@pytest.mark.parametrize("top", ["0", "1000", "-1"])
def test_page_size_out_of_range_is_refused_in_microsofts_words(caller, tiny, top):
    message = f"Invalid page size specified: '{top}'. Must be between 1 and 999 inclusive."
    assert error_of(caller.get(f"users?$top={top}", tenant=tiny)) == (400, "Request_BadRequest", message)


def test_page_size_that_is_no_number_is_refused(caller, tiny):
    assert error_of(caller.get("users?$top=many", tenant=tiny))[:2] == (400, "BadRequest")


@pytest.mark.parametrize("token", ["nonsense", "$$$", "UkZO"])
def test_page_token_made_up_is_refused(caller, tiny, token):
    assert error_of(caller.get(f"users?$skiptoken={token}", tenant=tiny))[:2] == (
        400,
        "Directory_ExpiredPageToken",
    )


def test_select_narrows_and_is_named_in_the_context(caller, tiny):
    page = caller.get("users?$select=ID, mail", tenant=tiny).json()
    assert page["@odata.context"] == "https://graph.microsoft.com/v1.0/$metadata#users(id,mail)"
    assert {tuple(user) for user in page["value"]} == {("id", "mail")}


def test_select_may_arrive_encoded(caller, tiny):
    assert (
        caller.get("users?%24select=id%2Cmail", tenant=tiny).json()
        == caller.get("users?$select=id,mail", tenant=tiny).json()
    )


def test_select_of_unknown_property_is_refused(caller, tiny):
    message = "Could not find a property named 'salary' on type 'microsoft.graph.user'."
    assert error_of(caller.get("users?$select=salary", tenant=tiny)) == (400, "Request_BadRequest", message)


@pytest.mark.parametrize(
    "path",
    [
        "subscribedSkus?$top=5",
        "subscribedSkus?$filter=skuId eq 'x'",
        "subscribedSkus?$count=true",
        "users?$skip=10",
        "users?$orderby=mail",
    ],
)
def test_unsupported_option_is_refused(caller, tiny, path):
    assert error_of(caller.get(path, tenant=tiny))[:2] == (400, "Request_UnsupportedQuery")


def test_licensed_users_are_filtered_and_counted_on_the_first_page_only(caller, hospital):
    path = "users?$select=id&$top=999&$count=true&$filter=assignedLicenses/$count ne 0"
    licensed = [user.id for user in hospital.users if user.sku_ids]
    first = caller.get(path, tenant=hospital, headers=EVENTUAL).json()
    second = caller.get(first["@odata.nextLink"], tenant=hospital, headers=EVENTUAL).json()
    assert (first["@odata.count"], "@odata.count" in second) == (len(licensed), False)
    assert [user["id"] for user in first["value"] + second["value"]] == licensed


@pytest.mark.parametrize(("count", "headers"), [("&$count=true", {}), ("", EVENTUAL), ("", {})])
def test_filter_on_a_count_needs_both_header_and_count(caller, tiny, count, headers):
    response = caller.get(f"users?$filter=assignedLicenses/$count ne 0{count}", tenant=tiny, headers=headers)
    assert error_of(response)[:2] == (400, "Request_UnsupportedQuery")


def test_next_page_without_the_header_is_refused(caller, hospital):
    path = "users?$select=id&$top=5&$count=true&$filter=assignedLicenses/$count ne 0"
    link = caller.get(path, tenant=hospital, headers=EVENTUAL).json()["@odata.nextLink"]
    assert error_of(caller.get(link, tenant=hospital))[:2] == (400, "Request_UnsupportedQuery")


def test_count_without_the_header_is_left_out(caller, tiny):
    assert "@odata.count" not in caller.get("users?$count=true", tenant=tiny).json()
    assert caller.get("users?$count=true", tenant=tiny, headers=EVENTUAL).json()["@odata.count"] == 3


@pytest.mark.parametrize(
    ("clause", "keeps"),
    [
        (f"assignedLicenses/any(u:u/skuId eq {SPB})", lambda user: SPB in user.sku_ids),
        ("accountEnabled eq false", lambda user: not user.account_enabled),
        ("userType ne 'Member'", lambda user: user.user_type == "Guest"),
        (
            "userType eq 'Member' and accountEnabled eq true",
            lambda user: user.user_type == "Member" and user.account_enabled,
        ),
    ],
)
def test_filter_keeps_the_right_users(caller, simulator, clause, keeps):
    tenant = simulator.world.tenants[2]
    kept = [user.id for user in tenant.users if keeps(user)]
    assert 0 < len(kept) < len(tenant.users)
    assert [user["id"] for user in caller.every(f"users?$select=id&$filter={clause}", tenant=tenant)] == kept


@pytest.mark.parametrize(
    "clause", ["startsWith(mail,'a')", "salary eq 'high'", "accountEnabled", "assignedLicenses/$count ge 2"]
)
def test_filter_not_understood_is_refused(caller, tiny, clause):
    assert error_of(caller.get(f"users?$filter={clause}", tenant=tiny))[:2] == (
        400,
        "Request_UnsupportedQuery",
    )


def test_one_user_by_id_or_name(caller, tiny):
    user = tiny.users[1]
    by_id = caller.get(f"users/{user.id}?$select=id,mail", tenant=tiny).json()
    assert by_id == caller.get(f"users/{user.user_principal_name}?$select=id,mail", tenant=tiny).json()
    assert by_id == {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users(id,mail)/$entity",
        "id": user.id,
        "mail": user.mail,
    }


def test_user_who_does_not_exist_is_not_found(caller, tiny, dentist):
    assert error_of(caller.get(f"users/{dentist.users[0].id}", tenant=tiny))[:2] == (
        404,
        "Request_ResourceNotFound",
    )


def test_segment_that_does_not_exist_is_refused(caller, tiny):
    assert error_of(caller.get("licences", tenant=tiny)) == (
        400,
        "BadRequest",
        "Resource not found for the segment 'licences'.",
    )


def test_writing_is_not_allowed(caller, tiny):
    headers = {"Authorization": f"Bearer {caller.token(tiny.tenant_id)}"}
    response = caller.session.delete(f"{caller.simulator.url}/v1.0/users", headers=headers, timeout=5)
    assert error_of(response)[0] == 405


def test_call_without_token_is_refused(caller, tiny):
    response = caller.session.get(f"{caller.simulator.url}/v1.0/users", timeout=5)
    assert error_of(response) == (401, "InvalidAuthenticationToken", "Access token is empty.")
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")


def bearer(caller, token):
    url = f"{caller.simulator.url}/v1.0/organization"
    return error_of(caller.session.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5))


def test_token_that_is_none_is_refused(caller):
    assert bearer(caller, "nonsense")[:2] == (401, "InvalidAuthenticationToken")


def test_token_changed_on_the_way_is_refused(caller, tiny, dentist):
    head, _, signature = caller.token(tiny.tenant_id).split(".")
    claims = caller.token(dentist.tenant_id).split(".")[1]
    assert (
        bearer(caller, f"{head}.{claims}.{signature}")[2]
        == "Access token validation failure. Invalid signature."
    )


def test_token_of_another_issuer_is_refused(caller, tiny):
    forged = jwt.encode({"tid": tiny.tenant_id, "exp": 4_000_000_000}, "s" * 40, algorithm="HS256")
    assert bearer(caller, forged)[:2] == (401, "InvalidAuthenticationToken")


def test_token_past_its_time_is_refused(caller, simulator, tiny):
    token = caller.token(tiny.tenant_id)
    assert caller.get("organization", tenant=tiny).status_code == 200
    simulator.advance_clock(3600)
    assert bearer(caller, token) == (
        401,
        "InvalidAuthenticationToken",
        "Lifetime validation failed, the token is expired.",
    )


def test_token_for_another_audience_is_refused(caller, simulator, tiny):
    environment = simulator._environment
    token = environment.tokens.sign(
        {"aud": "https://example.com", "tid": tiny.tenant_id, "exp": environment.now() + 60}
    )
    assert bearer(caller, token)[2] == "Access token validation failure. Invalid audience."


def test_tokens_survive_one_rotation_of_the_keys_but_not_two(caller, simulator, tiny):
    token = caller.token(tiny.tenant_id)
    simulator.rotate_keys()
    assert caller.get("organization", tenant=tiny).status_code == 200
    simulator.rotate_keys()
    assert bearer(caller, token)[2] == "Access token validation failure. Signing key is unknown."


@pytest.mark.parametrize(
    ("roles", "readable"),
    [
        ({"Organization.Read.All"}, ["organization", "subscribedSkus", "directory/subscriptions"]),
        ({"LicenseAssignment.Read.All"}, ["subscribedSkus"]),
        ({"User.Read.All"}, ["users"]),
        (
            {"Directory.Read.All"},
            ["organization", "subscribedSkus", "directory/subscriptions", "users", "contracts"],
        ),
        (set(), []),
    ],
)
def test_permissions_decide_what_can_be_read(caller, simulator, tiny, roles, readable):
    simulator.grant_consent(tiny.tenant_id, roles=roles)
    statuses = {
        path: caller.get(path, tenant=tiny).status_code
        for path in ("organization", "subscribedSkus", "directory/subscriptions", "users", "contracts")
    }
    assert statuses == {path: 200 if path in readable else 403 for path in statuses}


def test_missing_permission_is_refused_in_microsofts_words(caller, simulator, tiny):
    simulator.grant_consent(tiny.tenant_id, roles={"User.Read.All"})
    message = "Insufficient privileges to complete the operation."
    assert error_of(caller.get("organization", tenant=tiny)) == (403, "Authorization_RequestDenied", message)


def test_basic_permission_hides_the_licenses(caller, simulator, tiny):
    simulator.grant_consent(tiny.tenant_id, roles={"User.ReadBasic.All"})
    (user, *_) = caller.get(f"users?{LICENSED}", tenant=tiny).json()["value"]
    assert list(user) == ["id", "userPrincipalName", "displayName", "mail"]


def test_sign_in_activity_needs_its_permission_and_a_premium_tenant(
    caller, simulator, dentist, tiny, hospital
):
    path = "users?$select=id,signInActivity&$top=500"
    assert error_of(caller.get(path, tenant=hospital))[:2] == (403, "Authorization_RequestDenied")
    for tenant in (dentist, tiny):
        simulator.grant_consent(tenant.tenant_id, roles={"User.Read.All", "AuditLog.Read.All"})
    assert error_of(caller.get(path, tenant=tiny))[:2] == (
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
    )
    assert caller.get(path, tenant=dentist).status_code == 200


def test_sign_in_activity_comes_in_smaller_pages(caller, simulator, hospital):
    simulator.grant_consent(hospital.tenant_id, roles={"User.Read.All", "AuditLog.Read.All"})
    page = caller.get("users?$select=id,signInActivity&$top=999", tenant=hospital).json()
    assert len(page["value"]) == 120


@pytest.mark.parametrize(
    ("path", "units"),
    [
        ("subscribedSkus", "3"),
        ("subscribedSkus?$select=skuId", "2"),
        ("users", "2"),
        ("users?$select=id&$top=5", "1"),
    ],
)
def test_answers_name_their_cost(caller, tiny, path, units):
    assert caller.get(path, tenant=tiny).headers["x-ms-resource-unit"] == units


def test_answers_carry_microsofts_headers(caller, tiny):
    headers = caller.get("users", tenant=tiny, headers={"client-request-id": "our-id"}).headers
    assert headers["client-request-id"] == "our-id"
    assert len(headers["request-id"]) == 36
    assert headers["OData-Version"] == "4.0"
    assert headers["Content-Type"].startswith("application/json;odata.metadata=minimal")
    assert not [name for name in headers if name.lower().startswith("ratelimit")]


def test_error_names_the_same_request_as_its_headers(caller, tiny):
    response = caller.get("users?$top=0", tenant=tiny, headers={"client-request-id": "our-id"})
    inner = response.json()["error"]["innerError"]
    assert (inner["request-id"], inner["client-request-id"]) == (response.headers["request-id"], "our-id")


def test_edited_tenant_is_read_anew(caller, tiny):
    path = f"users?{LICENSED}"
    assert len(caller.get(path, tenant=tiny).json()["value"]) == 3
    tiny.edit.add_user(f"fourth@{tiny.default_domain}")
    tiny.rename("O'Connell & Sons")
    assert len(caller.get(path, tenant=tiny).json()["value"]) == 4
    assert caller.get("organization", tenant=tiny).json()["value"][0]["displayName"] == "O'Connell & Sons"
