"""A type that people made, with a field of every kind they may fill in."""

from flexible_assets.actions import FieldSpec
from flexible_assets.schema import Schema
from organizations.models import Account
from tests.flexible_assets.documentation import make_type

FIELDS = (
    FieldSpec("Vendor", "Text", required=True, show_in_list=True),
    FieldSpec("State", "Select", options=(("Live", "ok"), ("Retired", "neutral")), default="Live"),
    FieldSpec("Money", "Header", hint="What it costs."),
    FieldSpec("Price", "Number", decimals=2),
    FieldSpec("Discount", "Percent"),
    FieldSpec("Renewal", "Date", is_expiration=True),
    FieldSpec("Signed", "Checkbox", default=True),
    FieldSpec("Manual", "Textbox"),
    FieldSpec("Access", "Header"),
    FieldSpec("Admin password", "Password"),
    FieldSpec("Owners", "Tag", tag_type="Contacts"),
    FieldSpec("Contract", "Upload"),
)


def make_applications(account: Account) -> Schema:
    """Inside the account's transaction."""
    return make_type(account, "Applications", FIELDS)
