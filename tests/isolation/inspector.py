"""Asks one route everything: every method, as everyone, for own, foreign and absent rows; tells what came out wrong."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import chain, combinations
from typing import Any
from urllib.parse import unquote

import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from organizations.access import account_transaction
from organizations.models import AccountOwned
from organizations.paging import Cursor
from organizations.roles import NEEDS_ALL_ORGANIZATIONS, Right, Role, has_right
from tests.isolation.routes import METHODS, ROUTES, Found, Route
from tests.isolation.sides import DEACTIVATED, DENIED, LARGE_NUMBER, OUT_OF_REACH, RESTRICTED, TOKEN
from tests.isolation.sign_ins import ANONYMOUS, FOREIGNER, SignIns

ROLES = {role.value: role for role in Role} | {RESTRICTED: Role.EDITOR, DENIED: Role.EDITOR}
EVERYONE = (ANONYMOUS, FOREIGNER, DEACTIVATED, *ROLES)
ABSENT_SLUG, ABSENT_ID = "no-such-account", 2**40


@dataclass(frozen=True)
class Address:
    """Where a request goes. `twin` asks the same of rows that exist nowhere, and must look exactly the same."""

    what: str
    url: str
    slug: str
    expects: int | None = None
    twin: "Address | None" = None
    echoes: tuple[str, ...] = ()

    @property
    def is_telling(self) -> bool:
        """Worth asking with every method: what another account's people ask at home is "own", asked from abroad."""
        return self.what == "own" or (self.what.startswith("foreign") and self.twin is not None)


class Inspector:
    def __init__(
        self, sign_ins: SignIns, *, people: Sequence[str] = EVERYONE, methods: Sequence[str] = METHODS
    ) -> None:
        self.own, self.rival, self.people, self.methods = sign_ins.own, sign_ins.rival, people, methods
        self._sign_ins = sign_ins
        sign_ins.prepare(people)
        self._client = Client(HTTP_HOST="localhost", raise_request_exception=False)
        self._secrets = self.rival.secrets() - self.own.secrets()

    def breaches(self, found: Found) -> list[str]:
        """Everything that is wrong with the route; empty when it keeps the accounts apart."""
        route = ROUTES[found.name]
        before = self.rival.rows()
        told = [
            f"{person} {method} {address.what}: {breach}"
            for person in self.people
            for address in self._addresses_for(person, found, route)
            if not (person == FOREIGNER and address.slug == self.rival.account.slug)  # at home there
            for method in self._methods_for(person, address)
            for breach in self._look_once(route, person, method, address)
        ]
        after = self.rival.rows()
        told += [
            f"rows of another account changed: {table}" for table in before if before[table] != after[table]
        ]
        return told

    def _look_once(self, route: Route, person: str, method: str, address: Address) -> list[str]:
        """At one moment: two answers must not differ because a page tells how long ago something was."""
        with time_machine.travel(datetime.now(UTC), tick=False):
            return list(self._look(route, person, method, address))

    def _look(self, route: Route, person: str, method: str, address: Address) -> Iterator[str]:
        response = self._ask(route, person, method, address)
        expected = self._expected(route, person, method, address)
        if response.status_code != expected:
            yield f"{response.status_code} instead of {expected}{_reason(response)}"
        target = response.headers.get("Location", "")
        if expected == HTTPStatus.FOUND and not target.startswith(f"/{address.slug}/"):
            yield f"leads to {target}"
        raw = response.getvalue().decode() + str(response.headers) + str(response.cookies)
        yield from (f"shows {text!r}" for text in self._foreign(raw))
        hidden = self.own.hidden_from(person)
        yield from (f"shows {text!r}" for text in hidden if re.search(rf"{re.escape(text)}\b", raw))
        is_own_page = address.what == "own" and expected == HTTPStatus.OK and method != "HEAD"
        shows = route.shows if route.shows not in OUT_OF_REACH.get(person, ()) else ""
        if is_own_page and shows and self.own.name_of(shows) not in raw:
            yield "shows nothing of the own account, so it proves nothing"
        if address.twin is not None and expected != HTTPStatus.METHOD_NOT_ALLOWED:
            other = self._ask(route, person, method, address.twin)
            if _told_by(response, address) != _told_by(other, address.twin):
                yield "differs from the answer for rows that do not exist"

    def _foreign(self, raw: str) -> set[str]:
        tokens = set(TOKEN.findall(raw)) - {self.own.token}
        return tokens | set(LARGE_NUMBER.findall(raw)) | {secret for secret in self._secrets if secret in raw}

    def _expected(self, route: Route, person: str, method: str, address: Address) -> int:
        if address.slug == ABSENT_SLUG:
            return HTTPStatus.NOT_FOUND
        at_home = person in ROLES and address.slug != self.rival.account.slug
        if not at_home and route.strangers is None:
            return HTTPStatus.FOUND
        answers = route.answers if at_home or route.strangers is None else route.strangers
        if method not in answers:
            return HTTPStatus.METHOD_NOT_ALLOWED
        if at_home and route.needs is not None and not _may(person, route.needs):
            return HTTPStatus.FORBIDDEN
        return address.expects or answers[method]

    def _ask(self, route: Route, person: str, method: str, address: Address) -> HttpResponse:
        self._client.cookies.clear()
        self._client.cookies.update(self._sign_ins.cookies_of(person))
        form = {"data": route.form} if method == "POST" else {}
        with self._put_back(route.uses_up if method == "POST" else None):
            response: HttpResponse = getattr(self._client, method.lower())(address.url, **form)
        if route.ends_session and method == "POST" and person in ROLES:
            self._sign_ins.renew(person)
        return _read(response) if response.streaming else response

    @contextmanager
    def _put_back(self, model: type[AccountOwned] | None) -> Iterator[None]:
        """The own rows of the model are there for the next who asks, with the same ids."""
        if model is None:
            yield
            return
        with account_transaction(self.own.account.pk):
            rows = list(model._base_manager.filter(account=self.own.account))
        yield
        with account_transaction(self.own.account.pk):
            for row in rows:
                row.save()

    def _addresses_for(self, person: str, found: Found, route: Route) -> Iterator[Address]:
        """Of the two whose access is cut, only what that cuts off: of other accounts they are like any Editor."""
        if person not in OUT_OF_REACH:
            yield from self._addresses(found, route)
            return
        slug, cut = self.own.account.slug, found.parameters & OUT_OF_REACH[person]
        if not cut:
            yield self._address(found, "own", slug, {})
            return
        twin = self._address(found, "absent", slug, dict.fromkeys(cut, ABSENT_ID), HTTPStatus.NOT_FOUND)
        yield self._address(found, "own, out of reach", slug, {}, HTTPStatus.NOT_FOUND, twin)

    def _methods_for(self, person: str, address: Address) -> Sequence[str]:
        if person in OUT_OF_REACH or not address.is_telling:
            # At the other addresses the first few show the same.
            return self.methods[:2]
        return self.methods

    def _addresses(self, found: Found, route: Route) -> Iterator[Address]:
        slug, ids = self.own.account.slug, sorted(found.parameters - {"account"})
        yield self._address(found, "own", slug, {})
        for named in chain.from_iterable(combinations(ids, size) for size in range(1, len(ids) + 1)):
            absent = dict.fromkeys(named, ABSENT_ID)
            foreign = {name: self.rival.ids[name] for name in named}
            twin = self._address(found, f"absent {', '.join(named)}", slug, absent, HTTPStatus.NOT_FOUND)
            yield self._address(
                found, f"foreign {', '.join(named)}", slug, foreign, HTTPStatus.NOT_FOUND, twin
            )
        if "account" in found.parameters:
            foreign = {name: self.rival.ids[name] for name in ids}
            yield self._address(found, "own at another account's address", self.rival.account.slug, {})
            yield self._address(found, "foreign at its own address", self.rival.account.slug, foreign)
            yield self._address(found, "own at an absent account's address", ABSENT_SLUG, {})
        for query in route.queries:
            yield self._query(found, query)

    def _address(
        self,
        found: Found,
        what: str,
        slug: str,
        ids: dict[str, int],
        expects: int | None = None,
        twin: Address | None = None,
    ) -> Address:
        named = {name: ids.get(name, self.own.ids.get(name, 0)) for name in found.parameters - {"account"}}
        account = {"account": slug} if "account" in found.parameters else {}
        url = reverse(found.name, kwargs={**account, **named})
        return Address(what, url, slug if account else "", expects, twin, echoes=(url,))

    def _query(self, found: Found, query: str) -> Address:
        """The own page with a query that names rows of the rival, beside one that names rows of nobody."""
        own = self._address(found, "own", self.own.account.slug, {})
        # Not the whole token, since a page may repeat what was searched for.
        name, row_id = self.rival.token[:-2], self.rival.ids["organization_id"]
        theirs = self.rival.ids | {"token": name, "cursor": _cursor(name, row_id)}
        nobody = dict.fromkeys(theirs, ABSENT_ID) | {
            "token": "0kanarinobody",
            "cursor": _cursor(name, ABSENT_ID),
        }
        twin, asked = (
            Address(
                f"own with {kind} {query}",
                f"{own.url}?{query.format(**values)}",
                own.slug,
                echoes=(*query.format(**values).split("&"), str(values["token"])),
            )
            for kind, values in (("absent", nobody), ("foreign", theirs))
        )
        return Address(asked.what, asked.url, asked.slug, twin=twin, echoes=asked.echoes)


def _read(response: Any) -> HttpResponse:
    """A file that is handed out piece by piece, as one that can be looked at twice."""
    read = HttpResponse(b"".join(response), status=response.status_code, headers=dict(response.headers))
    read.cookies = response.cookies
    return read


def _may(person: str, right: Right) -> bool:
    is_cut = person == RESTRICTED and right in NEEDS_ALL_ORGANIZATIONS
    return has_right(ROLES[person], right) and not is_cut


def _cursor(value: str, row_id: int) -> str:
    return Cursor(backwards=False, in_nulls=False, value=value, id=row_id).encode()


def _told_by(response: Any, address: Address) -> tuple[int, str]:
    """The answer without what may differ between two that tell the same."""
    headers = sorted(
        f"{name}: {value}" for name, value in response.headers.items() if name != "Content-Length"
    )
    text = unquote("\n".join([*headers, *sorted(response.cookies), response.getvalue().decode()]))
    text = re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]+"', r"\1", text)
    # A page may repeat the address it was asked for, and nothing else that tells the two apart.
    for echo in address.echoes:
        text = re.sub(rf"(?<![\w-]){re.escape(echo)}(?![\w-])", "ECHO", text)
    return response.status_code, text


def _reason(response: Any) -> str:
    return f" ({response.exc_info[1]!r})" if getattr(response, "exc_info", None) else ""
