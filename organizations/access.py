"""The one door to an account's data: the account a request speaks for, and objects a user may see or a plain 404."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.http import Http404, HttpRequest

from organizations.models import Account, Contact, Organization, User
from organizations.policies import visible_contacts, visible_organizations
from organizations.scope import account_scope

#: First segments of paths that lead to no account.
RESERVED_SLUGS = frozenset({"static", "healthz", "api", "accounts", "admin", "microsoft", "favicon.ico"})


class AccountRequest(HttpRequest):
    """A signed-in request inside an account; the middleware sets both."""

    account: Account
    user: User


@contextmanager
def account_transaction(account_id: int) -> Iterator[None]:
    """The scope first, then the transaction: the backend tells PostgreSQL the account when the transaction begins."""
    with account_scope(account_id), transaction.atomic():
        yield


def find_account(slug: str) -> Account | None:
    return Account.objects.filter(slug=slug).first()


def get_organization(user: User, organization_id: int) -> Organization:
    organization = visible_organizations(user).filter(pk=organization_id).first()
    if organization is None:
        raise Http404("No such organization.")
    return organization


def get_contact(user: User, contact_id: int) -> Contact:
    contact = visible_contacts(user).select_related("organization").filter(pk=contact_id).first()
    if contact is None:
        raise Http404("No such contact.")
    return contact
