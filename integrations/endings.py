"""How a run without open tenants ended, and of what: asked when it ends, and again when a person decides about it."""

from dataclasses import dataclass

from django.db.models import Count

from integrations.querysets import TenantSyncQuerySet
from integrations.states import RunState, SyncState, final_run_state


@dataclass(frozen=True)
class Ending:
    state: RunState
    problem: str
    detail: str


def ending_of(syncs: TenantSyncQuerySet) -> Ending:
    counts = {SyncState(state): count for state, count in syncs.values_list("state").annotate(Count("id"))}
    # Of a run that is held the table of integrations must say what is held, however many others failed.
    unwell = SyncState.HELD if counts.get(SyncState.HELD) else SyncState.FAILED
    return Ending(final_run_state(counts), *_main_problem(syncs.filter(state=unwell).order_by()))


def _main_problem(unwell: TenantSyncQuerySet) -> tuple[str, str]:
    """What most of these tenants suffer from, with one tenant's detail."""
    worst = (
        unwell.values_list("problem").annotate(tenants=Count("id")).order_by("-tenants", "problem").first()
    )
    if worst is None:
        return "", ""
    example = unwell.filter(problem=worst[0]).order_by("-detail").first()
    return worst[0], example.detail if example else ""
