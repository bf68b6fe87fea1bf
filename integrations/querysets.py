"""Reads of integrations and their runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models

from integrations.states import (
    LIVE_RUNS,
    OPEN_SYNCS,
    ConsentState,
    CredentialRole,
    IntegrationStatus,
    MatchState,
    SyncState,
)
from organizations.names import search_key
from organizations.querysets import AccountQuerySet

if TYPE_CHECKING:
    from integrations.models import (
        ConsentRequest,
        ContactLink,
        Disconnection,
        Inquiry,
        Integration,
        IntegrationCredential,
        SyncRun,
        TenantClaim,
        TenantMatch,
        TenantSync,
    )
    from organizations.models import Contact, User

#: PostgreSQL's clock at the moment of asking: leases are never judged by a worker's own clock, nor by now(), which
#: stands still inside a transaction.
DATABASE_CLOCK = models.Func(function="clock_timestamp", output_field=models.DateTimeField())


class IntegrationQuerySet(AccountQuerySet["Integration"]):
    def visible_to(self, user: "User") -> Self:
        return self.of_account(user.account_id)


class CredentialQuerySet(AccountQuerySet["IntegrationCredential"]):
    def visible_to(self, user: "User") -> Self:
        return self.of_account(user.account_id)

    def of_integration(self, integration: "Integration") -> Self:
        return self.filter(account_id=integration.account_id, integration=integration)

    def current(self) -> Self:
        return self.filter(role=CredentialRole.CURRENT)

    def next(self) -> Self:
        return self.filter(role=CredentialRole.NEXT)


@dataclass(frozen=True)
class MatchCounts:
    """Tenants by the state of their match; `unsynced` are matched, and not synced since."""

    by_state: Mapping[MatchState, int]
    unsynced: int

    @property
    def total(self) -> int:
        return sum(self.by_state.values())


class MatchQuerySet(AccountQuerySet["TenantMatch"]):
    def of_integration(self, integration: "Integration") -> Self:
        return self.filter(account_id=integration.account_id, integration=integration)

    def matched(self) -> Self:
        return self.filter(state=MatchState.MATCHED)

    def unmatched(self) -> Self:
        return self.filter(state=MatchState.UNMATCHED)

    def ignored(self) -> Self:
        return self.filter(state=MatchState.IGNORED)

    def counts(self) -> MatchCounts:
        in_state = {state.value: models.Count("id", filter=models.Q(state=state)) for state in MatchState}
        unsynced = models.Count("id", filter=models.Q(state=MatchState.MATCHED, last_synced_at=None))
        found = self.aggregate(**in_state, unsynced=unsynced)
        return MatchCounts({state: found[state] for state in MatchState}, found["unsynced"])

    def found_by(self, term: str) -> Self:
        """By the tenant's name, domain or id, or by its organization's name."""
        if not term:
            return self
        names = models.Q(tenant_name__icontains=term) | models.Q(default_domain__icontains=term)
        organizations = models.Q(organization__search_key__contains=search_key(term))
        return self.filter(names | organizations | _of_tenant(term))


def _of_tenant(term: str) -> models.Q:
    try:
        return models.Q(tenant_id=UUID(term))
    except ValueError:
        return models.Q()


class ClaimQuerySet(AccountQuerySet["TenantClaim"]):
    """Claims of the account in scope; those of others are never seen."""


class InquiryQuerySet(AccountQuerySet["Inquiry"]):
    def visible_to(self, user: "User") -> Self:
        return self.of_account(user.account_id)

    def of_integration(self, integration: "Integration") -> Self:
        return self.filter(account_id=integration.account_id, integration=integration)

    def open(self) -> Self:
        return self.filter(finished_at=None)


class ConsentQuerySet(AccountQuerySet["ConsentRequest"]):
    def visible_to(self, user: "User") -> Self:
        return self.of_account(user.account_id)

    def of_integration(self, integration: "Integration") -> Self:
        return self.filter(account_id=integration.account_id, integration=integration)

    def waiting(self, *, now: datetime) -> Self:
        """For somebody or something; those to be confirmed first, then those being checked, then links not used yet."""
        unused = models.Q(state=ConsentState.OPEN, expires_at__gt=now)
        ranks = [
            models.When(state=state, then=rank)
            for rank, state in enumerate((ConsentState.VERIFIED, ConsentState.ANSWERED, ConsentState.OPEN))
        ]
        waiting = self.filter(unused | models.Q(state__in=(ConsentState.VERIFIED, ConsentState.ANSWERED)))
        return waiting.order_by(models.Case(*ranks), "-id")

    def settled(self, *, now: datetime) -> Self:
        """The newest first; nothing will become of them any more."""
        expired = models.Q(state=ConsentState.OPEN, expires_at__lte=now)
        return self.filter(expired | models.Q(closed_at__isnull=False)).order_by("-id")


class DisconnectionQuerySet(AccountQuerySet["Disconnection"]):
    def visible_to(self, user: "User") -> Self:
        return self.of_account(user.account_id)

    def open(self) -> Self:
        return self.filter(finished_at=None)


class RunQuerySet(AccountQuerySet["SyncRun"]):
    def visible_to(self, user: "User") -> Self:
        return self.of_account(user.account_id)

    def live(self) -> Self:
        return self.filter(state__in=LIVE_RUNS)

    def current(self) -> Self:
        """Of integrations that are still connected and unchanged since the run began."""
        return self.filter(
            integration__status=IntegrationStatus.CONNECTED, integration__epoch=models.F("epoch")
        )


class TenantSyncQuerySet(AccountQuerySet["TenantSync"]):
    def visible_to(self, user: "User") -> Self:
        return self.of_account(user.account_id)

    def open(self) -> Self:
        return self.filter(state__in=OPEN_SYNCS)

    def claimable(self, *, attempts: int) -> Self:
        """Waiting and due, or held by a worker that gave no sign of life for a whole lease."""
        waiting = models.Q(state=SyncState.PENDING, next_at__lte=DATABASE_CLOCK)
        return self.filter(waiting | self._expired()).filter(attempts__lt=attempts)

    def unattended(self) -> Self:
        """Open, with nobody working on it."""
        return self.filter(models.Q(state=SyncState.PENDING) | self._expired())

    def lost(self, *, attempts: int) -> Self:
        return self.filter(self._expired(), attempts__gte=attempts)

    @staticmethod
    def _expired() -> models.Q:
        return models.Q(state=SyncState.LEASED, lease_until__lt=DATABASE_CLOCK)


class ContactLinkQuerySet(AccountQuerySet["ContactLink"]):
    def of_tenant(self, match_id: int) -> Self:
        return self.filter(match_id=match_id)

    def of_contacts(self, contacts: Iterable["Contact"]) -> Self:
        return self.filter(contact__in=[contact.pk for contact in contacts])

    def live(self) -> Self:
        """Of users whom a matched tenant's directory still lists."""
        return self.filter(removed_at=None, match__state=MatchState.MATCHED)
