"""Everything that changes accounts, users, organizations and contacts: the one write path of this app."""

from organizations.actions.accounts import AccountNameError, create_account
from organizations.actions.activity import activity_line, record_activities, record_activity
from organizations.actions.archiving import (
    archive_contacts,
    archive_organizations,
    restore_contacts,
    restore_organizations,
)
from organizations.actions.clients import (
    OrganizationInUseError,
    ParentCycleError,
    create_organization,
    delete_organization,
    edit_organization,
    organization_values,
    reasons_to_keep,
)
from organizations.actions.contact_editing import (
    KeptContactError,
    LockedContactError,
    create_contact,
    delete_contact,
    edit_contact,
    values_of,
)
from organizations.actions.contacts import complete_contacts, create_contacts, update_contacts
from organizations.actions.labels import (
    LabelNameError,
    create_label,
    delete_label,
    organizations_with,
    rename_label,
)
from organizations.actions.people import NewUser, create_user
from organizations.contact_details import ContactDetails

__all__ = [
    "AccountNameError",
    "ContactDetails",
    "KeptContactError",
    "LabelNameError",
    "LockedContactError",
    "NewUser",
    "OrganizationInUseError",
    "ParentCycleError",
    "activity_line",
    "archive_contacts",
    "archive_organizations",
    "complete_contacts",
    "create_account",
    "create_contact",
    "create_contacts",
    "create_label",
    "create_organization",
    "create_user",
    "delete_contact",
    "delete_label",
    "delete_organization",
    "edit_contact",
    "edit_organization",
    "organization_values",
    "organizations_with",
    "reasons_to_keep",
    "record_activities",
    "record_activity",
    "rename_label",
    "restore_contacts",
    "restore_organizations",
    "update_contacts",
    "values_of",
]
