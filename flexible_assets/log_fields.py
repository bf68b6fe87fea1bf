"""What the fields of assets are called in the activity log."""

from collections.abc import Collection, Mapping

from flexible_assets.models import FlexibleAsset, FlexibleAssetField
from organizations.log_changes import LogField, LogFields, text_of


def asset_fields(ids: Collection[int]) -> Mapping[int, LogFields]:
    """A field that was deleted is not among them: the log makes do with its key."""
    types = dict(FlexibleAsset.objects.filter(pk__in=ids).values_list("pk", "asset_type_id"))
    by_type: dict[int, dict[str, LogField]] = {type_id: {} for type_id in types.values()}
    for field in FlexibleAssetField.objects.filter(asset_type__in=set(types.values())):
        by_type[field.asset_type_id][field.key] = _log_field(field)
    return {pk: by_type[type_id] for pk, type_id in types.items()}


def _log_field(field: FlexibleAssetField) -> LogField:
    """Values are read as the field's own only where they can't be of another one that bore its key before."""
    return LogField(field.name, field.behavior.to_text if field.behavior.is_rich_text else text_of)
