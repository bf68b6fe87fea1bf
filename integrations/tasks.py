"""Celery's side of the engine: tasks carry ids, enter the account and make one call."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from integrations.actions import credentials, runs
from integrations.engine import clock, disconnecting, inquiries
from integrations.engine import drain as engine
from organizations.access import account_transaction


# A large tenant may take as long as a run may; its lease and the run's deadline end it sooner if it hangs.
@shared_task(name="integrations.drain", time_limit=int(settings.SYNC_RUN_SECONDS) + 60)
def drain(account_id: int, run_id: int) -> None:
    engine.drain(account_id, run_id)


@shared_task(name="integrations.start_due_sync", time_limit=30)
def start_due_sync(account_id: int, integration_id: int) -> None:
    with account_transaction(account_id):
        runs.start_due_sync(integration_id, now=timezone.now())


@shared_task(name="integrations.answer", time_limit=300)
def answer(account_id: int, inquiry_id: int) -> None:
    inquiries.answer(account_id, inquiry_id)


@shared_task(name="integrations.disconnect", time_limit=3600)
def disconnect(account_id: int, disconnection_id: int) -> None:
    disconnecting.proceed(account_id, disconnection_id)


@shared_task(name="integrations.tick", time_limit=30)
def tick() -> None:
    clock.tick()


@shared_task(name="integrations.watch_credentials", time_limit=60)
def watch_credentials() -> None:
    clock.watch_credentials(now=timezone.now())


@shared_task(name="integrations.warn_of_expiry", time_limit=30)
def warn_of_expiry(account_id: int, credential_id: int) -> None:
    with account_transaction(account_id):
        credentials.warn_of_expiry(credential_id, now=timezone.now())
