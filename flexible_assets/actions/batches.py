"""What disconnecting and matching anew do to assets of any type, by id and in the caller's transaction."""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.apps import apps

from flexible_assets.actions.expirations import move_expirations
from flexible_assets.actions.totals import hold, recount
from flexible_assets.models import AssetTag, FlexibleAsset
from organizations.models import Organization


def release_assets(asset_ids: Collection[int], *, now: datetime) -> int:
    """Makes them ordinary assets: nobody keeps them in step, so nothing locks them and none is an orphan."""
    with _held(asset_ids) as assets:
        return _update(assets, now=now, is_locked=False, orphaned_at=None)


def orphan_assets(asset_ids: Collection[int], *, now: datetime) -> int:
    """Marks what its source reports no longer; those marked before keep their date."""
    with _held(asset_ids) as assets:
        reported = [asset for asset in assets if asset.orphaned_at is None]
        return _update(reported, now=now, orphaned_at=now)


def move_assets(asset_ids: Collection[int], *, organization: Organization, now: datetime) -> int:
    """Into another organization of the account, with everything but the contacts they name: those stay behind."""
    with _held(asset_ids, destination=organization) as assets:
        moved = [asset for asset in assets if asset.organization_id != organization.pk]
        tags = AssetTag.objects.of_account(organization.account_id).filter(asset__in=moved)
        tags.filter(contact__isnull=False).delete()
        move_expirations(moved, organization_id=organization.pk)
        return _update(moved, now=now, organization=organization)


def purge_assets(asset_ids: Collection[int]) -> Counter[str]:
    """Deletes them with everything that hangs on them, in whichever app, and tells how many rows of what that were."""
    with _held(asset_ids) as assets:
        return _purge(assets)


def purge_deleted_assets(account_id: int, *, before: datetime, most: int = 200) -> Counter[str]:
    """The same with some of those that were deleted by then and that nobody restored; of nothing once all are gone."""
    due = FlexibleAsset.objects.of_account(account_id).deleted().filter(deleted_at__lte=before)
    ids = list(due.order_by("deleted_at", "pk").values_list("pk", flat=True)[:most])
    with _held(ids) as assets:
        # Somebody may have restored one before it was held.
        return _purge([asset for asset in assets if asset.deleted_at and asset.deleted_at <= before])


@contextmanager
def _held(
    asset_ids: Collection[int], *, destination: Organization | None = None
) -> Iterator[list[FlexibleAsset]]:
    """Recounts what the assets count in once they are changed."""
    assets, totals = hold(asset_ids, destination=destination)
    yield assets
    recount(totals)


def _purge(assets: Collection[FlexibleAsset]) -> Counter[str]:
    _, rows = FlexibleAsset.objects.filter(pk__in=[asset.pk for asset in assets]).delete()
    return Counter({_plural(label): count for label, count in rows.items() if count})


def _update(assets: Collection[FlexibleAsset], *, now: datetime, **columns: object) -> int:
    held = FlexibleAsset.objects.filter(pk__in=[asset.pk for asset in assets])
    return held.update(updated_at=now, **columns)


def _plural(label: str) -> str:
    return str(apps.get_model(label)._meta.verbose_name_plural)
