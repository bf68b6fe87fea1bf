"""Lists of all that stands beside a record, where its own page shows the first of them."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from flexible_assets.access import get_asset
from flexible_assets.mentions import badges_of
from flexible_assets.models import AssetRelation, FlexibleAsset
from flexible_assets.relations import Related, other_end, relations_of, tagging_assets
from flexible_assets.subjects import asset_link
from flexible_assets.views.records import record_frame, record_url
from organizations.access import AccountRequest, get_contact, get_organization
from organizations.lists import Cell, ExtraColumn, ListColumn, ListQuery, ListSpec, build_page
from organizations.paging import Order
from organizations.policies import visible_organizations
from organizations.roles import Right


@require_safe
def asset_related(request: AccountRequest, account: str, asset_id: int) -> HttpResponse:
    return _related(request, get_asset(request.user, asset_id))


@require_safe
def contact_related(request: AccountRequest, account: str, contact_id: int) -> HttpResponse:
    return _related(request, get_contact(request.user, contact_id))


@require_safe
def organization_related(request: AccountRequest, account: str, organization_id: int) -> HttpResponse:
    return _related(request, get_organization(request.user, organization_id))


@require_safe
def asset_tagged_in(request: AccountRequest, account: str, asset_id: int) -> HttpResponse:
    return _tagged_in(request, get_asset(request.user, asset_id))


@require_safe
def contact_tagged_in(request: AccountRequest, account: str, contact_id: int) -> HttpResponse:
    return _tagged_in(request, get_contact(request.user, contact_id))


@require_safe
def organization_tagged_in(request: AccountRequest, account: str, organization_id: int) -> HttpResponse:
    return _tagged_in(request, get_organization(request.user, organization_id))


def _related(request: AccountRequest, record: Related) -> HttpResponse:
    """As they were put together, the latest first."""
    of_item = partial(_item_column, request.account.slug, record)
    spec = ListSpec[AssetRelation](
        url=request.path,
        query=ListQuery.of(request.GET),
        rows=relations_of(request.user, record),
        columns=[
            of_item("name", "Name"),
            of_item("kind", "What"),
            of_item("organization", "Organization"),
            of_item("notes", "Note"),
            ListColumn("added", "Added", _added, Order("id", descending=True)),
            *([_edit_column(request)] if request.user.has(Right.EDIT) else []),
        ],
        is_archived=lambda relation: other_end(relation, record, slug="-").is_archived,
        noun=("related item", "related items"),
        search_placeholder="",
        empty_title="Nothing yet",
        empty_text="What was put beside it appears here.",
    )
    return _page(request, record, spec, title="Related items")


def _tagged_in(request: AccountRequest, record: Related) -> HttpResponse:
    query, user = ListQuery.of(request.GET), request.user
    rows = tagging_assets(user, record).matching(query.search, organizations=visible_organizations(user))
    spec = ListSpec[FlexibleAsset](
        url=request.path,
        query=query,
        rows=rows,
        columns=[
            ListColumn("name", "Name", partial(_asset_cell, request.account.slug), Order("sort_key")),
            ListColumn("type", "Type", lambda asset: Cell(asset.asset_type.name)),
            ListColumn("organization", "Organization", lambda asset: Cell(asset.organization.name)),
        ],
        extra_columns=_status_column,
        noun=("asset", "assets"),
        search_placeholder="Search by name or organization",
        empty_title="Tagged nowhere",
        empty_text="Assets that name it in a Tag field appear here.",
    )
    return _page(request, record, spec, title="Tagged in")


def _page(request: AccountRequest, record: Related, spec: ListSpec[Any], *, title: str) -> HttpResponse:
    context = record_frame(request, record) | {
        "record": record,
        "record_url": record_url(request, record),
        "title": title,
        "page": build_page(spec),
    }
    return render(request, "flexible_assets/related_list.html", context)


def _item_column(slug: str, record: Related, key: str, label: str) -> ListColumn[AssetRelation]:
    """One attribute of the related item."""

    def cell(relation: AssetRelation) -> Cell:
        item = other_end(relation, record, slug=slug)
        if key == "name":
            return Cell(item.name, url=item.url, icon=item.icon, is_title=True)
        return Cell(getattr(item, key))

    return ListColumn(key, label, cell)


def _added(relation: AssetRelation) -> Cell:
    return Cell("", at=relation.created_at)


def _edit_column(request: AccountRequest) -> ListColumn[AssetRelation]:
    def cell(relation: AssetRelation) -> Cell:
        url = reverse("flexible_assets:relation-edit", args=[request.account.slug, relation.pk])
        return Cell("Edit or take off", url=f"{url}?{urlencode({'back': request.path})}")

    return ListColumn("change", "Change", cell)


def _status_column(assets: Sequence[FlexibleAsset]) -> list[ExtraColumn]:
    badges = {pk: Cell(text, tone=tone or "neutral") for pk, (text, tone) in badges_of(assets).items()}
    return [ExtraColumn("status", "Status", badges)]


def _asset_cell(slug: str, asset: FlexibleAsset) -> Cell:
    link = asset_link(slug, asset)
    return Cell(link.name, url=link.url, icon=link.icon, is_title=True)
