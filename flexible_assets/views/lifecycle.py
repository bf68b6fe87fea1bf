"""Archiving and deleting an asset, and the deleted ones that can still be restored."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from flexible_assets.access import get_asset
from flexible_assets.actions import (
    RESTORABLE,
    archive_assets,
    delete_assets,
    restore_assets,
    unarchive_assets,
    why_not_delete,
)
from flexible_assets.models import FlexibleAsset
from flexible_assets.policies import deleted_assets
from flexible_assets.views.assets import asset_frame
from organizations.access import AccountRequest
from organizations.lists import (
    BulkAction,
    Cell,
    ListColumn,
    ListQuery,
    ListSpec,
    Outcome,
    answer_list,
    build_page,
)
from organizations.paging import Order
from organizations.policies import require, visible_organizations
from organizations.roles import Right


@require_http_methods(["POST"])
def asset_archive(request: AccountRequest, account: str, asset_id: int) -> HttpResponse:
    """Archives it, or brings it back where the form says so."""
    require(request.user, Right.EDIT)
    asset = get_asset(request.user, asset_id)
    is_back = request.POST.get("archived") == "no"
    move = unarchive_assets if is_back else archive_assets
    # Where somebody else was quicker, the page tells how things stand.
    if move([asset.pk], now=timezone.now(), actor=request.user).done:
        words = "is back in the lists" if is_back else "was archived"
        messages.success(request, f"{asset.name} {words}.")
    return redirect("flexible_assets:asset-detail", account, asset.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def asset_delete(request: AccountRequest, account: str, asset_id: int) -> HttpResponse:
    require(request.user, Right.DELETE)
    asset = get_asset(request.user, asset_id)
    if request.method == "POST" and delete_assets([asset.pk], now=timezone.now(), actor=request.user).done:
        messages.success(
            request,
            format_html(
                '{} was deleted. <a href="{}">Deleted assets</a> can be restored for {} days.',
                asset.name,
                reverse("flexible_assets:deleted-list", args=[account]),
                RESTORABLE.days,
            ),
        )
        return redirect("flexible_assets:asset-list", account, asset.organization_id, asset.asset_type_id)
    context = asset_frame(request, asset) | {"why_not": why_not_delete(asset), "days": RESTORABLE.days}
    status = 422 if request.method == "POST" else 200
    return render(request, "flexible_assets/asset_delete.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def deleted_list(request: AccountRequest, account: str) -> HttpResponseBase:
    """Of all organizations that the reader reaches."""
    require(request.user, Right.DELETE)
    query = ListQuery.of(request.GET)
    rows = deleted_assets(request.user).matching(
        query.search, organizations=visible_organizations(request.user)
    )
    spec = ListSpec(
        url=request.path,
        query=query,
        key="deleted-assets",
        user=request.user,
        rows=rows.select_related("asset_type", "organization", "deleted_by"),
        columns=_columns(),
        is_archived=lambda _asset: False,
        noun=("deleted asset", "deleted assets"),
        search_placeholder="Search by name or organization",
        empty_title="Nothing was deleted",
        empty_text=f"What is deleted can be restored here for {RESTORABLE.days} days.",
        bulk=[
            BulkAction("restore", "Restore", "undo-2", "restored", Right.DELETE, partial(_restore, request))
        ],
    )
    answer = answer_list(request, spec)
    if answer is not None:
        return answer
    context = {"page": build_page(spec), "days": RESTORABLE.days, "navigation": "global"}
    return render(request, "flexible_assets/deleted_list.html", context)


def _restore(request: AccountRequest, ids: Any, _form: Any) -> Outcome:
    return restore_assets(ids, now=timezone.now(), actor=request.user)


def _columns() -> list[ListColumn[FlexibleAsset]]:
    return [
        ListColumn("name", "Name", lambda row: Cell(row.name, icon=row.asset_type.icon, is_title=True)),
        ListColumn("type", "Type", lambda row: Cell(row.asset_type.name)),
        ListColumn("organization", "Organization", lambda row: Cell(row.organization.name)),
        ListColumn(
            "deleted",
            "Deleted",
            lambda row: Cell("", at=row.deleted_at),
            Order("deleted_at", descending=True),
        ),
        ListColumn("by", "By", lambda row: Cell(row.deleted_by.name if row.deleted_by else "")),
        ListColumn("until", "Restorable for", lambda row: Cell(_left(row))),
    ]


def _left(asset: FlexibleAsset) -> str:
    if asset.deleted_at is None:
        return ""
    left = asset.deleted_at + RESTORABLE - timezone.now()
    days = max(0, -(-left // timedelta(days=1)))
    return f"{days} day{'' if days == 1 else 's'}"
