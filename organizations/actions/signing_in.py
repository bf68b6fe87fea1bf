"""How users prove who they are: passwords, second factors, and who they are elsewhere."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from organizations.actions.activity import record_activity
from organizations.actions.holding import hold_user
from organizations.actions.security_notices import tell_user
from organizations.models import Account, ExternalIdentity, User
from organizations.sign_in import factors
from organizations.sign_in.provider import ExternalPerson
from organizations.sign_in.sessions import end_session, end_sessions

APP, PASSKEY, CODES = "authenticator app", "passkey", "recovery codes"
_WORDS = {
    Authenticator.Type.TOTP.value: APP,
    Authenticator.Type.WEBAUTHN.value: PASSKEY,
    Authenticator.Type.RECOVERY_CODES.value: CODES,
}


class UnknownPersonError(Exception):
    """The sign-in service knows them, this account does not; the message says why, for the log."""


@transaction.atomic
def change_password(user: User, password: str, *, this_session: str | None, now: datetime) -> None:
    """Everyone who is signed in with the earlier one is signed out, but for the session that asks."""
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user, but=this_session)
    _record(user, "user.password_changed", now=now, actor=user)
    tell_user(user, "Your password was changed.", now=now, actor=user)


@transaction.atomic
def add_app(user: User, secret: str, code: str, *, now: datetime) -> bool:
    """Whether the code is right, without which nothing is added."""
    hold_user(user)
    if factors.add_app(user, secret, code, now=now) is None:
        return False
    _record(user, "user.second_factor_added", now=now, actor=user, details={"kind": APP})
    tell_user(user, "An authenticator app was added to your second factors.", now=now, actor=user)
    return True


@transaction.atomic
def add_passkey(user: User, name: str, *, credential: Mapping[str, Any], now: datetime) -> None:
    factors.add_passkey(user, name, credential)
    _record(user, "user.second_factor_added", now=now, actor=user, details={"kind": PASSKEY, "name": name})
    tell_user(user, f"The passkey “{name}” was added to your second factors.", now=now, actor=user)


@transaction.atomic
def remove_app(user: User, *, now: datetime) -> bool:
    return _remove(user, kind=Authenticator.Type.TOTP, passkey_id=None, now=now)


@transaction.atomic
def remove_passkey(user: User, passkey_id: int, *, now: datetime) -> bool:
    return _remove(user, kind=Authenticator.Type.WEBAUTHN, passkey_id=passkey_id, now=now)


@transaction.atomic
def renew_recovery_codes(user: User, *, now: datetime) -> list[str]:
    hold_user(user)
    had = factors.has_recovery_codes(user)
    codes = factors.new_recovery_codes(user)
    _record(user, "user.recovery_codes_made", now=now, actor=user)
    if had:
        what = "New recovery codes were made for you. The earlier ones no longer work."
        tell_user(user, what, now=now, actor=user)
    return codes


@transaction.atomic
def reset_second_factors(user: User, *, now: datetime, actor: User | None = None) -> list[str]:
    """For somebody who lost theirs: takes all of them away and signs them out everywhere. Tells what there was.

    Who may ask for it is for the caller to know: `delegation.may_change_user`.
    """
    removed = [_WORDS[kind] for kind in factors.remove_factors(user)]
    end_sessions(user)
    _record(user, "user.second_factors_reset", now=now, actor=actor, details={"kinds": removed})
    tell_user(user, "All your second factors were removed, and you were signed out.", now=now, actor=actor)
    return removed


@transaction.atomic
def end_one_session(user: User, session_id: int, *, now: datetime) -> bool:
    has_ended = end_session(user, session_id)
    if has_ended:
        _record(user, "user.session_ended", now=now, actor=user)
    return has_ended


@transaction.atomic
def end_other_sessions(user: User, *, this_session: str | None, now: datetime) -> int:
    """Tells how many."""
    ended = end_sessions(user, but=this_session)
    if ended:
        _record(user, "user.session_ended", now=now, actor=user, details={"sessions": ended})
    return ended


@transaction.atomic
def recognize(account: Account, person: ExternalPerson, *, now: datetime) -> User:
    """The user whom the sign-in service means. Met for the first time, they are known by the e-mail address that it
    vouches for, and from then on by its own name for them alone: addresses are given to others, in time."""
    bound = (
        ExternalIdentity.objects.filter(account=account, issuer=person.issuer, subject=person.subject)
        .select_related("user")
        .first()
    )
    user = bound.user if bound else _bind_by_email(account, person, now=now)
    if not user.is_active:
        raise UnknownPersonError("The user is deactivated.")
    return user


@transaction.atomic
def release_identity(user: User, *, now: datetime, actor: User) -> bool:
    """The next sign-in there binds by e-mail address again."""
    released = list(user.identities.all())
    for identity in released:
        identity.delete()
        _record(user, "user.identity_released", now=now, actor=actor, details={"email": identity.email})
        what = f"Signing in as {identity.email} at your company's sign-in service was unlinked."
        tell_user(user, what, now=now, actor=actor)
    return bool(released)


def _bind_by_email(account: Account, person: ExternalPerson, *, now: datetime) -> User:
    if not person.email:
        raise UnknownPersonError("The sign-in service vouches for no e-mail address.")
    users = User.objects.filter(account=account, email=person.email)
    user: User | None = users.select_for_update().first()
    if user is None or not user.is_active:
        raise UnknownPersonError("No active user has this e-mail address.")
    if user.identities.filter(issuer=person.issuer).exists():
        raise UnknownPersonError("The user is bound to somebody else there.")
    ExternalIdentity.objects.create(
        account=account,
        user=user,
        issuer=person.issuer,
        subject=person.subject,
        email=person.email,
        bound_at=now,
    )
    _record(user, "user.identity_bound", now=now, actor=user, details={"email": person.email})
    what = f"Signing in as {person.email} at your company's sign-in service lets you in from now on."
    tell_user(user, what, now=now, actor=user)
    return user


def _remove(user: User, *, kind: str, passkey_id: int | None, now: datetime) -> bool:
    removed = factors.remove_factors(user, kind=kind, passkey_id=passkey_id)
    for each in removed:
        _record(user, "user.second_factor_removed", now=now, actor=user, details={"kind": _WORDS[each]})
        tell_user(user, f"One of your second factors was removed: {_WORDS[each]}.", now=now, actor=user)
    return bool(removed)


def _record(
    user: User, action: str, *, now: datetime, actor: User | None, details: dict[str, Any] | None = None
) -> None:
    record_activity(
        user.account_id, at=now, action=action, subject=user.email, user=actor, about=user, details=details
    )
