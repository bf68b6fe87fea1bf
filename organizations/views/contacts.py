"""Pages of contacts."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from organizations.access import AccountRequest, get_contact, get_organization
from organizations.actions import LockedContactError, edit_contact, values_of
from organizations.contact_columns import contact_columns
from organizations.contact_details import CONTACT_TYPES, FIELD_LABELS
from organizations.contact_locks import Lock, lock_of
from organizations.contact_pages import extra_contact_columns, mentions_of, panels_of
from organizations.forms.contacts import ContactForm
from organizations.lists import ListQuery, ListSpec, build_page
from organizations.models import Contact
from organizations.navigation import organization_frame
from organizations.policies import require, visible_contacts
from organizations.roles import Right

PHONE_LABELS = ("Office", "Mobile", "Home", "Fax")


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
