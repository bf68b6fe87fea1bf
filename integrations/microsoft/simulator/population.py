"""Fills a tenant according to its blueprint; everything follows from the dice passed in."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import cycle, islice
from random import Random

from integrations.microsoft.simulator import catalog
from integrations.microsoft.simulator.blueprints import Blueprint, Stock
from integrations.microsoft.simulator.census import (
    Assignment,
    Census,
    SimulatedSubscription,
    SimulatedUser,
    SkuPool,
    Status,
)
from integrations.microsoft.simulator.identifiers import dice, guid
from integrations.microsoft.simulator.names import LOCALES, Locale, Name, slug

_JOBS = (
    ("Reception", "Front Desk"),
    ("Accountant", "Finance"),
    ("Office Manager", "Administration"),
    ("Engineer", "Operations"),
    ("Director", "Management"),
    ("Sales Representative", "Sales"),
    ("Technician", "Operations"),
    ("HR Partner", "People"),
    ("Warehouse Clerk", "Logistics"),
    (None, None),
)
_DIALING_CODES = {
    "AT": "+43",
    "ES": "+34",
    "FR": "+33",
    "GB": "+44",
    "IL": "+972",
    "JP": "+81",
    "NO": "+47",
    "PL": "+48",
    "TR": "+90",
    "US": "+1",
}
_ASSIGNMENT_ERRORS = ("CountViolation", "MutuallyExclusiveViolation", "ProhibitedInUsageLocationViolation")


@dataclass(frozen=True, slots=True)
class Site:
    """Where a census is taken: what people and subscriptions of one tenant share."""

    tenant_id: str
    domain: str
    initial_domain: str
    epoch: datetime
    seller_tenant_id: str | None


def populate(blueprint: Blueprint, *, site: Site, rng: Random) -> Census:
    census = Census()
    people = list(_people(blueprint, site=site, rng=rng))
    assignments = _assignments(blueprint, site=site, people=len(people) - blueprint.guests, rng=rng)
    for user, assigned in zip(people, assignments, strict=True):
        census.enroll(replace(user, assignments=tuple(assigned)))
    for stock in (*blueprint.suites, *blueprint.extras):
        pool = _pool(stock, site=site, rng=rng)
        census.pools[pool.sku.id] = pool
    return census


def _people(blueprint: Blueprint, *, site: Site, rng: Random) -> Iterator[SimulatedUser]:
    home, others = LOCALES[blueprint.country], tuple(LOCALES.values())
    taken: Counter[str] = Counter()
    for serial in range(1, blueprint.people + 1):
        locale = home if rng.random() < 0.88 else rng.choice(others)
        user = _person(locale, serial=serial, site=site, taken=taken, rng=rng)
        yield _without_names(user) if serial > blueprint.people - blueprint.nameless else user
    for serial in range(blueprint.people + 1, blueprint.people + blueprint.guests + 1):
        user = _person(rng.choice(others), serial=serial, site=site, taken=taken, rng=rng)
        yield _as_guest(user, site=site)


def _person(locale: Locale, *, serial: int, site: Site, taken: Counter[str], rng: Random) -> SimulatedUser:
    given, family = rng.choice(locale.given), rng.choice(locale.family)
    local = _local_part(given, family, taken=taken)
    address = f"{local}@{site.domain}"
    job_title, department = rng.choice(_JOBS)
    created_at = site.epoch - timedelta(days=rng.randint(20, 2400), minutes=rng.randint(0, 1439))
    user = SimulatedUser(
        id=guid(site.tenant_id, "user", serial),
        serial=serial,
        user_principal_name=address,
        display_name=locale.full_name(given, family),
        given_name=given.native,
        surname=family.native,
        mail=None if rng.random() < 0.04 else address,
        job_title=job_title,
        department=department,
        usage_location=locale.country,
        created_at=created_at,
        account_enabled=rng.random() >= 0.06,
        last_sign_in_at=None if rng.random() < 0.1 else site.epoch - timedelta(hours=rng.randint(1, 2400)),
    )
    return _within_reach(user, local=local, locale=locale, site=site)


def _within_reach(user: SimulatedUser, *, local: str, locale: Locale, site: Site) -> SimulatedUser:
    """Further addresses and phones, by dice of their own: what the others draw stays as it was without them."""
    rng = dice(site.domain, user.serial, "reach")
    aliases = (f"{local}@{site.initial_domain}", f"{local.replace('.', '')}{user.serial}@{site.domain}")
    return replace(
        user,
        aliases=aliases[: rng.choice((0, 1, 1, 2))] if user.mail else (),
        business_phones=tuple(_phone(locale, rng=rng) for _ in range(rng.choice((0, 0, 1, 2)))),
        mobile_phone=_phone(locale, rng=rng) if rng.random() < 0.5 else None,
    )


def _phone(locale: Locale, *, rng: Random) -> str:
    return f"{_DIALING_CODES[locale.country]} 555 01{rng.randint(10, 99)} {rng.randint(100, 999)}"


def _local_part(given: Name, family: Name, *, taken: Counter[str]) -> str:
    local = f"{slug(given.latin)}.{slug(family.latin)}"
    taken[local] += 1
    return local if taken[local] == 1 else f"{local}{taken[local]}"


def _without_names(user: SimulatedUser) -> SimulatedUser:
    return replace(
        user,
        display_name=None,
        given_name=None,
        surname=None,
        mail=None,
        job_title=None,
        aliases=(),
        business_phones=(),
        mobile_phone=None,
    )


def _as_guest(user: SimulatedUser, *, site: Site) -> SimulatedUser:
    local = user.user_principal_name.partition("@")[0]
    return replace(
        user,
        user_principal_name=f"{local}_partner.example#EXT#@{site.domain}",
        mail=f"{local}@partner.example",
        user_type="Guest",
        given_name=None,
        surname=None,
        aliases=(),
        business_phones=(),
        mobile_phone=None,
    )


def _assignments(blueprint: Blueprint, *, site: Site, people: int, rng: Random) -> list[list[Assignment]]:
    """One list for each user, guests last; guests hold nothing."""
    assigned: list[list[Assignment]] = [[] for _ in range(people + blueprint.guests)]
    order = rng.sample(range(people), people)
    seats = cycle(order)
    for stock in blueprint.suites:
        _assign(stock, islice(seats, stock.holders), assigned, site=site)
    licensed = order[: sum(stock.holders for stock in blueprint.suites)]
    for stock in blueprint.extras:
        _assign(stock, rng.sample(licensed, min(stock.holders, len(licensed))), assigned, site=site)
    return assigned


def _assign(stock: Stock, seats: Iterable[int], assigned: Sequence[list[Assignment]], *, site: Site) -> None:
    sku_id = catalog.BY_PART_NUMBER[stock.part_number].id
    group_id = guid(site.tenant_id, "group", sku_id) if stock.by_group else None
    for position, seat in enumerate(seats):
        assigned[seat].append(Assignment(sku_id, group_id))
        if group_id and position % 20 == 3:  # also assigned by hand: the same SKU twice
            assigned[seat].append(Assignment(sku_id))
    if group_id:
        _fail_some(sku_id, group_id, assigned)


def _fail_some(sku_id: str, group_id: str, assigned: Sequence[list[Assignment]]) -> None:
    """The group also holds people for whom the license could not be granted."""
    without = [held for held in assigned if held and all(each.sku_id != sku_id for each in held)]
    for held, error in zip(without, _ASSIGNMENT_ERRORS, strict=False):
        held.append(Assignment(sku_id, group_id, error))


def _pool(stock: Stock, *, site: Site, rng: Random) -> SkuPool:
    sku = catalog.BY_PART_NUMBER[stock.part_number]
    splits = stock.units > 20 and sku.free_units is None and rng.random() < 0.2
    totals = (stock.units - stock.units // 4, stock.units // 4) if splits else (stock.units,)
    subscriptions = tuple(
        _subscription(stock, total, number=number, site=site, rng=rng) for number, total in enumerate(totals)
    )
    return SkuPool(sku, subscriptions, stock.discrepancy, stock.claimed_status)


def _subscription(stock: Stock, total: int, *, number: int, site: Site, rng: Random) -> SimulatedSubscription:
    sku = catalog.BY_PART_NUMBER[stock.part_number]
    return SimulatedSubscription(
        id=guid(site.tenant_id, "subscription", sku.id, number),
        sku=sku,
        status=stock.status,
        total=total,
        created_at=site.epoch - timedelta(days=rng.randint(40, 1000)),
        next_lifecycle_at=None if sku.free_units else site.epoch + timedelta(days=_days_left(stock, rng=rng)),
        owner_tenant_id=None if sku.free_units else _seller(site, rng=rng),
        is_trial=stock.is_trial,
    )


def _seller(site: Site, *, rng: Random) -> str | None:
    """Most subscriptions were bought from the partner, some from Microsoft itself."""
    return rng.choice((site.seller_tenant_id, site.seller_tenant_id, None))


def _days_left(stock: Stock, *, rng: Random) -> int:
    if stock.is_trial or stock.status is Status.WARNING:
        return rng.randint(3, 29)
    return rng.randint(10, 350)
