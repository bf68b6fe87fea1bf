"""Microsoft's clouds as this deployment reaches them."""

from dataclasses import replace

from django.conf import settings

from integrations.microsoft.clouds import CLOUDS, Cloud


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
