"""Celery's side of what happens to assets by itself."""

from celery import shared_task
from django.utils import timezone

from flexible_assets.actions import RESTORABLE, purge_deleted_assets
from flexible_assets.actions.files import sweep_files as sweep
from flexible_assets.uploads import clear_incoming
from organizations.access import account_transaction, all_account_ids
from organizations.wake import publish

#: Until the next tick asks again: shorter, and a server that is always syncing would never come to it.
_AN_HOUR = 3600


@shared_task(name="flexible_assets.tick_deleted", time_limit=60)
def tick_deleted() -> None:
    for account_id in all_account_ids():
        publish("flexible_assets.purge_deleted", account_id, expires=_AN_HOUR)


@shared_task(name="flexible_assets.purge_deleted", time_limit=3600)
def purge_deleted(account_id: int) -> None:
    """In batches of a transaction each, so that nobody waits long for what they hold."""
    before = timezone.now() - RESTORABLE
    purged = True
    while purged:
        with account_transaction(account_id):
            purged = bool(purge_deleted_assets(account_id, before=before))


@shared_task(name="flexible_assets.sweep_files", time_limit=6 * 3600)
def sweep_files() -> None:
    """Of all accounts, one after the other, so that it takes one worker from those who wait for an answer. A file of an
    asset that is purged today goes tomorrow."""
    now = timezone.now()
    clear_incoming(now=now)
    for account_id in all_account_ids():
        sweep(account_id, now=now)
