"""What every page shows around its content: account, menu, theme and the time."""

from functools import cache, partial
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from organizations.models import User
from organizations.navigation import admin_entries, global_entries
from organizations.views.signing_in import THEMES


def frame(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    context: dict[str, Any] = {"theme": theme if theme in THEMES else "", "now": timezone.now()}
    account, user = getattr(request, "account", None), getattr(request, "user", None)
    if account is None or not isinstance(user, User):
        return context | {"account": account}
    return context | {
        "account": account,
        # Called by the template that shows them: fragments of the page have this context as well, and no menus.
        "admin_entries": cache(partial(admin_entries, account, user)),
        "global_entries": cache(partial(global_entries, account, user)),
    }
