"""Passwords in assets: sealed, never shown by a page that nobody asked, and every reading told."""

import pytest

from flexible_assets.actions import AssetContent, create_asset, edit_asset, restrict_asset, reveal_password
from flexible_assets.models import AssetRevision, AssetSecret, FlexibleAsset
from organizations.models import Activity
from organizations.roles import Role
from organizations.sealing import SealBrokenError
from tests.factories import NOW, make_user
from tests.flexible_assets.conftest import LATER
from tests.pages import page_of

SECRET = "correct-horse-staple"


@pytest.fixture
def payroll(applications, organization, inside, administrator):
    content = AssetContent({"name": "Payroll", "vendor": "Acme", "admin-password": SECRET}, reason="created")
    with inside():
        return create_asset(
            applications, organization=organization, content=content, now=NOW, actor=administrator
        )


@pytest.fixture
def secret(payroll, inside):
    with inside():
        return AssetSecret.objects.select_related("asset__organization", "field").get()


@pytest.fixture
def revealed(inside):
    def reveal() -> str:
        with inside():
            stored = AssetSecret.objects.select_related("asset__organization", "field").get()
            return reveal_password(stored, now=LATER)

    return reveal


def test_password_is_sealed_and_stands_nowhere_else(account, payroll, secret, inside):
    assert SECRET.encode() not in bytes(secret.sealed)
    with inside():
        traces = [
            *FlexibleAsset.objects.values_list("traits", "search_key", "notes"),
            *AssetRevision.objects.values_list("traits", "tags"),
            *Activity.objects.values_list("details", "subject"),
        ]
    assert SECRET not in str(traces)


def test_reading_a_password_is_told(secret, inside, administrator, organization):
    with inside():
        assert reveal_password(secret, now=LATER, actor=administrator) == SECRET
        line = Activity.objects.get(action="flexible-asset.password-revealed")
    assert (line.at, line.user_id, line.subject, line.organization_id, line.subject_id, line.details) == (
        LATER, administrator.pk, "Payroll", organization.pk, secret.asset_id, {"field": "Admin password"},
    )  # fmt: skip


def test_sealed_password_opens_nowhere_else(applications, organization, secret, inside):
    with inside():
        content = AssetContent({"name": "Other", "vendor": "Acme"}, reason="created")
        other = create_asset(applications, organization=organization, content=content, now=NOW)
        AssetSecret.objects.filter(pk=secret.pk).update(asset=other)
        secret.refresh_from_db()
        with pytest.raises(SealBrokenError):
            reveal_password(secret, now=LATER)
        assert not Activity.objects.filter(action="flexible-asset.password-revealed").exists()


def test_edit_without_a_password_keeps_it_and_none_clears_it(payroll, inside, revealed):
    with inside():
        edit_asset(payroll, changes={"vendor": "Zed"}, now=LATER)
    assert revealed() == SECRET
    with inside():
        edit_asset(payroll, changes={"admin-password": "new"}, now=LATER)
    assert revealed() == "new"
    with inside():
        edit_asset(payroll, changes={"admin-password": None}, now=LATER)
        assert not AssetSecret.objects.exists()
        assert "admin-password" not in FlexibleAsset.objects.get(pk=payroll.pk).traits
        told = Activity.objects.filter(action="flexible-asset.edited").order_by("pk")
        assert [line.details for line in told] == [
            {"fields": {"vendor": {"before": "Acme", "after": "Zed"}}},
            {"passwords": ["admin-password"]},
            {"passwords": ["admin-password"]},
        ]


# The pages.


@pytest.fixture
def url(account, payroll):
    return f"/{account.slug}/assets/{payroll.pk}/"


@pytest.fixture
def reveal_url(account, secret):
    return f"/{account.slug}/passwords/{secret.pk}/reveal/"


def test_page_shows_dots_until_it_is_asked(client_of, url, reveal_url):
    client = client_of(Role.READ_ONLY)
    page = page_of(client.get(url))
    assert SECRET not in client.get(url).content.decode()
    form = page.one("form", class_="secret")
    assert (form.attributes["action"], form.one("span", class_="secret-dots").text) == (reveal_url, "•" * 8)
    response = client.post(reveal_url, HTTP_HX_REQUEST="true")
    fragment = page_of(response)
    assert fragment.one("input", class_="secret-text").attributes["value"] == SECRET
    assert fragment.one("span", class_="secret").attributes["data-hides-after"] == "30"
    assert "no-store" in response.headers["Cache-Control"]


def test_password_is_shown_on_a_page_of_its_own_without_script(client_of, reveal_url, inside):
    page = page_of(client_of(Role.EDITOR).post(reveal_url))
    assert page.one("main").one("input", class_="secret-text").attributes["value"] == SECRET
    with inside():
        assert Activity.objects.filter(action="flexible-asset.password-revealed").count() == 1


def test_password_whose_key_is_gone_says_so(client_of, reveal_url, secret, inside):
    with inside():
        AssetSecret.objects.filter(pk=secret.pk).update(sealed=b"{}")
    page = page_of(client_of(Role.EDITOR).post(reveal_url, HTTP_HX_REQUEST="true"))
    assert "SEALING_KEYS" in page.one("span", class_="form-error").text


def test_password_of_a_restricted_asset_is_not_there_for_others(
    account, payroll, sign_in, reveal_url, inside
):
    granted, excluded = make_user(account, Role.EDITOR), make_user(account, Role.MANAGER)
    with inside():
        restrict_asset(payroll, users=[granted], now=NOW)
    answers = [sign_in(user).post(reveal_url).status_code for user in (granted, excluded)]
    assert answers == [200, 404]
    with inside():
        told = Activity.objects.filter(action="flexible-asset.password-revealed")
        assert list(told.values_list("user", flat=True)) == [granted.pk]


def test_form_never_holds_the_password_and_keeps_it_when_left_blank(client_of, url, revealed, inside):
    client = client_of(Role.EDITOR)
    shown = page_of(client.get(f"{url}edit/")).one("input", name="field-admin-password").attributes
    assert ("value" in shown, shown["placeholder"]) == (False, "Leave blank to keep it")
    sent = {"field-name": "Payroll", "field-vendor": "Acme", "notes": "", "audience": "everyone"}
    assert client.post(f"{url}edit/", sent).status_code == 302
    assert revealed() == SECRET
    assert client.post(f"{url}edit/", sent | {"field-admin-password": " changed "}).status_code == 302
    assert revealed() == " changed "
    assert client.post(f"{url}edit/", sent | {"field-admin-password-clear": "on"}).status_code == 302
    with inside():
        assert not AssetSecret.objects.exists()
