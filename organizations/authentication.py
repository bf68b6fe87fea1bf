"""Signing in: by e-mail and password, inside the account that the URL names."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db.models import QuerySet
from django.http import HttpRequest

from organizations.models import User
from organizations.scope import current_account_id


class AccountBackend(BaseBackend):
    def authenticate(
        self, request: HttpRequest | None, email: str = "", password: str = "", **credentials: Any
    ) -> User | None:
        user = _users_of_this_account().filter(email=email.strip().lower()).first()
        if user is None:
            User().set_password(
                password
            )  # as slow as a wrong password: the time tells nothing about who exists
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        users = _users_of_this_account().select_related("account")
        return users.filter(pk=user_id, is_active=True).first()


def _users_of_this_account() -> QuerySet[User]:
    account_id = current_account_id()
    return User.objects.none() if account_id is None else User.objects.filter(account_id=account_id)
