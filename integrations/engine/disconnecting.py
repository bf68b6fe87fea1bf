"""Carries a disconnection out, batch by batch, so that it can be resumed wherever it was interrupted."""

import time

from django.utils import timezone

from integrations.actions.disconnecting import carry_on
from integrations.models import Disconnection
from integrations.wake import wake_disconnection
from organizations.access import account_transaction

#: Seconds after which a worker goes to the back of the queue, so that a large integration can't starve other work.
TURN_SECONDS = 20.0


def proceed(account_id: int, disconnection_id: int) -> None:
    """As far as a worker's turn goes. When it dies the clock wakes the next one, and nothing is lost or done twice."""
    turn_ends = time.monotonic() + TURN_SECONDS
    while time.monotonic() < turn_ends:
        if not _work_off_batch(account_id, disconnection_id):
            return
    wake_disconnection(account_id, disconnection_id)


def _work_off_batch(account_id: int, disconnection_id: int) -> bool:
    """Whether there is more for this worker: of two that were woken, the one that finds the row locked leaves."""
    with account_transaction(account_id):
        disconnection = (
            Disconnection.objects.of_account(account_id)
            .open()
            .filter(pk=disconnection_id)
            .select_for_update(skip_locked=True)
            .first()
        )
        return disconnection is not None and carry_on(disconnection, now=timezone.now())
