"""Registries of what higher apps add to pages of assets: panels, such as where a synced asset comes from, and notices
above lists and assets, such as that nothing updates them at present."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.http import HttpRequest
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from flexible_assets.models import FlexibleAssetType
    from organizations.access import AccountRequest
    from organizations.models import Organization, User


class AssetLike(Protocol):
    pk: Any
    account_id: int


Panel = Callable[[HttpRequest, AssetLike], SafeString | None]
#: Above an asset's fields, as what they are about, or beside them, as what else there is.
MAIN, SIDE = "main", "side"
_panels: dict[str, tuple[str, Panel]] = {}


def register_panel(name: str, panel: Panel, *, slot: str = MAIN) -> None:
    _panels[name] = (slot, panel)


def panels_for(request: HttpRequest, asset: AssetLike, *, slot: str = MAIN) -> list[SafeString]:
    panels = [panel for place, panel in _panels.values() if place == slot]
    return [fragment for panel in panels if (fragment := panel(request, asset)) is not None]


#: What to tell this user of assets of the type, in one organization or in all; empty when there is nothing.
Notice = Callable[["User", "FlexibleAssetType", "Organization | None"], str]
_notices: list[Notice] = []


def register_notice(provide: Notice) -> None:
    _notices.append(provide)


def notices_for(
    user: "User", asset_type: "FlexibleAssetType", organization: "Organization | None" = None
) -> list[str]:
    return [text for provide in _notices if (text := provide(user, asset_type, organization))]


@dataclass(frozen=True)
class Keeper:
    """What keeps the assets of a locked type in step, such as an integration; without a URL for those who may not open it."""

    name: str
    url: str = ""


Keepers = Callable[["AccountRequest", "FlexibleAssetType"], Sequence[Keeper]]
_keepers: list[Keepers] = []


def register_keepers(provide: Keepers) -> None:
    _keepers.append(provide)


def keepers_of(request: "AccountRequest", asset_type: "FlexibleAssetType") -> list[Keeper]:
    return [keeper for provide in _keepers for keeper in provide(request, asset_type)]
