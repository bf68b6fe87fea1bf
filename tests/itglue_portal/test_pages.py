"""What all pages have in common: headers, the theme, methods, and pages for what went wrong."""

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import get_resolver
from django.views import defaults

from flexible_assets.models import FlexibleAsset, FlexibleAssetType
from integrations.actions.runs import start_sync
from integrations.states import Trigger
from organizations.models import Contact
from organizations.roles import Role
from organizations.views import clients
from tests.factories import NOW, connect, give_licenses, make_user, person, sku
from tests.integrations.places import tenant_named
from tests.pages import page_of, parse

POLICY = (
    "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "img-src 'self' data:; script-src 'self'; style-src 'self'"
)


@pytest.fixture
def addresses(account, inside):
    """Every kind of signed-in page of an account in which everything exists."""
    connected = connect(account, [tenant_named("Harbor")])
    plan = sku("SPE_E3", enabled=2, consumed=1)
    give_licenses(connected.matches[0], [plan], [person("Ada", holds=[plan])])
    with inside():
        run = start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=NOW).pk
        asset, contact = FlexibleAsset.objects.get(), Contact.objects.get()
        field = FlexibleAssetType.objects.get().fields.get(key="users").pk
    organization, integration = (
        f"organizations/{asset.organization_id}/",
        f"admin/integrations/{connected.integration.pk}/",
    )
    paths = (
        "organizations/", organization, f"{organization}contacts/", f"contacts/{contact.pk}/",
        f"{organization}assets/{asset.asset_type_id}/", f"global/{asset.asset_type_id}/", f"assets/{asset.pk}/",
        f"assets/{asset.pk}/tags/{field}/", "admin/integrations/", f"{integration}status/",
        f"{integration}sync-settings/", f"admin/sync-runs/{run}/",
    )  # fmt: skip
    return [f"/{account.slug}/{path}" for path in paths]


@pytest.fixture
def admin(client_of):
    return client_of(Role.ADMINISTRATOR)


def test_signed_in_pages_stay_out_of_caches_frames_and_foreign_hands(admin, addresses):
    kept = (
        "Cache-Control",
        "X-Frame-Options",
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
    )
    wrong = {}
    for address in addresses:
        answer = admin.get(address)
        headers = [answer.status_code, *(answer.headers.get(name) for name in kept)]
        if headers != [200, "no-store", "DENY", "nosniff", "same-origin", "same-origin"]:
            wrong[address] = headers
    assert wrong == {}


def test_content_policy_allows_our_own_files_and_nothing_else(admin, client, account, addresses):
    public = [
        client.get(path) for path in ("/", f"/{account.slug}/sign-in/", "/nobody/", f"/{account.slug}/lost/")
    ]
    answers = [*public, *(admin.get(address) for address in addresses)]
    policies = {
        "; ".join(
            sorted(
                answer.headers["Content-Security-Policy"].split("; "),
                key=lambda part: (part[:7] != "default", part),
            )
        )
        for answer in answers
    }
    assert policies == {POLICY}


def test_pages_hold_no_inline_script_style_or_handler(admin, addresses):
    inline = []
    for address in addresses:
        for element in page_of(admin.get(address)).everything():
            handlers = [
                name for name in element.attributes if name.startswith(("on", "hx-on")) or name == "style"
            ]
            if (
                handlers
                or element.tag == "style"
                or (element.tag == "script" and "src" not in element.attributes)
            ):
                inline.append((address, element.tag, handlers))
    assert inline == []


def test_ids_are_unique_and_labels_name_their_fields(admin, addresses):
    wrong = []
    for address in addresses:
        elements = list(page_of(admin.get(address)).everything())
        ids = [each.attributes["id"] for each in elements if "id" in each.attributes]
        twice = sorted({each for each in ids if ids.count(each) > 1})
        names = ("for", "aria-labelledby", "aria-describedby", "popovertarget")
        lost = [
            each.attributes[name]
            for each in elements
            for name in names
            if each.attributes.get(name, ids[0]) not in ids
        ]
        wrong += [(address, twice, lost)] if twice or lost else []
    assert wrong == []


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_pages_take_no_other_methods(admin, addresses, method):
    statuses = {address: getattr(admin, method)(address).status_code for address in addresses}
    assert {address: status for address, status in statuses.items() if status != 405} == {}


def test_forms_without_a_token_are_refused_with_a_page(account):
    client = Client(enforce_csrf_checks=True, HTTP_HOST="localhost")
    user = make_user(account)
    answer = client.post(
        f"/{account.slug}/sign-in/", {"email": user.email, "password": "correct horse battery"}
    )
    assert page_of(answer, status=403).one("h1").text == "The form has expired"


def test_other_hosts_are_refused_with_a_page(account):
    answer = Client(HTTP_HOST="evil.example").get(f"/{account.slug}/sign-in/")
    assert page_of(answer, status=400).one("h1").text == "This request could not be understood"


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [("light", "light"), ("dark", "dark"), ("system", None), ("<script>", None), ("", None)],
)
def test_theme_is_remembered_and_shown_from_the_next_page_on(admin, account, chosen, shown):
    admin.cookies["theme"] = "light"
    url, back = f"/{account.slug}/theme/", f"/{account.slug}/organizations/?q=x"
    answer = admin.post(url, {"theme": chosen, "next": back})
    assert (answer.status_code, answer.url) == (302, back)
    assert page_of(admin.get(back)).one("html").attributes.get("data-theme") == shown
    pressed = [
        each.attributes["value"]
        for each in page_of(admin.get(back)).all("button", name="theme")
        if each.attributes["aria-pressed"] == "true"
    ]
    assert pressed == [shown or "system"]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_theme_never_leads_to_another_host(client, account, target):
    answer = client.post(f"/{account.slug}/theme/", {"theme": "dark", "next": target})
    assert answer.url == f"/{account.slug}/"


def test_theme_cookie_of_somebody_else_s_making_is_ignored(admin, account):
    admin.cookies["theme"] = '"><script>alert(1)</script>'
    page = page_of(admin.get(f"/{account.slug}/organizations/"))
    assert "data-theme" not in page.one("html").attributes


@pytest.mark.parametrize(
    ("view", "error", "status"),
    [
        (defaults.bad_request, BadRequest(), 400),
        (defaults.permission_denied, PermissionDenied("secret reason"), 403),
        (defaults.page_not_found, Http404("secret reason"), 404),
    ],
)
def test_error_pages_render_without_anything_around_them(view, error, status):
    """Before an account is known, without a user, without a query."""
    page = page_of(view(RequestFactory().get("/"), error), status=status)
    assert page.one("p", class_="gate-footer").text == f"Go to the start page Error {status}"
    assert "secret" not in page.text


def test_page_of_a_crash_renders_without_a_context():
    page = page_of(defaults.server_error(RequestFactory().get("/")), status=500)
    assert page.one("p", class_="gate-footer").text == "Go to the start page Error 500"


def test_crash_in_a_view_shows_the_page_and_keeps_its_reason_to_itself(admin, account, monkeypatch):
    def crash(user):
        raise RuntimeError("secret reason")

    monkeypatch.setattr(clients, "visible_organizations", crash)
    admin.raise_request_exception = False
    page = page_of(admin.get(f"/{account.slug}/organizations/"), status=500)
    assert page.one("h1").text == "Something went wrong"
    assert "secret" not in page.text


@pytest.mark.parametrize(
    "path", ["nobody/organizations/", "{slug}/organizations/999999999999999999999/", "{slug}/no/"]
)
def test_absent_pages_say_so(admin, account, path):
    page = page_of(admin.get(f"/{path.format(slug=account.slug)}"), status=404)
    assert page.one("h1").text == "Nothing here"


def test_every_named_page_ends_in_a_slash_so_that_each_has_one_address():
    routes = [
        str(pattern.pattern)
        for group in get_resolver().url_patterns
        for pattern in getattr(group, "url_patterns", ())
    ]
    assert [route for route in routes if route and not route.endswith("/")] == []


def test_static_files_are_served_with_their_type(client, committed):
    for name, kind in (
        ("css/tokens.css", "text/css"),
        ("js/live.js", "text/javascript"),
        ("img/mark.svg", "image/svg+xml"),
    ):
        answer = client.get(f"/static/{name}")
        assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, kind)
        answer.close()


def test_parser_notices_what_is_left_open():
    with pytest.raises(AssertionError, match="closes"):
        parse("<p><b>bold</p>")
