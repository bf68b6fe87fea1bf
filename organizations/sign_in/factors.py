"""A user's second factors: which there are, adding and taking away, and whether a code or a passkey is theirs.

allauth keeps them and knows the protocols. A code counts once: the row remembers the last one that was taken, under a
lock, where allauth's cache would forget it or let two at the same moment pass.
"""

import base64
import hmac
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import transaction

from organizations.models import User
from organizations.sealing import SealBrokenError, seal, unseal
from organizations.sign_in.adapters import SecondFactorAdapter, secrets_of

logger = logging.getLogger(__name__)

Kind = Authenticator.Type
_PERIOD = 30
#: Clocks that are half a minute off still do.
_TOLERANCE = 1


@dataclass(frozen=True)
class Passkey:
    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Factors:
    app: Authenticator | None
    passkeys: tuple[Passkey, ...]
    #: None when there are none to run out of.
    recovery_codes_left: int | None

    @property
    def any(self) -> bool:
        return self.app is not None or bool(self.passkeys)


def factors_of(user: User) -> Factors:
    rows = list(Authenticator.objects.filter(user_id=user.pk).order_by("pk"))
    codes = next((row for row in rows if row.type == Kind.RECOVERY_CODES), None)
    return Factors(
        app=next((row for row in rows if row.type == Kind.TOTP), None),
        passkeys=tuple(
            Passkey(row.pk, row.data["name"], row.created_at, row.last_used_at)
            for row in rows
            if row.type == Kind.WEBAUTHN
        ),
        recovery_codes_left=None if codes is None else _codes_left(codes, user),
    )


def has_second_factor(user: User) -> bool:
    """Recovery codes alone are none: they stand in for one that is lost."""
    rows = Authenticator.objects.filter(user_id=user.pk)
    return bool(rows.exclude(type=Kind.RECOVERY_CODES).exists())


def has_recovery_codes(user: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Kind.RECOVERY_CODES).exists())


def users_with_second_factor(users: Collection[User]) -> set[int]:
    """As above, of several at once; ids."""
    rows = Authenticator.objects.filter(user_id__in=[user.pk for user in users])
    return set(rows.exclude(type=Kind.RECOVERY_CODES).values_list("user_id", flat=True))


def new_app_secret() -> str:
    return str(generate_totp_secret())


def seal_draft(secret: str, *, user: User) -> str:
    """Until the app's first code is shown, the secret waits in the session, which is a row as well."""
    return seal(secret, place=_draft_of(user)).decode()


def open_draft(sealed: str, *, user: User) -> str | None:
    try:
        return unseal(sealed.encode(), place=_draft_of(user))
    except SealBrokenError:
        return None


def app_picture(user: User, secret: str) -> str:
    """A QR code, as the address of an image: what the content security policy lets a page show."""
    adapter = SecondFactorAdapter()
    drawing = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    return f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}"


def add_app(user: User, secret: str, code: str, *, now: datetime) -> Authenticator | None:
    """In the place of an earlier one. None when the code is not this secret's: nobody shall end up with an app that
    does not work."""
    counter = _counter_of(secret, code, now=now, after=0)
    if counter is None:
        return None
    with secrets_of(user):
        sealed = SecondFactorAdapter().encrypt(secret)
    Authenticator.objects.filter(user_id=user.pk, type=Kind.TOTP).delete()
    return Authenticator.objects.create(
        user=user, type=Kind.TOTP, data={"secret": sealed, "last_counter": counter}, created_at=now
    )


def add_passkey(user: User, name: str, credential: Mapping[str, Any]) -> Authenticator:
    added: Authenticator = WebAuthn.add(user, name, dict(credential)).instance
    return added


def remove_factors(user: User, *, kind: str = "", passkey_id: int | None = None) -> list[str]:
    """Tells the kinds removed. With the last one go the recovery codes, which stand in for nothing then."""
    mine = Authenticator.objects.filter(user_id=user.pk)
    chosen = mine.filter(type=kind) if kind else mine
    if passkey_id is not None:
        chosen = chosen.filter(pk=passkey_id)
    kinds = list(chosen.order_by("pk").values_list("type", flat=True))
    chosen.delete()
    if not has_second_factor(user):
        mine.filter(type=Kind.RECOVERY_CODES).delete()
    return kinds


def rename_passkey(user: User, passkey_id: int, name: str) -> bool:
    row = Authenticator.objects.filter(user_id=user.pk, type=Kind.WEBAUTHN, pk=passkey_id).first()
    if row is None:
        return False
    row.data["name"] = name
    row.save(update_fields=["data"])
    return True


def new_recovery_codes(user: User) -> list[str]:
    """The earlier ones stop working."""
    Authenticator.objects.filter(user_id=user.pk, type=Kind.RECOVERY_CODES).delete()
    with secrets_of(user):
        codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return codes


@transaction.atomic
def take_code(user: User, code: str, *, now: datetime) -> Authenticator | None:
    """The factor that the code proves: of the app, or one of the recovery codes. It can't be used again."""
    rows = Authenticator.objects.select_for_update().filter(user_id=user.pk).order_by("pk")
    code = "".join(code.split())
    with secrets_of(user):
        for row in rows.exclude(type=Kind.WEBAUTHN):
            if _take(row, code, now=now):
                return row
    return None


def _take(row: Authenticator, code: str, *, now: datetime) -> bool:
    try:
        if row.type == Kind.TOTP:
            return _take_app_code(row, code, now=now)
        return bool(row.wrap().validate_code(code))
    except SealBrokenError as error:
        _note_lost_key(row, error)
        return False


def _take_app_code(row: Authenticator, code: str, *, now: datetime) -> bool:
    secret = SecondFactorAdapter().decrypt(row.data["secret"])
    counter = _counter_of(secret, code, now=now, after=row.data.get("last_counter", 0))
    if counter is None:
        return False
    row.data["last_counter"] = counter
    row.save(update_fields=["data"])
    return True


def _counter_of(secret: str, code: str, *, now: datetime, after: int) -> int | None:
    current = int(now.timestamp()) // _PERIOD
    given = "".join(code.split()).encode()
    for counter in range(max(current - _TOLERANCE, after + 1), current + _TOLERANCE + 1):
        if hmac.compare_digest(format_hotp_value(hotp_value(secret, counter)).encode(), given):
            return counter
    return None


def _codes_left(row: Authenticator, user: User) -> int:
    try:
        with secrets_of(user):
            return len(RecoveryCodes(row).get_unused_codes())
    except SealBrokenError as error:
        _note_lost_key(row, error)
        return 0


def _note_lost_key(row: Authenticator, error: SealBrokenError) -> None:
    """Without its key a factor proves nothing; it must not stand in the way of the others."""
    logger.warning("Second factor %s does not open: %s", row.pk, error)


def _draft_of(user: User) -> str:
    return f"app being added for user {user.pk} in account {user.account_id}"
