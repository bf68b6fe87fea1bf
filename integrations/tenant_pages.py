"""The tenants of a run, page by page: those in trouble first, then by organization, from behind a row (keyset)."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.db.models.fields.tuple_lookups import TupleGreaterThan
from django.db.models.functions import Coalesce

from integrations.models import TenantSync
from integrations.states import SyncState

PAGE_SIZE = 200

_RANKS = (SyncState.FAILED, SyncState.HELD, SyncState.LEASED, SyncState.PENDING)
_RANK = Case(
    *(When(state=state, then=Value(rank)) for rank, state in enumerate(_RANKS)),
    default=Value(len(_RANKS)),
    output_field=IntegerField(),
)
_ORDER = ("rank", "place", "id")


@dataclass(frozen=True)
class TenantPage:
    syncs: Sequence[TenantSync]
    #: Where the next page begins; empty on the last.
    next: str


def read_tenants(syncs: QuerySet[TenantSync], *, after: str) -> TenantPage:
    """Anything in `after` that is no place in the list means the first page."""
    ordered = syncs.annotate(rank=_RANK, place=Coalesce("match__organization__sort_key", Value("")))
    place = _decode(after)
    if place is not None:
        ordered = ordered.filter(TupleGreaterThan(tuple(F(name) for name in _ORDER), place))
    found = list(ordered.order_by(*_ORDER)[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return TenantPage(shown, _encode(shown[-1]) if len(found) > PAGE_SIZE else "")


def _encode(last: TenantSync) -> str:
    place = [getattr(last, name) for name in _ORDER]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _decode(text: str) -> tuple[int, str, int] | None:
    try:
        rank, place, row_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, RecursionError):
        return None
    fits = type(rank) is int and isinstance(place, str) and type(row_id) is int and "\0" not in place
    return (rank, place, row_id) if fits and abs(rank) < 2**31 and abs(row_id) < 2**63 else None
