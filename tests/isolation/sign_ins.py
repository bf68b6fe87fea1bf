"""The people who ask, each signed in once for many looks."""

import time
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.test import Client

from organizations.access import account_transaction
from organizations.recent_sign_in import RECENT
from organizations.roles import Role
from tests.factories import PASSWORD
from tests.isolation.sides import DEACTIVATED, Side

ANONYMOUS, FOREIGNER = "anonymous", "administrator of another account"
#: Early enough that pages which want a recent sign-in are content until the looks at a route are done.
KEPT = RECENT - timedelta(minutes=5)


class SignIns:
    def __init__(self, own: Side, rival: Side) -> None:
        self.own, self.rival = own, rival
        self._cookies: dict[str, Any] = {}
        self._since: dict[str, float] = {}

    def cookies_of(self, person: str) -> Any:
        return self._cookies[person]

    def prepare(self, people: Sequence[str]) -> None:
        """Before the looks, for signing in writes to an account that they must leave as it is."""
        for person in people:
            since = self._since.get(person)
            if since is None or time.monotonic() - since > KEPT.total_seconds():
                self.renew(person)

    def renew(self, person: str) -> None:
        client = Client(HTTP_HOST="localhost")
        side = self.rival if person == FOREIGNER else self.own
        user = side.people.get(Role.ADMINISTRATOR if person == FOREIGNER else person)
        if user is not None:
            _set_active(side, user, active=True)
            response = client.post(
                f"/{side.account.slug}/sign-in/", {"email": user.email, "password": PASSWORD}
            )
            assert response.status_code == HTTPStatus.FOUND
            _set_active(side, user, active=person != DEACTIVATED)
        self._cookies[person], self._since[person] = client.cookies, time.monotonic()


def _set_active(side: Side, user: Any, *, active: bool) -> None:
    if user.is_active != active:
        with account_transaction(side.account.pk):
            user.is_active = active
            user.save(update_fields=["is_active"])
