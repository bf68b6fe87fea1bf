"""What keeps an organization from being deleted."""

from datetime import timedelta

import pytest

from flexible_assets.models import FlexibleAsset
from integrations.actions.rematching import revert_match
from organizations.actions import archive_organizations, reasons_to_keep
from organizations.models import Contact, Organization
from tests.factories import NOW, connect, give_licenses, person, sku
from tests.integrations.places import tenant_named


@pytest.fixture
def match(account):
    [match] = connect(account, [tenant_named("Alder Dental")]).matches
    e3 = sku("SPE_E3", enabled=5, consumed=1)
    give_licenses(match, [e3, sku("VISIO", enabled=1)], [person("Mia", holds=[e3])])
    return match


def test_assets_contacts_and_matched_tenants_are_named(inside, match):
    with inside():
        assert reasons_to_keep(match.organization) == [
            "it is not archived",
            "it holds 1 contact, assets and the matched Microsoft tenant Alder Dental",
        ]


def test_deleted_assets_count_for_as_long_as_they_can_be_restored(inside, match):
    with inside():
        archive_organizations([match.organization_id], now=NOW)
        organization = Organization.objects.get(pk=match.organization_id)
        revert_match(match, now=NOW)
        Contact.objects.all().delete()
        first, second = FlexibleAsset.objects.order_by("pk")
        first.delete()
        FlexibleAsset.objects.filter(pk=second.pk).update(deleted_at=NOW + timedelta(days=1), archived=True)
        assert reasons_to_keep(organization) == ["it holds deleted assets that can still be restored"]
        second.delete()
        assert reasons_to_keep(organization) == []
