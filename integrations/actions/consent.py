"""Consent links from making one to linking the tenant that came back with it.

What the callback says is a claim. It becomes a tenant of the account in two steps: Microsoft confirms it, and then a
person does, who sees name and domains.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404

from integrations.access import hold_integration
from integrations.actions.inquiries import ask
from integrations.actions.matching import TAKEN, Tenant, TenantTakenError, keep, match_tenant
from integrations.actions.tenants import describe_tenant
from integrations.clouds import cloud_of
from integrations.consent import (
    CALLBACK_PATH,
    LIFETIME,
    ConsentLink,
    ConsentReturn,
    digest_of,
    new_state,
    reason_to_refuse,
)
from integrations.models import ConsentRequest, Inquiry, Integration, TenantMatch
from integrations.problems import Problem
from integrations.querysets import ConsentQuerySet
from integrations.refusals import LeavingError, RefusedError
from integrations.states import (
    ConsentState,
    InquiryKind,
    IntegrationKind,
    IntegrationStatus,
    MatchSource,
    MatchState,
)
from organizations.actions import create_organization, record_activity
from organizations.models import Organization, User

logger = logging.getLogger(__name__)

#: What a person may still throw away.
DISCARDABLE = (ConsentState.OPEN, ConsentState.ANSWERED, ConsentState.VERIFIED)


class ConsentClosedError(RefusedError):
    """This can't be done with the consent, or not any more; the message says why."""


@dataclass(frozen=True)
class NewOrganization:
    name: str


@transaction.atomic
def create_consent_link(
    integration: Integration,
    *,
    actor: User | None,
    organization: Organization | None = None,
    expected_tenant_id: UUID | None = None,
    now: datetime,
) -> tuple[ConsentRequest, str]:
    """The address is had here and now only: the row keeps no more than a digest of what is secret in it."""
    integration = hold_integration(integration.pk)
    if organization is not None:
        keep([organization])
    if integration.kind == IntegrationKind.SINGLE_TENANT:
        expected_tenant_id = integration.home_tenant_id
    state = new_state(integration.account.slug)
    consent = ConsentRequest.objects.create(
        account_id=integration.account_id,
        integration=integration,
        token_digest=digest_of(state),
        expected_tenant_id=expected_tenant_id,
        organization=organization,
        requested_by=actor,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    _record(consent, "consent.requested", now=now, actor=actor)
    link = ConsentLink(
        cloud_of(integration.cloud),
        integration.application_id,
        f"{settings.PUBLIC_URL}{CALLBACK_PATH}",
        state,
        expected_tenant_id,
    )
    return consent, link.address


@transaction.atomic
def receive_consent(account_id: int, returned: ConsentReturn, *, now: datetime) -> ConsentRequest | None:
    """Uses up the link that the answer belongs to. None when it is refused; why stands in the log and nowhere else."""
    links = ConsentRequest.objects.of_account(account_id).filter(token_digest=digest_of(returned.state))
    locked = _lock(links)
    if locked is None:
        logger.warning("A consent callback was refused: account %s has no link of this state", account_id)
        return None
    integration, consent = locked
    reason = reason_to_refuse(consent, returned, now=now)
    if integration.status == IntegrationStatus.DISCONNECTING:
        reason = reason or str(LeavingError())
    if reason:
        _turn_down(consent, reason, now=now)
        return None
    if returned.error:
        consent.state, consent.detail, consent.closed_at = ConsentState.DECLINED, returned.error, now
    else:
        consent.state, consent.tenant_id = ConsentState.ANSWERED, returned.tenant_id
        consent.inquiry = _verify(consent, integration, now=now, actor=None)
    consent.answered_at = now
    consent.save()
    _record(consent, f"consent.{consent.state}", now=now)
    return consent


@transaction.atomic
def verify_again(consent: ConsentRequest, *, now: datetime, actor: User) -> Inquiry:
    """After a failure that passes: a consent takes a while to reach all of Microsoft's servers."""
    integration, consent = _lock_consent(consent)
    if consent.state != ConsentState.ANSWERED:
        raise ConsentClosedError("There is nothing to check: this consent is settled already.")
    consent.inquiry = _verify(consent, integration, now=now, actor=actor)
    consent.save(update_fields=["inquiry"])
    return consent.inquiry


def settle_consents(inquiry: Inquiry, *, now: datetime) -> None:
    """What a finished inquiry means for the consents that wait for it. With the integration locked."""
    waiting = ConsentRequest.objects.of_account(inquiry.account_id).filter(
        inquiry=inquiry, state=ConsentState.ANSWERED
    )
    for consent in waiting.select_for_update().order_by("id"):
        if inquiry.result.get("tenant"):
            consent.state = ConsentState.VERIFIED
            consent.save(update_fields=["state"])
            _record(
                consent, "consent.verified", now=now, details={"tenant": inquiry.result["tenant"]["name"]}
            )
        elif inquiry.problem == Problem.WRONG_TENANT:
            _refuse(consent, f"Another tenant answered: {inquiry.detail}", now=now)
        else:
            _record(consent, "consent.not-verified", now=now, details={"problem": inquiry.problem})


def confirm_consent(
    consent: ConsentRequest, *, destination: Organization | NewOrganization | None, now: datetime, actor: User
) -> TenantMatch:
    """A person says that this is the client's tenant. Without a destination it waits among the unmatched."""
    try:
        return _confirm(consent, destination=destination, now=now, actor=actor)
    except TenantTakenError:
        # Outside the savepoint that has just been undone, so that the log keeps it.
        _record(consent, "consent.refused", now=now, actor=actor, details={"reason": TAKEN})
        raise


@transaction.atomic
def _confirm(
    consent: ConsentRequest, *, destination: Organization | NewOrganization | None, now: datetime, actor: User
) -> TenantMatch:
    integration, consent = _lock_consent(consent)
    match = _described_match(consent, integration, now=now)
    organization = _organization(destination, integration, now=now, actor=actor)
    if organization is not None:
        tenant = Tenant(match.tenant_id, match.tenant_name, match.default_domain)
        match = match_tenant(integration, tenant, organization=organization, now=now, actor=actor)
    _close(consent, ConsentState.CONFIRMED, now=now)
    _record(consent, "consent.confirmed", now=now, actor=actor, details={"tenant": match.tenant_name})
    return match


def _described_match(consent: ConsentRequest, integration: Integration, *, now: datetime) -> TenantMatch:
    """The tenant as Microsoft described it, new or known."""
    if consent.state != ConsentState.VERIFIED or consent.tenant_id is None or consent.inquiry is None:
        raise ConsentClosedError(
            "Microsoft has not confirmed this tenant, or it has been dealt with already."
        )
    if integration.status == IntegrationStatus.DISCONNECTING:
        raise LeavingError
    match = TenantMatch.objects.of_integration(integration).filter(tenant_id=consent.tenant_id).first()
    match = match or TenantMatch(
        account_id=integration.account_id,
        integration=integration,
        tenant_id=consent.tenant_id,
        source=MatchSource.CONSENT,
    )
    describe_tenant(match, consent.inquiry.result, now=now)
    if match.state == MatchState.IGNORED:
        match.state = MatchState.UNMATCHED
    match.save()
    return match


@transaction.atomic
def discard_consent(consent: ConsentRequest, *, now: datetime, actor: User | None) -> None:
    """A link that isn't used yet stops working. What the client granted in Microsoft stays granted there."""
    _, consent = _lock_consent(consent)
    if consent.state not in DISCARDABLE:
        raise ConsentClosedError("There is nothing to discard: this consent is settled already.")
    _close(consent, ConsentState.DISCARDED, now=now)
    _record(consent, "consent.discarded", now=now, actor=actor)


def _organization(
    destination: Organization | NewOrganization | None,
    integration: Integration,
    *,
    now: datetime,
    actor: User,
) -> Organization | None:
    if isinstance(destination, NewOrganization):
        return create_organization(integration.account_id, name=destination.name, now=now, actor=actor)
    return destination


def _verify(
    consent: ConsentRequest, integration: Integration, *, now: datetime, actor: User | None
) -> Inquiry:
    return ask(integration, kind=InquiryKind.TENANT, tenant_id=consent.tenant_id, now=now, actor=actor)


def _lock_consent(consent: ConsentRequest) -> tuple[Integration, ConsentRequest]:
    locked = _lock(ConsentRequest.objects.of_account(consent.account_id).filter(pk=consent.pk))
    if locked is None:
        raise Http404("No such consent.")
    return locked


def _lock(links: ConsentQuerySet) -> tuple[Integration, ConsentRequest] | None:
    """The integration first, as everywhere. Of two answers at once the second sees what the first has done; a
    disconnect that has ended has left nothing to see."""
    integrations = Integration.objects.filter(pk__in=links.values("integration")).select_for_update()
    integration = integrations.first()
    related = links.select_related("integration", "inquiry", "organization")
    consent = related.select_for_update(of=("self",)).first()
    return (integration, consent) if integration and consent else None


def _turn_down(consent: ConsentRequest, reason: str, *, now: datetime) -> None:
    """A wrong answer uses the link up: nobody gets to try until one fits. It undoes nothing that came before it."""
    if consent.state == ConsentState.OPEN:
        _refuse(consent, reason, now=now)
    else:
        _record(consent, "consent.refused", now=now, details={"reason": reason})


def _refuse(consent: ConsentRequest, reason: str, *, now: datetime) -> None:
    consent.detail = reason
    _close(consent, ConsentState.REFUSED, now=now)
    _record(consent, "consent.refused", now=now, details={"reason": reason})


def _close(consent: ConsentRequest, state: ConsentState, *, now: datetime) -> None:
    consent.state, consent.closed_at = state, now
    consent.save(update_fields=["state", "closed_at", "detail"])


def _record(
    consent: ConsentRequest,
    action: str,
    *,
    now: datetime,
    actor: User | None = None,
    details: Mapping[str, str] | None = None,
) -> None:
    record_activity(
        consent.account_id,
        at=now,
        action=action,
        subject=consent.integration.name,
        user=actor,
        organization=consent.organization,
        about=consent.integration,
        details={"consent": consent.pk, "tenant_id": str(consent.tenant_id or "")} | dict(details or {}),
    )
