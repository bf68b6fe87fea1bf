"""Input that no form of ours sends: every answer is a page, none is a crash."""

import pytest

from flexible_assets.models import FlexibleAssetType
from organizations.roles import Role
from tests.factories import PASSWORD, connect, give_licenses, make_user, sku
from tests.integrations.places import tenant_named
from tests.pages import page_of

ODD = {
    "null": "%00",
    "half a character": "%ff%fe",
    "surrogate": "%ed%a0%80",
    "line ends": "%0d%0aSet-Cookie:%20a=b",
    "wildcards": "%25_\\%27%22",
    "very long": "a" * 5000,
    "number": "9" * 40,
    "list": "a&{name}=b&{name}=c",
}


@pytest.fixture
def lists(account, inside):
    match = connect(account, [tenant_named("Harbor")]).matches[0]
    give_licenses(match, [sku("SPE_E3", enabled=1)])
    with inside():
        kind = FlexibleAssetType.objects.get().pk
    organization = f"/{account.slug}/organizations/{match.organization_id}/"
    return (
        f"/{account.slug}/organizations/", f"{organization}contacts/", f"{organization}assets/{kind}/",
        f"/{account.slug}/global/{kind}/",
    )  # fmt: skip


@pytest.mark.parametrize("odd", list(ODD.values()), ids=list(ODD))
def test_lists_take_any_query(client_of, lists, odd):
    client = client_of(Role.READ_ONLY)
    for url in lists:
        for name in ("q", "sort", "from", "organization", "status", "unheard-of"):
            answer = client.get(f"{url}?{name}={odd.replace('{name}', name)}")
            page_of(answer)
            assert "a" not in answer.cookies


@pytest.mark.parametrize("odd", ["\0", "\ud800", "a" * 5000, "=1+1", "\r\nX: y"], ids=ascii)
def test_sign_in_takes_any_words(client, account, odd):
    user = make_user(account)
    url = f"/{account.slug}/sign-in/"
    for form in (
        {"email": odd, "password": PASSWORD},
        {"email": user.email, "password": odd},
        {"email": f"{odd}@x.test"},
    ):
        body = "&".join(f"{name}={_quoted(value)}" for name, value in form.items())
        answer = client.post(url, body, content_type="application/x-www-form-urlencoded")
        page_of(answer, status=422)


@pytest.mark.parametrize(
    "odd", ["\0", "a" * 5000, "//x", "/\r\nX: y", "/{slug}/\r\nX: y", "/{slug}/\0"], ids=ascii
)
def test_theme_takes_any_words(client, account, odd):
    for form in ({"theme": odd}, {"theme": "dark", "next": odd.replace("{slug}", account.slug)}):
        answer = client.post(f"/{account.slug}/theme/", form)
        assert (answer.status_code, "X" in answer.headers) == (302, False)


def test_upload_or_json_where_a_form_is_expected_is_no_crash(client, account):
    url = f"/{account.slug}/sign-in/"
    page_of(client.post(url, "{", content_type="application/json"), status=422)
    page_of(client.post(url, b"\xff", content_type="text/plain"), status=422)
    page_of(client.post(url, {}), status=422)
    assert client.post(url, b"x", content_type="multipart/form-data; boundary=").status_code == 400


def _quoted(value: str) -> str:
    return "".join(f"%{byte:02x}" for byte in value.encode(errors="surrogatepass"))
