"""The page of a server without accounts: makes the first one and its Administrator, who is signed in then."""

from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from organizations.actions import AccountNameError, NewUser
from organizations.actions.accounts import NotFirstError, create_first_account
from organizations.first_run import is_first_run_token, is_fresh
from organizations.forms.first_run import FirstRunForm
from organizations.models import Account, User
from organizations.preparation import enter_account, prepared_by
from organizations.roles import Role
from organizations.sign_in.entering import enter


class FirstRunRequest(HttpRequest):
    account: Account | None
    is_fresh: bool
    form: FirstRunForm


def _prepare(request: HttpRequest) -> None:
    """Outside the request's transaction: the account must be there before one can begin inside it."""
    running = cast(FirstRunRequest, request)
    running.is_fresh = is_fresh()
    if not running.is_fresh:
        return
    sent = request.POST if request.method == "POST" else None
    form = running.form = FirstRunForm(sent, initial={"token": request.GET.get("token", "")})
    if form.is_valid():
        _create(running, form)


def _create(request: FirstRunRequest, form: FirstRunForm) -> None:
    given = form.cleaned_data
    administrator = NewUser(given["email"], given["name"], Role.ADMINISTRATOR, given["password"])
    try:
        account = create_first_account(
            given["account"], slug=given["slug"], now=timezone.now(), administrator=administrator
        )
    except AccountNameError as error:
        form.add_error("slug", str(error))
    except NotFirstError:
        request.is_fresh = False
    else:
        enter_account(request, account.slug)


@login_not_required
@prepared_by(_prepare)
@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: FirstRunRequest) -> HttpResponse:
    if not request.is_fresh:
        if is_first_run_token(request.POST.get("token", "")):
            # Sent twice, as by a double click: the first has made the account.
            return redirect("organizations:home")
        raise Http404("This server has its first account.")
    if request.account is None:
        status = 422 if request.form.errors else 200
        return render(request, "organizations/first_run.html", {"form": request.form}, status=status)
    user = User.objects.get(account=request.account, email=request.form.cleaned_data["email"].lower())
    target = reverse("organizations:account-home", args=[request.account.slug])
    return enter(request, user, target=target, method="password")
