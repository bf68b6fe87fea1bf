"""Pages of signing in, organizations and contacts."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organizations.access import AccountRequest, find_account, get_contact, get_organization
from organizations.actions import LockedContactError, edit_contact, values_of
from organizations.contact_columns import contact_columns
from organizations.contact_details import CONTACT_TYPES, FIELD_LABELS
from organizations.contact_locks import Lock, lock_of
from organizations.contact_pages import extra_contact_columns, mentions_of, panels_of
from organizations.forms import AccountForm, ContactForm, SignInForm
from organizations.lists import Cell, ListColumn, ListQuery, ListSpec, build_page
from organizations.models import Account, Contact, Organization, User
from organizations.navigation import Card, Place, cards, organization_columns, organization_frame
from organizations.paging import Order
from organizations.policies import require, visible_contacts, visible_organizations
from organizations.recent_sign_in import note_sign_in
from organizations.roles import Right

THEMES = ("light", "dark")
PHONE_LABELS = ("Office", "Mobile", "Home", "Fax")


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
        note_sign_in(request, now=timezone.now())
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
            extra_columns=partial(extra_contact_columns, request.user),
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
    context = _contact_frame(request, contact) | {
        "contact": contact,
        "aliases": values_of(contact)["aliases"],
        "panels": panels_of(request, contact),
        "tagged_in": mentions_of(request, contact),
        "may_edit": request.user.has(Right.EDIT),
    }
    return render(request, "organizations/contact_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: AccountRequest, account: str, contact_id: int) -> HttpResponse:
    require(request.user, Right.EDIT)
    contact = get_contact(request.user, contact_id)
    lock, values = lock_of(contact), values_of(contact)
    sent = request.POST if request.method == "POST" else None
    form = ContactForm(sent, values=values, locked=lock.fields if lock else ())
    if form.is_valid() and _save_contact(request, contact, form):
        messages.success(request, "Saved.")
        return redirect("organizations:contact-detail", account, contact.pk)
    context = _contact_frame(request, contact) | {
        "contact": contact,
        "form": form,
        "lock": lock,
        "locked": _locked_values(lock, values),
        "contact_types": CONTACT_TYPES,
        "phone_labels": PHONE_LABELS,
    }
    return render(request, "organizations/contact_edit.html", context, status=200 if sent is None else 422)


def _save_contact(request: AccountRequest, contact: Contact, form: ContactForm) -> bool:
    try:
        edit_contact(contact, changes=form.changes, now=timezone.now(), actor=request.user)
    except LockedContactError as locked:
        # A sync took the contact over since the page was opened.
        form.add_error(None, str(locked))
        return False
    return True


def _contact_frame(request: AccountRequest, contact: Contact) -> dict[str, object]:
    contacts = reverse("organizations:contact-list", args=[request.account.slug, contact.organization_id])
    return organization_frame(request, contact.organization, inside=contacts)


def _locked_values(lock: Lock | None, values: dict[str, Any]) -> list[tuple[str, str]]:
    """Label and text of what may only be read."""
    phones = ", ".join(f"{phone.number} ({phone.label})" for phone in values["phones"])
    shown = {**values, "phones": phones, "aliases": ", ".join(values["aliases"])}
    return [(label, shown[name]) for name, label in FIELD_LABELS.items() if lock and name in lock.fields]
