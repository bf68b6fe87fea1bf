"""What every bench needs: a database of its own, and a place to say what it found."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections
from django.test.utils import setup_databases, teardown_databases


@contextmanager
def scratch_database(name: str) -> Iterator[None]:
    connections["owner"].settings_dict["TEST"]["NAME"] = name
    settings.CELERY_BROKER_URL = settings.CELERY_BROKER_URL.replace("virtual_host=0", "virtual_host=60")
    databases = setup_databases(verbosity=0, interactive=False, aliases=dict.fromkeys(connections, False))
    try:
        yield
    finally:
        connections.close_all()
        teardown_databases(databases, verbosity=0)


def say(line: str = "") -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
