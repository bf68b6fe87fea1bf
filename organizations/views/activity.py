"""The activity log: of the account, of an organization, of a contact, and each line in full."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from organizations.access import AccountRequest, get_contact, get_organization
from organizations.activity_list import SYSTEM, LogScope, activity_page
from organizations.log_changes import read_details
from organizations.log_fields import fields_of
from organizations.log_rules import get_line
from organizations.log_words import words_of
from organizations.navigation import organization_frame
from organizations.policies import require
from organizations.roles import Right
from organizations.subjects import links_of, subjects


@require_http_methods(["GET", "HEAD", "POST"])
def account_activity(request: AccountRequest, account: str) -> HttpResponseBase:
    require(request.user, Right.VIEW_ACTIVITY)
    template = "organizations/activity_account.html"
    return activity_page(request, LogScope(), template=template, frame={"navigation": "admin"})


@require_http_methods(["GET", "HEAD", "POST"])
def organization_activity(request: AccountRequest, account: str, organization_id: int) -> HttpResponseBase:
    require(request.user, Right.VIEW_HISTORY)
    organization = get_organization(request.user, organization_id)
    template = "organizations/activity_organization.html"
    frame = organization_frame(request, organization)
    return activity_page(request, LogScope(organization), template=template, frame=frame)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_activity(request: AccountRequest, account: str, contact_id: int) -> HttpResponseBase:
    require(request.user, Right.VIEW_HISTORY)
    contact = get_contact(request.user, contact_id)
    contacts = reverse("organizations:contact-list", args=[account, contact.organization_id])
    record_url = reverse("organizations:contact-detail", args=[account, contact.pk])
    frame = organization_frame(request, contact.organization, inside=contacts)
    return activity_page(
        request,
        LogScope(contact.organization, contact),
        template="organizations/activity_record.html",
        frame=frame | {"record_name": contact.name, "record_url": record_url},
    )


@require_safe
def activity_detail(request: AccountRequest, account: str, activity_id: int) -> HttpResponse:
    require(request.user, Right.VIEW_HISTORY)
    line = get_line(request.user, activity_id)
    place = (line.subject_kind, line.subject_id or 0)
    known = subjects().get(line.subject_kind)
    context = {
        "line": line,
        "words": words_of(line.action),
        "who": line.user.name if line.user else SYSTEM,
        "details": read_details(line.details, fields_of([line]).get(line.pk)),
        "kind": known.label if known else "",
        "link": links_of(request.user, account, [place]).get(place),
        "may_view_account": request.user.has(Right.VIEW_ACTIVITY),
    }
    return render(request, "organizations/activity_detail.html", context)
