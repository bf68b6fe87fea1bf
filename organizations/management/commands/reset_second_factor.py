"""The way back in for a user who lost every second factor, and perhaps for the last Administrator."""

from django.utils import timezone

from organizations.actions.signing_in import reset_second_factors
from organizations.management.operator import UserCommand
from organizations.models import User


class Command(UserCommand):
    help = "Takes away all second factors of a user and signs them out; they sign in by password and add new ones."

    def act(self, user: User) -> str:
        had = ", ".join(reset_second_factors(user, now=timezone.now())) or "none to remove"
        return f"Second factors of {user.email}: {had}. They are signed out everywhere."
