"""What happens to license assets when their tenant is matched to another organization, or to none."""

from flexible_assets.actions import move_assets, orphan_assets
from integrations.steps import TenantContext
from licenses.models import LicenseRecord
from licenses.querysets import LicenseQuerySet
from organizations.models import Organization


def move(context: TenantContext) -> int:
    """Takes the assets to the context's organization. The contacts tagged in them stay behind; the next sync tags those
    of the new organization. Orphans come along and stay orphans until Microsoft lists them again."""
    organization = Organization.objects.of_account(context.account_id).get(pk=context.organization_id)
    elsewhere = _records(context).exclude(asset__organization=organization)
    # In key order, like every other writer of records.
    records = {record.pk: record.asset_id for record in elsewhere.order_by("pk")}
    moved = move_assets(records.values(), organization=organization, now=context.now)
    _records(context).filter(pk__in=records).update(holders_digest="", holder_count=0)
    return moved


def orphan(context: TenantContext) -> int:
    """Marks them, since nobody updates them any more; the same organization's next sync would take the mark off."""
    reported = _records(context).filter(orphaned_at=None)
    marked = orphan_assets(list(reported.values_list("asset_id", flat=True)), now=context.now)
    reported.update(orphaned_at=context.now)
    return marked


def _records(context: TenantContext) -> LicenseQuerySet:
    return LicenseRecord.objects.of_account(context.account_id).of_tenant(context.match_id)
