"""Assets and their types, as the log, recently viewed pages and search name them."""

from django.db.models import QuerySet
from django.urls import reverse

from flexible_assets.models import FlexibleAsset, FlexibleAssetType
from flexible_assets.policies import known_assets, visible_types
from organizations.models import User
from organizations.subjects import Subject, SubjectLink


def asset_link(slug: str, asset: FlexibleAsset) -> SubjectLink:
    url = reverse("flexible_assets:asset-detail", args=[slug, asset.pk]) if asset.deleted_at is None else ""
    subtitle = f"{asset.organization.name} · {asset.asset_type.name}"
    return SubjectLink(asset.name, url, subtitle, asset.asset_type.icon)


def _type_link(_slug: str, asset_type: FlexibleAssetType) -> SubjectLink:
    return SubjectLink(asset_type.name, icon=asset_type.icon)


def _assets(user: User) -> QuerySet[FlexibleAsset]:
    return known_assets(user).select_related("organization", "asset_type")


SUBJECTS = (
    Subject("flexibleasset", "Flexible asset", _assets, asset_link, is_record=True),
    Subject("flexibleassettype", "Flexible asset type", visible_types, _type_link),
)
