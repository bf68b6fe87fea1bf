"""Pages of one asset: reading and editing it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from flexible_assets.access import get_asset
from flexible_assets.actions import (
    InvalidAssetError,
    SelfExclusionError,
    edit_asset,
    open_asset,
    restrict_asset,
)
from flexible_assets.forms import CHOSEN, AssetForm, SecurityForm
from flexible_assets.models import AssetTag, FlexibleAsset, FlexibleAssetField
from flexible_assets.panels import notices_for, panels_for
from flexible_assets.schema import schema_of
from organizations.access import AccountRequest
from organizations.contact_columns import contact_columns
from organizations.contact_pages import extra_contact_columns
from organizations.lists import ListQuery, ListSpec, build_page
from organizations.navigation import organization_frame
from organizations.policies import require, visible_contacts
from organizations.roles import Right

#: Tagged contacts that an asset's page names at once; the rest is a list of its own.
TAGS_SHOWN = 60


@require_safe
def asset_detail(request: AccountRequest, account: str, asset_id: int) -> HttpResponse:
    asset = get_asset(request.user, asset_id)
    context = _asset_frame(request, asset) | {
        "asset": asset,
        "asset_type": asset.asset_type,
        "fields": [_field(request, asset, field) for field in schema_of(asset.asset_type).fields],
        "panels": panels_for(request, asset),
        "notices": notices_for(request.user, asset.asset_type, asset.organization),
        "granted": list(asset.grants.with_names()) if asset.is_restricted else [],
        "may_edit": request.user.has(Right.EDIT),
    }
    return render(request, "flexible_assets/asset_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def asset_edit(request: AccountRequest, account: str, asset_id: int) -> HttpResponse:
    require(request.user, Right.EDIT)
    asset = get_asset(request.user, asset_id)
    schema = schema_of(asset.asset_type)
    sent = request.POST if request.method == "POST" else None
    form = AssetForm(sent, asset=asset, schema=schema)
    security = SecurityForm(sent, asset=asset) if request.user.has(Right.SET_SECURITY) else None
    if sent is not None and _save(request, asset, form, security):
        messages.success(request, "Saved.")
        return redirect("flexible_assets:asset-detail", account, asset.pk)
    editable = schema.editable_fields(asset)
    context = _asset_frame(request, asset) | {
        "asset": asset,
        "asset_type": asset.asset_type,
        "form": form,
        "security": security,
        "read_only": [_read_only(asset, field) for field in schema.fields if field not in editable],
    }
    return render(request, "flexible_assets/asset_edit.html", context, status=200 if sent is None else 422)


def _save(
    request: AccountRequest, asset: FlexibleAsset, form: AssetForm, security: SecurityForm | None
) -> bool:
    """All of it or nothing; what is wrong is told by the forms."""
    if not all([form.is_valid(), security is None or security.is_valid()]):
        return False
    now = timezone.now()
    try:
        with transaction.atomic():
            notes = form.cleaned_data["notes"]
            edit_asset(asset, changes=form.changes, notes=notes, now=now, actor=request.user)
            if security is not None and security.cleaned_data["audience"] == CHOSEN:
                users = list(security.cleaned_data["users"])
                restrict_asset(asset, users=users, now=now, actor=request.user)
            elif security is not None:
                open_asset(asset, now=now, actor=request.user)
    except InvalidAssetError as invalid:
        form.tell(invalid.errors)
    except SelfExclusionError as excluded:
        (security or form).add_error(None, str(excluded))
    else:
        return True
    return False


def _read_only(asset: FlexibleAsset, field: FlexibleAssetField) -> dict[str, Any]:
    if not field.behavior.is_tag:
        return {"label": field.name, "value": field.behavior.to_text(asset.traits.get(field.key))}
    tags = AssetTag.objects.of_account(asset.account_id).filter(asset=asset, field=field)
    return {"label": field.name, "value": f"{tags.count():,} tagged"}


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
            extra_columns=partial(extra_contact_columns, request.user),
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
