"""Integrations (connections to Microsoft), the tenants they reach, what to sync, and the runs that do it."""

from integrations.models.consents import ConsentRequest
from integrations.models.contacts import ContactLink
from integrations.models.disconnections import Disconnection
from integrations.models.inquiries import Inquiry
from integrations.models.integrations import CredentialKind, Integration, IntegrationCredential, SyncSettings
from integrations.models.matches import TenantClaim, TenantMatch
from integrations.models.runs import NEVER, SyncRun, TenantSync

__all__ = [
    "NEVER",
    "ConsentRequest",
    "ContactLink",
    "CredentialKind",
    "Disconnection",
    "Inquiry",
    "Integration",
    "IntegrationCredential",
    "SyncRun",
    "SyncSettings",
    "TenantClaim",
    "TenantMatch",
    "TenantSync",
]
