"""Real PostgreSQL and Valkey servers for development, tests and the demo: one pair per checkout, under `.local/`.

Plain Python: the settings import this before Django exists.
"""

from itglue_portal.local_services.addresses import Addresses
from itglue_portal.local_services.errors import ServicesError
from itglue_portal.local_services.lifecycle import CHECKOUT, Status, addresses, running, status, stop_unused

__all__ = [
    "CHECKOUT",
    "Addresses",
    "ServicesError",
    "Status",
    "addresses",
    "running",
    "status",
    "stop_unused",
]
