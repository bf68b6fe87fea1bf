"""May this user, and which rows may they see: the one place that answers, for pages, counts, search and exports alike."""

from django.core.exceptions import PermissionDenied

from organizations.labels import Label, LabelKind
from organizations.models import Contact, Group, Organization, User
from organizations.querysets import (
    ContactQuerySet,
    GroupQuerySet,
    LabelQuerySet,
    OrganizationQuerySet,
    UserQuerySet,
)
from organizations.roles import Right


class PermissionMissingError(PermissionDenied):
    """The user is known and may be here, but lacks a right; `right` names it."""

    def __init__(self, right: Right) -> None:
        super().__init__(f"Your role does not allow you to {right.value}.")
        self.right = right


def require(user: User, right: Right) -> None:
    if not user.has(right):
        raise PermissionMissingError(right)


def visible_organizations(user: User) -> OrganizationQuerySet:
    return Organization.objects.visible_to(user)


def visible_contacts(user: User) -> ContactQuerySet:
    return Contact.objects.visible_to(user)


def visible_users(user: User) -> UserQuerySet:
    return User.objects.of_account(user.account_id)


def visible_groups(user: User) -> GroupQuerySet:
    return Group.objects.of_account(user.account_id)


def visible_labels(user: User, kind: LabelKind) -> LabelQuerySet[Label]:
    """Types or statuses of organizations: an account's words, for all its people."""
    return kind.model.objects.of_account(user.account_id).by_name()
