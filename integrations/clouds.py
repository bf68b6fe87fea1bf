"""Microsoft's clouds as this deployment reaches them, and the addresses people open there."""

from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings

from integrations.microsoft.clouds import CLOUDS, Cloud
from integrations.models import Integration


def cloud_of(key: str) -> Cloud:
    """The cloud by its key; the settings may point the global one elsewhere (a simulator, an inspecting proxy)."""
    cloud = CLOUDS[key]
    if key != "global":
        return cloud
    return replace(
        cloud,
        login=settings.MICROSOFT_LOGIN_URL or cloud.login,
        graph=settings.MICROSOFT_GRAPH_URL or cloud.graph,
        ca=settings.MICROSOFT_CA_BUNDLE or cloud.ca,
    )


def consent_url(integration: Integration, *, tenant_id: UUID) -> str:
    """Where an administrator of the tenant approves the application."""
    query = urlencode({"client_id": integration.application_id})
    return f"{cloud_of(integration.cloud).login}/{tenant_id}/adminconsent?{query}"
