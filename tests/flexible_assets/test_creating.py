"""New assets and copies, by action and on their pages, with a field of every kind."""

import pytest

from flexible_assets.actions import AssetContent, InvalidAssetError, create_asset, restrict_asset
from flexible_assets.models import (
    AssetExpiration,
    AssetRevision,
    AssetSecret,
    AssetTag,
    FlexibleAsset,
    OrganizationTotals,
)
from flexible_assets.schema import schema_of
from organizations.actions import create_organization
from organizations.models import Activity, Contact
from organizations.roles import Role
from tests.factories import NOW, make_user
from tests.itglue_portal.test_database_queries import queries_of
from tests.pages import page_of


def values(people) -> dict[str, object]:
    return {
        "name": "Payroll", "vendor": "Acme", "state": "Live", "price": "12.5", "discount": "20",
        "renewal": "2026-04-01", "signed": True, "manual": "<p>Call <b>first</b></p>", "owners": people[:2],
        "admin-password": " s3cret ",
    }  # fmt: skip


@pytest.fixture
def payroll(applications, organization, people, inside, administrator):
    with inside():
        return create_asset(
            applications,
            organization=organization,
            content=AssetContent(values(people), "Ask Ann.\r\nThen Ben.", reason="created"),
            now=NOW,
            actor=administrator,
        )


def test_new_asset_has_all_that_was_filled_in(payroll, organization, people, inside, administrator):
    with inside():
        stored = FlexibleAsset.objects.get(pk=payroll.pk)
        assert stored.traits == {
            "name": "Payroll", "vendor": "Acme", "state": "Live", "price": "12.50", "discount": 20,
            "renewal": "2026-04-01", "signed": True, "manual": "<p>Call <b>first</b></p>",
            "admin-password": True,
        }  # fmt: skip
        assert (stored.name, stored.notes, stored.is_locked) == ("Payroll", "Ask Ann.\nThen Ben.", False)
        assert sorted(AssetTag.objects.values_list("contact_id", flat=True)) == people[:2]
        assert AssetExpiration.objects.get().expires_on.isoformat() == "2026-04-01"
        assert OrganizationTotals.objects.get().assets == 1
        line = Activity.objects.get(action="flexible-asset.created")
        assert (line.subject, line.user_id, line.organization_id, line.subject_id) == (
            "Payroll", administrator.pk, organization.pk, payroll.pk,
        )  # fmt: skip
        assert Activity.objects.get(action="flexible-asset.tagged").subject == "Payroll"
        revision = AssetRevision.objects.get()
        assert (revision.number, revision.reason, revision.name) == (1, "created", "Payroll")


def test_required_fields_are_asked_for_and_nothing_is_made(applications, organization, inside):
    content = AssetContent({"name": "Payroll", "price": "much"}, reason="created")
    with inside():
        with pytest.raises(InvalidAssetError) as refused:
            create_asset(applications, organization=organization, content=content, now=NOW)
        assert not FlexibleAsset.objects.exists()
    assert refused.value.errors == {
        "vendor": "This field is required.",
        "price": "This must be a number.",
    }


# The pages.


@pytest.fixture
def root(account, organization, applications):
    return f"/{account.slug}/organizations/{organization.pk}/assets/{applications.asset_type.pk}/"


SENT = {
    "field-name": "Payroll", "field-vendor": "Acme", "field-state": "Live", "field-price": "3",
    "field-discount": "", "field-renewal": "", "field-signed": ["false", "true"], "field-manual": "",
    "field-admin-password": "hunter2", "notes": "", "audience": "everyone",
}  # fmt: skip


def test_form_starts_from_the_defaults_under_the_types_headings(client_of, root):
    form = page_of(client_of(Role.CREATOR).get(f"{root}new/")).one("main").one("form")
    assert form.texts("h2", class_="form-heading") == ["Money", "Access"]
    assert [each.text for each in form.all("option") if "selected" in each.attributes] == ["Live"]
    assert "checked" in form.one("input", id="id_field-signed").attributes
    assert form.one("input", name="field-admin-password").attributes["type"] == "password"


def test_page_makes_an_asset_and_leads_to_it(client_of, root, inside, people):
    client = client_of(Role.CREATOR)
    response = client.post(f"{root}new/", SENT | {"field-owners": people})
    with inside():
        asset = FlexibleAsset.objects.get()
        assert AssetTag.objects.count() == 3
    assert response.headers["Location"] == root.split("organizations")[0] + f"assets/{asset.pk}/"
    page = page_of(client.get(response.headers["Location"]))
    assert page.one("section", **{"aria-labelledby": "fields-2"}).pairs["Price"] == "3.00"
    assert "hunter2" not in page.text


def test_page_goes_on_with_another(client_of, root, inside):
    client = client_of(Role.CREATOR)
    response = client.post(f"{root}new/", SENT | {"another": "yes"})
    assert response.headers["Location"] == f"{root}new/"
    assert "Payroll was created." in page_of(client.get(f"{root}new/")).one("main").text


def test_refused_form_loses_nothing_but_the_password(client_of, root, inside, people):
    sent = SENT | {"field-vendor": "", "field-owners": people[:1], "notes": "Keep", "field-renewal": "soon"}
    page = page_of(client_of(Role.CREATOR).post(f"{root}new/", sent), status=422)
    assert page.one("div", id="id_field-vendor-error").text == "This field is required."
    assert page.one("input", name="field-renewal").attributes["value"] == "soon"
    assert page.one("select", name="field-owners").texts("option", selected="") == ["A"]
    assert page.one("textarea", name="notes").text == "Keep"
    assert page.one("div", id="id_field-admin-password-error").text == (
        "Type it again, since no page is ever sent a password."
    )
    assert "hunter2" not in str(page.one("form", class_="settings").all("input"))
    with inside():
        assert not FlexibleAsset.objects.exists()


def test_new_asset_may_be_restricted_at_once(client_of, account, root, inside, sign_in):
    colleague = make_user(account, Role.EDITOR)
    sent = SENT | {"audience": "users", "users": [colleague.pk]}
    assert client_of(Role.EDITOR).post(f"{root}new/", sent).status_code == 422
    assert sign_in(colleague).post(f"{root}new/", sent).status_code == 302
    with inside():
        assert [asset.is_restricted for asset in FlexibleAsset.objects.all()] == [True]


def test_copy_takes_fields_tags_and_audience_but_no_password(
    client_of, account, payroll, people, inside, administrator
):
    colleague = make_user(account, Role.EDITOR)
    with inside():
        restrict_asset(payroll, users=[colleague], now=NOW)
    url = f"/{account.slug}/assets/{payroll.pk}/duplicate/"
    client = client_of(Role.ADMINISTRATOR)
    form = page_of(client.get(url)).one("main").one("form", class_="settings")
    assert form.one("input", name="field-vendor").attributes["value"] == "Acme"
    assert form.one("select", name="field-owners").texts("option", selected="") == ["A", "B"]
    assert form.one("input", name="field-admin-password").attributes.get("placeholder") is None
    assert "checked" in form.one("input", id="audience-users").attributes
    assert "checked" in form.one("input", id=f"id_users_{colleague.pk}").attributes
    sent = {
        "field-name": "Payroll 2", "field-vendor": "Acme", "field-owners": people[:2], "notes": "",
        "audience": "users", "users": [colleague.pk],
    }  # fmt: skip
    assert client.post(url, sent).status_code == 302
    with inside():
        copy = FlexibleAsset.objects.get(name="Payroll 2")
        assert (copy.is_restricted, copy.tags.count(), copy.secrets.count()) == (True, 2, 0)
        assert AssetSecret.objects.count() == 1


def test_asset_of_a_managed_type_stays_its_people_s(client_of, account, schema, organization, inside):
    url = f"/{account.slug}/organizations/{organization.pk}/assets/{schema.asset_type.pk}/new/"
    client = client_of(Role.EDITOR)
    assert "never writes it" in page_of(client.get(url)).one("main").text
    assert client.post(url, {"field-vendor": "Own", "audience": "everyone"}).status_code == 302
    with inside():
        assert not FlexibleAsset.objects.get(name="Own").is_locked


def test_global_list_asks_for_the_organization_first(client_of, account, organization, applications, inside):
    with inside():
        create_organization(account.pk, name="Other", now=NOW)
    url = f"/{account.slug}/global/{applications.asset_type.pk}/new/"
    client = client_of(Role.CREATOR)
    links = page_of(client.get(url)).one("ul", id="found-organizations")
    assert links.texts("a") == ["Client", "Other"]
    found = page_of(client.get(url, {"q": "cli"})).one("ul", id="found-organizations")
    assert [each.attributes["href"] for each in found.all("a")] == [
        f"/{account.slug}/organizations/{organization.pk}/assets/{applications.asset_type.pk}/new/"
    ]


def test_only_those_who_may_create_are_let_to(client_of, root, account, payroll):
    duplicate = f"/{account.slug}/assets/{payroll.pk}/duplicate/"
    client = client_of(Role.READ_ONLY)
    assert [client.get(url).status_code for url in (f"{root}new/", duplicate)] == [403, 403]
    shown = page_of(client.get(duplicate.removesuffix("duplicate/")))
    assert shown.one("div", id="asset-actions").texts("a") == ["History", "Activity"]


def test_pages_cost_the_same_however_much_hangs_on_an_asset(client_of, account, payroll, people, inside):
    """Of an asset with one tag, and of one with many, a password and files."""
    client = client_of(Role.EDITOR)
    with inside():
        content = AssetContent({"name": "Bare", "vendor": "Acme", "owners": people[:1]}, reason="created")
        schema = schema_of(payroll.asset_type)
        bare = create_asset(schema, organization=payroll.organization, content=content, now=NOW)
    costs = [
        [len(queries_of(client, f"/{account.slug}/assets/{asset.pk}/{page}")[0]) for asset in (bare, payroll)]
        for page in ("", "edit/", "history/", "duplicate/")
    ]
    assert [few for few, _ in costs] == [many for _, many in costs]
    # Of which some ten are the frame around every page of an organization.
    assert max(few for few, _ in costs) <= 18


def test_copy_leaves_out_what_can_not_be_tagged_anew(client_of, account, payroll, people, inside):
    """Somebody who left stays where they are tagged, and is nothing that a new asset begins with."""
    with inside():
        Contact.objects.filter(pk=people[0]).update(archived=True)
    client = client_of(Role.CREATOR)
    edit = page_of(client.get(f"/{account.slug}/assets/{payroll.pk}/edit/"))
    assert edit.one("select", name="field-owners").texts("option", selected="") == ["A", "B"]
    url = f"/{account.slug}/assets/{payroll.pk}/duplicate/"
    chosen = page_of(client.get(url)).one("select", name="field-owners").all("option", selected="")
    assert [each.text for each in chosen] == ["B"]
    sent = SENT | {"field-owners": [each.attributes["value"] for each in chosen]}
    assert client.post(url, sent).status_code == 302


def test_values_are_read_as_people_write_them(client_of, root, inside):
    sent = SENT | {
        "field-price": "1,234.5", "field-discount": "12 %", "field-renewal": "1.4.2026", "field-state": "live"
    }  # fmt: skip
    assert client_of(Role.CREATOR).post(f"{root}new/", sent).status_code == 302
    with inside():
        traits = FlexibleAsset.objects.get().traits
    assert {key: traits[key] for key in ("price", "discount", "renewal", "state")} == {
        "price": "1234.50", "discount": 12, "renewal": "2026-04-01", "state": "Live"
    }  # fmt: skip
