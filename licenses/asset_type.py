"""The locked flexible asset type "Microsoft Licenses", as the sync creates it."""

from flexible_assets.actions import FieldSpec, TypeSpec
from flexible_assets.models import SidebarSection
from licenses.reconcile import Status

MICROSOFT_LICENSES = TypeSpec(
    system_key="microsoft-licenses",
    name="Microsoft Licenses",
    manager="Microsoft",
    icon="key-round",
    description="Licenses of the organization's Microsoft tenants, one for each SKU, kept in step by the sync.",
    section=SidebarSection.ADMINISTRATION,
    fields=(
        FieldSpec("License Name", "Text", required=True, use_for_title=True, show_in_list=True),
        FieldSpec("SKU", "Text", hint="Microsoft's part number", show_in_list=True),
        FieldSpec(
            "Status",
            "Select",
            show_in_list=True,
            options=(
                (Status.ACTIVE, "ok"),
                (Status.OVER_ASSIGNED, "danger"),
                (Status.WARNING, "warning"),
                (Status.SUSPENDED, "warning"),
                (Status.LOCKED_OUT, "danger"),
                (Status.NO_UNITS, "neutral"),
            ),
        ),
        FieldSpec("Active", "Number", hint="Units that can be assigned", show_in_list=True),
        FieldSpec("Consumed", "Number", hint="Units that are assigned", show_in_list=True, meter_of="active"),
        FieldSpec("Unused", "Number", hint="Active units nobody holds", show_in_list=True),
        FieldSpec(
            "Suspended",
            "Number",
            hint="Units of ended subscriptions; they count as 0 active",
            show_in_list=True,
        ),
        FieldSpec(
            "Warning",
            "Number",
            hint="Expired units in their grace period; they still work",
            show_in_list=True,
        ),
        FieldSpec("Users", "Tag", hint="Contacts who hold the license", tag_type="Contacts"),
    ),
)
HOLDERS = "users"
