"""Which integrations keep the licenses in step, for those who shape the type."""

from collections.abc import Sequence

from django.urls import reverse

from flexible_assets.models import FlexibleAssetType
from flexible_assets.panels import Keeper
from integrations.models import Integration
from licenses.asset_type import MICROSOFT_LICENSES
from licenses.step import LicenseStep
from organizations.access import AccountRequest
from organizations.roles import Right


def license_keepers(request: AccountRequest, asset_type: FlexibleAssetType) -> Sequence[Keeper]:
    if asset_type.system_key != MICROSOFT_LICENSES.system_key or not request.user.has(
        Right.MANAGE_INTEGRATIONS
    ):
        return []
    integrations = Integration.objects.visible_to(request.user).select_related("settings")
    return [
        Keeper(each.name, reverse("integrations:sync-settings", args=[request.account.slug, each.pk]))
        for each in integrations.order_by("name", "pk")
        if LicenseStep.key in each.settings.steps
    ]
