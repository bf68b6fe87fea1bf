"""Reads of integrations and their runs."""

from typing import TYPE_CHECKING, Self

from django.db import models

from integrations.states import LIVE_RUNS, OPEN_SYNCS, IntegrationStatus, MatchState, SyncState
from organizations.querysets import AccountQuerySet

if TYPE_CHECKING:
    from integrations.models import (
        ContactLink,
        Integration,
        IntegrationCredential,
        SyncRun,
        TenantMatch,
        TenantSync,
    )
    from organizations.models import User

#: PostgreSQL's clock at the moment of asking: leases are never judged by a worker's own clock, nor by now(), which
#: stands still inside a transaction.
DATABASE_CLOCK = models.Func(function="clock_timestamp", output_field=models.DateTimeField())


class IntegrationQuerySet(AccountQuerySet["Integration"]):
    def visible_to(self, user: "User") -> Self:
        return self.of_account(user.account_id)


class CredentialQuerySet(AccountQuerySet["IntegrationCredential"]):
    """Rows of sealed credentials."""


class MatchQuerySet(AccountQuerySet["TenantMatch"]):
    def matched(self) -> Self:
        return self.filter(state=MatchState.MATCHED)


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
