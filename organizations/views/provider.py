"""Signing in by the company's own service: there, and back again."""

import hmac
import logging
from collections.abc import Callable
from typing import TypeVar, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import resolve
from django.utils import timezone
from django.views.decorators.http import require_GET

from organizations.actions.signing_in import UnknownPersonError, recognize
from organizations.models import Account, User
from organizations.preparation import enter_account, prepared_by
from organizations.sign_in.attempts import begin_journey, counting
from organizations.sign_in.entering import enter
from organizations.sign_in.provider import (
    ExternalPerson,
    Journey,
    Provider,
    ProviderError,
    configured_provider,
    open_journey,
    redeem,
    send_there,
)
from organizations.views.signing_in import safe_target, sign_in_page

logger = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")
_NONCE = "provider_nonce"
_NOT_REACHED = "{name} could not be reached, or did not answer as agreed. Try again, or sign in another way."
_NOT_KNOWN = (
    "You are signed in at {name}, but no active user of this account is known by that. Ask an Administrator, "
    "or sign in another way."
)
_NOT_BEGUN = "This sign-in did not begin in this browser, or took too long. Try again."


class ProviderRequest(HttpRequest):
    """With what was found out before the transaction."""

    account: Account | None
    provider: Provider | None
    journey: Journey | None
    address: str
    person: ExternalPerson | None
    #: Why the service was not asked, or not believed; for the page.
    refusal: str


def _prepare_leaving(request: HttpRequest) -> None:
    journeying = cast(ProviderRequest, request)
    slug = resolve(request.path_info).kwargs["account"]
    provider = journeying.provider = configured_provider(slug)
    if provider is None or request.method != "GET":
        return
    journey = journeying.journey = Journey(slug, safe_target(request, slug), timezone.now().timestamp())
    journeying.address = _asking(journeying, provider, lambda: send_there(provider, journey)) or ""


def _asking(request: ProviderRequest, provider: Provider, ask: Callable[[], _Answer]) -> _Answer | None:
    """What the service answers; or nothing, and the request tells why."""
    request.refusal = ""
    try:
        with counting():
            begin_journey(request)
        return ask()
    except ValidationError as refused:
        request.refusal = str(refused.message)
    except ProviderError as error:
        logger.warning("Sign-in service: %s", error)
        request.refusal = _NOT_REACHED.format(name=provider.name)
    return None


@login_not_required
@prepared_by(_prepare_leaving)
@require_GET
def provider_start(request: ProviderRequest, account: str) -> HttpResponse:
    if request.provider is None:
        raise Http404("No sign-in service is set up.")
    if request.refusal:
        return sign_in_page(request, safe_target(request, account), refusal=request.refusal)
    request.session[_NONCE] = request.journey.nonce if request.journey else ""
    return HttpResponseRedirect(request.address)


def _prepare_answer(request: HttpRequest) -> None:
    journeying = cast(ProviderRequest, request)
    journeying.person = None
    journey = journeying.journey = open_journey(request.GET.get("state", ""), now=timezone.now())
    provider = journeying.provider = configured_provider(journey.slug) if journey else None
    if provider is None or journey is None or request.method != "GET":
        return
    enter_account(request, journey.slug)
    code = request.GET.get("code", "")
    # Whoever turned back there comes without one.
    journeying.refusal = _NOT_REACHED.format(name=provider.name)
    if code:
        journeying.person = _asking(journeying, provider, lambda: redeem(provider, journey, code))


@login_not_required
@prepared_by(_prepare_answer)
@require_GET
def provider_answer(request: ProviderRequest) -> HttpResponse:
    provider, journey, account = request.provider, request.journey, request.account
    if provider is None or journey is None or account is None:
        return render(request, "organizations/sign_in_lost.html", status=400)
    if isinstance(request.user, User):
        return HttpResponseRedirect(journey.target)
    expected = str(request.session.pop(_NONCE, ""))
    if not hmac.compare_digest(expected.encode(), journey.nonce.encode()):
        return sign_in_page(request, journey.target, refusal=_NOT_BEGUN)
    if request.person is None:
        return sign_in_page(request, journey.target, refusal=request.refusal)
    try:
        user = recognize(account, request.person, now=timezone.now())
    except UnknownPersonError as error:
        logger.warning("Sign-in service, account %s: %s", account.slug, error)
        return sign_in_page(request, journey.target, refusal=_NOT_KNOWN.format(name=provider.name))
    return _let_in(request, user, journey, request.person)


def _let_in(request: HttpRequest, user: User, journey: Journey, person: ExternalPerson) -> HttpResponse:
    return enter(
        request,
        user,
        target=journey.target,
        method="provider",
        second_factor_vouched=person.has_second_factor,
    )
