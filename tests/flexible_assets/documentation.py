"""Types that people made, with fields of every kind that points somewhere."""

from collections.abc import Sequence

from flexible_assets.actions import FieldSpec, add_fields, create_assets
from flexible_assets.models import FlexibleAsset, FlexibleAssetType
from flexible_assets.schema import Schema, schema_of
from organizations.models import Account, Organization
from organizations.names import sort_key
from tests.factories import NOW

NAME = FieldSpec("Name", "Text", use_for_title=True, show_in_list=True)


def make_type(account: Account, name: str, fields: Sequence[FieldSpec] = ()) -> Schema:
    """Inside the account's transaction."""
    asset_type = FlexibleAssetType.objects.create(
        account_id=account.pk, name=name, sort_key=sort_key(name), created_at=NOW
    )
    add_fields(schema_of(asset_type), [NAME, *fields])
    return schema_of(asset_type)


def make_assets(schema: Schema, organization: Organization, *names: str, **traits) -> list[FlexibleAsset]:
    contents = [{"name": name, **traits} for name in names]
    return create_assets(schema, contents, organization_id=organization.pk, now=NOW)
