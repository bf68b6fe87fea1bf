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
from organizations.actions.holding import hold_user
from organizations.actions.links import withdraw_links_of
from organizations.actions.people import NotGrantableError
from organizations.actions.security_notices import tell_user
from organizations.delegation import may_change_user
from organizations.mail import has_mail_server, post
from organizations.models import Account, Activity, Invitation, User
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
    id: int
    address: str
    expires_at: datetime
    #: Whether it is on its way by e-mail; otherwise somebody has to hand the address on.
    is_posted: bool


@transaction.atomic
def invite(user: User, *, now: datetime, actor: User) -> SentInvitation:
    """Earlier links end with it."""
    user = hold_user(user)
    if not may_change_user(actor, user):
        raise NotGrantableError
    refusal = why_no_link(user, actor=actor)
    if refusal:
        raise NotInvitableError(refusal)
    sent = _make_link(user, now=now, actor=actor)
    if sent.is_posted:
        _post(user, sent, now=now, inviter=actor)
    return sent


@transaction.atomic
def make_link_for_operator(user: User, *, now: datetime) -> SentInvitation:
    """The way back in when nobody else can send one; whoever runs the server hands it on."""
    user = hold_user(user)
    if not user.is_active:
        raise NotInvitableError(f"{user.email} is deactivated.")
    return _make_link(user, now=now, actor=None)


def why_no_link(user: User, *, actor: User) -> str:
    """Empty when the actor, who may change the user, may send one. Whoever holds the link is in as the user, with all
    that was granted to them alone; so it is not shown to those who see less."""
    if user.pk == actor.pk:
        return "You change your own password under Security."
    if not user.is_active:
        return f"{user.name} is deactivated. Reactivate them first."
    if actor.has(Right.VIEW_RESTRICTED):
        return ""
    if user.has_come:
        return f"{user.name} has a password. Only Administrators send a link to choose another."
    if not has_mail_server() and not _was_added_by(actor, user):
        return (
            f"Without a mail server, only Administrators and whoever invited {user.name} send another link."
        )
    return ""


def _was_added_by(actor: User, user: User) -> bool:
    lines = Activity.objects.of_account(user.account_id).about_row("user", user.pk)
    return lines.filter(action="user.invited", user=actor).exists()


def _make_link(user: User, *, now: datetime, actor: User | None) -> SentInvitation:
    _unused(user).delete()
    token = secrets.token_urlsafe(32)
    link = Invitation.objects.create(
        account_id=user.account_id,
        user=user,
        token_digest=_digest(token),
        created_by=actor,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    record_activity(
        user.account_id, at=now, action="invitation.sent", subject=user.email, user=actor, about=user
    )
    is_posted = actor is not None and has_mail_server()
    return SentInvitation(link.pk, _address(user, token), link.expires_at, is_posted=is_posted)


@transaction.atomic
def revoke_invitation(user: User, *, now: datetime, actor: User) -> None:
    if not may_change_user(actor, user):
        raise NotGrantableError
    withdraw_links_of(hold_user(user), now=now, actor=actor)


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
    user = hold_user(invitation.user)
    is_first = not user.has_come
    open_still = Invitation.objects.of_account(invitation.account_id).unused().filter(pk=invitation.pk)
    held = open_still.select_for_update().first()
    if held is None or held.expires_at <= now or not user.is_active:
        raise InvitationClosedError
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user)
    held.accepted_at = now
    held.save(update_fields=["accepted_at"])
    record_activity(
        user.account_id, at=now, action="invitation.accepted", subject=user.email, user=user, about=user
    )
    if not is_first:
        tell_user(user, "Your password was changed by a link that you were sent.", now=now, actor=user)
    return user


def _unused(user: User) -> InvitationQuerySet:
    return Invitation.objects.of_account(user.account_id).unused().filter(user=user)


def _digest(token: str) -> str:
    """What is stored: enough to know a link again, and no use to whoever reads the database."""
    return sha256(token.encode(errors="replace")).hexdigest()


def _address(user: User, token: str) -> str:
    path = reverse("organizations:invitation", args=[user.account.slug])
    return f"{settings.PUBLIC_URL}{path}?token={token}"


def _post(user: User, sent: SentInvitation, *, now: datetime, inviter: User) -> None:
    post(
        user.account_id,
        to=[user.email],
        subject=_subject(user),
        body=render_to_string(
            "organizations/mail/invitation.txt",
            {"user": user, "account": user.account, "sent": sent, "inviter": inviter},
        ),
        dedupe_key=f"invitation {sent.id}",
        now=now,
    )


def _subject(user: User) -> str:
    if user.has_come:
        return f"Choose a new password for the documentation of {user.account.name}"
    return f"Your invitation to the documentation of {user.account.name}"
