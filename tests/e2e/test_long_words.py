"""Names nobody can break into lines, such as German ones and host names: no page grows wider than the screen for them."""

import pytest

from flexible_assets.models import FlexibleAsset, FlexibleAssetField, FlexibleAssetType
from integrations.models import Integration, TenantMatch
from organizations.access import account_transaction
from organizations.models import Contact, Group, Organization, OrganizationType, User
from tests.e2e.addresses import pages_of
from tests.e2e.conftest import PHONE
from tests.e2e.office import opened

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
WORD = "Rindfleischetikettierungsueberwachungsaufgabenuebertragungsgesetz"
NAMES = (
    (Contact, "name"),
    (Contact, "title"),
    (FlexibleAsset, "name"),
    (FlexibleAssetField, "name"),
    (FlexibleAssetType, "name"),
    (Group, "name"),
    (Integration, "name"),
    (Organization, "name"),
    (OrganizationType, "name"),
    (TenantMatch, "tenant_name"),
    (User, "name"),
)


@pytest.fixture(scope="module")
def sprawl(chromium, _database):
    """An office where everything bears a long name, and where its pages are."""
    with opened("Long & Sons", tenants=12) as office:
        office.sync()
        pages = pages_of(office)
        with account_transaction(office.account.pk):
            for model, field in NAMES:
                assert model.objects.filter(account=office.account).update(**{field: WORD})
        yield office, pages


def test_no_page_grows_wider_than_a_phone(visit, sprawl):
    office, pages = sprawl
    tab = visit(to=office, size=PHONE)
    sideways = []
    for name, path in pages.items():
        tab.open(path)
        if tab.scrolls_sideways():
            tab.page.screenshot(path=tab.shelf("long") / f"{name}.png", full_page=True)
            sideways.append(name)
    assert sideways == []
