"""Who exists and who may see what: accounts, people and their access, organizations, contacts, and the log of it all."""

from organizations.models.accounts import Account, AccountOwned, SecondFactorPolicy
from organizations.models.clients import (
    Contact,
    ContactAddress,
    Organization,
    OrganizationStatus,
    OrganizationType,
)
from organizations.models.log import Activity, Letter
from organizations.models.people import Group, GroupMember, Invitation, OrganizationAccess, User
from organizations.models.preferences import ImportDraft, ListPreference, RecentView, SavedView, SidebarLayout
from organizations.models.sign_in import ExternalIdentity

__all__ = [
    "Account",
    "AccountOwned",
    "Activity",
    "Contact",
    "ContactAddress",
    "ExternalIdentity",
    "Group",
    "GroupMember",
    "ImportDraft",
    "Invitation",
    "Letter",
    "ListPreference",
    "Organization",
    "OrganizationAccess",
    "OrganizationStatus",
    "OrganizationType",
    "RecentView",
    "SavedView",
    "SecondFactorPolicy",
    "SidebarLayout",
    "User",
]
