"""What groups mean to assets: the types denied to their members, and the restricted assets granted to them."""

from collections.abc import Collection, Sequence

from django.http import QueryDict

from flexible_assets.forms.denials import DeniedTypesForm
from flexible_assets.models import AssetGrant, TypeDenial
from organizations.models import Group, User


class AssetGroupPanel:
    def part(self, data: QueryDict | None, *, group: Group | None, actor: User) -> DeniedTypesForm:
        return DeniedTypesForm(data, group=group, actor=actor)

    def guarded(self, account_id: int) -> Collection[int]:
        denials = TypeDenial.objects.filter(account_id=account_id)
        return set(denials.values_list("group_id", flat=True))

    def losses(self, group: Group) -> Sequence[str]:
        denied = TypeDenial.objects.filter(account_id=group.account_id, group=group)
        granted = AssetGrant.objects.of_account(group.account_id).filter(group=group).count()
        names = ", ".join(denied.order_by("asset_type__sort_key").values_list("asset_type__name", flat=True))
        losses = []
        if names:
            losses.append(f"Its members see again what it denies them: {names}.")
        if granted:
            assets = "1 restricted asset is" if granted == 1 else f"{granted:,} restricted assets are"
            losses.append(f"{assets} granted to it, and its members lose sight of them.")
        return losses
