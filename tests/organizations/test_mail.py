"""The outbox: every letter arrives once where nothing goes wrong, at least once where something does, and is told of where it can't."""

from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings as settings_of_django
from django.db import transaction

from organizations import mail, tasks
from organizations.access import account_transaction
from organizations.mail import mail_trouble, post, send_letters
from organizations.models import Letter
from tests.factories import NOW
from tests.mail_server import mail_server

MINUTE = timedelta(minutes=1)
BODY = "Dear all,\n.\nbye"


@pytest.fixture
def server(settings):
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_USE_TLS = False
        settings.EMAIL_TIMEOUT = 5
        settings.DEFAULT_FROM_EMAIL = "Portal <portal@msp.test>"
        settings.PUBLIC_URL = "https://portal.msp.test"
        yield running


@pytest.fixture
def write(account):
    """`write("ada@msp.test")` puts a letter into the account's outbox."""

    def letter(*to: str, key: str = "key", subject: str = "Hello", now=NOW) -> None:
        with account_transaction(account.pk):
            post(account.pk, to=to, subject=subject, body=BODY, dedupe_key=key, now=now)

    return letter


@pytest.fixture
def letters(account):
    """By address: (tries, sent, still to be tried, why not)."""

    def read() -> dict[str, tuple[int, bool, bool, str]]:
        with account_transaction(account.pk):
            return {
                row.to: (row.attempts, row.sent_at is not None, row.next_at is not None, row.detail)
                for row in Letter.objects.all()
            }

    return read


def test_letter_arrives_as_it_was_written(account, server, write, letters):
    write("ada@msp.test", subject="Contoso: the sync failed — again")
    send_letters(account.pk, now=NOW)
    [received] = server.received
    assert (received["To"], received["From"]) == ("ada@msp.test", "Portal <portal@msp.test>")
    assert received["Subject"] == "Contoso: the sync failed — again"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received.get_content().splitlines() == ["Dear all,", ".", "bye"]
    assert letters() == {"ada@msp.test": (1, True, False, "")}


def test_each_recipient_gets_a_letter_of_their_own(account, server, write):
    write("ada@msp.test", "bo@msp.test")
    send_letters(account.pk, now=NOW)
    assert sorted(server.told) == [("ada@msp.test", "Hello"), ("bo@msp.test", "Hello")]


def test_nobody_is_told_the_same_twice(account, server, write):
    write("ada@msp.test", key="expiry 7")
    send_letters(account.pk, now=NOW)
    write("ada@msp.test", "bo@msp.test", key="expiry 7")
    write("ada@msp.test", key="expiry 1")
    send_letters(account.pk, now=NOW)
    assert sorted(to for to, _ in server.told) == ["ada@msp.test", "ada@msp.test", "bo@msp.test"]


def test_letter_of_a_transaction_that_failed_was_never_written(account, server, letters):
    with account_transaction(account.pk):
        post(account.pk, to=["ada@msp.test"], subject="s", body="b", dedupe_key="k", now=NOW)
        transaction.set_rollback(True)
    send_letters(account.pk, now=NOW)
    assert (letters(), server.received) == ({}, [])


def test_line_breaks_in_a_subject_begin_no_other_header(account, server, write):
    write("ada@msp.test", subject="Contoso\r\nBcc: everyone@rival.test\n")
    send_letters(account.pk, now=NOW)
    assert server.told == [("ada@msp.test", "Contoso Bcc: everyone@rival.test")]
    assert server.received[0]["Bcc"] is None


def test_refused_recipient_holds_nobody_else_up(account, server, write, letters):
    server.refusals["gone@msp.test"] = "550 no such user"
    write("gone@msp.test", "bo@msp.test")
    send_letters(account.pk, now=NOW)
    assert server.told == [("bo@msp.test", "Hello")]
    assert letters() == {
        "gone@msp.test": (1, False, True, "550 no such user"),
        "bo@msp.test": (1, True, False, ""),
    }


def test_impossible_address_holds_nobody_else_up(account, server, write, letters):
    write("a@b.test\nBcc: c@d.test", "bo@msp.test")
    send_letters(account.pk, now=NOW)
    assert server.told == [("bo@msp.test", "Hello")]
    assert [tried for tried in letters().values() if not tried[1]] == [
        (1, False, True, letters()["a@b.test\nBcc: c@d.test"][3])
    ]


def test_refused_letter_is_tried_again_later_and_later(account, server, write, letters):
    server.refusals["ada@msp.test"] = "451 try later"
    write("ada@msp.test")
    tries, moment = [], NOW
    while moment < NOW + timedelta(minutes=16):
        before = letters()["ada@msp.test"][0]
        send_letters(account.pk, now=moment)
        if letters()["ada@msp.test"][0] > before:
            tries.append(round((moment - NOW) / MINUTE))
        moment += MINUTE
    assert tries == [0, 1, 3, 7, 15]
    server.refusals.clear()
    send_letters(account.pk, now=NOW + timedelta(hours=1))
    assert letters()["ada@msp.test"] == (6, True, False, "")


def test_unreachable_server_puts_all_letters_back_at_once(account, server, write, letters, settings):
    settings.EMAIL_PORT = 1
    write("ada@msp.test", "bo@msp.test")
    send_letters(account.pk, now=NOW)
    assert {(tries, sent, waits) for tries, sent, waits, _ in letters().values()} == {(1, False, True)}
    settings.EMAIL_PORT = server.port
    send_letters(account.pk, now=NOW + MINUTE)
    assert sorted(server.told) == [("ada@msp.test", "Hello"), ("bo@msp.test", "Hello")]


def test_letter_is_sent_again_when_the_server_hangs_up_in_the_middle(account, server, write, letters):
    """Whether it was kept is unknown, so it goes twice, under one Message-ID."""
    server.hangs_up_after = 1
    write("ada@msp.test")
    send_letters(account.pk, now=NOW)
    assert letters()["ada@msp.test"][:3] == (1, False, True)
    send_letters(account.pk, now=NOW + MINUTE)
    assert letters()["ada@msp.test"][:3] == (2, True, False)
    assert len({str(each["Message-ID"]) for each in server.received}) == 1 < len(server.received)


def test_letters_of_a_worker_that_died_are_sent_by_another(account, server, write, letters):
    write("ada@msp.test")
    assert len(mail._take(account.pk, now=NOW)) == 1  # and then it dies
    send_letters(account.pk, now=NOW + MINUTE)
    assert server.received == []
    send_letters(account.pk, now=NOW + mail.LEASE)
    assert server.told == [("ada@msp.test", "Hello")]


def test_result_of_a_worker_that_was_too_slow_counts_no_more(account, server, write, letters):
    write("ada@msp.test")
    [slow] = mail._take(account.pk, now=NOW)
    send_letters(account.pk, now=NOW + mail.LEASE)
    mail._postpone([slow], TimeoutError("slow"), now=NOW)
    assert letters()["ada@msp.test"] == (2, True, False, "")


def test_workers_at_once_send_each_letter_once(account, server, write, in_threads):
    write(*[f"person{number}@msp.test" for number in range(12)])
    in_threads(*[lambda: send_letters(account.pk, now=NOW)] * 3)
    assert len(server.told) == len(set(server.told)) == 12


def test_letter_that_no_server_takes_for_days_is_given_up_and_told_of(
    account, server, write, letters, inside
):
    server.refusals["ada@msp.test"] = "550 no such user"
    write("ada@msp.test")
    send_letters(account.pk, now=NOW)
    late = NOW + mail.GIVEN_UP_AFTER + MINUTE
    send_letters(account.pk, now=late)
    server.refusals.clear()
    send_letters(account.pk, now=late + mail.LONGEST_WAIT)
    assert (server.received, letters()["ada@msp.test"]) == ([], (1, False, False, "550 no such user"))
    with inside():
        assert mail_trouble(account.pk) == (
            "1 e-mail could not be sent. The newest, to ada@msp.test, was given up; "
            "the mail server said: 550 no such user"
        )


def test_without_a_mail_server_letters_wait_and_the_pages_say_so(account, write, letters, inside, settings):
    settings.EMAIL_HOST = ""
    write("ada@msp.test")
    send_letters(account.pk, now=NOW)
    assert letters() == {"ada@msp.test": (0, False, True, "")}
    assert mail.accounts_with_due_letters(now=NOW) == []
    with inside():
        assert mail_trouble(account.pk).startswith("This portal has no mail server yet")


def test_nothing_is_said_while_all_is_well(account, server, write, inside):
    write("ada@msp.test")
    with inside():
        assert mail_trouble(account.pk) == ""


def test_old_letters_are_forgotten(account, server, write, letters):
    write("ada@msp.test")
    write("bo@msp.test", key="other", now=NOW + mail.KEPT + MINUTE)
    assert list(letters()) == ["bo@msp.test"]


def test_mail_is_never_sent_inside_a_transaction(account, server, inside):
    with inside(), pytest.raises(RuntimeError, match="inside a database transaction"):
        send_letters(account.pk, now=NOW)


def test_letters_of_another_account_stay_where_they_are(account, rival, server, write):
    write("ada@msp.test")
    send_letters(rival.pk, now=NOW)
    assert server.received == []


def test_clock_finds_accounts_with_something_to_send(account, rival, server, write):
    write("ada@msp.test", "bo@msp.test")
    due = mail.accounts_with_due_letters(now=NOW)
    assert (due.count(account.pk), due.count(rival.pk)) == (1, 0)
    send_letters(account.pk, now=NOW)
    assert account.pk not in mail.accounts_with_due_letters(now=NOW + timedelta(days=1))


def test_tasks_are_known_by_name_limited_in_time_and_ticks_go_first():
    ours = {name for name in current_app.tasks if name.startswith("organizations.")}
    assert ours == {"organizations.send_letters", "organizations.tick_letters", "organizations.tick_imports"}
    assert all(task.time_limit for task in (tasks.send_letters, tasks.tick_letters, tasks.tick_imports))
    router = current_app.amqp.router
    assert router.route({}, "organizations.tick_letters")["queue"].name == "control"
    assert settings_of_django.CELERY_BEAT_SCHEDULE["letters"]["task"] == "organizations.tick_letters"


def test_words_of_a_letter_are_forgotten_once_it_is_sent(account, server, write, inside):
    """A link in it may still open something."""
    server.refusals["bob@msp.test"] = "450 later"
    write("ada@msp.test", "bob@msp.test")
    send_letters(account.pk, now=NOW)
    with inside():
        assert dict(Letter.objects.values_list("to", "body")) == {"ada@msp.test": "", "bob@msp.test": BODY}
