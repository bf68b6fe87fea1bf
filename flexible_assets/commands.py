"""What the palette offers of assets: new ones of each type."""

from collections.abc import Sequence

from django.urls import reverse

from flexible_assets.models import FlexibleAssetType
from flexible_assets.policies import visible_types
from organizations.commands import Command, CommandPlace
from organizations.roles import Right


def asset_commands(place: CommandPlace) -> Sequence[Command]:
    if not place.user.has(Right.CREATE):
        return []
    types = visible_types(place.user).in_menu()
    return [_new(place, asset_type) for asset_type in types if not asset_type.is_locked]


def _new(place: CommandPlace, asset_type: FlexibleAssetType) -> Command:
    slug, organization = place.account.slug, place.organization
    if organization is None:
        url = reverse("flexible_assets:asset-new-anywhere", args=[slug, asset_type.pk])
        return Command(f"New {asset_type.name}", "plus", url, "add create")
    url = reverse("flexible_assets:asset-new", args=[slug, organization.pk, asset_type.pk])
    return Command(f"New {asset_type.name} in {organization.name}", "plus", url, "add create")
