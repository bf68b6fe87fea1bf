from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest

from integrations.microsoft.simulator import AUDIT_LOG_READ, DEFAULT_ROLES

REDIRECT = "https://portal.example/integrations/microsoft/callback?from=microsoft"
SCOPE = "https://graph.microsoft.com/.default"


@pytest.fixture
def question(simulator):
    return {
        "client_id": simulator.application_id,
        "scope": SCOPE,
        "redirect_uri": REDIRECT,
        "state": "one-time",
    }


@pytest.fixture
def decide(caller, question):
    """What the administrator's browser brings back to the portal."""

    def post(decision, *, address, version="v2.0/", **more):
        url = caller.identity_url(address, f"{version}adminconsent")
        response = caller.session.post(
            url, data=question | {"decision": decision} | more, allow_redirects=False, timeout=5
        )
        assert response.status_code == 302
        location = urlsplit(response.headers["Location"])
        assert location.netloc == "portal.example"
        return dict(parse_qsl(location.query))

    return post


def test_page_names_the_tenant_and_what_is_asked(caller, tiny, question):
    page = caller.session.get(
        caller.identity_url(tiny.tenant_id, "v2.0/adminconsent"), params=question, timeout=5
    )
    assert page.status_code == 200
    assert "O&#x27;Connell &amp; Daughters" in page.text
    assert "<li>Organization.Read.All</li><li>User.Read.All</li>" in page.text
    assert page.text.count('name="decision"') == 2


@pytest.mark.parametrize("version", ["", "v2.0/"])
def test_accepting_grants_consent_and_returns_the_tenant(caller, simulator, tiny, decide, version):
    simulator.revoke_consent(tiny.tenant_id)
    assert caller.ask_for_token(tiny.tenant_id).status_code == 401

    returned = decide("accept", address=tiny.default_domain, version=version)

    assert returned == {
        "from": "microsoft",
        "admin_consent": "True",
        "tenant": tiny.tenant_id,
        "scope": SCOPE,
        "state": "one-time",
    }
    assert caller.ask_for_token(tiny.tenant_id).status_code == 200


def test_declining_grants_nothing(caller, simulator, tiny, decide):
    simulator.revoke_consent(tiny.tenant_id)
    returned = decide("cancel", address=tiny.tenant_id)
    assert (returned["admin_consent"], returned["error"], returned["state"]) == (
        "True",
        "access_denied",
        "one-time",
    )
    assert returned["error_description"].startswith("AADSTS65004")
    assert "tenant" not in returned
    assert caller.ask_for_token(tiny.tenant_id).status_code == 401


def test_administrator_of_any_organization_chooses_it(caller, simulator, tiny, decide, question):
    page = caller.session.get(
        caller.identity_url("organizations", "v2.0/adminconsent"), params=question, timeout=5
    )
    assert [f'<option value="{each.tenant_id}">' in page.text for each in simulator.world.tenants] == [
        True
    ] * 12
    assert decide("accept", address="organizations", tenant=tiny.tenant_id)["tenant"] == tiny.tenant_id


def test_application_may_ask_for_more_than_usual(caller, simulator, tiny, decide, question):
    simulator.application.requested_roles = DEFAULT_ROLES | {AUDIT_LOG_READ}
    page = caller.session.get(
        caller.identity_url(tiny.tenant_id, "v2.0/adminconsent"), params=question, timeout=5
    )
    assert "<li>AuditLog.Read.All</li>" in page.text

    decide("accept", address=tiny.tenant_id)
    claims = jwt.decode(caller.token(tiny.tenant_id), options={"verify_signature": False})
    assert claims["roles"] == ["AuditLog.Read.All", "Organization.Read.All", "User.Read.All"]


def test_older_address_without_scope_is_answered_without(caller, simulator, tiny, question):
    asked = {name: value for name, value in question.items() if name != "scope"}
    response = caller.session.post(
        caller.identity_url(tiny.tenant_id, "adminconsent"),
        data=asked | {"decision": "accept"},
        allow_redirects=False,
        timeout=5,
    )
    returned = dict(parse_qsl(urlsplit(response.headers["Location"]).query))
    assert returned == {
        "from": "microsoft",
        "admin_consent": "True",
        "tenant": tiny.tenant_id,
        "state": "one-time",
    }


def test_common_is_no_organization(caller, question):
    response = caller.session.get(
        caller.identity_url("common", "v2.0/adminconsent"), params=question, timeout=5
    )
    assert (response.status_code, response.json()["error_codes"]) == (400, [900023])


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"client_id": "another"}, 700016), ({"redirect_uri": "https://thief.example/"}, 50011)],
)
def test_foreign_application_or_address_is_refused(caller, simulator, tiny, question, changes, code):
    simulator.application.redirect_uris.add(REDIRECT)
    simulator.revoke_consent(tiny.tenant_id)
    url = caller.identity_url(tiny.tenant_id, "v2.0/adminconsent")
    asked = question | {"decision": "accept"} | changes
    for method in ("GET", "POST"):
        response = caller.session.request(method, url, params=asked, allow_redirects=False, timeout=5)
        assert (response.status_code, response.json()["error_codes"]) == (400, [code])
    assert caller.ask_for_token(tiny.tenant_id).status_code == 401


def test_page_escapes_what_it_was_given(caller, tiny, question):
    hostile = question | {"state": '"><script>alert(1)</script>'}
    page = caller.session.get(
        caller.identity_url(tiny.tenant_id, "v2.0/adminconsent"), params=hostile, timeout=5
    )
    assert "&quot;&gt;&lt;script&gt;" in page.text
    assert "<script>" not in page.text
