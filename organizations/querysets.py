"""Reads that read aloud. Every query of account data starts from `visible_to` or `in_organization`."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models

from organizations.names import search_key, sort_key
from organizations.roles import Role

if TYPE_CHECKING:
    from organizations.models import (
        Activity,
        Contact,
        ContactAddress,
        Group,
        ImportDraft,
        Invitation,
        Letter,
        Organization,
        RecentView,
        SavedView,
        SidebarLayout,
        User,
    )

_Row_co = TypeVar("_Row_co", bound=models.Model, covariant=True)
_DRAFTS_WAIT = timedelta(days=1)


class AccountQuerySet(models.QuerySet[_Row_co]):
    """Rows of the account in scope; the account is named in the query as well, so that plans do not rest on the policy."""

    def of_account(self, account_id: int) -> Self:
        return self.filter(account_id=account_id)


class OrganizationQuerySet(AccountQuerySet["Organization"]):
    def visible_to(self, user: "User") -> Self:
        organizations = self.of_account(user.account_id)
        return organizations if user.reaches_all else organizations.filter(pk__in=user.reach())

    def active(self) -> Self:
        return self.filter(archived=False)

    def archived(self) -> Self:
        return self.filter(archived=True)

    def by_name(self) -> Self:
        return self.order_by("sort_key", "id")

    def family_of(self, organization: "Organization") -> Self:
        """Its parent first, then its active children by name."""
        parent_id = organization.parent_id or 0
        is_child = models.Case(models.When(pk=parent_id, then=0), default=1)
        family = models.Q(pk=parent_id) | models.Q(parent=organization, archived=False)
        return self.filter(family).order_by(is_child, "sort_key", "id")

    def called(self, name: str) -> Self:
        return self.filter(search_key=search_key(name))

    def matching(self, term: str) -> Self:
        """By name, or by the short one that technicians know them by."""
        if not term.strip():
            return self
        return self.filter(
            models.Q(search_key__contains=search_key(term)) | models.Q(short_name__icontains=term.strip())
        )


class InOrganizationQuerySet(AccountQuerySet[_Row_co]):
    """Rows that stand in an organization, and are seen by those who reach it."""

    def in_reach_of(self, user: "User") -> Self:
        rows = self.of_account(user.account_id)
        return rows if user.reaches_all else rows.filter(organization__in=user.reach())

    def of_active_organizations(self) -> Self:
        """As lists across organizations show them: what is archived is not in the way."""
        return self.filter(organization__archived=False)


class LabelQuerySet(AccountQuerySet[_Row_co]):
    def by_name(self) -> Self:
        return self.order_by("sort_key", "id")

    def called(self, name: str) -> Self:
        return self.filter(sort_key=sort_key(name))


class GroupQuerySet(AccountQuerySet["Group"]):
    def by_name(self) -> Self:
        return self.order_by("sort_key", "id")

    def matching(self, term: str) -> Self:
        return self.filter(name__icontains=term.strip()) if term.strip() else self


class UserQuerySet(AccountQuerySet["User"]):
    def by_name(self) -> Self:
        return self.order_by("sort_key", "id")

    def active(self) -> Self:
        return self.filter(is_active=True)

    def with_role(self, role: Role) -> Self:
        return self.filter(role=role.value)

    def able_to_sign_in(self) -> Self:
        """Without those who were invited and have not come yet."""
        has_come = ~models.Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) | ~models.Q(last_login=None)
        return self.active().filter(has_come)

    def matching(self, term: str) -> Self:
        words = term.split()
        found = [models.Q(name__icontains=word) | models.Q(email__icontains=word) for word in words]
        return self.filter(*found)


class InvitationQuerySet(AccountQuerySet["Invitation"]):
    def unused(self) -> Self:
        return self.filter(accepted_at=None)


class SavedViewQuerySet(AccountQuerySet["SavedView"]):
    def of_list(self, list_key: str, *, user: "User") -> Self:
        """The user's own and what others share."""
        views = self.of_account(user.account_id).filter(list_key=list_key)
        return views.filter(models.Q(owner=user) | models.Q(is_shared=True)).order_by("name", "id")


class ContactQuerySet(InOrganizationQuerySet["Contact"]):
    def visible_to(self, user: "User") -> Self:
        return self.in_reach_of(user)

    def active(self) -> Self:
        return self.filter(archived=False)

    def archived(self) -> Self:
        return self.filter(archived=True)

    def important(self) -> Self:
        return self.filter(is_important=True)

    def in_organization(self, organization: "Organization") -> Self:
        return self.filter(account_id=organization.account_id, organization=organization)

    def with_any_email(self, keys: Collection[str]) -> Self:
        return self.filter(email_key__in=keys)

    def named_any(self, names: Collection[str]) -> Self:
        return self.filter(_is_named(names))

    def alike(self, *, emails: Collection[str], names: Collection[str]) -> Self:
        """With one of the addresses, in use or another one, or of one of the names."""
        keys = {search_key(email) for email in emails}
        return self.filter(
            models.Q(email_key__in=keys)
            | models.Q(pk__in=self.filter(addresses__email_key__in=keys).order_by().values("pk"))
            | _is_named(names)
        )

    def matching(self, term: str) -> Self:
        key = search_key(term)
        if not key:
            return self
        by_alias = self.filter(addresses__email_key__contains=key).values("pk")
        return self.filter(
            models.Q(search_key__contains=key) | models.Q(email_key__contains=key) | models.Q(pk__in=by_alias)
        )


def _is_named(names: Collection[str]) -> models.Q:
    """The search key decides; the sort key, which follows from the same name, has the index."""
    return models.Q(
        sort_key__in={sort_key(name) for name in names},
        search_key__in={search_key(name) for name in names},
    )


class AddressQuerySet(InOrganizationQuerySet["ContactAddress"]):
    def in_organization(self, organization: "Organization") -> Self:
        return self.filter(account_id=organization.account_id, organization=organization)

    def with_any_email(self, keys: Collection[str]) -> Self:
        return self.filter(email_key__in=keys)


class ActivityQuerySet(AccountQuerySet["Activity"]):
    def in_reach_of(self, user: "User") -> Self:
        """Lines about organizations out of reach are left out; which of the rest a reader sees, log_rules.py says."""
        lines = self.of_account(user.account_id)
        if user.reaches_all:
            return lines
        return lines.filter(models.Q(organization=None) | models.Q(organization__in=user.reach()))

    def newest_first(self) -> Self:
        return self.order_by("-at", "-id")

    def with_names(self) -> Self:
        return self.select_related("user", "organization")

    def about_row(self, kind: str, row_id: int) -> Self:
        return self.filter(subject_kind=kind, subject_id=row_id)


class RecentViewQuerySet(AccountQuerySet["RecentView"]):
    def of_user(self, user: "User") -> Self:
        return self.of_account(user.account_id).filter(user=user).order_by("-at", "-id")


class ImportDraftQuerySet(AccountQuerySet["ImportDraft"]):
    """Of the account: whoever may import may finish what a colleague began, within a day."""

    def waiting(self, *, now: datetime) -> Self:
        return self.filter(created_at__gt=now - _DRAFTS_WAIT)

    def overdue(self, *, now: datetime) -> Self:
        return self.filter(created_at__lte=now - _DRAFTS_WAIT)


class SidebarLayoutQuerySet(AccountQuerySet["SidebarLayout"]):
    def fitting(self, user: "User") -> Self:
        """The first is the one that counts: of the user's groups by name, before everyone's."""
        layouts = self.of_account(user.account_id)
        mine = models.Q(group=None) | models.Q(group__in=user.memberships.values("group"))
        by_group = models.F("group__sort_key").asc(nulls_last=True)
        return layouts.filter(mine).order_by(by_group, "group_id")


class LetterQuerySet(AccountQuerySet["Letter"]):
    def unsent(self) -> Self:
        return self.filter(sent_at=None)

    def due(self, *, now: datetime) -> Self:
        return self.filter(next_at__lte=now)
