"""The account's door: choosing an account, signing in and out, and how pages look."""

from typing import cast

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from organizations.access import AccountRequest, VisitRequest, find_account
from organizations.forms.signing_in import AccountForm, SignInForm
from organizations.models import Account, User
from organizations.sign_in.entering import enter
from organizations.sign_in.gate import open_without_second_factor
from organizations.sign_in.log import SIGNED_OUT, record_visit
from organizations.sign_in.provider import configured_provider
from organizations.sign_in.sessions import forget_session

THEMES = ("light", "dark")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Leads to the account: straight there when the server has just one, else by its name."""
    form = AccountForm(request.POST if request.method == "POST" else None)
    accounts = list(Account.objects.order_by("pk")[:2])
    if not accounts:
        return redirect("organizations:first-run")
    if request.method == "GET" and len(accounts) == 1:
        return redirect("organizations:account-home", accounts[0].slug)
    if form.is_valid():
        account = find_account(form.cleaned_data["slug"])
        if account is not None:
            return redirect("organizations:account-home", account.slug)
        form.add_error("slug", "There is no account of this name here.")
    return render(
        request, "organizations/account_choose.html", {"form": form}, status=422 if form.errors else 200
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, account: str) -> HttpResponse:
    target = safe_target(request, account)
    if isinstance(request.user, User):
        return HttpResponseRedirect(target)
    form = SignInForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.user is not None:
        return enter(request, form.user, target=target, method="password")
    return sign_in_page(request, target, form=form)


def sign_in_page(
    request: HttpRequest, target: str, *, form: SignInForm | None = None, refusal: str = ""
) -> HttpResponse:
    form = form or SignInForm(request)
    provider = configured_provider(cast(VisitRequest, request).account.slug)
    context = {"form": form, "next": target, "provider": provider, "refusal": refusal}
    status = 422 if form.errors or refusal else 200
    return render(request, "organizations/sign_in.html", context, status=status)


@open_without_second_factor
@require_POST
def sign_out(request: AccountRequest, account: str) -> HttpResponse:
    record_visit(request.user, SIGNED_OUT, now=timezone.now(), request=request)
    forget_session(request)
    logout(request)
    return redirect("organizations:sign-in", account)


@login_not_required
@open_without_second_factor
@require_POST
def theme(request: AccountRequest, account: str) -> HttpResponse:
    response = HttpResponseRedirect(safe_target(request, account))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            "theme", chosen, max_age=365 * 24 * 3600, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


def safe_target(request: HttpRequest, account: str, *, otherwise: str = "") -> str:
    """The page to go on with: the one that `next` names if it is this account's, for links come from anywhere."""
    target = request.GET.get("next") or request.POST.get("next") or ""
    is_inside = target.startswith(reverse("organizations:account-home", args=[account]))
    if is_inside and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return otherwise or reverse("organizations:account-home", args=[account])
