"""The type builder: an account's flexible asset types, made, shaped, archived and deleted."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from flexible_assets.access import get_type
from flexible_assets.actions.building import (
    FIRST_FIELD,
    TypeDetails,
    TypeRefusedError,
    archive_type,
    create_type,
    delete_type,
    edit_type,
    require_deletable_type,
    unarchive_type,
)
from flexible_assets.forms.types import LockedTypeForm, NewTypeForm, TypeForm
from flexible_assets.icons import find_icons
from flexible_assets.models import FlexibleAssetField, FlexibleAssetType
from flexible_assets.panels import keepers_of
from flexible_assets.policies import visible_types
from flexible_assets.schema import schema_of
from flexible_assets.totals import counts_by_type
from flexible_assets.type_templates import TEMPLATES
from organizations.access import AccountRequest
from organizations.lists import Cell, ExtraColumn, ListColumn, ListQuery, ListSpec, build_page, choice
from organizations.models import User
from organizations.names import search_key
from organizations.paging import Order
from organizations.policies import require
from organizations.roles import Right

_SHOWN = [("archived", "Archived"), ("all", "All")]


@require_safe
def type_list(request: AccountRequest, account: str) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    query = ListQuery.of(request.GET)
    shown = query.chosen("show", among=_SHOWN)
    types = visible_types(request.user)
    types = types if shown == "all" else types.filter(archived=shown == "archived")
    if query.search:
        types = types.filter(name__icontains=search_key(query.search))
    page = build_page(
        ListSpec(
            url=request.path,
            query=query,
            rows=types,
            columns=_columns(account),
            extra_columns=partial(_counts, request.user),
            filters=[choice("show", "Show", values=_SHOWN, chosen=shown, any_label="Active")],
            noun=("type", "types"),
            search_placeholder="Find a type",
            empty_title="No flexible asset types yet",
            empty_text="Start from a ready-made one, such as Backup or Applications, or from a blank one.",
        )
    )
    return render(request, "flexible_assets/type_list.html", {"page": page, "navigation": "admin"})


def _columns(slug: str) -> list[ListColumn[FlexibleAssetType]]:
    return [
        ListColumn("name", "Name", partial(_title, slug), order=Order("sort_key")),
        ListColumn("section", "Sidebar section", lambda row: Cell(row.get_section_display())),
        ListColumn("menu", "In the sidebar", lambda row: Cell("Yes" if row.show_in_menu else "No")),
        ListColumn("state", "State", _state),
    ]


def _title(slug: str, asset_type: FlexibleAssetType) -> Cell:
    url = reverse("flexible_assets:type-detail", args=[slug, asset_type.pk])
    return Cell(asset_type.name, url=url, icon=asset_type.icon, is_title=True)


def _state(asset_type: FlexibleAssetType) -> Cell:
    if asset_type.archived:
        return Cell("Archived", tone="warning")
    return Cell(f"Kept by {asset_type.manager}", tone="neutral") if asset_type.is_locked else Cell("")


def _counts(user: User, types: Sequence[FlexibleAssetType]) -> list[ExtraColumn]:
    fields = FlexibleAssetField.objects.filter(account_id=user.account_id, asset_type__in=types)
    by_type = dict(fields.order_by().values_list("asset_type_id").annotate(Count("id")))
    assets = counts_by_type(user)
    return [_number("fields", "Fields", types, by_type), _number("assets", "Assets", types, assets)]


def _number(key: str, label: str, types: Sequence[FlexibleAssetType], counts: dict[int, int]) -> ExtraColumn:
    cells = {each.pk: Cell(f"{counts.get(each.pk, 0):,}", is_number=True) for each in types}
    return ExtraColumn(key, label, cells, is_number=True)


@require_http_methods(["GET", "HEAD", "POST"])
def type_new(request: AccountRequest, account: str) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    form = NewTypeForm(request.POST if request.method == "POST" else None, initial={"start": ""})
    if form.is_bound and form.is_valid():
        try:
            asset_type = _create(request, form)
        except TypeRefusedError as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, f"{asset_type.name} is there. Now shape its fields.")
            return redirect("flexible_assets:type-detail", account, asset_type.pk)
    context = {"form": form, "templates": TEMPLATES.values(), "navigation": "admin"}
    return render(request, "flexible_assets/type_new.html", context, status=422 if form.is_bound else 200)


def _create(request: AccountRequest, form: NewTypeForm) -> FlexibleAssetType:
    template, name = form.template, form.cleaned_data["name"]
    blank = TypeDetails(name)
    details = template.details if template else blank
    return create_type(
        request.account.pk,
        details.renamed(name) if name else details,
        fields=template.fields if template else (FIRST_FIELD,),
        now=timezone.now(),
        actor=request.user,
    )


@require_safe
def type_detail(request: AccountRequest, account: str, type_id: int) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    asset_type = get_type(request.user, type_id)
    schema = schema_of(asset_type)
    context = _frame(request, asset_type) | {
        "fields": schema.fields,
        "assets": counts_by_type(request.user)[asset_type.pk],
        "has_title": any(field.use_for_title for field in schema.fields),
    }
    return render(request, "flexible_assets/type_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def type_edit(request: AccountRequest, account: str, type_id: int) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    asset_type = get_type(request.user, type_id)
    sent = request.POST if request.method == "POST" else None
    form = _type_form(sent, asset_type)
    # Without JavaScript, icons are found by a button of this form, which saves nothing.
    is_searching = sent is not None and "find" in sent
    if sent is not None and not is_searching and form.is_valid():
        try:
            edit_type(asset_type, form.details, version=form.version, now=timezone.now(), actor=request.user)
        except TypeRefusedError as refused:
            form.tell(refused)
        else:
            messages.success(request, "Saved.")
            return redirect("flexible_assets:type-detail", account, asset_type.pk)
    term = sent.get("icon_search", "") if sent else ""
    context = _frame(request, asset_type) | _icons(term, str(form["icon"].value() or ""))
    status = 422 if sent is not None and not is_searching else 200
    return render(request, "flexible_assets/type_edit.html", context | {"form": form}, status=status)


def _type_form(sent: QueryDict | None, asset_type: FlexibleAssetType) -> TypeForm:
    form = LockedTypeForm if asset_type.is_locked else TypeForm
    return form(sent, asset_type=asset_type)


@require_safe
def type_icons(request: AccountRequest, account: str) -> HttpResponse:
    """The icons found, for the picker in the page."""
    require(request.user, Right.MANAGE_TYPES)
    context = _icons(request.GET.get("icon_search", ""), request.GET.get("icon", ""))
    return render(request, "flexible_assets/partials/type_icons.html", context)


def _icons(term: str, chosen: str) -> dict[str, Any]:
    """The chosen one stays first, whatever is searched."""
    found = [name for name in find_icons(term) if name != chosen]
    return {"icons": [*([chosen] if chosen else []), *found], "icon": chosen, "icon_search": term}


class TypeAction(Protocol):
    def __call__(self, asset_type: FlexibleAssetType, *, now: Any, actor: User | None) -> None: ...


@require_POST
def type_archive(request: AccountRequest, account: str, type_id: int) -> HttpResponse:
    return _move(request, type_id, archive_type, "is archived: out of sidebars and menus. Its assets stay.")


@require_POST
def type_unarchive(request: AccountRequest, account: str, type_id: int) -> HttpResponse:
    return _move(request, type_id, unarchive_type, "is active again.")


def _move(request: AccountRequest, type_id: int, move: TypeAction, told: str) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    asset_type = get_type(request.user, type_id)
    try:
        move(asset_type, now=timezone.now(), actor=request.user)
        messages.success(request, f"{asset_type.name} {told}")
    except TypeRefusedError as refused:
        messages.error(request, str(refused))
    return redirect("flexible_assets:type-detail", request.account.slug, asset_type.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def type_delete(request: AccountRequest, account: str, type_id: int) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    asset_type = get_type(request.user, type_id)
    refusal = _refusal(partial(require_deletable_type, asset_type))
    if request.method == "POST" and not refusal:
        refusal = _refusal(partial(delete_type, asset_type, now=timezone.now(), actor=request.user))
        if not refusal:
            messages.success(request, f"{asset_type.name} is deleted.")
            return redirect("flexible_assets:type-list", account)
    context = _frame(request, asset_type) | {"refusal": refusal}
    status = 422 if request.method == "POST" else 200
    return render(request, "flexible_assets/type_delete.html", context, status=status)


def _refusal(check: Callable[[], None]) -> str:
    try:
        check()
    except TypeRefusedError as refused:
        return str(refused)
    return ""


def _frame(request: AccountRequest, asset_type: FlexibleAssetType) -> dict[str, Any]:
    """What every page about one type shows."""
    return {
        "asset_type": asset_type,
        "keepers": keepers_of(request, asset_type) if asset_type.is_locked else [],
        "navigation": "admin",
    }
