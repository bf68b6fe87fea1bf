"""What a person may write of an organization, and the words an account starts with. Pure."""

ORGANIZATION_FIELDS = {
    "name": "Name",
    "short_name": "Short name",
    "organization_type": "Type",
    "organization_status": "Status",
    "parent": "Parent organization",
    "description": "Description",
    "alert": "Alert",
    "quick_notes": "Quick notes",
}

STARTING_TYPES = ("Customer", "Partner", "Prospect", "Vendor")
STARTING_STATUSES = ("Active", "Inactive", "Onboarding")
