"""Registry of what higher apps add to an asset's page, such as where a synced asset comes from."""

from collections.abc import Callable
from typing import Any, Protocol

from django.http import HttpRequest
from django.utils.safestring import SafeString


class AssetLike(Protocol):
    pk: Any
    account_id: int


Panel = Callable[[HttpRequest, AssetLike], SafeString | None]
_panels: dict[str, Panel] = {}


def register_panel(name: str, panel: Panel) -> None:
    _panels[name] = panel


def panels_for(request: HttpRequest, asset: AssetLike) -> list[SafeString]:
    return [fragment for panel in _panels.values() if (fragment := panel(request, asset)) is not None]
