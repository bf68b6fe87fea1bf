"""Celery's side of the engine: tasks carry ids, enter the account and make one call."""

from celery import shared_task
from django.utils import timezone

from integrations import actions
from integrations.engine import clock
from integrations.engine import drain as engine
from organizations.access import account_transaction


@shared_task(name="integrations.drain", soft_time_limit=240, time_limit=300)
def drain(account_id: int, run_id: int) -> None:
    engine.drain(account_id, run_id)


@shared_task(name="integrations.start_due_sync", time_limit=30)
def start_due_sync(account_id: int, integration_id: int) -> None:
    with account_transaction(account_id):
        actions.start_due_sync(integration_id, now=timezone.now())


@shared_task(name="integrations.tick", time_limit=30)
def tick() -> None:
    clock.tick()
