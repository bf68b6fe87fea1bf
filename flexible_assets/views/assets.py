"""The page of one asset."""

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from flexible_assets.access import get_asset
from flexible_assets.actions import why_not_delete
from flexible_assets.models import FlexibleAsset
from flexible_assets.panels import SIDE, notices_for, panels_for
from flexible_assets.schema import schema_of
from flexible_assets.shown import shown_asset
from organizations.access import AccountRequest
from organizations.navigation import organization_frame
from organizations.recent import note_view
from organizations.roles import Right


@require_safe
def asset_detail(request: AccountRequest, account: str, asset_id: int) -> HttpResponse:
    asset = get_asset(request.user, asset_id)
    # For the page and for the panels beside it.
    prefetch_related_objects([asset], "asset_type__fields")
    note_view(request, asset, organization=asset.organization)
    context = asset_frame(request, asset) | {
        "shown": shown_asset(request.user, asset, schema_of(asset.asset_type), slug=account),
        "panels": panels_for(request, asset),
        "side_panels": panels_for(request, asset, slot=SIDE),
        "notices": notices_for(request.user, asset.asset_type, asset.organization),
        "granted": list(asset.grants.with_names()) if asset.is_restricted else [],
        "may_edit": request.user.has(Right.EDIT),
        "may_create": request.user.has(Right.CREATE) and not asset.asset_type.archived,
        "may_delete": request.user.has(Right.DELETE),
        "may_view_history": request.user.has(Right.VIEW_HISTORY),
        "why_not_delete": why_not_delete(asset),
    }
    return render(request, "flexible_assets/asset_detail.html", context)


def asset_frame(request: AccountRequest, asset: FlexibleAsset) -> dict[str, object]:
    """What every page about one asset shows around its content."""
    siblings = reverse(
        "flexible_assets:asset-list", args=[request.account.slug, asset.organization_id, asset.asset_type_id]
    )
    frame = organization_frame(request, asset.organization, inside=siblings)
    return frame | {"asset": asset, "asset_type": asset.asset_type}
