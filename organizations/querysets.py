"""Reads that read aloud. Every query of account data starts from `visible_to` or `in_organization`."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models

from organizations.names import search_key, sort_key

if TYPE_CHECKING:
    from organizations.models import (
        Activity,
        Contact,
        ContactAddress,
        Group,
        Letter,
        Organization,
        SavedView,
        User,
    )

_Row_co = TypeVar("_Row_co", bound=models.Model, covariant=True)


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

    def matching(self, term: str) -> Self:
        return self.filter(search_key__contains=search_key(term)) if term.strip() else self


class InOrganizationQuerySet(AccountQuerySet[_Row_co]):
    """Rows that stand in an organization, and are seen by those who reach it."""

    def in_reach_of(self, user: "User") -> Self:
        rows = self.of_account(user.account_id)
        return rows if user.reaches_all else rows.filter(organization__in=user.reach())


class LabelQuerySet(AccountQuerySet[_Row_co]):
    def by_name(self) -> Self:
        return self.order_by("sort_key", "id")


class GroupQuerySet(AccountQuerySet["Group"]):
    def by_name(self) -> Self:
        return self.order_by("sort_key", "id")


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

    def in_organization(self, organization: "Organization") -> Self:
        return self.filter(account_id=organization.account_id, organization=organization)

    def with_any_email(self, keys: Collection[str]) -> Self:
        return self.filter(email_key__in=keys)

    def named_any(self, names: Collection[str]) -> Self:
        """The search key decides; the sort key, which follows from the same name, has the index."""
        return self.filter(
            sort_key__in={sort_key(name) for name in names},
            search_key__in={search_key(name) for name in names},
        )

    def matching(self, term: str) -> Self:
        key = search_key(term)
        if not key:
            return self
        by_alias = self.filter(addresses__email_key__contains=key).values("pk")
        return self.filter(
            models.Q(search_key__contains=key) | models.Q(email_key__contains=key) | models.Q(pk__in=by_alias)
        )


class AddressQuerySet(AccountQuerySet["ContactAddress"]):
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


class LetterQuerySet(AccountQuerySet["Letter"]):
    def unsent(self) -> Self:
        return self.filter(sent_at=None)

    def due(self, *, now: datetime) -> Self:
        return self.filter(next_at__lte=now)
