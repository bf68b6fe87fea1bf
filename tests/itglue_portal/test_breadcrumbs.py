"""Pages say what they stand below: all that leads to them, and not themselves."""

import pytest

from organizations.actions import ContactDetails, create_contacts
from tests.factories import NOW, make_organization
from tests.flexible_assets.documentation import make_assets, make_type
from tests.flexible_assets.portfolio import make_applications
from tests.pages import page_of


@pytest.fixture
def trail_of(administrator, account, sign_in):
    client = sign_in(administrator)

    def read(path):
        page = page_of(client.get(f"/{account.slug}/{path}"))
        return page.one("nav", class_="breadcrumb").texts("li")

    return read


@pytest.mark.parametrize("path", ["contacts/", "global/expirations/", "deleted-assets/"])
def test_page_of_the_global_menu_stands_below_global(path, trail_of):
    assert trail_of(path) == ["Global"]


@pytest.mark.parametrize(
    "path",
    [
        "flexible-asset-types/",
        "admin/integrations/",
        "admin/users/",
        "admin/groups/",
        "admin/organization-labels/",
        "admin/sidebar/",
        "admin/import/",
        "activity/",
        "admin/account/",
    ],
)
def test_page_of_the_admin_menu_stands_below_admin(path, trail_of):
    assert trail_of(path) == ["Admin"]


@pytest.mark.parametrize(
    ("path", "trail"),
    [
        ("admin/integrations/new/", ["Admin", "Integrations"]),
        ("admin/integrations/new/microsoft/", ["Admin", "Integrations", "New"]),
        ("admin/users/new/", ["Admin", "Users"]),
        ("flexible-asset-types/new/", ["Admin", "Flexible Asset Types"]),
    ],
)
def test_page_below_a_list_names_the_list(path, trail, trail_of):
    assert trail_of(path) == trail


def test_own_pages_stand_below_ones_name(administrator, trail_of):
    assert trail_of("profile/security/") == [administrator.name]
    assert trail_of("profile/sessions/") == [administrator.name, "Security"]


def test_global_list_of_a_type_and_its_new_asset_stand_below_global(account, inside, trail_of):
    with inside():
        asset_type = make_applications(account).asset_type
    root = f"global/{asset_type.pk}/"
    assert trail_of(root) == ["Global"]
    assert trail_of(f"{root}new/") == ["Global", "Applications"]


def test_page_about_a_record_stands_below_all_that_leads_to_the_record(account, inside, trail_of):
    harbor = make_organization(account, "Harbor")
    with inside():
        [asset] = make_assets(make_type(account, "Racks"), harbor, "Rack 1")
        [person] = create_contacts(harbor, [ContactDetails("Ms Ek")], now=NOW)
    pages = {
        (f"assets/{asset.pk}/", "Racks", "Rack 1"): (
            "edit",
            "files",
            "history",
            "related",
            "tagged-in",
            "delete",
        ),
        (f"contacts/{person.pk}/", "Contacts", "Ms Ek"): ("edit", "related", "tagged-in", "delete"),
        (f"organizations/{harbor.pk}/",): ("latest", "related", "tagged-in", "contacts"),
    }
    for (record, *above), names in pages.items():
        trails = {name: trail_of(f"{record}{name}/") for name in names}
        assert trails == {name: ["Organizations", "Harbor", *above] for name in names}
