"""This app's kinds of rows, as the log, recently viewed pages and search name them."""

from django.urls import reverse

from organizations.models import Contact, Group, Organization, User
from organizations.policies import visible_contacts, visible_groups, visible_organizations, visible_users
from organizations.querysets import ContactQuerySet, GroupQuerySet, UserQuerySet
from organizations.roles import Right
from organizations.subjects import Subject, SubjectLink


def contact_link(slug: str, contact: Contact) -> SubjectLink:
    url = reverse("organizations:contact-detail", args=[slug, contact.pk])
    return SubjectLink(contact.name, url, contact.organization.name, "user")


def organization_link(slug: str, organization: Organization) -> SubjectLink:
    url = reverse("organizations:organization-detail", args=[slug, organization.pk])
    return SubjectLink(organization.name, url, organization.short_name, "building-2")


def _contacts(user: User) -> ContactQuerySet:
    return visible_contacts(user).select_related("organization")


def _users(user: User) -> UserQuerySet:
    """Of those who manage them alone: what happened to users names organizations that others may not reach."""
    users = visible_users(user)
    return users if user.has(Right.MANAGE_USERS) else users.none()


def _groups(user: User) -> GroupQuerySet:
    groups = visible_groups(user)
    return groups if user.has(Right.MANAGE_USERS) else groups.none()


def _user_link(slug: str, user: User) -> SubjectLink:
    url = reverse("organizations:user-detail", args=[slug, user.pk])
    return SubjectLink(user.name, url, user.email, "circle-user-round")


def _group_link(slug: str, group: Group) -> SubjectLink:
    return SubjectLink(
        group.name, reverse("organizations:group-detail", args=[slug, group.pk]), icon="users-round"
    )


SUBJECTS = (
    Subject("organization", "Organization", visible_organizations, organization_link, is_record=True),
    Subject("contact", "Contact", _contacts, contact_link, is_record=True),
    Subject("user", "User", _users, _user_link, needs=Right.MANAGE_USERS),
    Subject("group", "Group", _groups, _group_link, needs=Right.MANAGE_USERS),
)
