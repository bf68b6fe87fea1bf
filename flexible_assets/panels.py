"""Registries of what higher apps add to pages of assets: panels, such as where a synced asset comes from, and notices
above lists and assets, such as that nothing updates them at present."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from django.http import HttpRequest
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from flexible_assets.models import FlexibleAssetType
    from organizations.models import Organization, User


class AssetLike(Protocol):
    pk: Any
    account_id: int


Panel = Callable[[HttpRequest, AssetLike], SafeString | None]
_panels: dict[str, Panel] = {}


def register_panel(name: str, panel: Panel) -> None:
    _panels[name] = panel


def panels_for(request: HttpRequest, asset: AssetLike) -> list[SafeString]:
    return [fragment for panel in _panels.values() if (fragment := panel(request, asset)) is not None]


#: What to tell this user of assets of the type, in one organization or in all; empty when there is nothing.
Notice = Callable[["User", "FlexibleAssetType", "Organization | None"], str]
_notices: list[Notice] = []


def register_notice(provide: Notice) -> None:
    _notices.append(provide)


def notices_for(
    user: "User", asset_type: "FlexibleAssetType", organization: "Organization | None" = None
) -> list[str]:
    return [text for provide in _notices if (text := provide(user, asset_type, organization))]
