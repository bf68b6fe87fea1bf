"""Lists of assets: an organization's, and all organizations'."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from flexible_assets.access import get_schema
from flexible_assets.lists import AssetList
from flexible_assets.models import FlexibleAssetType
from flexible_assets.panels import notices_for
from flexible_assets.views.bulk import bulk_actions
from organizations.access import AccountRequest, get_organization
from organizations.lists import answer_list, build_page
from organizations.navigation import organization_frame
from organizations.policies import require
from organizations.roles import Right


@require_http_methods(["GET", "HEAD", "POST"])
def asset_list(request: AccountRequest, account: str, organization_id: int, type_id: int) -> HttpResponseBase:
    organization = get_organization(request.user, organization_id)
    schema = get_schema(request.user, type_id)
    asset_type, listed = schema.asset_type, AssetList(request, schema, organization, bulk_actions(request))
    if (answer := answer_list(request, listed.spec)) is not None:
        return answer
    context = organization_frame(request, organization) | {
        "asset_type": asset_type,
        "page": build_page(listed.spec),
        "notices": notices_for(request.user, asset_type, organization),
        "new_url": _new_url(request, asset_type, "asset-new", organization.pk, asset_type.pk),
    }
    return render(request, "flexible_assets/asset_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def global_list(request: AccountRequest, account: str, type_id: int) -> HttpResponseBase:
    require(request.user, Right.VIEW_GLOBAL)
    schema = get_schema(request.user, type_id)
    asset_type, listed = schema.asset_type, AssetList(request, schema, bulk=bulk_actions(request))
    if (answer := answer_list(request, listed.spec)) is not None:
        return answer
    context = {
        "asset_type": asset_type,
        "page": build_page(listed.spec),
        "notices": notices_for(request.user, asset_type),
        "new_url": _new_url(request, asset_type, "asset-new-anywhere", asset_type.pk),
        "navigation": "global",
    }
    return render(request, "flexible_assets/global_list.html", context)


def _new_url(request: AccountRequest, asset_type: FlexibleAssetType, name: str, *ids: int) -> str:
    """Empty for those who may not make one, and of an archived type."""
    if asset_type.archived or not request.user.has(Right.CREATE):
        return ""
    return reverse(f"flexible_assets:{name}", args=[request.account.slug, *ids])
