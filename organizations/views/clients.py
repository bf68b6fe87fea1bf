"""Pages of organizations."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from organizations.access import AccountRequest, get_organization
from organizations.lists import Cell, ListColumn, ListQuery, ListSpec, build_page
from organizations.models import Organization
from organizations.navigation import Card, Place, cards, organization_columns, organization_frame
from organizations.paging import Order
from organizations.policies import visible_contacts, visible_organizations


@require_safe
def organization_list(request: AccountRequest, account: str) -> HttpResponse:
    query = ListQuery.of(request.GET)
    page = build_page(
        ListSpec(
            url=request.path,
            query=query,
            rows=visible_organizations(request.user).matching(query.search),
            columns=[
                ListColumn[Organization](
                    "name",
                    "Name",
                    lambda row: Cell(
                        row.name,
                        url=reverse("organizations:organization-detail", args=[account, row.pk]),
                        icon="building-2",
                        is_title=True,
                    ),
                    order=Order("sort_key"),
                ),
            ],
            extra_columns=partial(organization_columns, request.user),
            noun=("organization", "organizations"),
            search_placeholder="Find an organization",
            empty_title="No organizations yet",
            empty_text="Organizations are your clients. They appear here once an integration is matched to them.",
        )
    )
    return render(
        request, "organizations/organization_list.html", {"page": page, "navigation": "organizations"}
    )


@require_safe
def organization_detail(request: AccountRequest, account: str, organization_id: int) -> HttpResponse:
    organization = get_organization(request.user, organization_id)
    contacts = visible_contacts(request.user).in_organization(organization).count()
    contact_card = Card(
        "Contacts",
        f"{contacts:,}",
        url=reverse("organizations:contact-list", args=[account, organization.pk]),
    )
    place = Place(request.account, request.user, organization, request.path)
    context = organization_frame(request, organization) | {"summary": [contact_card, *cards(place)]}
    return render(request, "organizations/organization_detail.html", context)
