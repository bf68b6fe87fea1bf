"""Admin pages of the types and statuses of organizations."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organizations.access import AccountRequest, get_label
from organizations.actions import (
    LabelNameError,
    create_label,
    delete_label,
    organizations_with,
    rename_label,
)
from organizations.forms.labels import LabelForm, ReplacementForm
from organizations.labels import LABEL_KINDS, STATUSES, TYPES, LabelKind
from organizations.policies import require, visible_labels, visible_organizations
from organizations.roles import Right


@require_safe
def label_list(request: AccountRequest, account: str) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    return _label_list(request, {})


@require_POST
def type_new(request: AccountRequest, account: str) -> HttpResponse:
    return _create(request, TYPES)


@require_POST
def status_new(request: AccountRequest, account: str) -> HttpResponse:
    return _create(request, STATUSES)


@require_http_methods(["GET", "HEAD", "POST"])
def type_edit(request: AccountRequest, account: str, organization_type_id: int) -> HttpResponse:
    return _edit(request, TYPES, organization_type_id)


@require_http_methods(["GET", "HEAD", "POST"])
def status_edit(request: AccountRequest, account: str, organization_status_id: int) -> HttpResponse:
    return _edit(request, STATUSES, organization_status_id)


@require_http_methods(["GET", "HEAD", "POST"])
def type_delete(request: AccountRequest, account: str, organization_type_id: int) -> HttpResponse:
    return _delete(request, TYPES, organization_type_id)


@require_http_methods(["GET", "HEAD", "POST"])
def status_delete(request: AccountRequest, account: str, organization_status_id: int) -> HttpResponse:
    return _delete(request, STATUSES, organization_status_id)


def _label_list(request: AccountRequest, forms: dict[LabelKind, LabelForm]) -> HttpResponse:
    tables = [
        {
            "kind": kind,
            "rows": _rows(request, kind),
            "form": forms.get(kind) or LabelForm(None, kind=kind),
        }
        for kind in LABEL_KINDS
    ]
    context = {"tables": tables, "navigation": "admin"}
    return render(request, "organizations/label_list.html", context, status=422 if forms else 200)


def _rows(request: AccountRequest, kind: LabelKind) -> list[dict[str, Any]]:
    """Each label with how many organizations bear it, as far as the reader sees them."""
    bearers = visible_organizations(request.user).order_by().values_list(kind.field).annotate(Count("id"))
    counts = dict(bearers)
    return [
        {"label": label, "count": counts.get(label.pk, 0)} for label in visible_labels(request.user, kind)
    ]


def _create(request: AccountRequest, kind: LabelKind) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    form = LabelForm(request.POST, kind=kind)
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            create_label(
                kind, account_id=request.account.pk, name=name, now=timezone.now(), actor=request.user
            )
        except LabelNameError as taken:
            form.add_error("name", str(taken))
        else:
            messages.success(request, f"{name} was added.")
            return redirect("organizations:label-list", request.account.slug)
    return _label_list(request, {kind: form})


def _edit(request: AccountRequest, kind: LabelKind, label_id: int) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    label = get_label(request.user, kind, label_id)
    before = label.name
    sent = request.POST if request.method == "POST" else None
    form = LabelForm(sent, kind=kind, name=before)
    if form.is_valid():
        try:
            rename_label(label, name=form.cleaned_data["name"], now=timezone.now(), actor=request.user)
        except LabelNameError as taken:
            form.add_error("name", str(taken))
        else:
            messages.success(request, "Saved.")
            return redirect("organizations:label-list", request.account.slug)
    context = {"form": form, "kind": kind, "name": before, "navigation": "admin"}
    return render(request, "organizations/label_edit.html", context, status=200 if sent is None else 422)


def _delete(request: AccountRequest, kind: LabelKind, label_id: int) -> HttpResponse:
    """Asks what its organizations bear instead, if there are any."""
    require(request.user, Right.MANAGE_TYPES)
    label = get_label(request.user, kind, label_id)
    sent = request.POST if request.method == "POST" else None
    bearers = organizations_with(label)
    form = ReplacementForm(sent, label=label, user=request.user) if bearers else None
    if sent is not None and (form is None or form.is_valid()):
        replacement = form.chosen if form else None
        delete_label(label, replacement=replacement, now=timezone.now(), actor=request.user)
        messages.success(request, f"{label.name} was deleted.")
        return redirect("organizations:label-list", request.account.slug)
    context = {"form": form, "kind": kind, "label": label, "bearers": bearers, "navigation": "admin"}
    status = 200 if sent is None else 422
    return render(request, "organizations/label_delete.html", context, status=status)
