"""Admin > Account: what is set for the whole account."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from organizations.access import AccountRequest
from organizations.actions.accounts import edit_account
from organizations.forms.groups import AccountSettingsForm
from organizations.models.accounts import SecondFactorPolicy
from organizations.policies import require
from organizations.roles import Right


@require_http_methods(["GET", "HEAD", "POST"])
def account_settings(request: AccountRequest, account: str) -> HttpResponse:
    require(request.user, Right.MANAGE_ACCOUNT)
    sent = request.POST if request.method == "POST" else None
    initial = {"name": request.account.name, "second_factor": request.account.second_factor}
    form = AccountSettingsForm(sent, initial=initial)
    if form.is_valid():
        edit_account(
            request.account,
            name=form.cleaned_data["name"],
            second_factor=SecondFactorPolicy(form.cleaned_data["second_factor"]),
            now=timezone.now(),
            actor=request.user,
        )
        messages.success(request, "Saved.")
        return redirect("organizations:account-settings", account)
    context = {"form": form, "navigation": "admin"}
    return render(
        request, "organizations/account_settings.html", context, status=200 if sent is None else 422
    )
