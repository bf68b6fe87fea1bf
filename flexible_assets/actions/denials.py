"""Which types the members of a group neither see nor find nor write."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from flexible_assets.models import FlexibleAssetType, TypeDenial
from organizations.actions import record_activity
from organizations.models import Group, User


@transaction.atomic
def deny_types(
    group: Group, *, types: Collection[FlexibleAssetType], now: datetime, actor: User | None = None
) -> None:
    """These and no others."""
    # Two at once would both add the same.
    Group.objects.of_account(group.account_id).select_for_update(no_key=True).get(pk=group.pk)
    denials = TypeDenial.objects.filter(account_id=group.account_id, group=group)
    before = _names(group)
    denials.exclude(asset_type__in=types).delete()
    known = set(denials.values_list("asset_type_id", flat=True))
    TypeDenial.objects.bulk_create(
        TypeDenial(account_id=group.account_id, group=group, asset_type=asset_type)
        for asset_type in types
        if asset_type.pk not in known
    )
    after = _names(group)
    if before != after:
        record_activity(
            group.account_id,
            at=now,
            action="group.denied-types",
            subject=group.name,
            user=actor,
            about=group,
            details={"before": before, "after": after},
        )


def _names(group: Group) -> list[str]:
    denials = TypeDenial.objects.filter(account_id=group.account_id, group=group)
    return list(denials.order_by("asset_type__sort_key").values_list("asset_type__name", flat=True))
