"""Accepting an invitation: the one page of an account, beside its sign-in, that strangers open."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from organizations.access import AccountRequest
from organizations.actions.invitations import InvitationClosedError, accept_invitation, find_invitation
from organizations.forms.people import PasswordForm
from organizations.sign_in.entering import enter
from organizations.sign_in.gate import open_without_second_factor


@login_not_required
@open_without_second_factor
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: AccountRequest, account: str) -> HttpResponse:
    now = timezone.now()
    try:
        found = find_invitation(request.account, request.GET.get("token", ""), now=now)
        is_first = not found.user.has_come
        form = PasswordForm(request.POST if request.method == "POST" else None, user=found.user)
        if form.is_valid():
            user = accept_invitation(found, password=form.cleaned_data["password"], now=now)
            home = reverse("organizations:account-home", args=[account])
            return enter(request, user, target=home, method="invitation")
    except InvitationClosedError:
        return render(request, "organizations/invitation_closed.html", status=404)
    context = {"form": form, "person": found.user, "is_first": is_first}
    status = 422 if form.is_bound else 200
    return render(request, "organizations/invitation_accept.html", context, status=status)
