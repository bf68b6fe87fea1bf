"""Wake-up calls to workers, published by task name so that actions never import tasks. Losing one costs a tick."""

from organizations.wake import publish

#: Wake-up calls for one run at most: more workers than this on one account would starve the others.
FAN_OUT = 8


def wake_run(account_id: int, run_id: int, *, times: int = 1) -> None:
    for _ in range(min(times, FAN_OUT)):
        if not publish("integrations.drain", account_id, run_id):
            return


def wake_due_sync(account_id: int, integration_id: int) -> None:
    publish("integrations.start_due_sync", account_id, integration_id)


def wake_inquiry(account_id: int, inquiry_id: int) -> None:
    publish("integrations.answer", account_id, inquiry_id)


def wake_disconnection(account_id: int, disconnection_id: int) -> None:
    publish("integrations.disconnect", account_id, disconnection_id)


def wake_expiry_warning(account_id: int, credential_id: int) -> None:
    publish("integrations.warn_of_expiry", account_id, credential_id)
