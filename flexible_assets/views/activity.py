"""What happened to one asset."""

from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from flexible_assets.access import get_asset
from organizations.access import AccountRequest
from organizations.activity_list import LogScope, activity_page
from organizations.navigation import organization_frame
from organizations.policies import require
from organizations.roles import Right


@require_http_methods(["GET", "HEAD", "POST"])
def asset_activity(request: AccountRequest, account: str, asset_id: int) -> HttpResponseBase:
    require(request.user, Right.VIEW_HISTORY)
    asset = get_asset(request.user, asset_id)
    siblings = reverse(
        "flexible_assets:asset-list", args=[account, asset.organization_id, asset.asset_type_id]
    )
    record_url = reverse("flexible_assets:asset-detail", args=[account, asset.pk])
    frame = organization_frame(request, asset.organization, inside=siblings)
    return activity_page(
        request,
        LogScope(asset.organization, asset),
        template="organizations/activity_record.html",
        frame=frame | {"record_name": asset.name, "record_url": record_url},
    )
