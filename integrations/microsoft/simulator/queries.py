"""Graph's query options: what is accepted, what is refused and in which words."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import quote

from integrations.microsoft.simulator.census import SimulatedUser
from integrations.microsoft.simulator.errors import GraphError, bad_request, unsupported_query
from integrations.microsoft.simulator.resources import Resource

DEFAULT_PAGE = 100
# Microsoft pages lists with sign-in activity in smaller steps, whatever was asked for.
LARGEST_SIGN_IN_PAGE = 120

Predicate = Callable[[SimulatedUser], bool]


@dataclass(frozen=True, slots=True)
class Query:
    selected: tuple[str, ...]
    is_explicit: bool
    top: int
    predicate: Predicate | None
    counts: bool
    page: int
    after: int

    def limited_to(self, names: frozenset[str]) -> Self:
        return replace(self, selected=tuple(name for name in self.selected if name in names))


def parse_query(resource: Resource, options: Mapping[str, str], *, is_eventual: bool) -> Query:
    _refuse_unsupported(resource, options)
    selected = _selected(resource, options.get("$select", ""))
    largest = LARGEST_SIGN_IN_PAGE if "signInActivity" in selected else resource.largest_page
    page, after = read_page_token(options.get("$skiptoken"))
    counts = is_eventual and options.get("$count") == "true"
    return Query(
        selected=selected or resource.default_properties,
        is_explicit=bool(selected),
        top=min(_top(options.get("$top"), largest=resource.largest_page), largest),
        predicate=_predicate(options["$filter"], may_count=counts) if "$filter" in options else None,
        counts=counts,
        page=page,
        after=after,
    )


def _refuse_unsupported(resource: Resource, options: Mapping[str, str]) -> None:
    for option in options:
        if option.startswith("$") and option not in resource.options:
            raise unsupported_query(
                f"'{option}' is not supported by the service for resource '{resource.entity}'."
            )


def _selected(resource: Resource, text: str) -> tuple[str, ...]:
    canonical = {name.lower(): name for name in resource.properties}
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name.lower() not in canonical:
            raise bad_request(
                f"Could not find a property named '{name}' on type 'microsoft.graph.{resource.entity}'."
            )
    return tuple(dict.fromkeys(canonical[name.lower()] for name in names))


def _top(text: str | None, *, largest: int) -> int:
    if text is None:
        return DEFAULT_PAGE
    if not re.fullmatch(r"-?\d{1,9}", text):
        message = f"Invalid value '{text}' for $top query option found. The $top query option requires a non-negative integer value."
        raise GraphError(400, "BadRequest", message)
    if not 1 <= int(text) <= largest:
        raise bad_request(
            f"Invalid page size specified: '{text}'. Must be between 1 and {largest} inclusive."
        )
    return int(text)


def page_token(page: int, *, after: int) -> str:
    return urlsafe_b64encode(f"RFNwdAIAAQ.{page}.{after}".encode()).decode().rstrip("=")


def read_page_token(token: str | None) -> tuple[int, int]:
    """The number of the page, and the serial of the last row before it."""
    if token is None:
        return 1, 0
    try:
        padded = token + "=" * (-len(token) % 4)
        _, page, after = urlsafe_b64decode(padded).decode().split(".")
        return int(page), int(after)
    except ValueError:
        message = "The specified page token value has expired and can no longer be included in your request."
        raise GraphError(400, "Directory_ExpiredPageToken", message) from None


def next_link(origin: str, path: str, options: Mapping[str, str], *, token: str) -> str:
    carried = {name: value for name, value in options.items() if name != "$skiptoken"} | {"$skiptoken": token}
    return f"{origin}{path}?" + "&".join(
        f"{name}={quote(value, safe=',$()/:')}" for name, value in carried.items()
    )


def _predicate(text: str, *, may_count: bool) -> Predicate:
    clauses = [_clause(each.strip(), may_count=may_count) for each in re.split(r"\s+and\s+", text)]
    return lambda user: all(clause(user) for clause in clauses)


def _clause(text: str, *, may_count: bool) -> Predicate:
    if found := re.fullmatch(r"assignedLicenses/\$count\s+(eq|ne|gt)\s+0", text):
        if not may_count:
            raise _unsupported_clause("assignedLicenses")
        wanted = found[1] != "eq"
        return lambda user: bool(user.sku_ids) is wanted
    if found := re.fullmatch(
        r"assignedLicenses/any\(\s*(\w+)\s*:\s*\1/skuId eq ([0-9a-fA-F-]{36})\s*\)", text
    ):
        sku_id = found[2].lower()
        return lambda user: sku_id in user.sku_ids
    if found := re.fullmatch(r"(\w+)\s+(eq|ne)\s+('(?:[^']|'')*'|true|false)", text):
        return _comparison(found[1], found[2], found[3])
    raise _unsupported_clause(text.partition(" ")[0])


_COMPARABLE: dict[str, Callable[[SimulatedUser], Any]] = {
    "id": lambda user: user.id,
    "userPrincipalName": lambda user: user.user_principal_name,
    "mail": lambda user: user.mail,
    "displayName": lambda user: user.display_name,
    "userType": lambda user: user.user_type,
    "accountEnabled": lambda user: user.account_enabled,
    "department": lambda user: user.department,
}


def _comparison(name: str, operator: str, literal: str) -> Predicate:
    if name not in _COMPARABLE:
        raise _unsupported_clause(name)
    read, wanted = _COMPARABLE[name], _literal(literal)
    return lambda user: (_folded(read(user)) == wanted) is (operator == "eq")


def _literal(text: str) -> str | bool:
    return text == "true" if text in {"true", "false"} else text[1:-1].replace("''", "'").casefold()


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _unsupported_clause(name: str) -> GraphError:
    return unsupported_query(
        f"Unsupported or invalid query filter clause specified for property '{name}' of resource 'User'."
    )
