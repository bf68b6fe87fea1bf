"""The Celery app: `celery -A itglue_portal worker -Q sync`, `... worker -Q control -c 3`, `... beat`."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itglue_portal.settings")

app = Celery("itglue_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """With a listener on this signal Celery leaves the logging of settings.LOGGING alone."""


@worker_init.connect
def prepare_worker(**_: Any) -> None:
    """A worker may wait longer for Redis than a page, and never works past the wall."""
    from itglue_portal.database.guard import refuse_unsafe_role  # noqa: PLC0415 - needs Django set up

    refuse_unsafe_role()
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | {
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "health_check_interval": 25,
        "max_retries": None,
        "interval_start": 0,
        "interval_step": 0.2,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
    }
