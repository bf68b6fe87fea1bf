"""Pages of signing in, organizations and contacts."""

from functools import partial

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organizations.access import AccountRequest, find_account, get_contact, get_organization
from organizations.contact_columns import contact_columns
from organizations.contact_pages import mentions_of
from organizations.forms import AccountForm, SignInForm
from organizations.lists import Cell, ListColumn, ListQuery, ListSpec, build_page
from organizations.models import Account, Organization, User
from organizations.navigation import Card, Place, cards, organization_columns, organization_frame
from organizations.paging import Order
from organizations.policies import visible_contacts, visible_organizations

THEMES = ("light", "dark")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Leads to the account: straight there when the server has just one, else by its name."""
    form = AccountForm(request.POST if request.method == "POST" else None)
    accounts = list(Account.objects.order_by("pk")[:2])
    if request.method == "GET" and len(accounts) == 1:
        return redirect("organizations:organization-list", accounts[0].slug)
    if form.is_valid():
        account = find_account(form.cleaned_data["slug"])
        if account is not None:
            return redirect("organizations:organization-list", account.slug)
        form.add_error("slug", "There is no account of this name here.")
    return render(
        request, "organizations/account_choose.html", {"form": form}, status=422 if form.errors else 200
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, account: str) -> HttpResponse:
    target = _safe_target(request, account)
    if isinstance(request.user, User):
        return HttpResponseRedirect(target)
    form = SignInForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.user is not None:
        login(request, form.user)
        return HttpResponseRedirect(target)
    status = 422 if form.errors else 200
    return render(request, "organizations/sign_in.html", {"form": form, "next": target}, status=status)


@require_POST
def sign_out(request: AccountRequest, account: str) -> HttpResponse:
    logout(request)
    return redirect("organizations:sign-in", account)


@login_not_required
@require_POST
def theme(request: AccountRequest, account: str) -> HttpResponse:
    response = HttpResponseRedirect(_safe_target(request, account))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            "theme", chosen, max_age=365 * 24 * 3600, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


def _safe_target(request: HttpRequest, account: str) -> str:
    """The page to go on with: the one that `next` names if it is this account's, for links come from anywhere."""
    target = request.GET.get("next") or request.POST.get("next") or ""
    is_inside = target.startswith(reverse("organizations:account-home", args=[account]))
    if is_inside and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return reverse("organizations:organization-list", args=[account])


@require_safe
def account_home(request: AccountRequest, account: str) -> HttpResponse:
    return redirect("organizations:organization-list", account)


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


@require_safe
def contact_list(request: AccountRequest, account: str, organization_id: int) -> HttpResponse:
    organization = get_organization(request.user, organization_id)
    query = ListQuery.of(request.GET)
    page = build_page(
        ListSpec(
            url=request.path,
            query=query,
            rows=visible_contacts(request.user).in_organization(organization).matching(query.search),
            columns=contact_columns(account),
            noun=("contact", "contacts"),
            search_placeholder="Find a contact by name or e-mail",
            empty_title="No contacts yet",
            empty_text="They appear here once a sync has read who works at this organization.",
        )
    )
    return render(
        request, "organizations/contact_list.html", organization_frame(request, organization) | {"page": page}
    )


@require_safe
def contact_detail(request: AccountRequest, account: str, contact_id: int) -> HttpResponse:
    contact = get_contact(request.user, contact_id)
    contacts = reverse("organizations:contact-list", args=[account, contact.organization_id])
    context = organization_frame(request, contact.organization, inside=contacts) | {
        "contact": contact,
        "tagged_in": mentions_of(request, contact),
    }
    return render(request, "organizations/contact_detail.html", context)
