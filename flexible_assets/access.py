"""Types and assets that a user may see, or a plain 404."""

from django.http import Http404

from flexible_assets.models import (
    AssetRelation,
    AssetRevision,
    AssetSecret,
    Attachment,
    FlexibleAsset,
    FlexibleAssetField,
    FlexibleAssetType,
)
from flexible_assets.policies import visible_assets, visible_types
from flexible_assets.relations import visible_relations
from flexible_assets.schema import Schema, schema_of
from organizations.models import User


def get_type(user: User, type_id: int) -> FlexibleAssetType:
    asset_type = visible_types(user).filter(pk=type_id).first()
    if asset_type is None:
        raise Http404("No such flexible asset type.")
    return asset_type


def get_schema(user: User, type_id: int) -> Schema:
    """A type with its fields. One query, unless it has none."""
    fields = FlexibleAssetField.objects.filter(account_id=user.account_id, asset_type__in=visible_types(user))
    found = tuple(fields.filter(asset_type=type_id).select_related("asset_type").order_by("order", "id"))
    return Schema(found[0].asset_type, found) if found else schema_of(get_type(user, type_id))


def get_asset(user: User, asset_id: int) -> FlexibleAsset:
    assets = visible_assets(user).select_related("asset_type", "organization")
    # Every page about an asset asks for the fields of its type, some parts of it anew.
    asset = assets.prefetch_related("asset_type__fields").filter(pk=asset_id).first()
    if asset is None:
        raise Http404("No such flexible asset.")
    return asset


def get_secret(user: User, secret_id: int) -> AssetSecret:
    """A password of an asset that they may see."""
    secrets = AssetSecret.objects.filter(
        account_id=user.account_id, asset__in=visible_assets(user).order_by()
    )
    secret = secrets.select_related("asset__organization", "field").filter(pk=secret_id).first()
    if secret is None:
        raise Http404("No such password.")
    return secret


def get_revision(asset: FlexibleAsset, revision_id: int) -> AssetRevision:
    """Of an asset that was had through this door."""
    revisions = AssetRevision.objects.filter(account_id=asset.account_id, asset=asset)
    revision = revisions.select_related("user").filter(pk=revision_id).first()
    if revision is None:
        raise Http404("No such revision.")
    revision.asset = asset
    return revision


def get_tag_field(user: User, field_id: int) -> FlexibleAssetField:
    fields = FlexibleAssetField.objects.filter(account_id=user.account_id, asset_type__in=visible_types(user))
    field = fields.select_related("asset_type").filter(pk=field_id).first()
    if field is None or not field.behavior.is_tag:
        raise Http404("No such Tag field.")
    return field


def get_attachment(user: User, attachment_id: int) -> Attachment:
    """Of an asset that they may see."""
    attachments = Attachment.objects.of_account(user.account_id).select_related(
        "asset__organization", "asset__asset_type"
    )
    attachment = attachments.filter(asset__in=visible_assets(user).order_by(), pk=attachment_id).first()
    if attachment is None:
        raise Http404("No such file.")
    return attachment


def get_relation(user: User, relation_id: int) -> AssetRelation:
    """Of which they may see both ends."""
    relations = visible_relations(user).select_related(
        "asset__organization", "contact", "organization", "target"
    )
    relation = relations.filter(pk=relation_id).first()
    if relation is None:
        raise Http404("No such related item.")
    return relation
