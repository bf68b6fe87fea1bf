"""The type builder's pages of fields: add, edit, put in order, delete."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from flexible_assets.access import get_type
from flexible_assets.actions.field_rules import FieldRefusedError, assets_holding
from flexible_assets.actions.fields import (
    add_own_field,
    delete_field,
    edit_field,
    move_field,
    require_deletable,
)
from flexible_assets.forms.types import FieldForm
from flexible_assets.models import FlexibleAssetField, FlexibleAssetType
from flexible_assets.policies import visible_types
from flexible_assets.schema import Schema, schema_of
from organizations.access import AccountRequest
from organizations.names import search_key
from organizations.policies import require
from organizations.roles import Right


@require_http_methods(["GET", "HEAD", "POST"])
def field_new(request: AccountRequest, account: str, type_id: int) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    asset_type = get_type(request.user, type_id)
    form = FieldForm(_sent(request), types=_taggable(request))
    if form.is_bound and form.is_valid():
        try:
            add_own_field(schema_of(asset_type), form.spec, now=timezone.now(), actor=request.user)
        except FieldRefusedError as refused:
            form.tell(refused)
        else:
            messages.success(request, f"{form.spec.name} is added.")
            again = "another" in request.POST
            return redirect(f"flexible_assets:{'field-new' if again else 'type-detail'}", account, type_id)
    context = {"form": form, "asset_type": asset_type, "kinds": form.kinds}
    return _page(request, "flexible_assets/field_edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def field_edit(request: AccountRequest, account: str, type_id: int, field_id: int) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    schema, field = _field(request, type_id, field_id)
    form = FieldForm(_sent(request), types=_taggable(request), field=field)
    if form.is_bound and form.is_valid():
        try:
            edit_field(field, form.spec, version=form.version, now=timezone.now(), actor=request.user)
        except FieldRefusedError as refused:
            form.tell(refused)
        else:
            messages.success(request, "Saved.")
            return redirect("flexible_assets:type-detail", account, type_id)
    holding = assets_holding(field).count()
    kinds = [(kind, chosen) for kind, chosen in form.kinds if not holding or kind.name == field.kind]
    context = {
        "form": form,
        "asset_type": schema.asset_type,
        "field": field,
        "holding": holding,
        "kinds": kinds,
    }
    return _page(request, "flexible_assets/field_edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def field_delete(request: AccountRequest, account: str, type_id: int, field_id: int) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    schema, field = _field(request, type_id, field_id)
    holding = assets_holding(field).count()
    context: dict[str, Any] = {"asset_type": schema.asset_type, "field": field, "holding": holding}
    context["refusal"] = _refusal(schema, field)
    if request.method == "POST" and not context["refusal"]:
        context["error"] = _unconfirmed(request.POST, field, holding=holding)
        if not context["error"]:
            try:
                delete_field(field, only_empty=not holding, now=timezone.now(), actor=request.user)
                messages.success(request, f"{field.name} is deleted.")
            except FieldRefusedError as refused:
                messages.error(request, str(refused))
            return redirect("flexible_assets:type-detail", account, type_id)
    return _page(request, "flexible_assets/field_delete.html", context)


def _unconfirmed(sent: QueryDict, field: FlexibleAssetField, *, holding: int) -> str:
    """Whoever deletes what assets hold writes its name."""
    if not holding or search_key(sent.get("confirmation", "")) == search_key(field.name):
        return ""
    return f"Type {field.name} to delete what assets hold in it."


def _refusal(schema: Schema, field: FlexibleAssetField) -> str:
    try:
        require_deletable(schema, field)
    except FieldRefusedError as refused:
        return str(refused)
    return ""


@require_POST
def field_order(request: AccountRequest, account: str, type_id: int) -> HttpResponse:
    """One field goes elsewhere: a step by its buttons, or to where it was dragged in the order sent."""
    require(request.user, Right.MANAGE_TYPES)
    schema = schema_of(get_type(request.user, type_id))
    fields = {str(field.pk): field for field in schema.fields}
    order = [each for each in dict.fromkeys(request.POST.getlist("order")) if each in fields] or list(fields)
    moved = _moved(order, request.POST)
    if moved:
        behind = [int(each) for each in reversed(order[: order.index(moved)])]
        try:
            move_field(fields[moved], behind=behind, now=timezone.now(), actor=request.user)
        except FieldRefusedError as refused:
            messages.error(request, str(refused))
    return redirect("flexible_assets:type-detail", account, type_id)


def _moved(order: list[str], sent: QueryDict) -> str:
    """Which field it is; a step is taken in the order."""
    for name, step in (("moved", 0), ("up", -1), ("down", 1)):
        chosen = sent.get(name, "")
        if chosen in order:
            place = order.index(chosen)
            order.insert(max(place + step, 0), order.pop(place))
            return chosen
    return ""


def _sent(request: AccountRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _taggable(request: AccountRequest) -> list[FlexibleAssetType]:
    return list(visible_types(request.user).active().order_by("sort_key", "id"))


def _field(request: AccountRequest, type_id: int, field_id: int) -> tuple[Schema, FlexibleAssetField]:
    schema = schema_of(get_type(request.user, type_id))
    for field in schema.fields:
        if field.pk == field_id:
            return schema, field
    raise Http404("No such field.")


def _page(request: AccountRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, template, context | {"navigation": "admin"}, status=status)
