"""Pages of flexible assets: an organization's, all organizations', and one."""

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from flexible_assets.access import get_asset, get_type
from flexible_assets.lists import AssetList
from flexible_assets.models import AssetTag, FlexibleAsset, FlexibleAssetField
from flexible_assets.panels import panels_for
from flexible_assets.schema import schema_of
from organizations.access import AccountRequest, get_organization
from organizations.contact_columns import contact_columns
from organizations.lists import ListQuery, ListSpec, build_page
from organizations.navigation import organization_frame
from organizations.policies import require, visible_contacts
from organizations.roles import Right

#: Tagged contacts that an asset's page names at once; the rest is a list of its own.
TAGS_SHOWN = 60


@require_safe
def asset_list(request: AccountRequest, account: str, organization_id: int, type_id: int) -> HttpResponse:
    organization = get_organization(request.user, organization_id)
    asset_type = get_type(request.user, type_id)
    page = AssetList(request, schema_of(asset_type), organization).page()
    context = organization_frame(request, organization) | {"asset_type": asset_type, "page": page}
    return render(request, "flexible_assets/asset_list.html", context)


@require_safe
def global_list(request: AccountRequest, account: str, type_id: int) -> HttpResponse:
    require(request.user, Right.VIEW_GLOBAL)
    asset_type = get_type(request.user, type_id)
    page = AssetList(request, schema_of(asset_type)).page()
    context = {"asset_type": asset_type, "page": page, "navigation": "global"}
    return render(request, "flexible_assets/global_list.html", context)


@require_safe
def asset_detail(request: AccountRequest, account: str, asset_id: int) -> HttpResponse:
    asset = get_asset(request.user, asset_id)
    context = _asset_frame(request, asset) | {
        "asset": asset,
        "asset_type": asset.asset_type,
        "fields": [_field(request, asset, field) for field in schema_of(asset.asset_type).fields],
        "panels": panels_for(request, asset),
    }
    return render(request, "flexible_assets/asset_detail.html", context)


@require_safe
def tagged_contacts(request: AccountRequest, account: str, asset_id: int, field_id: int) -> HttpResponse:
    """Everyone whom one Tag field of an asset names."""
    asset = get_asset(request.user, asset_id)
    field = asset.asset_type.fields.filter(pk=field_id).first()
    if field is None or not field.behavior.is_tag:
        raise Http404("No such Tag field.")
    query = ListQuery.of(request.GET)
    tagged = AssetTag.objects.of_account(asset.account_id).filter(asset=asset, field=field)
    page = build_page(
        ListSpec(
            url=request.path,
            query=query,
            rows=visible_contacts(request.user)
            .filter(pk__in=tagged.values("contact"))
            .matching(query.search),
            columns=contact_columns(account),
            noun=("contact", "contacts"),
            search_placeholder="Find a contact by name or e-mail",
            empty_title="Nobody is tagged",
            empty_text="They appear here once this asset names them.",
        )
    )
    context = _asset_frame(request, asset) | {"asset": asset, "page": page}
    return render(request, "flexible_assets/tagged_contacts.html", context)


def _asset_frame(request: AccountRequest, asset: FlexibleAsset) -> dict[str, object]:
    siblings = reverse(
        "flexible_assets:asset-list", args=[request.account.slug, asset.organization_id, asset.asset_type_id]
    )
    return organization_frame(request, asset.organization, inside=siblings)


def _field(request: AccountRequest, asset: FlexibleAsset, field: FlexibleAssetField) -> dict[str, Any]:
    text = field.behavior.to_text(asset.traits.get(field.key))
    shown = {
        "label": field.name,
        "is_tag": field.behavior.is_tag,
        "hint": field.hint,
        "value_text": text,
        "tone": field.tones.get(text, ""),
    }
    return shown | _tags(request, asset, field) if field.behavior.is_tag else shown


def _tags(request: AccountRequest, asset: FlexibleAsset, field: FlexibleAssetField) -> dict[str, Any]:
    slug = request.account.slug
    tags = AssetTag.objects.of_account(asset.account_id).filter(asset=asset, field=field)
    total = tags.aggregate(total=Count("id"))["total"]
    contacts = visible_contacts(request.user).filter(pk__in=tags.values("contact")).order_by("sort_key", "id")
    more = (
        reverse("flexible_assets:tagged-contacts", args=[slug, asset.pk, field.pk])
        if total > TAGS_SHOWN
        else ""
    )
    return {
        "tags": [
            {
                "name": contact.name,
                "url": reverse("organizations:contact-detail", args=[slug, contact.pk]),
                "subtitle": contact.email,
            }
            for contact in contacts[:TAGS_SHOWN]
        ],
        "tags_total": total,
        "more_url": more,
    }
