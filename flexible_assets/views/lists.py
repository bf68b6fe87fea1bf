"""Lists of assets: an organization's, and all organizations'."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from flexible_assets.access import get_type
from flexible_assets.lists import AssetList
from flexible_assets.panels import notices_for
from flexible_assets.schema import schema_of
from organizations.access import AccountRequest, get_organization
from organizations.navigation import organization_frame
from organizations.policies import require
from organizations.roles import Right


@require_safe
def asset_list(request: AccountRequest, account: str, organization_id: int, type_id: int) -> HttpResponse:
    organization = get_organization(request.user, organization_id)
    asset_type = get_type(request.user, type_id)
    page = AssetList(request, schema_of(asset_type), organization).page()
    context = organization_frame(request, organization) | {
        "asset_type": asset_type,
        "page": page,
        "notices": notices_for(request.user, asset_type, organization),
    }
    return render(request, "flexible_assets/asset_list.html", context)


@require_safe
def global_list(request: AccountRequest, account: str, type_id: int) -> HttpResponse:
    require(request.user, Right.VIEW_GLOBAL)
    asset_type = get_type(request.user, type_id)
    page = AssetList(request, schema_of(asset_type)).page()
    context = {
        "asset_type": asset_type,
        "page": page,
        "notices": notices_for(request.user, asset_type),
        "navigation": "global",
    }
    return render(request, "flexible_assets/global_list.html", context)
