"""Adding, editing, archiving and deleting organizations."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from organizations.access import AccountRequest, get_organization
from organizations.actions import (
    OrganizationInUseError,
    ParentCycleError,
    archive_organizations,
    create_organization,
    delete_organization,
    edit_organization,
    organization_values,
    reasons_to_keep,
    restore_organizations,
)
from organizations.forms.organizations import DeletionForm, OrganizationForm
from organizations.forms.stale import Seen
from organizations.models import Organization
from organizations.navigation import organization_frame
from organizations.policies import require, visible_organizations
from organizations.roles import Right
from organizations.stale_forms import StaleFormError


@require_http_methods(["GET", "HEAD", "POST"])
def organization_new(request: AccountRequest, account: str) -> HttpResponse:
    require(request.user, Right.CREATE_ORGANIZATIONS)
    sent = request.POST if request.method == "POST" else None
    form = OrganizationForm(sent, user=request.user)
    if form.is_valid():
        values = dict(form.cleaned_data)
        organization = create_organization(
            request.account.pk, name=values.pop("name"), values=values, now=timezone.now(), actor=request.user
        )
        messages.success(request, f"{organization.name} was added.")
        _warn_of_namesakes(request, organization)
        return redirect("organizations:organization-detail", account, organization.pk)
    context = {"form": form, "navigation": "organizations"}
    status = 200 if sent is None else 422
    return render(request, "organizations/organization_new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def organization_edit(request: AccountRequest, account: str, organization_id: int) -> HttpResponse:
    require(request.user, Right.EDIT)
    organization = get_organization(request.user, organization_id)
    sent = request.POST if request.method == "POST" else None
    values = organization_values(organization)
    form = OrganizationForm(sent, user=request.user, values=values, organization=organization)
    seen = Seen(sent, values=values)
    if form.is_valid() and _save(request, organization, form, seen):
        return redirect("organizations:organization-detail", account, organization.pk)
    context = _frame(request, organization) | {"form": form, "seen": seen.text}
    status = 200 if sent is None else 422
    return render(request, "organizations/organization_edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def organization_archive(request: AccountRequest, account: str, organization_id: int) -> HttpResponse:
    """Asks, says what it means, and does it; the same form takes it back."""
    require(request.user, Right.DELETE)
    organization = get_organization(request.user, organization_id)
    if request.method != "POST":
        return render(request, "organizations/organization_archive.html", _frame(request, organization))
    if request.POST.get("archived") == "yes":
        archive_organizations([organization.pk], now=timezone.now(), actor=request.user)
        messages.success(request, f"{organization.name} is archived.")
    else:
        restore_organizations([organization.pk], now=timezone.now(), actor=request.user)
        messages.success(request, f"{organization.name} is back in lists and search.")
    return redirect("organizations:organization-detail", account, organization.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def organization_delete(request: AccountRequest, account: str, organization_id: int) -> HttpResponse:
    require(request.user, Right.DELETE_ORGANIZATIONS)
    organization = get_organization(request.user, organization_id)
    sent = request.POST if request.method == "POST" else None
    form = DeletionForm(sent, organization=organization)
    if form.is_valid():
        try:
            delete_organization(organization, now=timezone.now(), actor=request.user)
        except OrganizationInUseError as in_use:
            form.add_error(None, str(in_use))
        else:
            messages.success(request, f"{organization.name} was deleted.")
            return redirect("organizations:organization-list", account)
    context = _frame(request, organization) | {"form": form, "reasons": reasons_to_keep(organization)}
    status = 200 if sent is None else 422
    return render(request, "organizations/organization_delete.html", context, status=status)


def _save(request: AccountRequest, organization: Organization, form: OrganizationForm, seen: Seen) -> bool:
    try:
        saved = edit_organization(
            organization,
            changes=form.cleaned_data,
            now=timezone.now(),
            actor=request.user,
            seen=seen.marks,
        )
    except ParentCycleError as cycle:
        form.add_error("parent", str(cycle))
        return False
    except StaleFormError as stale:
        seen.tell(form, stale)
        return False
    messages.success(request, "Saved.")
    if saved.search_key != organization.search_key:
        _warn_of_namesakes(request, saved)
    return True


def _warn_of_namesakes(request: AccountRequest, organization: Organization) -> None:
    """Allowed, for there are such clients; but it may be the same one twice."""
    others = visible_organizations(request.user).called(organization.name).exclude(pk=organization.pk)
    if others.exists():
        messages.warning(
            request,
            f"Another organization is called {organization.name} as well. If they are the same client, keep one.",
        )


def _frame(request: AccountRequest, organization: Organization) -> dict[str, object]:
    overview = reverse("organizations:organization-detail", args=[request.account.slug, organization.pk])
    return organization_frame(request, organization, inside=overview)
