"""Where the servers answer, as the URLs that psycopg2, redis-py and Celery take."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from itglue_portal.database import roles
from itglue_portal.local_services.passwords import Passwords
from itglue_portal.local_services.places import Places

DATABASE = "portal"
SUPERUSER = "postgres"
VALKEY_SOCKET = "valkey.sock"


@dataclass(frozen=True)
class Addresses:
    """The database URLs carry passwords, so they stay out of logs and tracebacks."""

    database: str = field(repr=False)
    owner: str = field(repr=False)
    scheduler: str = field(repr=False)
    redis: str
    broker: str


def addresses_at(places: Places, passwords: Passwords) -> Addresses:
    sockets = places.sockets
    valkey = quote(str(sockets / VALKEY_SOCKET))
    return Addresses(
        database=database_url(sockets, roles.RUNTIME, passwords.runtime),
        owner=database_url(sockets, roles.OWNER, passwords.owner),
        scheduler=database_url(sockets, roles.SCHEDULER, passwords.scheduler),
        redis=f"unix://{valkey}?db=0",
        broker=f"redis+socket://{valkey}?virtual_host=0",
    )


def superuser_url(places: Places, passwords: Passwords) -> str:
    return database_url(places.sockets, SUPERUSER, passwords.superuser, database="postgres")


def database_url(sockets: Path, role: str, password: str, *, database: str = DATABASE) -> str:
    return f"postgresql://{role}:{password}@/{database}?host={quote(str(sockets), safe='')}"
