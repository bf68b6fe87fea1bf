"""What becomes of license assets when their integration is disconnected: ordinary assets, or nothing."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from flexible_assets.actions import purge_assets, purge_type, release_assets, release_type
from flexible_assets.models import AssetTag, FlexibleAssetType
from licenses.asset_type import MICROSOFT_LICENSES
from licenses.models import LicenseRecord

ASSETS, TYPES = "license assets", "flexible asset types"


def count(account_id: int, match_ids: Collection[int]) -> Counter[str]:
    """With a disconnect in mind: also of what hangs on the assets."""
    records = LicenseRecord.objects.of_account(account_id).filter(match__in=match_ids)
    tags = AssetTag.objects.of_account(account_id).filter(asset__in=records.values("asset"))
    return Counter({ASSETS: records.count(), "tags": tags.count()})


def release(account_id: int, match_ids: Collection[int], *, limit: int, now: datetime) -> Counter[str]:
    """The assets stay, and in the end their type, unless another integration still keeps assets of it in step."""
    records = _records(account_id, match_ids, limit=limit)
    if not records:
        asset_type = _type_of(account_id)
        is_released = asset_type is not None and release_type(asset_type, now=now)
        return Counter({TYPES: 1}) if is_released else Counter()
    released = release_assets([record.asset_id for record in records], now=now)
    LicenseRecord.objects.filter(pk__in=[record.pk for record in records]).delete()
    return Counter({ASSETS: released})


def purge(account_id: int, match_ids: Collection[int], *, limit: int) -> Counter[str]:
    records = _records(account_id, match_ids, limit=limit)
    rows = purge_assets([record.asset_id for record in records]) if records else Counter[str]()
    if "assets" in rows:
        rows[ASSETS] = rows.pop("assets")
    return rows


def forget_type(account_id: int, *, now: datetime) -> Counter[str]:
    """The type goes with its last asset; assets that people kept keep it, as theirs."""
    asset_type = _type_of(account_id)
    is_purged = asset_type is not None and purge_type(asset_type)
    return Counter({TYPES: 1}) if is_purged else Counter()


def _records(account_id: int, match_ids: Collection[int], *, limit: int) -> list[LicenseRecord]:
    records = LicenseRecord.objects.of_account(account_id).filter(match__in=match_ids)
    return list(records.order_by("pk")[:limit])


def _type_of(account_id: int) -> FlexibleAssetType | None:
    """As long as it is managed; once people have it, it is nobody's business here."""
    types = FlexibleAssetType.objects.of_account(account_id)
    return types.filter(system_key=MICROSOFT_LICENSES.system_key).first()
