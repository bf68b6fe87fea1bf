"""Plans of tenants: how many people there are and which SKUs they have in which state. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from integrations.microsoft.simulator import catalog
from integrations.microsoft.simulator.census import Status
from integrations.microsoft.simulator.names import Name

_SMALL_SUITES = (
    "SPB",
    "O365_BUSINESS_PREMIUM",
    "O365_BUSINESS_ESSENTIALS",
    "EXCHANGESTANDARD",
    "STANDARDPACK",
)
_LARGE_SUITES = ("SPE_E3", "SPE_E5", "SPE_F1", "ENTERPRISEPACK", "DESKLESSPACK")
_ADDONS = tuple(
    sku.part_number
    for sku in catalog.SKUS
    if sku.applies_to == catalog.USER
    and not sku.free_units
    and sku.part_number not in _SMALL_SUITES + _LARGE_SUITES
)


@dataclass(frozen=True, slots=True)
class Stock:
    """One SKU: how many people hold it, how many seats are spare (below zero: too few), and in which state."""

    part_number: str
    holders: int
    spare: int = 0
    status: Status = Status.ENABLED
    is_trial: bool = False
    discrepancy: int = 0
    claimed_status: str | None = None
    by_group: bool = False

    @property
    def units(self) -> int:
        free_units = catalog.BY_PART_NUMBER[self.part_number].free_units
        return free_units or max(0, self.holders + self.spare)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Suites are shared out one to a person; extras go on top to people who have a suite."""

    country: str
    people: int
    suites: tuple[Stock, ...]
    extras: tuple[Stock, ...] = ()
    guests: int = 0
    nameless: int = 0
    name: Name | None = None


def draw_blueprint(rng: Random) -> Blueprint:
    """An ordinary customer: most are small, some medium."""
    country = rng.choice(("US", "US", "US", "GB", "GB", "AT", "FR", "ES", "PL", "NO", "JP", "IL", "TR"))
    if rng.random() < 0.12:
        return _medium(country, people=rng.randint(100, 400), rng=rng)
    return _small(country, people=rng.randint(3, 40), rng=rng)


def large_blueprint(rng: Random) -> Blueprint:
    people = rng.randint(1500, 3000)
    return _enterprise("US", people=people, addons=9, rng=rng)


def widen(blueprint: Blueprint, *, skus: int, rng: Random) -> Blueprint:
    """The same customer with exactly this many SKUs, for measurements that need an even load."""
    suites = blueprint.suites[:skus]
    extras = blueprint.extras[: skus - len(suites)]
    held = {stock.part_number for stock in (*suites, *extras)}
    offered = [part_number for part_number in catalog.BY_PART_NUMBER if part_number not in held]
    added = rng.sample(offered, skus - len(held))
    return replace(
        blueprint,
        suites=suites,
        extras=extras + tuple(_some(each, people=min(2, blueprint.people)) for each in added),
    )


def _some(part_number: str, *, people: int) -> Stock:
    applies_to = catalog.BY_PART_NUMBER[part_number].applies_to
    return Stock(part_number, people if applies_to == catalog.USER else 0, spare=1)


def _small(country: str, *, people: int, rng: Random) -> Blueprint:
    suites = _share_out(rng.sample(_SMALL_SUITES, 2), people=people - people // 8, rng=rng)
    extras = _pick_extras(people, addons=rng.randint(0, 3), rng=rng)
    return Blueprint(
        country,
        people,
        _age(suites, rng=rng),
        extras,
        guests=rng.randint(0, 2),
        nameless=int(rng.random() < 0.1),
    )


def _medium(country: str, *, people: int, rng: Random) -> Blueprint:
    return _enterprise(country, people=people, addons=5, rng=rng)


def _enterprise(country: str, *, people: int, addons: int, rng: Random) -> Blueprint:
    suites = _share_out(rng.sample(_LARGE_SUITES, 3), people=people - people // 12, rng=rng)
    extras = _pick_extras(people, addons=addons, rng=rng)
    return Blueprint(country, people, suites, extras, guests=people // 25, nameless=people // 100)


def _share_out(part_numbers: Sequence[str], *, people: int, rng: Random) -> tuple[Stock, ...]:
    main = max(1, people * rng.randint(55, 80) // 100)
    rest = max(0, people - main) // max(1, len(part_numbers) - 1)
    counts = [main] + [rest] * (len(part_numbers) - 1)
    return tuple(
        Stock(
            part_number,
            count,
            spare=rng.choice((0, 0, 1, 2, 5, -1)),
            by_group=people > 90 and rng.random() < 0.5,
        )
        for part_number, count in zip(part_numbers, counts, strict=True)
        if count
    )


def _pick_extras(people: int, *, addons: int, rng: Random) -> tuple[Stock, ...]:
    bought = (
        Stock(each, rng.randint(1, max(1, people // 6)), spare=rng.randint(0, 3))
        for each in rng.sample(_ADDONS, addons)
    )
    free = [Stock("FLOW_FREE", rng.randint(0, max(1, people // 5)))]
    if rng.random() < 0.6:
        free.append(Stock("POWER_BI_STANDARD", rng.randint(0, max(1, people // 8))))
    return (*bought, *free)


def _age(suites: tuple[Stock, ...], *, rng: Random) -> tuple[Stock, ...]:
    """Now and then the smaller suite has lapsed."""
    *kept, last = suites
    lapsed = rng.random()
    if lapsed < 0.06:
        last = replace(last, status=Status.SUSPENDED)
    elif lapsed < 0.12:
        last = replace(last, status=Status.WARNING)
    return (*kept, last)
