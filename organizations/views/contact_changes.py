"""Adding, editing, archiving and deleting contacts."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from organizations.access import AccountRequest, get_contact, get_organization
from organizations.actions import (
    KeptContactError,
    LockedContactError,
    archive_contacts,
    create_contact,
    delete_contact,
    edit_contact,
    restore_contacts,
    values_of,
)
from organizations.contact_details import CONTACT_TYPES, FIELD_LABELS
from organizations.contact_locks import Lock, lock_of
from organizations.forms.contacts import ContactForm
from organizations.forms.stale import Seen
from organizations.models import Contact
from organizations.navigation import organization_frame
from organizations.policies import require
from organizations.roles import Right
from organizations.stale_forms import StaleFormError
from organizations.views.contacts import contact_frame

PHONE_LABELS = ("Office", "Mobile", "Home", "Fax")
_CHOICES = {"contact_types": CONTACT_TYPES, "phone_labels": PHONE_LABELS}


@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: AccountRequest, account: str, organization_id: int) -> HttpResponse:
    require(request.user, Right.CREATE)
    organization = get_organization(request.user, organization_id)
    sent = request.POST if request.method == "POST" else None
    form = ContactForm(sent, values={"aliases": (), "phones": ()})
    if form.is_valid():
        contact = create_contact(organization, values=form.changes, now=timezone.now(), actor=request.user)
        messages.success(request, f"{contact.name} was added.")
        return redirect("organizations:contact-detail", account, contact.pk)
    contacts = reverse("organizations:contact-list", args=[account, organization.pk])
    context = organization_frame(request, organization, inside=contacts) | _CHOICES | {"form": form}
    return render(request, "organizations/contact_new.html", context, status=200 if sent is None else 422)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: AccountRequest, account: str, contact_id: int) -> HttpResponse:
    require(request.user, Right.EDIT)
    contact = get_contact(request.user, contact_id)
    lock, values = lock_of(contact), values_of(contact)
    sent = request.POST if request.method == "POST" else None
    form = ContactForm(sent, values=values, locked=lock.fields if lock else ())
    seen = Seen(sent, values=values)
    if form.is_valid() and _save(request, contact, form, seen):
        messages.success(request, "Saved.")
        return redirect("organizations:contact-detail", account, contact.pk)
    context = contact_frame(request, contact) | _CHOICES
    context |= {"contact": contact, "form": form, "seen": seen.text}
    context |= {"lock": lock, "locked": _locked_values(lock, values)}
    return render(request, "organizations/contact_edit.html", context, status=200 if sent is None else 422)


@require_POST
def contact_archive(request: AccountRequest, account: str, contact_id: int) -> HttpResponse:
    """And back: the form says which."""
    require(request.user, Right.DELETE)
    contact = get_contact(request.user, contact_id)
    if request.POST.get("archived") == "yes":
        archive_contacts([contact.pk], now=timezone.now(), actor=request.user)
        messages.success(request, f"{contact.name} is archived.")
    else:
        restore_contacts([contact.pk], now=timezone.now(), actor=request.user)
        messages.success(request, f"{contact.name} is back in lists and search.")
    return redirect("organizations:contact-detail", account, contact.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_delete(request: AccountRequest, account: str, contact_id: int) -> HttpResponse:
    require(request.user, Right.DELETE)
    contact = get_contact(request.user, contact_id)
    lock, refusal = lock_of(contact), ""
    if request.method == "POST":
        try:
            delete_contact(contact, now=timezone.now(), actor=request.user)
        except KeptContactError as kept:
            refusal = str(kept)
        else:
            messages.success(request, f"{contact.name} was deleted.")
            return redirect("organizations:contact-list", account, contact.organization_id)
    elif lock is not None:
        refusal = str(KeptContactError(contact, lock))
    context = contact_frame(request, contact) | {"contact": contact, "refusal": refusal}
    status = 422 if request.method == "POST" else 200
    return render(request, "organizations/contact_delete.html", context, status=status)


def _save(request: AccountRequest, contact: Contact, form: ContactForm, seen: Seen) -> bool:
    try:
        edit_contact(contact, changes=form.changes, now=timezone.now(), actor=request.user, seen=seen.marks)
    except StaleFormError as stale:
        seen.tell(form, stale)
        return False
    except LockedContactError as locked:
        # A sync took the contact over since the page was opened.
        form.add_error(None, str(locked))
        return False
    return True


def _locked_values(lock: Lock | None, values: dict[str, Any]) -> list[tuple[str, str]]:
    """Label and text of what may only be read."""
    phones = ", ".join(f"{phone.number} ({phone.label})" for phone in values["phones"])
    shown = {**values, "phones": phones, "aliases": ", ".join(values["aliases"])}
    return [(label, shown[name]) for name, label in FIELD_LABELS.items() if lock and name in lock.fields]
