"""Celery's side of the outbox."""

from celery import shared_task
from django.utils import timezone

from organizations import mail
from organizations.wake import wake_letters


@shared_task(name="organizations.send_letters", time_limit=600)
def send_letters(account_id: int) -> None:
    mail.send_letters(account_id, now=timezone.now())


@shared_task(name="organizations.tick_letters", time_limit=30)
def tick_letters() -> None:
    for account_id in mail.accounts_with_due_letters(now=timezone.now()):
        wake_letters(account_id)
