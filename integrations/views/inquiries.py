"""The live part of an inquiry, which pages ask for until a worker has answered."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from integrations.access import get_inquiry
from integrations.inquiry_pages import InquiryView
from organizations.access import AccountRequest


@require_safe
def inquiry(request: AccountRequest, account: str, integration_id: int, inquiry_id: int) -> HttpResponse:
    view = InquiryView(get_inquiry(request.user, integration_id, inquiry_id))
    response = render(request, "integrations/partials/inquiry.html", {"inquiry": view})
    if not view.is_open:
        # For other parts of a page that depend on the answer; htmx tells them.
        response.headers["HX-Trigger"] = "inquiry-finished"
    return response
