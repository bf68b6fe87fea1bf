"""Wake-up calls to workers, published by task name so that actions never import tasks. Losing one costs a tick."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def wake_letters(account_id: int) -> None:
    publish("organizations.send_letters", account_id)


def publish(task: str, *ids: int, expires: float = 60) -> bool:
    """`expires`: seconds after which nobody needs it any more, since a later tick asks again."""
    try:
        current_app.send_task(task, args=ids, expires=expires, retry=False, ignore_result=True)
    except OperationalError:
        logger.warning("Redis is unavailable; the next tick wakes %s%s", task, ids)
        return False
    return True
