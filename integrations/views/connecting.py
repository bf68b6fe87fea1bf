"""New integration: what can be connected, and the first step of connecting Microsoft."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from integrations.actions.connecting import NameTakenError, connect_microsoft
from integrations.consent import CALLBACK_PATH
from integrations.forms.connecting import MicrosoftForm
from organizations.access import AccountRequest
from organizations.policies import require
from organizations.roles import Right


@require_safe
def integration_new(request: AccountRequest, account: str) -> HttpResponse:
    require(request.user, Right.MANAGE_INTEGRATIONS)
    return render(request, "integrations/new.html", {"navigation": "admin"})


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def microsoft_new(request: AccountRequest, account: str) -> HttpResponse:
    require(request.user, Right.MANAGE_INTEGRATIONS)
    now = timezone.now()
    form = MicrosoftForm(request.POST if request.method == "POST" else None, today=now.date())
    if form.is_valid():
        try:
            new = connect_microsoft(
                request.account.pk, form.integration(now=now), now=now, actor=request.user
            )
            return redirect("integrations:credentials", account, new.pk)
        except NameTakenError as taken:
            form.add_error("name", str(taken))
    context = {
        "form": form,
        "redirect_uri": f"{settings.PUBLIC_URL}{CALLBACK_PATH}",
        "navigation": "admin",
    }
    return render(request, "integrations/new_microsoft.html", context, status=422 if form.errors else 200)
