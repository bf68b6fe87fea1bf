"""Where every kind of page of an office is, in the states worth looking at."""

from flexible_assets.models import AssetTag, FlexibleAsset, FlexibleAssetType
from integrations.models import Disconnection, SyncRun, TenantSync
from integrations.states import DisconnectMode
from licenses.models import LicenseRecord
from organizations.access import account_transaction
from tests.e2e.office import Office
from tests.factories import NOW


def pages_of(office: Office) -> dict[str, str]:
    """Path below the account, by the name of the page."""
    with account_transaction(office.account.pk):
        kind = FlexibleAssetType.objects.get().pk
        crowd = LicenseRecord.objects.order_by("-holder_count").select_related("asset").first()
        over_assigned = FlexibleAsset.objects.filter(traits__status="Over-assigned").first()
        suspended = LicenseRecord.objects.filter(suspended__gt=0, holder_count__gt=0).first()
        run = SyncRun.objects.latest("pk").pk
        part = TenantSync.objects.filter(run=run).latest("pk").pk
        tag = AssetTag.objects.filter(asset_id=crowd.asset_id).first()
        receipt = _receipt(office).pk
    organization = f"organizations/{crowd.asset.organization_id}/"
    integration = f"admin/integrations/{office.integration.pk}/"
    return {
        "organizations": "organizations/",
        "organizations-none-match": "organizations/?q=nobody",
        "organization": organization,
        "contacts": f"{organization}contacts/",
        "contact": f"contacts/{tag.contact_id}/",
        "contact-edit": f"contacts/{tag.contact_id}/edit/",
        "licenses": f"{organization}assets/{kind}/",
        "license-of-many": f"assets/{crowd.asset_id}/",
        "license-over-assigned": f"assets/{over_assigned.pk}/",
        "license-suspended": f"assets/{suspended.asset_id}/",
        "license-edit": f"assets/{crowd.asset_id}/edit/",
        "tagged-contacts": f"assets/{crowd.asset_id}/tags/{tag.field_id}/",
        "global-licenses": f"global/{kind}/",
        "integrations": "admin/integrations/",
        "new-integration": "admin/integrations/new/",
        "connect-microsoft": "admin/integrations/new/microsoft/",
        "credentials": f"{integration}credentials/",
        "next-credential": f"{integration}credentials/next/?kind=secret",
        "edit-integration": f"{integration}edit/",
        "tenants": f"{integration}tenants/",
        "new-consent-link": f"{integration}consents/new/",
        "sync-settings": f"{integration}sync-settings/",
        "disconnect": f"{integration}disconnect/",
        "disconnection": f"admin/disconnections/{receipt}/",
        "sync-run": f"admin/sync-runs/{run}/",
        "sync-logs": f"{integration}runs/",
        "tenant-sync": f"admin/tenant-syncs/{part}/",
    }


def _receipt(office: Office) -> Disconnection:
    """Of an integration that the office had before."""
    known, _ = Disconnection.objects.get_or_create(
        account=office.account,
        integration_name="Former",
        application_id=office.integration.application_id,
        cloud="global",
        tenants=2,
        mode=DisconnectMode.KEEP,
        counts={"license assets": 31, "tenant matches": 2, "contacts": 212, "organizations": 2},
        defaults={"requested_at": NOW, "finished_at": NOW},
    )
    return known
