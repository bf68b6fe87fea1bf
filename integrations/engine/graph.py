"""Graph clients for the engine: one identity per credential and worker process, so that tokens and connections last."""

from collections import OrderedDict

from integrations.clouds import cloud_of
from integrations.credentials import open_credential
from integrations.engine.claims import Work
from integrations.microsoft.client import GraphClient
from integrations.microsoft.clouds import Cloud
from integrations.microsoft.credentials import Credential
from integrations.microsoft.errors import PermanentError
from integrations.microsoft.identity import Identity
from integrations.models import IntegrationCredential
from integrations.problems import Problem
from organizations.sealing import SealBrokenError

#: Integrations whose tokens and connections a worker process keeps.
KEPT_IDENTITIES = 32

_identities: OrderedDict[tuple[int, int, int, int], tuple[Cloud, Identity]] = OrderedDict()


def open_client(work: Work) -> GraphClient:
    cloud, identity = _identity_of(work)
    return GraphClient(cloud, identity, str(work.tenant_id), checkpoint=work.checkpoint)


def _identity_of(work: Work) -> tuple[Cloud, Identity]:
    """Keyed by account and epoch as well: after a disconnect or a new credential no old token is used again."""
    row = work.credential
    if row is None:
        raise PermanentError(Problem.CREDENTIAL_WRONG, "no credential is stored")
    key = (work.account_id, work.integration_id, work.epoch, row.pk)
    if key not in _identities:
        cloud = cloud_of(work.cloud)
        _identities[key] = (cloud, Identity(cloud, opened_credential(row)))
        if len(_identities) > KEPT_IDENTITIES:
            _, (_, dropped) = _identities.popitem(last=False)
            dropped.close()
    _identities.move_to_end(key)
    return _identities[key]


def opened_credential(row: IntegrationCredential) -> Credential:
    try:
        return open_credential(row)
    except SealBrokenError as error:
        raise PermanentError(
            Problem.CREDENTIAL_WRONG, f"the stored credential does not open: {error}"
        ) from None
