"""The simulated customers of one partner. Seed and size decide everything; no clock is read."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from threading import RLock

from integrations.microsoft.simulator.blueprints import (
    Blueprint,
    Stock,
    draw_blueprint,
    large_blueprint,
    widen,
)
from integrations.microsoft.simulator.census import (
    Census,
    License,
    SimulatedSubscription,
    SimulatedUser,
    SkuPool,
)
from integrations.microsoft.simulator.editing import Editor
from integrations.microsoft.simulator.identifiers import dice, guid
from integrations.microsoft.simulator.names import LOCALES, Locale, Name, company
from integrations.microsoft.simulator.population import Site, populate
from integrations.microsoft.simulator.showcase import SHOWCASE

DEFAULT_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_LARGE_EVERY = 150  # one very large customer among so many


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a tenant before its people are: cheap, so that a large world starts at once."""

    tenant_id: str
    display_name: str
    default_domain: str
    initial_domain: str
    country: str
    language: str
    city: str
    created_at: datetime


class SimulatedTenant:
    """People and licenses are made up when first asked for."""

    def __init__(self, profile: Profile, *, take_census: Callable[[], Census], epoch: datetime) -> None:
        self.profile = profile
        self.tenant_id = profile.tenant_id
        self.display_name = profile.display_name
        self.default_domain = profile.default_domain
        self.epoch = epoch
        self.revision = 0
        self.edit = Editor(self._editing, tenant_id=profile.tenant_id, epoch=epoch)
        self._take_census = take_census
        self._census: Census | None = None
        self._lock = RLock()

    def __repr__(self) -> str:
        return f"<SimulatedTenant {self.display_name} {self.tenant_id}>"

    @property
    def skus(self) -> tuple[SkuPool, ...]:
        with self.reading() as census:
            return tuple(census.pools.values())

    @property
    def users(self) -> tuple[SimulatedUser, ...]:
        with self.reading() as census:
            return tuple(census.users.values())

    @property
    def subscriptions(self) -> tuple[SimulatedSubscription, ...]:
        return tuple(subscription for pool in self.skus for subscription in pool.subscriptions)

    def licenses(self) -> tuple[License, ...]:
        with self.reading() as census:
            return census.licenses()

    def rename(self, display_name: str) -> None:
        with self._editing():
            self.display_name = display_name

    @contextmanager
    def reading(self) -> Iterator[Census]:
        with self._lock:
            if self._census is None:
                self._census = self._take_census()
            yield self._census

    @contextmanager
    def _editing(self) -> Iterator[Census]:
        with self.reading() as census:
            yield census
            self.revision += 1


class World:
    """The same seed in another realm is the same world under other ids, as if Microsoft had it twice.
    `skus_per_tenant` evens the tenants out, for measurements."""

    def __init__(
        self,
        seed: int,
        tenants: int,
        *,
        realm: str = "",
        epoch: datetime = DEFAULT_EPOCH,
        skus_per_tenant: int | None = None,
    ) -> None:
        self.seed = seed
        self.realm = realm
        self.epoch = epoch
        self._skus_per_tenant = skus_per_tenant
        self._taken: set[str] = set()
        self.partner = self._tenant(-1, _PARTNER)
        self.tenants: Sequence[SimulatedTenant] = tuple(
            self._tenant(i, self._blueprint(i)) for i in range(tenants)
        )
        self._by_name = {
            name: tenant for tenant in (self.partner, *self.tenants) for name in _names_of(tenant)
        }

    def find_tenant(self, name: str) -> SimulatedTenant | None:
        """By id or by one of its domains."""
        return self._by_name.get(name.lower())

    def get_tenant(self, name: str) -> SimulatedTenant:
        return self._by_name[name.lower()]

    def next_to(self, tenant_id: str) -> SimulatedTenant:
        """Some other tenant, always the same one."""
        tenant = self.get_tenant(tenant_id)
        if tenant is self.partner:
            return self.tenants[0]
        return (*self.tenants[1:], self.partner)[self.tenants.index(tenant)]

    def _blueprint(self, index: int) -> Blueprint:
        rng = dice(self.seed, index, "blueprint")
        if index < len(SHOWCASE):
            blueprint = SHOWCASE[index]
        elif index % _LARGE_EVERY == 75:
            blueprint = large_blueprint(rng)
        else:
            blueprint = draw_blueprint(rng)
        return widen(blueprint, skus=self._skus_per_tenant, rng=rng) if self._skus_per_tenant else blueprint

    def _tenant(self, index: int, blueprint: Blueprint) -> SimulatedTenant:
        profile = self._profile(index, blueprint)
        seller = self._tenant_id(-1) if index >= 0 else None
        site = Site(profile.tenant_id, profile.default_domain, profile.initial_domain, self.epoch, seller)

        def take_census() -> Census:
            return populate(blueprint, site=site, rng=dice(self.seed, index, "people"))

        return SimulatedTenant(profile, take_census=take_census, epoch=self.epoch)

    def _profile(self, index: int, blueprint: Blueprint) -> Profile:
        rng = dice(self.seed, index, "profile")
        locale = LOCALES[blueprint.country]
        name = blueprint.name or self._unused_name(locale, index=index, rng=rng)
        self._taken.add(name.latin)
        return Profile(
            tenant_id=self._tenant_id(index),
            display_name=name.native,
            default_domain=f"{name.latin}.example",
            initial_domain=f"{name.latin}.onmicrosoft.com",
            country=locale.country,
            language=locale.language,
            city=rng.choice(locale.cities),
            created_at=self.epoch - timedelta(days=rng.randint(400, 3000)),
        )

    def _tenant_id(self, index: int) -> str:
        """People's and subscriptions' ids follow from their tenant's."""
        return guid(self.seed, index, "tenant", *filter(None, [self.realm]))

    def _unused_name(self, locale: Locale, *, index: int, rng: Random) -> Name:
        drawn = company(locale, rng=rng)
        for _ in range(8):
            if drawn.latin not in self._taken:
                return drawn
            drawn = company(locale, rng=rng)
        return Name(f"{drawn.native} {index}", f"{drawn.latin}{index}")


_PARTNER = Blueprint(
    "US",
    9,
    name=Name("Harbor Managed Services", "harbormsp"),
    suites=(Stock("SPB", 8, spare=2),),
)


def _names_of(tenant: SimulatedTenant) -> tuple[str, ...]:
    return tenant.tenant_id, tenant.profile.default_domain, tenant.profile.initial_domain
