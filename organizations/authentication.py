"""Signing in: by e-mail and password, inside the account that the URL names."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from organizations.models import User


class AccountBackend(BaseBackend):
    def authenticate(
        self, request: HttpRequest | None, email: str = "", password: str = "", **credentials: Any
    ) -> User | None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            User().set_password(
                password
            )  # as slow as a wrong password: the time tells nothing about who exists
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
