"""What integrations tell people by e-mail: how a sync ended, and that a credential's end is near."""

import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.template.loader import render_to_string
from django.urls import reverse

from integrations.models import Integration, IntegrationCredential, SyncRun, SyncSettings, TenantSync
from integrations.problems import Problem
from integrations.states import Notify, RunKind, RunState, SyncState, Trigger
from organizations.mail import post
from organizations.models import User
from organizations.roles import Role

#: Tenants in trouble that a letter names; the run's page lists them all.
TENANTS_NAMED = 20

_PROBLEMS = (RunState.PARTIAL, RunState.HELD, RunState.ERROR)
_ENDED = {
    RunState.OK: "finished: everything is in step with Microsoft",
    RunState.PARTIAL: "finished, but some tenants could not be synced",
    RunState.HELD: "is held: much vanished at Microsoft, and a person has to look",
    RunState.ERROR: "failed",
}
_FIGURES = ("created", "updated", "unchanged", "orphaned", "contacts")


def tell_of_end(run: SyncRun, *, now: datetime) -> None:
    """In the transaction that ends the run, as Sync Settings want it. Nobody needs to be told of what was cancelled."""
    chosen = SyncSettings.objects.get(account_id=run.account_id, integration_id=run.integration_id)
    if run.kind != RunKind.SYNC or not _is_wanted(Notify(chosen.notify), RunState(run.state)):
        return
    troubled = _troubled(run)
    context = {
        "integration": run.integration,
        "ended": _ENDED[RunState(run.state)],
        "tenants": _tenants(run),
        "figures": _figures(run),
        "troubles": [_trouble(sync) for sync in troubled[:TENANTS_NAMED]],
        "more": max(0, len(troubled) - TENANTS_NAMED),
        "url": _address("run-detail", run.integration, run.pk),
    }
    post(
        run.account_id,
        to=recipients_of(run.integration),
        subject=f"{run.integration.name}: the sync {_ENDED[RunState(run.state)].partition(':')[0]}",
        body=render_to_string("integrations/mail/sync_ended.txt", context),
        dedupe_key=_key_of(run, troubled, Notify(chosen.notify), now=now),
        now=now,
    )


def tell_of_expiry(credential: IntegrationCredential, *, days: int, now: datetime) -> None:
    integration = credential.integration
    kind = credential.get_kind_display().lower()
    when = {0: "has expired", 1: "expires within a day"}.get(days, f"expires within {days} days")
    context = {
        "integration": integration,
        "kind": kind,
        "when": when,
        "has_expired": days == 0,
        "expires_at": credential.expires_at,
        "is_next_prepared": IntegrationCredential.objects.of_integration(integration).next().exists(),
        "url": _address("credentials", integration, integration.pk),
    }
    post(
        credential.account_id,
        to=recipients_of(integration),
        subject=f"{integration.name}: the {kind} for Microsoft {when}",
        body=render_to_string("integrations/mail/credential_expires.txt", context),
        dedupe_key=f"expiry {credential.pk} {days}",
        now=now,
    )


def recipients_of(integration: Integration) -> list[str]:
    """Whom Sync Settings name, or else all who administer the account."""
    chosen = SyncSettings.objects.get(account_id=integration.account_id, integration=integration)
    if chosen.notify_emails:
        return list(chosen.notify_emails)
    administrators = User.objects.filter(
        account_id=integration.account_id, role=Role.ADMINISTRATOR, is_active=True
    )
    return list(administrators.order_by("email").values_list("email", flat=True))


def _is_wanted(notify: Notify, state: RunState) -> bool:
    match notify:
        case Notify.NEVER:
            return False
        case Notify.PROBLEMS:
            return state in _PROBLEMS
        case Notify.ALWAYS:
            return state in _ENDED


def _key_of(run: SyncRun, troubled: list[TenantSync], notify: Notify, *, now: datetime) -> str:
    """A run that is retried ends again, which is news; the clock meeting the same trouble every hour is not."""
    if run.trigger == Trigger.MANUAL or notify == Notify.ALWAYS:
        return f"run {run.pk} ended {now.isoformat()}"
    trouble = [run.state, run.problem, *(f"{sync.match_id} {sync.problem}" for sync in troubled)]
    digest = hashlib.sha256("\n".join(trouble).encode()).hexdigest()[:32]
    return f"integration {run.integration_id} {now:%Y-%m-%d} {digest}"


def _troubled(run: SyncRun) -> list[TenantSync]:
    syncs = TenantSync.objects.of_account(run.account_id).filter(
        run=run, state__in=(SyncState.FAILED, SyncState.HELD)
    )
    return list(syncs.select_related("match__organization").order_by("match__tenant_name", "match_id"))


def _trouble(sync: TenantSync) -> dict[str, Any]:
    problem = Problem(sync.problem)
    organization = sync.match.organization
    return {
        "tenant": sync.match.tenant_name,
        "organization": organization.name if organization else "",
        "title": problem.title,
        "remedy": problem.remedy,
    }


def _tenants(run: SyncRun) -> dict[str, int]:
    syncs = TenantSync.objects.of_account(run.account_id).filter(run=run)
    return {"total": syncs.count(), "done": syncs.filter(state=SyncState.DONE).count()}


def _figures(run: SyncRun) -> list[tuple[str, int]]:
    syncs = TenantSync.objects.of_account(run.account_id).filter(run=run)
    sums = syncs.aggregate(**{name: Sum(name, default=0) for name in _FIGURES})
    return [(name, sums[name]) for name in _FIGURES]


def _address(name: str, integration: Integration, row_id: int) -> str:
    path = reverse(f"integrations:{name}", args=[integration.account.slug, row_id])
    return f"{settings.PUBLIC_URL}{path}"
