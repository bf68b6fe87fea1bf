"""Who uses the servers: they run while anyone does, and the last one out stops them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from itglue_portal.local_services.account import server_account
from itglue_portal.local_services.addresses import Addresses, addresses_at
from itglue_portal.local_services.locks import exclusive, is_held, opened, share
from itglue_portal.local_services.passwords import passwords_in
from itglue_portal.local_services.places import Places, places_of
from itglue_portal.local_services.postgres import Postgres
from itglue_portal.local_services.valkey import Valkey

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Status:
    postgres: bool
    valkey: bool
    is_used: bool


@dataclass(frozen=True)
class Services:
    places: Places
    addresses: Addresses
    postgres: Postgres
    valkey: Valkey

    @classmethod
    def of(cls, root: Path) -> Self:
        account = server_account()
        places = places_of(root, account)
        with exclusive(places.home / "places.lock"):
            passwords = passwords_in(places.passwords)
        return cls(
            places=places,
            addresses=addresses_at(places, passwords),
            postgres=Postgres(places, account, passwords),
            valkey=Valkey(places, account),
        )

    def start(self) -> None:
        self.valkey.start()
        if self.postgres.start() or not self.postgres.is_prepared():
            self.postgres.prepare()

    def stop_if_unused(self) -> None:
        if not is_held(self.places.users):
            self.valkey.stop()
            self.postgres.stop()


def addresses(*, root: Path = CHECKOUT) -> Addresses:
    """The same in every process of the checkout, whether or not the servers run."""
    return Services.of(root).addresses


@contextmanager
def running(*, root: Path = CHECKOUT) -> Iterator[Addresses]:
    """The servers, for as long as the block runs; any number of processes may be inside at once."""
    services = Services.of(root)
    with _without_libpq_variables():
        try:
            with opened(services.places.users) as users:
                with exclusive(services.places.starting):
                    share(users)
                    services.start()
                yield services.addresses
        finally:
            stop_unused(root=root)


def stop_unused(*, root: Path = CHECKOUT) -> None:
    """Stops the servers when nobody uses them any more; a killed process may have left them running."""
    services = Services.of(root)
    with exclusive(services.places.starting):
        services.stop_if_unused()


def status(*, root: Path = CHECKOUT) -> Status:
    services = Services.of(root)
    with exclusive(services.places.starting):
        return Status(
            postgres=services.postgres.is_alive(),
            valkey=services.valkey.is_alive(),
            is_used=is_held(services.places.users),
        )


@contextmanager
def _without_libpq_variables() -> Iterator[None]:
    """A caller's PGHOSTADDR or PGOPTIONS would override our URLs, here and in the processes started from here."""
    hidden = {name: value for name, value in os.environ.items() if name.startswith("PG")}
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(hidden)
