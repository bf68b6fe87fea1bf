"""Pages across all organizations say where they stand, as those inside one do."""

import pytest

from tests.flexible_assets.portfolio import make_applications
from tests.pages import page_of


@pytest.fixture
def trail_of(administrator, account, sign_in):
    client = sign_in(administrator)

    def read(path):
        page = page_of(client.get(f"/{account.slug}/{path}"))
        return page.one("nav", class_="breadcrumb").texts("li")

    return read


@pytest.mark.parametrize(
    ("path", "trail"),
    [
        ("contacts/", ["Global", "Contacts"]),
        ("global/expirations/", ["Global", "Expirations"]),
        ("flexible-asset-types/", ["Admin", "Flexible Asset Types"]),
        ("deleted-assets/", ["Admin", "Deleted assets"]),
    ],
)
def test_list_of_a_menu_stands_below_it(path, trail, trail_of):
    assert trail_of(path) == trail


def test_global_list_of_a_type_and_its_new_asset_stand_below_global(account, inside, trail_of):
    with inside():
        asset_type = make_applications(account).asset_type
    root = f"global/{asset_type.pk}/"
    assert trail_of(root) == trail_of(f"{root}new/") == ["Global", "Applications"]
