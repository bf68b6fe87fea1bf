"""Asking Microsoft something on behalf of a page."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction

from integrations.access import hold_integration
from integrations.models import ConsentRequest, Inquiry, Integration
from integrations.refusals import RefusedError
from integrations.states import CredentialRole, InquiryKind
from integrations.wake import wake_inquiry
from organizations.models import User

#: How long answers are kept. Whoever looks for an older one asks anew.
INQUIRIES_KEPT = timedelta(days=30)


class NothingToAskError(RefusedError):
    """The question can't be put; the message says why."""


@transaction.atomic
def ask(
    integration: Integration,
    *,
    kind: InquiryKind,
    tenant_id: UUID | None = None,
    credential_role: CredentialRole = CredentialRole.CURRENT,
    now: datetime,
    actor: User | None,
) -> Inquiry:
    """A new question for a worker, or the same one that is open already. Without a tenant, the integration's own."""
    integration = hold_integration(integration.pk)
    asked = tenant_id or integration.home_tenant_id
    if asked is None:
        raise NothingToAskError(
            "There is no tenant to ask yet. Enter your own tenant's ID under Edit Credentials, or have a client consent."
        )
    _forget_old(integration, now=now)
    # With the epoch, so that nobody waits for an answer that a new credential has made worthless.
    inquiry, is_new = Inquiry.objects.get_or_create(
        account_id=integration.account_id,
        integration=integration,
        kind=kind,
        tenant_id=asked,
        credential_role=credential_role,
        epoch=integration.epoch,
        finished_at=None,
        defaults={"requested_by": actor, "created_at": now},
    )
    if is_new:
        transaction.on_commit(partial(wake_inquiry, inquiry.account_id, inquiry.pk), robust=True)
    return inquiry


def _forget_old(integration: Integration, *, now: datetime) -> None:
    """But for those that a consent rests on, for as long as it waits for somebody to confirm it."""
    waiting = ConsentRequest.objects.of_integration(integration).filter(closed_at=None, inquiry__isnull=False)
    old = Inquiry.objects.of_integration(integration).filter(finished_at__lt=now - INQUIRIES_KEPT)
    old.exclude(pk__in=waiting.values("inquiry")).delete()
