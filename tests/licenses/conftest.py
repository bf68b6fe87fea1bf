"""License tests sync from the simulator as the engine's tests do."""

from tests.integrations.conftest import (
    begin,
    bring_forward,
    impatient,
    one,
    only_sync,
    probe,
    quick_retries,
    simulated,
    stored,
    sync,
    tenant_syncs,
    work_off,
)

__all__ = [
    "begin",
    "bring_forward",
    "impatient",
    "one",
    "only_sync",
    "probe",
    "quick_retries",
    "simulated",
    "stored",
    "sync",
    "tenant_syncs",
    "work_off",
]
