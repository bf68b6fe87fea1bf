"""What every page shows around its content: account, menu, theme and the time."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from organizations.models import User
from organizations.navigation import global_entries
from organizations.roles import Right
from organizations.views.signing_in import THEMES


def frame(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    context: dict[str, Any] = {"theme": theme if theme in THEMES else "", "now": timezone.now()}
    account, user = getattr(request, "account", None), getattr(request, "user", None)
    if account is None or not isinstance(user, User):
        return context | {"account": account}
    return context | {
        "account": account,
        "may_manage_integrations": user.has(Right.MANAGE_INTEGRATIONS),
        "global_types": global_entries(account, user),
    }
