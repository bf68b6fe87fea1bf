"""What a license's page shows beside its fields: usage, and where the numbers come from."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from flexible_assets.panels import AssetLike
from licenses.asset_type import MICROSOFT_LICENSES
from licenses.models import LicenseRecord

_TONES = dict(next(field.options for field in MICROSOFT_LICENSES.fields if field.name == "Status"))


def license_panel(request: HttpRequest, asset: AssetLike) -> SafeString | None:
    record = (
        LicenseRecord.objects.of_account(asset.account_id)
        .select_related("match__integration")
        .filter(asset_id=asset.pk)
        .first()
    )
    if record is None:
        return None
    units = record.units
    shown = {
        "active": units.active,
        "consumed": units.consumed,
        "unused": units.unused,
        "over_assigned": units.over_assigned,
        "suspended": units.suspended + units.locked_out,
        "warning": units.warning,
        "status": units.status.value,
        "tone": _TONES[units.status],
        "part_number": record.part_number,
        "sku_id": record.sku_id,
        "integration_name": record.match.integration.name,
        "tenant_name": record.match.tenant_name,
        "synced_at": record.match.last_synced_at,
        "is_orphaned": record.orphaned_at is not None,
        "orphaned_at": record.orphaned_at,
    }
    context = {"record": shown, "trial": record.is_trial, "next_lifecycle_at": record.next_lifecycle_at}
    return render_to_string("licenses/panel.html", context, request=request)
