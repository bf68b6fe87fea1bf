"""Celery's side of the outbox, and of files that nobody imported."""

from celery import shared_task
from django.utils import timezone

from organizations import mail
from organizations.access import account_transaction, all_account_ids
from organizations.actions.imports import discard_old_imports
from organizations.wake import wake_letters


@shared_task(name="organizations.send_letters", time_limit=600)
def send_letters(account_id: int) -> None:
    mail.send_letters(account_id, now=timezone.now())


@shared_task(name="organizations.tick_letters", time_limit=30)
def tick_letters() -> None:
    for account_id in mail.accounts_with_due_letters(now=timezone.now()):
        wake_letters(account_id)


@shared_task(name="organizations.tick_imports", time_limit=60)
def tick_imports() -> None:
    for account_id in all_account_ids():
        with account_transaction(account_id):
            discard_old_imports(account_id, now=timezone.now())
