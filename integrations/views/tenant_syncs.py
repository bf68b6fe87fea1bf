"""One tenant's part in a run: everything it changed or would change, trying again, and what to do when it is held."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from integrations.access import get_tenant_sync
from integrations.actions.retrying import accept_held, discard_held, retry_tenant
from integrations.models import SyncRun
from integrations.refusals import RefusedError
from integrations.run_rows import NOUNS, tenant_row
from integrations.states import RunKind
from organizations.access import AccountRequest


@require_safe
def tenant_sync(request: AccountRequest, account: str, sync_id: int) -> HttpResponse:
    sync = get_tenant_sync(request.user, sync_id)
    context = {
        "integration": sync.run.integration,
        "navigation": "admin",
        "run": {
            "id": sync.run_id,
            "noun": NOUNS[RunKind(sync.run.kind)],
            "is_preview": sync.run.kind == RunKind.PREVIEW,
        },
        "tenant": tenant_row(sync, account=request.account, changes_shown=None),
    }
    return render(request, "integrations/tenant_sync.html", context)


@require_POST
def retry(request: AccountRequest, account: str, sync_id: int) -> HttpResponse:
    return _decide(request, sync_id, retry_tenant, told="")


@require_POST
def accept(request: AccountRequest, account: str, sync_id: int) -> HttpResponse:
    return _decide(
        request, sync_id, accept_held, told="Accepted. The tenant is being read once more to carry it out."
    )


@require_POST
def discard(request: AccountRequest, account: str, sync_id: int) -> HttpResponse:
    return _decide(
        request,
        sync_id,
        discard_held,
        told="Discarded. Everything stays as it is; the next sync judges anew.",
    )


def _decide(
    request: AccountRequest, sync_id: int, decide: Callable[..., SyncRun], *, told: str
) -> HttpResponse:
    sync = get_tenant_sync(request.user, sync_id)
    try:
        decide(sync.pk, now=timezone.now(), actor=request.user)
    except RefusedError as refused:
        messages.warning(request, str(refused))
    else:
        if told:
            messages.success(request, told)
    return redirect("integrations:run-detail", request.account.slug, sync.run_id)
