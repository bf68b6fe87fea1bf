"""`make bench-lists`: lists, search and exports of a large account, side by side with bare SQL over the same rows."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.pages import Reader, cursor_at, slot_of
from tests.bench.portfolio import Portfolio, Size, fill
from tests.bench.scratch import say, scratch_database
from tests.bench.statements import Statements
from tests.bench.stopwatch import Watched, watch

Things = Mapping[str, Callable[[], object]]


@dataclass(frozen=True)
class Chapter:
    """Things measured together, against the first of them."""

    title: str
    things: Things
    #: Fewer than of the others, where each takes many seconds.
    rounds: int | None = None


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--assets", type=int, default=100_000)
    parser.add_argument("--organizations", type=int, default=500)
    parser.add_argument("--contacts", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7, help="times that each is measured")
    options = parser.parse_args(arguments)
    with scratch_database("bench_lists"):
        measure(Size(options.assets, options.organizations, options.contacts), rounds=options.rounds)


def measure(size: Size, *, rounds: int) -> None:
    say(
        f"{size.assets:,} assets of one type, {size.organizations:,} organizations, {size.contacts:,} contacts; "
        f"median of {rounds}"
    )
    portfolio = fill(size)
    reader = Reader.of(portfolio, portfolio.administrator)
    for chapter in _chapters(portfolio, reader):
        _report(chapter, watch(chapter.things, rounds=chapter.rounds or rounds))


def _chapters(portfolio: Portfolio, reader: Reader) -> list[Chapter]:
    bare = Statements(portfolio)
    technician = Reader.of(portfolio, portfolio.technician)
    return [
        Chapter("What a page costs beside its rows", _first_page(bare, reader)),
        Chapter("Deeper pages", _depths(portfolio, reader)),
        Chapter("Sorted by a slot", _sorted(portfolio, reader)),
        Chapter("Filters", _filtered(portfolio, reader)),
        Chapter("Search box of the list", _boxes(reader)),
        Chapter("Who reaches a few clients", _of_few(reader, technician)),
        Chapter("Contacts and organizations", _others(reader)),
        Chapter("Global search", _searches(bare, reader)),
        Chapter("Export of all rows", _exports(bare, reader), rounds=1),
    ]


def _first_page(bare: Statements, reader: Reader) -> Things:
    return {
        "bare SELECT of the rows": bare.first_page,
        "first page": reader.asks("list"),
        "first page, sums over a filter": reader.asks("list", state="Broken"),
        "one organization's": reader.asks("own"),
    }


def _depths(portfolio: Portfolio, reader: Reader) -> Things:
    places = {f"{percent} % deep": cursor_at(portfolio, percent) for percent in (1, 50, 99)}
    return {"first page": reader.asks("list")} | {
        name: reader.asks("list", **{"from": cursor}) for name, cursor in places.items()
    }


def _sorted(portfolio: Portfolio, reader: Reader) -> Things:
    deep = cursor_at(portfolio, 50, column=slot_of(portfolio, "size"))
    return {
        "first page": reader.asks("list"),
        "by text": reader.asks("list", sort="vendor"),
        "by number, largest first": reader.asks("list", sort="-size"),
        "by date": reader.asks("list", sort="renewal"),
        "by number, 50 % deep": reader.asks("list", sort="size", **{"from": deep}),
        "archived among them": reader.asks("list", archived="included"),
        "archived among them, by number": reader.asks("list", archived="included", sort="size"),
        "archived only, by number": reader.asks("list", archived="only", sort="size"),
    }


def _filtered(portfolio: Portfolio, reader: Reader) -> Things:
    return {
        "first page": reader.asks("list"),
        "organization": reader.asks("list", organization=str(portfolio.organization.pk)),
        "one of: most rows": reader.asks("list", state="Running"),
        "one of: few rows": reader.asks("list", state="Broken"),
        "text contains: some rows": reader.asks("list", vendor="harbor"),
        "text contains: no row": reader.asks("list", vendor="nowhere"),
        "text equals": reader.asks("list", **{"vendor": "vendor 017 of meadow", "vendor.is": "exactly"}),
        "text is empty": reader.asks("list", **{"vendor.is": "empty"}),
        "number at least: few rows": reader.asks("list", **{"size.min": "9990"}),
        "number between: some rows": reader.asks("list", **{"size.min": "100", "size.max": "5000"}),
        "date within 30 days": reader.asks("list", **{"renewal.within": "30"}),
        "checkbox: yes": reader.asks("list", encrypted="yes"),
        "tag: any": reader.asks("list", **{"watched-by": "any"}),
        "tag: none": reader.asks("list", **{"watched-by": "none"}),
        "name contains: few rows": reader.asks("list", name="wall 4711"),
        "three at once": reader.asks("list", state="Paused", encrypted="yes", **{"size.min": "9000"}),
    }


def _boxes(reader: Reader) -> Things:
    return {
        "first page": reader.asks("list"),
        "many names": reader.asks("list", q="mail archive"),
        "few names": reader.asks("list", q="wall 4711"),
        "an organization": reader.asks("list", q="granite bakery"),
        "nothing": reader.asks("list", q="no such thing"),
    }


def _of_few(everyone: Reader, technician: Reader) -> Things:
    return {
        "first page of who reaches all": everyone.asks("list"),
        "first page": technician.asks("list"),
        "by number": technician.asks("list", sort="size"),
        "one of: few rows": technician.asks("list", state="Broken"),
        "search box": technician.asks("list", q="wall 4711"),
        "contacts": technician.asks("contacts"),
        "global search: many names": technician.asks("search", q="mail archive"),
        "global search: nothing": technician.asks("search", q="no such thing"),
    }


def _others(reader: Reader) -> Things:
    return {
        "contacts": reader.asks("contacts"),
        "contacts: search box, few": reader.asks("contacts", q="person-7@"),
        "contacts: search box, nothing": reader.asks("contacts", q="nobody here"),
        "contacts: e-mail contains": reader.asks("contacts", email="client-3"),
        "contacts: archived among them": reader.asks("contacts", archived="included"),
        "organizations": reader.asks("organizations"),
        "organizations: search box": reader.asks("organizations", q="bakery"),
    }


def _searches(bare: Statements, reader: Reader) -> Things:
    return {
        "bare scan of names": bare.scan_of_names,
        "many names": reader.asks("search", q="mail archive"),
        "few names": reader.asks("search", q="wall 4711"),
        "a name and its organization": reader.asks("search", q="ledger granite"),
        "a text in many fields": reader.asks("search", q="vendor broken"),
        "a word of most texts": reader.asks("search", q="sprinkler"),
        "a text in few fields": reader.asks("search", q="Vendor 017"),
        "words of a long text": reader.asks("search", q="cid-00471"),
        "an e-mail address": reader.asks("search", q="person-7@client-3"),
        "nothing": reader.asks("search", q="no such thing"),
        "in one organization": reader.asks("search", q="mail archive", organization=reader.organization),
        "palette": reader.asks("palette", q="mail archive"),
        "palette, two letters": reader.asks("palette", q="zx"),
        "palette, nothing": reader.asks("palette", q="no such thing"),
    }


def _exports(bare: Statements, reader: Reader) -> Things:
    return {
        "bare COPY of the columns": bare.copy,
        "bare SELECT of the rows": bare.all_rows,
        "CSV": reader.asks("list", export="csv"),
        "XLSX": reader.asks("list", export="xlsx"),
    }


def _report(chapter: Chapter, watched: Mapping[str, Watched]) -> None:
    against = next(iter(watched))
    say()
    say(f"{chapter.title:<36}{'ms':>10}{'in SQL':>10}{'queries':>9}{'ratio':>8}  to {against}")
    for name, each in watched.items():
        say(
            f"  {name:<34}{each.typical * 1000:>10.1f}{each.typical_sql * 1000:>10.1f}{each.queries:>9}"
            f"{each.typical / watched[against].typical:>8.1f}"
        )
