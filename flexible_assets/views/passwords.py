"""Revealing one password of an asset, to somebody who asked for it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from flexible_assets.access import get_secret
from flexible_assets.actions import reveal_password
from flexible_assets.views.assets import asset_frame
from organizations.access import AccountRequest
from organizations.sealing import SealBrokenError

#: Seconds that a revealed password stays on the page.
SHOWN_FOR = 30


@never_cache
@require_http_methods(["POST"])
def password_reveal(request: AccountRequest, account: str, secret_id: int) -> HttpResponse:
    """A fragment that hides itself again; without script a page of its own."""
    secret = get_secret(request.user, secret_id)
    context = {
        "secret_id": secret.pk,
        "label": secret.field.name,
        "seconds": SHOWN_FOR,
        "text": "",
        "problem": "",
    }
    try:
        context["text"] = reveal_password(secret, now=timezone.now(), actor=request.user)
    except SealBrokenError:
        context["problem"] = "This can't be opened: the key that sealed it is not in SEALING_KEYS."
    if request.headers.get("HX-Request"):
        return render(request, "flexible_assets/partials/password_shown.html", context)
    context |= asset_frame(request, secret.asset)
    return render(request, "flexible_assets/password_revealed.html", context)
