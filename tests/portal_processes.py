"""Environment of real worker processes that serve a test's database, Redis database and simulator."""

import os
from urllib.parse import quote

from django.conf import settings
from django.db import connections


def environment(simulator, **overrides: str) -> dict[str, str]:
    """What a worker needs to work for this test run and no other; `overrides` are settings by name."""
    return (
        os.environ
        | {
            "DATABASE_URL": _url("default"),
            "DATABASE_OWNER_URL": _url("owner"),
            "DATABASE_SCHEDULER_URL": _url("scheduler"),
            "REDIS_URL": settings.CELERY_BROKER_URL,
            "SECRET_KEY": settings.SECRET_KEY,
            "SEALING_KEYS": ",".join(settings.SEALING_KEYS),
            "ALLOWED_HOSTS": "localhost",
            "MICROSOFT_LOGIN_URL": simulator.url,
            "MICROSOFT_GRAPH_URL": simulator.url,
            "MICROSOFT_CA_BUNDLE": str(simulator.ca_path),
        }
        | overrides
    )


def _url(alias: str) -> str:
    database = connections[alias].settings_dict
    user, password = quote(database["USER"], safe=""), quote(database["PASSWORD"], safe="")
    return f"postgresql://{user}:{password}@/{database['NAME']}?host={quote(str(database['HOST']), safe='')}"
