"""Answers what pages ask of Microsoft: outside any transaction, with clients of their own."""

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils import timezone

from integrations.actions.consent import settle_consents
from integrations.actions.matching import match_exact_names
from integrations.actions.tenants import add_customers, remember_tenant
from integrations.answers import discovery_result, main_failure, tenant_result
from integrations.clouds import cloud_of
from integrations.engine.graph import opened_credential
from integrations.microsoft.checks import DiscoveryCheck, TenantCheck, check_discovery, check_tenant
from integrations.microsoft.errors import MicrosoftError, PermanentError
from integrations.models import Inquiry, Integration, IntegrationCredential
from integrations.problems import Problem
from integrations.querysets import DATABASE_CLOCK
from integrations.states import InquiryKind, IntegrationStatus
from organizations.access import account_transaction

logger = logging.getLogger(__name__)

#: Workers that may be lost over one inquiry. A failure that can be told is told at the first attempt.
MAX_ATTEMPTS = 3
#: Seconds a worker has for an answer before another one tries, too; whoever is done first is believed.
LEASE_SECONDS = 60.0
#: Seconds between two looks at whether anybody still wants to know.
LOOK_SECONDS = 0.5
OUTDATED = "The integration was changed or paused in the meantime, so this answer says nothing. Ask again."


class ClosedError(Exception):
    """The inquiry was closed meanwhile, as by a disconnect: Microsoft must not be asked on its behalf any more."""


@dataclass
class _Question:
    """A claimed inquiry, as far as it takes to ask."""

    account_id: int
    inquiry_id: int
    integration_id: int
    kind: InquiryKind
    tenant_id: UUID
    cloud: str
    credential: IntegrationCredential | None
    looked_at: float = field(default_factory=time.monotonic)

    def checkpoint(self) -> None:
        """Called before every request to Graph."""
        if time.monotonic() - self.looked_at < LOOK_SECONDS:
            return
        with account_transaction(self.account_id):
            if not Inquiry.objects.of_account(self.account_id).open().filter(pk=self.inquiry_id).exists():
                raise ClosedError
        self.looked_at = time.monotonic()


@dataclass(frozen=True)
class _Reply:
    check: TenantCheck | DiscoveryCheck | None = None
    problem: str = ""
    detail: str = ""
    request_id: str = ""


def answer(account_id: int, inquiry_id: int) -> None:
    question = _claim(account_id, inquiry_id)
    if question is None:
        return
    try:
        reply = _ask_microsoft(question)
    except ClosedError:
        logger.info("Inquiry %s was closed; what Microsoft said is dropped", inquiry_id)
        return
    except MicrosoftError as error:
        reply = _Reply(problem=error.problem, detail=error.detail, request_id=error.request_id)
    except Exception as error:
        logger.exception("Inquiry %s failed unexpectedly", inquiry_id)
        reply = _Reply(problem=Problem.UNEXPECTED, detail=type(error).__name__)
    _conclude(question, reply)


def _claim(account_id: int, inquiry_id: int) -> _Question | None:
    with account_transaction(account_id):
        inquiry = (
            Inquiry.objects.of_account(account_id)
            .open()
            .filter(pk=inquiry_id, lease_until__lt=DATABASE_CLOCK)
            .select_related("integration")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if inquiry is None or inquiry.tenant_id is None:
            return None
        lease_end = DATABASE_CLOCK + timedelta(seconds=LEASE_SECONDS)
        Inquiry.objects.filter(pk=inquiry.pk).update(attempts=F("attempts") + 1, lease_until=lease_end)
        question = _Question(
            account_id=account_id,
            inquiry_id=inquiry.pk,
            integration_id=inquiry.integration_id,
            kind=InquiryKind(inquiry.kind),
            tenant_id=inquiry.tenant_id,
            cloud=inquiry.integration.cloud,
            credential=IntegrationCredential.objects.of_integration(inquiry.integration)
            .filter(role=inquiry.credential_role)
            .first(),
        )
    if inquiry.attempts >= MAX_ATTEMPTS:
        _conclude(question, _Reply(problem=Problem.WORKER_LOST))
        return None
    return question


def _ask_microsoft(question: _Question) -> _Reply:
    if connection.in_atomic_block:
        raise RuntimeError("Microsoft must not be asked inside a database transaction.")
    if question.credential is None:
        raise PermanentError(Problem.CREDENTIAL_WRONG, "no credential is stored")
    cloud, credential = cloud_of(question.cloud), opened_credential(question.credential)
    ask = check_discovery if question.kind == InquiryKind.DISCOVERY else check_tenant
    check = ask(cloud, credential, question.tenant_id, checkpoint=question.checkpoint)
    failure = None if check.ok else main_failure(check.findings)
    if failure is None:
        return _Reply(check)
    return _Reply(check, failure.problem or "", failure.detail, failure.request_id)


def _conclude(question: _Question, reply: _Reply) -> None:
    """Keeps the answer, unless somebody has changed meanwhile what it is about, and does what follows from it."""
    with account_transaction(question.account_id):
        integration = Integration.objects.select_for_update().filter(pk=question.integration_id).first()
        inquiries = Inquiry.objects.of_account(question.account_id).open().filter(pk=question.inquiry_id)
        inquiry = inquiries.select_for_update().first()
        if integration is None or inquiry is None:
            return
        now = timezone.now()
        if integration.epoch != inquiry.epoch or integration.status == IntegrationStatus.DISCONNECTING:
            reply = _Reply(detail=OUTDATED)
        inquiry.result = _follow(integration, inquiry, reply.check, now=now)
        inquiry.problem, inquiry.detail = reply.problem, reply.detail[:500]
        inquiry.request_id, inquiry.finished_at = reply.request_id[:60], now
        inquiry.save(update_fields=["result", "problem", "detail", "request_id", "finished_at"])
        settle_consents(inquiry, now=now)


def _follow(
    integration: Integration, inquiry: Inquiry, check: TenantCheck | DiscoveryCheck | None, *, now: datetime
) -> dict[str, Any]:
    """What the answer says of tenants goes to them; returns what is kept of it in the inquiry."""
    match check:
        case TenantCheck():
            result = tenant_result(check)
            if check.organization is not None:
                remember_tenant(integration, check.organization.id, result=result, now=now)
            return result
        case DiscoveryCheck():
            added = add_customers(integration, check.customers)
            matched = match_exact_names(integration, now=now, actor=inquiry.requested_by) if check.ok else []
            return discovery_result(check, added=added, matched=len(matched))
        case None:
            return {}
