"""Invitations: a link with which a user chooses a password, once, within a week; the first, or another one."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from organizations.actions.activity import record_activity
from organizations.actions.people import NotGrantableError
from organizations.delegation import may_change_user
from organizations.mail import has_mail_server, post
from organizations.models import Account, Invitation, User
from organizations.querysets import InvitationQuerySet
from organizations.roles import Right
from organizations.sign_in.sessions import end_sessions

LIFETIME = timedelta(days=7)


class NotInvitableError(ValueError):
    """No link for this user from this actor; the message says why."""


class InvitationClosedError(ValueError):
    """The link was used, withdrawn, replaced or has expired: which of these, a stranger is not told."""


@dataclass(frozen=True)
class SentInvitation:
    address: str
    expires_at: datetime
    #: Whether it is on its way by e-mail; otherwise somebody has to hand the address on.
    is_posted: bool


@transaction.atomic
def invite(user: User, *, now: datetime, actor: User) -> SentInvitation:
    """Earlier links end with it."""
    if not may_change_user(actor, user):
        raise NotGrantableError
    if not user.is_active:
        raise NotInvitableError(f"{user.name} is deactivated. Reactivate them first.")
    if user.has_come and not actor.has(Right.VIEW_RESTRICTED):
        # Whoever holds the link is in as them, with all that was granted to them alone.
        raise NotInvitableError(
            f"{user.name} has a password. Only Administrators send a link to choose another."
        )
    _unused(user).delete()
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        account_id=user.account_id,
        user=user,
        token_digest=_digest(token),
        created_by=actor,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    sent = SentInvitation(_address(user, token), invitation.expires_at, is_posted=has_mail_server())
    if sent.is_posted:
        _post(invitation, sent, now=now)
    record_activity(
        user.account_id, at=now, action="invitation.sent", subject=user.email, user=actor, about=user
    )
    return sent


@transaction.atomic
def revoke_invitation(user: User, *, now: datetime, actor: User) -> None:
    if not may_change_user(actor, user):
        raise NotGrantableError
    deleted, _ = _unused(user).delete()
    if deleted:
        record_activity(
            user.account_id, at=now, action="invitation.revoked", subject=user.email, user=actor, about=user
        )


def find_invitation(account: Account, token: str, *, now: datetime) -> Invitation:
    """The open one of this link, or the one error for all that is wrong."""
    unused = Invitation.objects.of_account(account.pk).unused().filter(token_digest=_digest(token))
    invitation = unused.filter(expires_at__gt=now, user__is_active=True).select_related("user").first()
    if invitation is None:
        raise InvitationClosedError
    return invitation


@transaction.atomic
def accept_invitation(invitation: Invitation, *, password: str, now: datetime) -> User:
    """Locked and read again, so that of two who open one link the second is refused."""
    open_still = Invitation.objects.of_account(invitation.account_id).unused().filter(pk=invitation.pk)
    held = open_still.select_for_update(of=("self",)).select_related("user").first()
    if held is None or held.expires_at <= now or not held.user.is_active:
        raise InvitationClosedError
    user = held.user
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user)
    held.accepted_at = now
    held.save(update_fields=["accepted_at"])
    record_activity(
        user.account_id, at=now, action="invitation.accepted", subject=user.email, user=user, about=user
    )
    return user


def _unused(user: User) -> InvitationQuerySet:
    return Invitation.objects.of_account(user.account_id).unused().filter(user=user)


def _digest(token: str) -> str:
    """What is stored: enough to know a link again, and no use to whoever reads the database."""
    return sha256(token.encode(errors="replace")).hexdigest()


def _address(user: User, token: str) -> str:
    path = reverse("organizations:invitation", args=[user.account.slug])
    return f"{settings.PUBLIC_URL}{path}?token={token}"


def _post(invitation: Invitation, sent: SentInvitation, *, now: datetime) -> None:
    user = invitation.user
    post(
        user.account_id,
        to=[user.email],
        subject=_subject(user),
        body=render_to_string(
            "organizations/mail/invitation.txt",
            {"user": user, "account": user.account, "sent": sent, "inviter": invitation.created_by},
        ),
        dedupe_key=f"invitation {invitation.pk}",
        now=now,
    )


def _subject(user: User) -> str:
    if user.has_come:
        return f"Choose a new password for the documentation of {user.account.name}"
    return f"Your invitation to the documentation of {user.account.name}"
