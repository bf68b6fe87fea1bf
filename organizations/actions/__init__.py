"""Everything that changes accounts, users, organizations and contacts: the one write path of this app."""

from organizations.actions.accounts import AccountNameError, NewUser, create_account, create_user
from organizations.actions.activity import record_activity
from organizations.actions.clients import create_organization
from organizations.actions.contacts import (
    LockedContactError,
    complete_contacts,
    create_contacts,
    edit_contact,
    update_contacts,
    values_of,
)
from organizations.contact_details import ContactDetails

__all__ = [
    "AccountNameError",
    "ContactDetails",
    "LockedContactError",
    "NewUser",
    "complete_contacts",
    "create_account",
    "create_contacts",
    "create_organization",
    "create_user",
    "edit_contact",
    "record_activity",
    "update_contacts",
    "values_of",
]
