"""What the demo's MSP knows of its clients shows every side of an organization, and documents something of them."""

from flexible_assets.models import AssetExpiration, FlexibleAsset
from itglue_portal.demo.clients import add_clients
from itglue_portal.demo.documents import add_documents
from organizations.models import Contact, Organization
from tests.factories import NOW

NAMES = [f"Client {number}" for number in range(14)]


def test_demo_has_types_alerts_notes_a_branch_and_someone_who_left(account, inside):
    with inside():
        made = add_clients(account.pk, NAMES, now=NOW)
        organizations = Organization.objects.order_by("pk").select_related("organization_type")
        assert [each.name for each in made] == NAMES
        assert {each.organization_type.name for each in organizations} == {
            "Customer", "Partner", "Prospect", "Vendor",
        }  # fmt: skip
        assert [each.parent_id for each in organizations if each.parent_id] == [made[0].pk]
        assert [each.name for each in organizations if each.archived] == ["Halyard Yachts"]
        assert all(any(getattr(each, field) for each in organizations) for field in ("alert", "quick_notes"))
        assert Contact.objects.important().count() == 3


def test_demo_without_clients_has_none(account, inside):
    with inside():
        assert add_clients(account.pk, [], now=NOW) == []
        assert not Organization.objects.exists()


def test_demo_documents_lines_and_backups_that_expire(account, inside):
    with inside():
        add_documents(account.pk, add_clients(account.pk, NAMES, now=NOW), now=NOW)
        by_type = FlexibleAsset.objects.order_by("pk").values_list("asset_type__name", flat=True)
        assert list(by_type) == ["Internet/WAN"] * 5 + ["Backup"] * 4
        assert AssetExpiration.objects.count() == 7
