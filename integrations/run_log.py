"""A run as a table for downloading: one line for each tenant, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from integrations.models import TenantSync
from integrations.problems import Problem

_COLUMNS = (
    "Tenant", "Domain", "Tenant ID", "Organization", "State", "Problem", "What to do", "Detail", "Request ID",
    "Created", "Updated", "Unchanged", "Orphaned", "Contacts", "Changes", "Attempts", "Throttled", "Graph calls",
    "Started", "Ended", "Decision",
)  # fmt: skip
#: With these a spreadsheet takes a text for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def log_of(syncs: Iterable[TenantSync]) -> str:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(_COLUMNS)
    writer.writerows([_safe(value) for value in _values(sync)] for sync in syncs)
    return table.getvalue()


def _values(sync: TenantSync) -> Iterator[Any]:
    problem = Problem(sync.problem) if sync.problem else None
    organization = sync.match.organization
    yield from (sync.match.tenant_name, sync.match.default_domain, sync.match.tenant_id)
    yield organization.name if organization else ""
    yield sync.state
    yield from (problem.title, problem.remedy) if problem else ("", "")
    yield from (sync.detail, sync.request_id)
    yield from (sync.created, sync.updated, sync.unchanged, sync.orphaned, sync.contacts, len(sync.changes))
    yield from (sync.attempts, sync.throttles, sync.calls)
    yield from (_moment(sync.started_at), _moment(sync.finished_at))
    yield sync.resolution


def _safe(value: Any) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""
