import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import jwt
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.integrations.microsoft.simulator import schemas

SCOPE = "https://graph.microsoft.com/.default"
NOBODY = "00000000-1111-4222-8333-444444444444"
REDIRECT = "https://portal.example/integrations/microsoft/callback"


def refusal(response):
    document = response.json()
    assert schemas.faults_of(document, schemas.ENTRA_ERROR) == []
    return response.status_code, document["error"], document["error_codes"]


@pytest.fixture(scope="module")
def key_pair():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=20_000))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode(), certificate


@pytest.fixture
def msal_app(simulator, caller):
    def make(credential, *, tenant):
        return msal.ConfidentialClientApplication(
            simulator.application_id,
            client_credential=credential,
            authority=f"{simulator.url}/{tenant}",
            instance_discovery=False,
            http_client=caller.session,
        )

    return make


@pytest.mark.parametrize("name", ["tenant_id", "default_domain"])
def test_discovery_answers_with_the_tenants_guid_whatever_it_is_called(caller, simulator, tiny, name):
    url = caller.identity_url(getattr(tiny, name), "v2.0/.well-known/openid-configuration")
    document = caller.session.get(url, timeout=5).json()
    base = f"{simulator.url}/{tiny.tenant_id}"
    assert document["token_endpoint"] == f"{base}/oauth2/v2.0/token"
    assert document["authorization_endpoint"] == f"{base}/oauth2/v2.0/authorize"
    assert document["issuer"] == f"{base}/v2.0"


def test_discovery_for_any_organization_leaves_the_issuer_open(caller, simulator):
    url = caller.identity_url("organizations", "v2.0/.well-known/openid-configuration")
    assert caller.session.get(url, timeout=5).json()["issuer"] == f"{simulator.url}/{{tenantid}}/v2.0"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (NOBODY, (400, "invalid_tenant", [90002])),
        ("nobody.example", (400, "invalid_tenant", [90002])),
        ("no tenant", (400, "invalid_request", [900023])),
    ],
)
def test_discovery_of_unknown_tenant_is_refused(caller, name, expected):
    url = caller.identity_url(name, "v2.0/.well-known/openid-configuration")
    assert refusal(caller.session.get(url, timeout=5)) == expected


def test_page_that_does_not_exist_is_not_found(caller, tiny):
    assert (
        caller.session.get(caller.identity_url(tiny.tenant_id, "oauth2/v9.0/token"), timeout=5).status_code
        == 404
    )


def test_published_keys_verify_the_tokens(caller, simulator, tiny):
    token = caller.token(tiny.tenant_id)
    keys = caller.session.get(caller.identity_url(tiny.tenant_id, "discovery/v2.0/keys"), timeout=5).json()
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key.key, algorithms=["RS256"], audience="https://graph.microsoft.com")
    assert {name: claims[name] for name in ("iss", "tid", "appid", "idtyp", "roles", "ver")} == {
        "iss": f"https://sts.windows.net/{tiny.tenant_id}/",
        "tid": tiny.tenant_id,
        "appid": simulator.application_id,
        "idtyp": "app",
        "roles": ["Organization.Read.All", "User.Read.All"],
        "ver": "1.0",
    }


def test_token_answer_has_the_documented_shape(caller, tiny):
    response = caller.ask_for_token(tiny.tenant_id)
    assert schemas.faults_of(response.json(), schemas.APP_TOKEN) == []
    assert response.json()["expires_in"] == 3599


def test_secret_may_come_in_the_authorization_header(caller, simulator, tiny):
    basic = b64encode(
        f"{simulator.application_id}:{simulator.client_secret.replace('~', '%7E')}".encode()
    ).decode()
    response = caller.session.post(
        caller.identity_url(tiny.tenant_id, "oauth2/v2.0/token"),
        data={"grant_type": "client_credentials", "scope": SCOPE},
        headers={"Authorization": f"Basic {basic}"},
        timeout=5,
    )
    assert schemas.faults_of(response.json(), schemas.APP_TOKEN) == []


def test_authorization_header_that_cannot_be_read_is_refused(caller, tiny):
    url = caller.identity_url(tiny.tenant_id, "oauth2/v2.0/token")
    form = {"grant_type": "client_credentials", "scope": SCOPE}
    response = caller.session.post(url, data=form, headers={"Authorization": "Basic ***"}, timeout=5)
    assert refusal(response) == (401, "invalid_client", [7000218])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_secret": "wrong"}, (401, "invalid_client", [7000215])),
        ({"client_secret": None}, (401, "invalid_client", [7000218])),
        ({"client_id": NOBODY}, (400, "unauthorized_client", [700016])),
        ({"client_id": None}, (400, "invalid_request", [900144])),
        ({"grant_type": None}, (400, "invalid_request", [900144])),
        ({"grant_type": "password"}, (400, "unsupported_grant_type", [70003])),
        ({"scope": "https://graph.microsoft.com/User.Read"}, (400, "invalid_scope", [1002012])),
        ({"scope": "https://storage.example/.default"}, (400, "invalid_resource", [500011])),
    ],
)
def test_token_request_with_one_thing_wrong_is_refused(caller, tiny, changes, expected):
    assert refusal(caller.ask_for_token(tiny.tenant_id, **changes)) == expected


def test_token_for_unknown_tenant_is_refused(caller):
    assert refusal(caller.ask_for_token(NOBODY)) == (400, "invalid_request", [90002])


def test_token_for_any_organization_is_refused(caller):
    assert refusal(caller.ask_for_token("organizations")) == (400, "invalid_request", [900023])


def test_token_is_not_given_on_get(caller, tiny):
    response = caller.session.get(caller.identity_url(tiny.tenant_id, "oauth2/v2.0/token"), timeout=5)
    assert refusal(response) == (400, "invalid_request", [900561])


def test_disabled_application_is_refused(caller, simulator, tiny):
    simulator.application.is_disabled = True
    assert refusal(caller.ask_for_token(tiny.tenant_id)) == (400, "unauthorized_client", [7000112])


def test_expired_secret_is_told_from_a_wrong_one(caller, simulator, tiny):
    simulator.application.expired_secrets.add("last year's")
    response = caller.ask_for_token(tiny.tenant_id, client_secret="last year's")
    assert refusal(response) == (401, "invalid_client", [7000222])


def test_revoked_consent_is_refused_for_that_tenant_alone(caller, simulator, tiny, dentist):
    simulator.revoke_consent(tiny.tenant_id)
    assert refusal(caller.ask_for_token(tiny.tenant_id)) == (401, "invalid_client", [7000229])
    assert caller.ask_for_token(dentist.tenant_id).status_code == 200
    simulator.grant_consent(tiny.tenant_id)
    assert caller.ask_for_token(tiny.tenant_id).status_code == 200


def test_token_given_before_consent_was_revoked_still_works(caller, simulator, tiny):
    token = caller.token(tiny.tenant_id)
    simulator.revoke_consent(tiny.tenant_id)
    assert token
    assert caller.get("organization", tenant=tiny).status_code == 200


def test_refusal_repeats_the_clients_request_id(caller, tiny):
    url = caller.identity_url(tiny.tenant_id, "oauth2/v2.0/token")
    document = caller.session.post(url, headers={"client-request-id": NOBODY}, timeout=5).json()
    assert document["correlation_id"] == NOBODY
    assert document["error_description"].split(" Trace ID")[0] == (
        "AADSTS900144: The request body must contain the following parameter: 'grant_type'."
    )


def test_msal_gets_a_token_by_secret(msal_app, simulator, tiny):
    answer = msal_app(simulator.client_secret, tenant=tiny.default_domain).acquire_token_for_client([SCOPE])
    assert answer["token_type"] == "Bearer"
    assert [(each.method, each.endpoint) for each in simulator.requests] == [
        ("GET", "discovery"),
        ("POST", "token"),
    ]


def test_msal_gets_a_token_by_certificate(msal_app, simulator, tiny, key_pair):
    private_key, certificate_pem, _ = key_pair
    simulator.register_certificate(certificate_pem)
    credential = {"private_key": private_key, "public_certificate": certificate_pem}
    answer = msal_app(credential, tenant=tiny.tenant_id).acquire_token_for_client([SCOPE])
    assert answer["token_type"] == "Bearer"


def test_msal_gets_a_token_by_sha1_thumbprint(msal_app, simulator, tiny, key_pair):
    private_key, certificate_pem, certificate = key_pair
    simulator.register_certificate(certificate_pem.encode())
    thumbprint = certificate.fingerprint(hashes.SHA1()).hex()  # noqa: S303 - what the client calls it
    credential = {"private_key": private_key, "thumbprint": thumbprint}
    answer = msal_app(credential, tenant=tiny.tenant_id).acquire_token_for_client([SCOPE])
    assert answer["token_type"] == "Bearer"


def test_msal_with_unregistered_certificate_is_refused(msal_app, tiny, key_pair):
    private_key, certificate_pem, _ = key_pair
    credential = {"private_key": private_key, "public_certificate": certificate_pem}
    answer = msal_app(credential, tenant=tiny.tenant_id).acquire_token_for_client([SCOPE])
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [700027])


@pytest.fixture
def assert_identity(caller, simulator, tiny, key_pair):
    """Asks for a token with an assertion of our own making."""
    private_key, certificate_pem, certificate = key_pair
    simulator.register_certificate(certificate_pem)

    def ask(key=private_key, headers=None, **changes):
        now = int(time.time())
        claims = {
            "aud": caller.identity_url(tiny.tenant_id, "oauth2/v2.0/token"),
            "iss": simulator.application_id,
            "sub": simulator.application_id,
            "jti": "once",
            "nbf": now,
            "exp": now + 600,
        } | changes
        named = {"x5t": b64encode(certificate.fingerprint(hashes.SHA1()), b"-_").decode()}  # noqa: S303 - a name
        assertion = jwt.encode(claims, key, algorithm="RS256", headers=named | (headers or {}))
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return caller.ask_for_token(
            tiny.tenant_id, client_secret=None, client_assertion_type=kind, client_assertion=assertion
        )

    return ask


def test_assertion_with_padded_thumbprint_is_accepted(assert_identity):
    assert assert_identity().status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "https://elsewhere.example/token"}, 50013),
        ({"iss": NOBODY}, 50013),
        ({"sub": NOBODY}, 50013),
        ({"exp": 1_600_000_000}, 700024),
        ({"nbf": 4_000_000_000, "exp": 4_000_000_600}, 700024),
        ({"headers": {"x5t": "unknown"}}, 700027),
    ],
)
def test_assertion_with_one_thing_wrong_is_refused(assert_identity, changes, code):
    assert refusal(assert_identity(**changes)) == (401, "invalid_client", [code])


def test_assertion_signed_by_another_key_is_refused(assert_identity):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert refusal(assert_identity(key=other)) == (401, "invalid_client", [50013])


def test_assertion_that_is_none_is_refused(caller, tiny):
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    response = caller.ask_for_token(
        tiny.tenant_id, client_secret=None, client_assertion_type=kind, client_assertion="nonsense"
    )
    assert refusal(response) == (401, "invalid_client", [50013])


def test_certificate_without_rsa_key_cannot_be_registered(simulator):
    with pytest.raises(TypeError, match="RSA"):
        simulator.register_certificate(simulator.ca_path.read_bytes())


class FormReader(HTMLParser):
    """The address a page posts to, and what it posts."""

    def __init__(self):
        super().__init__()
        self.action = None
        self.fields = {}

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "form":
            self.action = found["action"]
        elif tag == "input":
            self.fields[found["name"]] = found["value"]


@pytest.fixture
def sign_in(msal_app, simulator, caller, tiny):
    """One sign-in through msal: the flow it began, and the parameters it was called back with."""

    def begin(**options):
        app = msal_app(simulator.client_secret, tenant=tiny.tenant_id)
        flow = app.initiate_auth_code_flow([], redirect_uri=REDIRECT, response_mode="form_post", **options)
        page = caller.session.get(flow["auth_uri"], timeout=5)
        assert page.status_code == 200
        form = FormReader()
        form.feed(page.text)
        assert form.action == REDIRECT
        return app, flow, form.fields

    return begin


def test_msal_signs_in_with_code_and_pkce(sign_in, simulator, tiny):
    app, flow, returned = sign_in()
    answer = app.acquire_token_by_auth_code_flow(flow, returned)
    claims = answer["id_token_claims"]
    member = next(user for user in tiny.users if user.account_enabled)
    assert (claims["tid"], claims["oid"]) == (tiny.tenant_id, member.id)
    assert claims["preferred_username"] == member.user_principal_name
    assert claims["iss"] == f"{simulator.url}/{tiny.tenant_id}/v2.0"
    assert claims["aud"] == simulator.application_id


def test_user_to_sign_in_can_be_chosen(sign_in, tiny):
    wanted = [user for user in tiny.users if user.account_enabled][-1]
    app, flow, returned = sign_in(login_hint=wanted.user_principal_name)
    assert app.acquire_token_by_auth_code_flow(flow, returned)["id_token_claims"]["oid"] == wanted.id


def test_unknown_user_is_not_signed_in(sign_in, tiny):
    _, _, returned = sign_in(login_hint="nobody@nowhere.example")
    assert returned["error_description"].startswith("AADSTS50034")


def test_code_works_once(sign_in):
    app, flow, returned = sign_in()
    assert "access_token" in app.acquire_token_by_auth_code_flow(flow, returned)
    assert app.acquire_token_by_auth_code_flow(flow, returned)["error_codes"] == [54005]


def test_code_with_another_verifier_is_refused(sign_in):
    app, flow, returned = sign_in()
    answer = app.acquire_token_by_auth_code_flow(flow | {"code_verifier": "v" * 43}, returned)
    assert (answer["error"], answer["error_codes"]) == ("invalid_grant", [501481])


def test_code_made_up_is_refused(sign_in):
    app, flow, returned = sign_in()
    assert app.acquire_token_by_auth_code_flow(flow, returned | {"code": "1.made.up"})["error_codes"] == [
        70000
    ]


def test_code_redeemed_too_late_is_refused(sign_in, simulator):
    app, flow, returned = sign_in()
    simulator.advance_clock(700)
    assert app.acquire_token_by_auth_code_flow(flow, returned)["error_codes"] == [70008]


def test_declined_sign_in_comes_back_with_the_reason(sign_in, simulator):
    simulator.decline_sign_ins()
    _, flow, returned = sign_in()
    assert (returned["error"], returned["state"]) == ("access_denied", flow["state"])
    assert returned["error_description"].startswith("AADSTS65004")


@pytest.fixture
def authorize(caller, simulator, tiny):
    """A sign-in begun by hand; the query is where browsers carry answers unless told otherwise."""

    def begin(**changes):
        asked = {
            "client_id": simulator.application_id,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "state": '"><script>',
        } | changes
        url = caller.identity_url(tiny.tenant_id, "oauth2/v2.0/authorize")
        return caller.session.get(url, params=asked, allow_redirects=False, timeout=5)

    return begin


def test_sign_in_answers_by_redirect_unless_told_otherwise(authorize):
    response = authorize()
    location = urlsplit(response.headers["Location"])
    returned = dict(parse_qsl(location.query))
    assert (response.status_code, location._replace(query="").geturl()) == (302, REDIRECT)
    assert (sorted(returned), returned["state"]) == (["code", "session_state", "state"], '"><script>')


def test_sign_in_escapes_what_it_was_given(authorize):
    page = authorize(response_mode="form_post").text
    assert 'value="&quot;&gt;&lt;script&gt;"' in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"response_type": "token"}, "AADSTS700054"),
        ({"code_challenge": "c" * 43, "code_challenge_method": "plain"}, "AADSTS501491"),
    ],
)
def test_sign_in_of_another_kind_is_refused(authorize, changes, code):
    returned = dict(parse_qsl(urlsplit(authorize(**changes).headers["Location"]).query))
    assert returned["error_description"].partition(":")[0] == code


def test_sign_in_never_redirects_to_an_unregistered_address(authorize, simulator):
    simulator.application.redirect_uris.add(REDIRECT)
    assert authorize().status_code == 302
    assert refusal(authorize(redirect_uri="https://thief.example/")) == (400, "invalid_request", [50011])


def test_sign_in_for_another_application_is_refused(authorize):
    assert refusal(authorize(client_id=NOBODY)) == (400, "unauthorized_client", [700016])


def test_code_is_redeemed_with_the_address_it_was_made_for(sign_in):
    app, flow, returned = sign_in()
    answer = app.acquire_token_by_auth_code_flow(flow | {"redirect_uri": "https://thief.example/"}, returned)
    assert answer["error_codes"] == [50011]


def test_id_token_is_signed_with_a_published_key(sign_in, caller, simulator, tiny):
    app, flow, returned = sign_in()
    id_token = app.acquire_token_by_auth_code_flow(flow, returned)["id_token"]
    client = jwt.PyJWKSet.from_dict(
        caller.session.get(caller.identity_url(tiny.tenant_id, "discovery/v2.0/keys"), timeout=5).json()
    )
    key = client[jwt.get_unverified_header(id_token)["kid"]].key
    claims = jwt.decode(id_token, key, algorithms=["RS256"], audience=simulator.application_id)
    assert claims["ver"] == "2.0"
