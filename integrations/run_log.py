"""A run as a table for downloading: one line for each tenant, safe to open in a spreadsheet."""

from collections.abc import Iterable, Iterator

from integrations.models import TenantSync
from integrations.problems import Problem
from organizations.lists.cells import Value
from organizations.lists.spreadsheets import csv_lines

_COLUMNS = (
    "Tenant", "Domain", "Tenant ID", "Organization", "State", "Problem", "What to do", "Detail", "Request ID",
    "Created", "Updated", "Unchanged", "Orphaned", "Contacts", "Changes", "Attempts", "Throttled", "Graph calls",
    "Started", "Ended", "Decision",
)  # fmt: skip


def log_of(syncs: Iterable[TenantSync]) -> str:
    return csv_lines([_COLUMNS, *(list(_values(sync)) for sync in syncs)])


def _values(sync: TenantSync) -> Iterator[Value | str]:
    problem = Problem(sync.problem) if sync.problem else None
    organization = sync.match.organization
    yield from (sync.match.tenant_name, sync.match.default_domain, str(sync.match.tenant_id))
    yield organization.name if organization else ""
    yield sync.state
    yield from (problem.title, problem.remedy) if problem else ("", "")
    yield from (sync.detail, sync.request_id)
    yield from (sync.created, sync.updated, sync.unchanged, sync.orphaned, sync.contacts, len(sync.changes))
    yield from (sync.attempts, sync.throttles, sync.calls)
    yield from (sync.started_at, sync.finished_at)
    yield sync.resolution
