"""The way back in for a user who forgot their password, where no Administrator is left to send them a link."""

from django.core.management.base import CommandError
from django.utils import timezone

from organizations.actions.invitations import NotInvitableError, make_link_for_operator
from organizations.management.operator import UserCommand
from organizations.models import User


class Command(UserCommand):
    help = "Prints a link with which a user chooses a new password: once, within a week. Second factors stay."

    def act(self, user: User) -> str:
        try:
            return make_link_for_operator(user, now=timezone.now()).address
        except NotInvitableError as refused:
            raise CommandError(str(refused)) from None
