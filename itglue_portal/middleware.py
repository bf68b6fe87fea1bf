"""From a request to its account, one transaction around all of it, and sign-in as the default."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import cast

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.validators import slug_re
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from integrations.consent import CALLBACK_PATH, slug_in
from organizations.access import RESERVED_SLUGS, AccountRequest, find_account
from organizations.models import Account, User
from organizations.preparation import entered_slug, prepare_view
from organizations.scope import account_scope
from organizations.sign_in.gate import is_open_without_second_factor
from organizations.sign_in.policy import lacks_second_factor
from organizations.sign_in.sessions import note_use
from organizations.whence import came_from

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class PreparationMiddleware:
    """Lets views ask other servers before the transaction begins, which would wait for the answer with them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        prepare_view(request)
        return self.get_response(request)


class AccountMiddleware:
    """Enters the account that the path names, then one transaction that reaches until the response is rendered."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        account = self._account_of(request)
        request.account = account  # type: ignore[attr-defined]  # typed on AccountRequest
        scope: AbstractContextManager[None] = account_scope(account.pk) if account else nullcontext()
        with scope, transaction.atomic():
            response = self.get_response(request)
            if response.status_code >= 500 or hasattr(request, "has_raised"):
                # An exception in the view is a response by now; its half-done writes must not be kept.
                transaction.set_rollback(True)
            return response

    def process_view(
        self, request: HttpRequest, view: object, arguments: object, named: dict[str, object]
    ) -> None:
        # A reserved name fits the pattern of an account's.
        if "account" in named and request.account is None:  # type: ignore[attr-defined]  # as above
            raise Http404("No such account.")

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        # Rolled back at the end and not here, since the page that says 404 or 403 still reads its menu.
        request.has_raised = True  # type: ignore[attr-defined]  # for the end of this request

    def _account_of(self, request: HttpRequest) -> Account | None:
        if request.path_info == CALLBACK_PATH:
            # The one address that Microsoft knows is the same for all accounts. A state that names none is answered
            # by the view, in the same words as one that has been made up.
            return _find(slug_in(request.GET.get("state", "")))
        if slug := entered_slug(request):
            return _find(slug)
        slug = request.path_info.lstrip("/").partition("/")[0]
        # What is no slug names no route either; PostgreSQL would choke on a NUL among it.
        if slug in RESERVED_SLUGS or not slug_re.match(slug):
            return None
        account = _find(slug)
        if account is None:
            raise Http404("No such account.")
        return account


def _find(slug: str) -> Account | None:
    with transaction.atomic():
        return find_account(slug) if slug else None


class SignInMiddleware(LoginRequiredMiddleware):
    """Every page of an account asks for sign-in unless its view says otherwise."""

    def handle_no_permission(  # type: ignore[override]  # htmx needs another answer than a redirect
        self, request: HttpRequest, view_func: object
    ) -> HttpResponse:
        account: Account | None = request.account  # type: ignore[attr-defined]  # set by AccountMiddleware
        if account is None:
            raise Http404
        sign_in = reverse("organizations:sign-in", args=[account.slug])
        if request.headers.get("HX-Request"):
            return _leave_for(sign_in)
        # What was sent is lost with the session; a page that only takes what is sent could not be shown after.
        is_page = request.method in {"GET", "HEAD"}
        target = request.get_full_path() if is_page else came_from(request, sign_in)
        return redirect_to_login(target, sign_in)


class SecondFactorMiddleware:
    """Whoever must have a second factor and has none gets one, and nowhere else before."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., object], arguments: object, named: dict[str, object]
    ) -> HttpResponse | None:
        if not isinstance(request.user, User) or is_open_without_second_factor(view):
            return None
        inside = cast(AccountRequest, request)
        if not lacks_second_factor(inside):
            return None
        set_up = reverse("organizations:second-factor-required", args=[inside.account.slug])
        return _leave_for(set_up) if request.headers.get("HX-Request") else HttpResponseRedirect(set_up)


def _leave_for(address: str) -> HttpResponse:
    """htmx would put a redirect's page into the part it asked for."""
    return HttpResponse(status=204, headers={"HX-Redirect": address})


class SessionUseMiddleware:
    """Keeps the list of a user's sessions."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if isinstance(request.user, User):
            note_use(request, now=timezone.now())
        return self.get_response(request)


class PrivatePagesMiddleware:
    """Pages stay out of every cache, those of signing in as well; fragments and pages of one URL are told apart."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Vary", "Cookie, HX-Request")
        return response
