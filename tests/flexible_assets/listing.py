"""A type of which lists show every kind of field, and assets of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flexible_assets.actions import FieldSpec, create_assets, lock_totals, refresh_totals
from flexible_assets.actions.building import TypeDetails, create_type
from flexible_assets.models import FlexibleAsset
from flexible_assets.schema import Schema, schema_of
from organizations.access import account_transaction
from organizations.models import Account, Organization
from tests.factories import NOW

FIELDS = (
    FieldSpec("Job", "Text", use_for_title=True, show_in_list=True, required=True),
    FieldSpec("Vendor", "Text", show_in_list=True),
    FieldSpec(
        "State",
        "Select",
        show_in_list=True,
        options=(("Running", "ok"), ("Paused", "neutral"), ("Broken", "danger")),
    ),
    FieldSpec("Size", "Number", show_in_list=True, decimals=1, hint="Terabytes"),
    FieldSpec("Success", "Percent", show_in_list=True),
    FieldSpec("Renewal", "Date", show_in_list=True),
    FieldSpec("Encrypted", "Checkbox", show_in_list=True),
    FieldSpec("Watched by", "Tag", show_in_list=True, tag_type="Contacts"),
)


def make_backups(account: Account, *, name: str = "Backups") -> Schema:
    with account_transaction(account.pk):
        details = TypeDetails(name=name, icon="database-backup")
        return schema_of(create_type(account.pk, details, fields=FIELDS, now=NOW))


def add_assets(
    schema: Schema, organization: Organization, contents: Sequence[Mapping[str, Any]]
) -> list[FlexibleAsset]:
    with account_transaction(organization.account_id):
        totals = lock_totals(schema, organization)
        assets = create_assets(schema, contents, organization_id=organization.pk, now=NOW)
        refresh_totals(schema, totals)
    return assets
