"""Pages of contacts: lists of an organization and of all, and the page of each."""

from functools import partial

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from organizations.access import AccountRequest, get_contact, get_organization
from organizations.actions import values_of
from organizations.contact_columns import contact_columns, contact_filters, global_contact_columns
from organizations.contact_pages import extra_contact_columns, mentions_of, panels_of
from organizations.lists import ListQuery, ListSpec, answer_list, build_page
from organizations.lists.organizations import across_organizations, organization_filters
from organizations.models import Contact
from organizations.navigation import organization_frame
from organizations.policies import require, visible_contacts
from organizations.recent import note_view
from organizations.roles import Right
from organizations.views.bulk import contact_deeds

_SEARCH = "Find a contact by name or e-mail"


@require_http_methods(["GET", "HEAD", "POST"])
def contact_list(request: AccountRequest, account: str, organization_id: int) -> HttpResponseBase:
    organization = get_organization(request.user, organization_id)
    query = ListQuery.of(request.GET)
    rows = visible_contacts(request.user).in_organization(organization).matching(query.search)
    spec = ListSpec(
        url=request.path,
        query=query,
        rows=rows.active(),
        archived_rows=rows.archived(),
        columns=contact_columns(account),
        extra_columns=partial(extra_contact_columns, request.user),
        filter_by=contact_filters(),
        noun=("contact", "contacts"),
        search_placeholder=_SEARCH,
        empty_title="No contacts yet",
        empty_text="Add those you talk to. A sync brings those who hold a license.",
        key="contacts",
        user=request.user,
        bulk=contact_deeds(request.user),
        organization=organization,
    )
    if (answer := answer_list(request, spec)) is not None:
        return answer
    context = {"page": build_page(spec), "may_create": request.user.has(Right.CREATE)}
    return render(
        request, "organizations/contact_list.html", organization_frame(request, organization) | context
    )


@require_http_methods(["GET", "HEAD", "POST"])
def global_contact_list(request: AccountRequest, account: str) -> HttpResponseBase:
    """Of all organizations that are active; those of archived ones count as archived, unless they are the ones chosen."""
    require(request.user, Right.VIEW_GLOBAL)
    query = ListQuery.of(request.GET)
    rows = visible_contacts(request.user).select_related("organization").matching(query.search)
    menu = organization_filters(request.user, query)
    active, archived = across_organizations(rows, query, menu=menu)
    spec = ListSpec(
        url=request.path,
        query=query,
        rows=active,
        archived_rows=archived,
        is_archived=lambda contact: contact.archived or contact.organization.archived,
        columns=global_contact_columns(account),
        extra_columns=partial(extra_contact_columns, request.user),
        filter_by=[*menu, *contact_filters()],
        noun=("contact", "contacts"),
        search_placeholder=_SEARCH,
        empty_title="No contacts yet",
        empty_text="The people at your organizations appear here.",
        key="global-contacts",
        user=request.user,
        bulk=contact_deeds(request.user),
    )
    if (answer := answer_list(request, spec)) is not None:
        return answer
    context = {"page": build_page(spec), "navigation": "global"}
    return render(request, "organizations/contact_global_list.html", context)


@require_safe
def contact_detail(request: AccountRequest, account: str, contact_id: int) -> HttpResponse:
    contact = get_contact(request.user, contact_id)
    note_view(request, contact, organization=contact.organization)
    context = contact_frame(request, contact) | {
        "contact": contact,
        "aliases": values_of(contact)["aliases"],
        "panels": panels_of(request, contact),
        "tagged_in": mentions_of(request, contact),
        "sees_history": request.user.has(Right.VIEW_HISTORY),
        "may_edit": request.user.has(Right.EDIT),
        "may_delete": request.user.has(Right.DELETE),
    }
    return render(request, "organizations/contact_detail.html", context)


def contact_frame(request: AccountRequest, contact: Contact) -> dict[str, object]:
    contacts = reverse("organizations:contact-list", args=[request.account.slug, contact.organization_id])
    return organization_frame(request, contact.organization, inside=contacts)
