"""Links with which users choose a password, taken back."""

from datetime import datetime

from organizations.actions.activity import record_activity
from organizations.delegation import may_change_user
from organizations.models import Invitation, User
from organizations.querysets import InvitationQuerySet


def withdraw_links_of(user: User, *, now: datetime, actor: User) -> None:
    _withdraw(_unused(user).filter(user=user), now=now, actor=actor)


def withdraw_links_with(user: User, *, now: datetime, actor: User) -> None:
    """Those for somebody deactivated, and those they have sent: without a mail server they know what these say."""
    links = _unused(user)
    _withdraw(links.filter(user=user) | links.filter(created_by=user), now=now, actor=actor)


def withdraw_links_beyond(user: User, *, now: datetime, actor: User) -> None:
    """Those of senders who could not give the user's present role: they must not come to it by their own link."""
    links = _unused(user).filter(user=user).select_related("created_by")
    beyond = [link.pk for link in links if link.created_by and not may_change_user(link.created_by, user)]
    _withdraw(_unused(user).filter(pk__in=beyond), now=now, actor=actor)


def _unused(user: User) -> InvitationQuerySet:
    return Invitation.objects.of_account(user.account_id).unused()


def _withdraw(links: InvitationQuerySet, *, now: datetime, actor: User) -> None:
    for link in links.select_related("user").order_by("pk"):
        invited = link.user
        link.delete()
        record_activity(
            invited.account_id,
            at=now,
            action="invitation.revoked",
            subject=invited.email,
            user=actor,
            about=invited,
        )
