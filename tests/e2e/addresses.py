"""Where every kind of page of an office is, in the states worth looking at."""

from flexible_assets.models import AssetTag, FlexibleAsset, FlexibleAssetType
from integrations.models import SyncRun
from licenses.models import LicenseRecord
from organizations.access import account_transaction
from tests.e2e.office import Office


def pages_of(office: Office) -> dict[str, str]:
    """Path below the account, by the name of the page."""
    with account_transaction(office.account.pk):
        kind = FlexibleAssetType.objects.get().pk
        crowd = LicenseRecord.objects.order_by("-holder_count").select_related("asset").first()
        over_assigned = FlexibleAsset.objects.filter(traits__status="Over-assigned").first()
        suspended = LicenseRecord.objects.filter(suspended__gt=0, holder_count__gt=0).first()
        run = SyncRun.objects.latest("pk").pk
        tag = AssetTag.objects.filter(asset_id=crowd.asset_id).first()
    organization = f"organizations/{crowd.asset.organization_id}/"
    integration = f"admin/integrations/{office.integration.pk}/"
    return {
        "organizations": "organizations/",
        "organizations-none-match": "organizations/?q=nobody",
        "organization": organization,
        "contacts": f"{organization}contacts/",
        "contact": f"contacts/{tag.contact_id}/",
        "licenses": f"{organization}assets/{kind}/",
        "license-of-many": f"assets/{crowd.asset_id}/",
        "license-over-assigned": f"assets/{over_assigned.pk}/",
        "license-suspended": f"assets/{suspended.asset_id}/",
        "tagged-contacts": f"assets/{crowd.asset_id}/tags/{tag.field_id}/",
        "global-licenses": f"global/{kind}/",
        "integrations": "admin/integrations/",
        "sync-settings": f"{integration}sync-settings/",
        "sync-run": f"admin/sync-runs/{run}/",
    }
