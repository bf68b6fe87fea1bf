"""Pages of organizations: their list, and the overview of each."""

from functools import partial

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from organizations.access import AccountRequest, get_organization
from organizations.actions import edit_organization
from organizations.dashboard import overview_cards
from organizations.forms.organizations import QuickNotesForm
from organizations.forms.stale import Seen
from organizations.lists import ListQuery, ListSpec, answer_list, build_page
from organizations.models import Contact, Organization, User
from organizations.navigation import Card, Place, cards, organization_frame
from organizations.organization_columns import (
    columns_of_organizations,
    filters_of_organizations,
    further_columns,
)
from organizations.organization_pages import panels_of
from organizations.policies import require, visible_contacts, visible_organizations
from organizations.recent import note_view
from organizations.roles import Right
from organizations.stale_forms import StaleFormError
from organizations.views.bulk import organization_deeds

#: Of children and important contacts, as many as an overview shows.
SHOWN_AT_ONCE = 30


@require_http_methods(["GET", "HEAD", "POST"])
def organization_list(request: AccountRequest, account: str) -> HttpResponseBase:
    query = ListQuery.of(request.GET)
    rows = visible_organizations(request.user).select_related("organization_type", "organization_status")
    rows = rows.matching(query.search)
    may_create = request.user.has(Right.CREATE_ORGANIZATIONS)
    spec = ListSpec(
        url=request.path,
        query=query,
        rows=rows.active(),
        archived_rows=rows.archived(),
        columns=columns_of_organizations(account),
        extra_columns=partial(further_columns, account, request.user),
        filter_by=filters_of_organizations(request.user),
        noun=("organization", "organizations"),
        search_placeholder="Find an organization",
        empty_title="No organizations yet",
        empty_text="Organizations are your clients. Add one, or connect an integration that brings them."
        if may_create
        else "Organizations are your clients. You see those that you were given access to.",
        key="organizations",
        user=request.user,
        bulk=organization_deeds(request.user),
    )
    if (answer := answer_list(request, spec)) is not None:
        return answer
    context = {"page": build_page(spec), "navigation": "organizations", "may_create": may_create}
    return render(request, "organizations/organization_list.html", context)


@require_safe
def organization_detail(request: AccountRequest, account: str, organization_id: int) -> HttpResponse:
    organization = get_organization(request.user, organization_id)
    note_view(request, organization, organization=organization)
    context = organization_frame(request, organization) | _overview(request, organization)
    return render(request, "organizations/organization_detail.html", context)


@require_safe
def organization_latest(request: AccountRequest, account: str, organization_id: int) -> HttpResponse:
    """A page of its own; the overview, which has asked enough of the database, fetches what stands in it."""
    organization = get_organization(request.user, organization_id)
    context = {"organization": organization, "cards": overview_cards(request, organization)}
    if request.headers.get("HX-Request"):
        return render(request, "organizations/partials/latest.html", context)
    overview = reverse("organizations:organization-detail", args=[account, organization.pk])
    context = organization_frame(request, organization, inside=overview) | context
    return render(request, "organizations/organization_latest.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def quick_notes(request: AccountRequest, account: str, organization_id: int) -> HttpResponse:
    """A page of its own; the overview shows the form in its place."""
    require(request.user, Right.EDIT)
    require(request.user, Right.VIEW_QUICK_NOTES)
    organization = get_organization(request.user, organization_id)
    sent = request.POST if request.method == "POST" else None
    notes = {"quick_notes": organization.quick_notes}
    form, seen = QuickNotesForm(sent, initial=notes), Seen(sent, values=notes)
    if form.is_valid() and _save_notes(request, organization, form, seen):
        if not request.headers.get("HX-Request"):
            messages.success(request, "Saved.")
        return redirect("organizations:organization-detail", account, organization.pk)
    overview = reverse("organizations:organization-detail", args=[account, organization.pk])
    context = organization_frame(request, organization, inside=overview) | {"form": form, "seen": seen.text}
    status = 200 if sent is None else 422
    return render(request, "organizations/organization_quick_notes.html", context, status=status)


def _save_notes(
    request: AccountRequest, organization: Organization, form: QuickNotesForm, seen: Seen
) -> bool:
    try:
        edit_organization(
            organization,
            changes=form.cleaned_data,
            now=timezone.now(),
            actor=request.user,
            seen=seen.marks,
        )
    except StaleFormError as stale:
        seen.tell(form, stale)
        return False
    return True


def _overview(request: AccountRequest, organization: Organization) -> dict[str, object]:
    user = request.user
    place = Place(request.account, user, organization, request.path)
    contact_card, important = _contacts(request, organization)
    return _family(user, organization) | {
        "summary": [contact_card, *cards(place)],
        "panels": panels_of(request, organization),
        "important": important,
        "sees_quick_notes": user.has(Right.VIEW_QUICK_NOTES),
        "may_edit": user.has(Right.EDIT),
        "may_archive": user.has(Right.DELETE),
        "may_delete": user.has(Right.DELETE_ORGANIZATIONS),
    }


def _family(user: User, organization: Organization) -> dict[str, object]:
    """Those of it that the reader may see."""
    known = list(visible_organizations(user).family_of(organization)[: SHOWN_AT_ONCE + 2])
    children = [each for each in known if each.pk != organization.parent_id]
    return {
        "parent": next((each for each in known if each.pk == organization.parent_id), None),
        "children": children[:SHOWN_AT_ONCE],
        "has_more_children": len(children) > SHOWN_AT_ONCE,
    }


def _contacts(request: AccountRequest, organization: Organization) -> tuple[Card, list[Contact]]:
    """How many there are, and the important ones."""
    contacts = visible_contacts(request.user).active().in_organization(organization)
    counts = contacts.aggregate(all=Count("id"), important=Count("id", filter=Q(is_important=True)))
    url = reverse("organizations:contact-list", args=[request.account.slug, organization.pk])
    card = Card("Contacts", f"{counts['all']:,}", url=url)
    if not counts["important"]:
        return card, []
    return card, list(contacts.important().order_by("sort_key", "id")[:SHOWN_AT_ONCE])
