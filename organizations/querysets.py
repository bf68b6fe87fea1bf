"""Reads that read aloud. Every query of account data starts from `visible_to` or `in_organization`."""

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models

from organizations.names import search_key

if TYPE_CHECKING:
    from organizations.models import Activity, Contact, Organization, User

_Row_co = TypeVar("_Row_co", bound=models.Model, covariant=True)


class AccountQuerySet(models.QuerySet[_Row_co]):
    """Rows of the account in scope; the account is named in the query as well, so that plans do not rest on the policy."""

    def of_account(self, account_id: int) -> Self:
        return self.filter(account_id=account_id)


class OrganizationQuerySet(AccountQuerySet["Organization"]):
    def visible_to(self, user: "User") -> Self:
        return self.of_account(user.account_id)

    def matching(self, term: str) -> Self:
        return self.filter(search_key__contains=search_key(term)) if term.strip() else self


class ContactQuerySet(AccountQuerySet["Contact"]):
    def visible_to(self, user: "User") -> Self:
        return self.of_account(user.account_id)

    def in_organization(self, organization: "Organization") -> Self:
        return self.filter(account_id=organization.account_id, organization=organization)

    def with_any_email(self, addresses: "set[str]") -> Self:
        return self.filter(email_key__in=addresses)

    def matching(self, term: str) -> Self:
        key = search_key(term)
        if not key:
            return self
        return self.filter(models.Q(search_key__contains=key) | models.Q(email_key__contains=key))


class ActivityQuerySet(AccountQuerySet["Activity"]):
    def visible_to(self, user: "User") -> Self:
        return self.of_account(user.account_id)
