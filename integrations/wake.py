"""Wake-up calls to workers, published by task name so that actions never import tasks. Losing one costs a tick."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

#: Wake-up calls for one run at most: more workers than this on one account would starve the others.
FAN_OUT = 8


def wake_run(account_id: int, run_id: int, *, times: int = 1) -> None:
    for _ in range(min(times, FAN_OUT)):
        if not _publish("integrations.drain", account_id, run_id):
            return


def wake_due_sync(account_id: int, integration_id: int) -> None:
    _publish("integrations.start_due_sync", account_id, integration_id)


def wake_inquiry(account_id: int, inquiry_id: int) -> None:
    _publish("integrations.answer", account_id, inquiry_id)


def wake_disconnection(account_id: int, disconnection_id: int) -> None:
    _publish("integrations.disconnect", account_id, disconnection_id)


def _publish(task: str, account_id: int, row_id: int) -> bool:
    try:
        current_app.send_task(task, args=[account_id, row_id], expires=60, retry=False, ignore_result=True)
    except OperationalError:
        logger.warning("Redis is unavailable; the next tick wakes %s(%s, %s)", task, account_id, row_id)
        return False
    return True
