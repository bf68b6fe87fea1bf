"""How an integration's credential is sealed for its row and opened for a sync."""

import json
from dataclasses import asdict

from integrations.microsoft.credentials import ClientCertificate, ClientSecret, Credential
from integrations.models import CredentialKind, Integration, IntegrationCredential
from organizations.sealing import seal, unseal


def seal_credential(credential: Credential, *, integration: Integration) -> bytes:
    return seal(json.dumps(asdict(credential)), place=_place(integration.account_id, integration.pk))


def open_credential(row: IntegrationCredential) -> Credential:
    """Raises SealBrokenError when the row was tampered with or its key is gone."""
    members = json.loads(unseal(bytes(row.sealed), place=_place(row.account_id, row.integration_id)))
    return ClientSecret(**members) if row.kind == CredentialKind.SECRET else ClientCertificate(**members)


def _place(account_id: int, integration_id: int) -> str:
    return f"{account_id}|integrations_integrationcredential|{integration_id}|sealed"
