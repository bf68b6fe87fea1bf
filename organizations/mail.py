"""The outbox: e-mail is a row, written together with what it tells of, and handed to the mail server by a worker."""

import logging
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from organizations.access import account_transaction
from organizations.models import Letter
from organizations.wake import wake_letters

logger = logging.getLogger(__name__)

#: Letters that one worker takes at a time, and how long it has for them before another one tries.
BATCH = 20
LEASE = timedelta(minutes=10)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)
#: Old news helps nobody: a letter that no server took for so long is given up.
GIVEN_UP_AFTER = timedelta(days=3)
KEPT = timedelta(days=30)

#: The server answered and refused this one letter; it may well take the next. A ValueError is a header it can't have.
_REFUSALS = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError, ValueError)


def has_mail_server() -> bool:
    return bool(settings.EMAIL_HOST)


def post(
    account_id: int, *, to: Collection[str], subject: str, body: str, dedupe_key: str, now: datetime
) -> None:
    """A letter to each address, in the caller's transaction; who has one of this key already gets no other."""
    Letter.objects.of_account(account_id).filter(created_at__lt=now - KEPT).delete()
    letters = [
        Letter(
            account_id=account_id,
            to=address,
            # Names from elsewhere may hold line breaks, which would begin another header.
            subject=" ".join(subject.split())[:200],
            body=body,
            dedupe_key=dedupe_key,
            created_at=now,
            next_at=now,
        )
        for address in to
    ]
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    transaction.on_commit(partial(wake_letters, account_id), robust=True)


def send_letters(account_id: int, *, now: datetime) -> None:
    """Sends what is due. A worker that dies in the middle leaves its letters to another, so that one may go twice."""
    if connection.in_atomic_block:
        raise RuntimeError("Mail must not be sent inside a database transaction.")
    if not has_mail_server():
        return
    letters = _take(account_id, now=now)
    backend = get_connection()
    for place, letter in enumerate(letters):
        try:
            _message(letter, backend).send()
        except _REFUSALS as error:
            _postpone([letter], error, now=now)
        except OSError as error:
            # The server itself is in trouble, and the other letters would each wait for it in vain.
            _postpone(letters[place:], error, now=now)
            break
        else:
            # Without its words, since a link in them may still open something.
            _record(letter, sent_at=now, next_at=None, detail="", body="")
    with suppress(OSError):
        backend.close()
    if len(letters) == BATCH:
        wake_letters(account_id)


def accounts_with_due_letters(*, now: datetime) -> list[int]:
    """What the clock asks, of all accounts; without a mail server nothing is due."""
    if not has_mail_server():
        return []
    due = Letter.objects.using("scheduler").due(now=now)
    return list(due.order_by("account_id").values_list("account_id", flat=True).distinct())


def mail_trouble(account_id: int) -> str:
    """What somebody who waits for e-mail should know; empty when all is well."""
    if not has_mail_server():
        return (
            "This portal has no mail server yet, so e-mail is not sent. "
            "Its operator can set one: docs/operations.md, E-mail."
        )
    letters = Letter.objects.of_account(account_id).unsent().exclude(detail="").order_by("-id")
    latest = letters.first()
    if latest is None:
        return ""
    count = letters.count()
    what = "1 e-mail" if count == 1 else f"{count:,} e-mails"
    fate = "is tried again" if latest.next_at else "was given up"
    return (
        f"{what} could not be sent. The newest, to {latest.to}, {fate}; the mail server said: {latest.detail}"
    )


def _take(account_id: int, *, now: datetime) -> list[Letter]:
    """Until the lease is over nobody else takes these; `attempts` tells this try from later ones."""
    with account_transaction(account_id):
        due = Letter.objects.of_account(account_id).due(now=now)
        given_up = due.filter(created_at__lt=now - GIVEN_UP_AFTER).update(next_at=None)
        if given_up:
            logger.error("%s letters of account %s found no mail server in time", given_up, account_id)
        letters = list(due.select_for_update(skip_locked=True).order_by("next_at", "id")[:BATCH])
        for letter in letters:
            letter.attempts += 1
            letter.next_at = now + LEASE
        Letter.objects.bulk_update(letters, ["attempts", "next_at"])
    return letters


def _message(letter: Letter, backend: BaseEmailBackend) -> EmailMessage:
    """The same Message-ID at every try, by which mail programs know a letter that went twice."""
    host = urlsplit(settings.PUBLIC_URL).hostname
    headers = {
        "Message-ID": f"<letter-{letter.account_id}-{letter.pk}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
    return EmailMessage(letter.subject, letter.body, to=[letter.to], connection=backend, headers=headers)


def _postpone(letters: Sequence[Letter], error: Exception, *, now: datetime) -> None:
    reason = _reason(error)
    logger.warning("%s letters of account %s wait: %s", len(letters), letters[0].account_id, reason)
    for letter in letters:
        wait = min(FIRST_WAIT * 2 ** (letter.attempts - 1), LONGEST_WAIT)
        _record(letter, next_at=now + wait, detail=reason)


def _reason(error: Exception) -> str:
    """The server's own words where it said any."""
    words: bytes | str
    match error:
        case SMTPRecipientsRefused(recipients=refused):
            code, words = next(iter(refused.values()))
        case SMTPResponseException(smtp_code=code, smtp_error=words):
            pass
        case _:
            return (str(error) or type(error).__name__)[:500]
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {text}"[:500]


def _record(letter: Letter, **result: Any) -> None:
    """Unless the lease was over and somebody else tries it by now."""
    with account_transaction(letter.account_id):
        letters = Letter.objects.of_account(letter.account_id)
        letters.filter(pk=letter.pk, attempts=letter.attempts).update(**result)
