"""The one door to an account's data: the account a request speaks for, and objects a user may see or a plain 404."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.http import Http404, HttpRequest

from organizations.labels import Label, LabelKind
from organizations.models import Account, Contact, Group, ImportDraft, Organization, User
from organizations.policies import (
    visible_contacts,
    visible_groups,
    visible_labels,
    visible_organizations,
    visible_users,
)
from organizations.scope import account_scope

#: First segments of paths that lead to no account.
RESERVED_SLUGS = frozenset(
    {
        "static",
        "healthz",
        "api",
        "accounts",
        "admin",
        "microsoft",
        "favicon.ico",
        "sign-in",
        "first-run",
    }
)


class AccountRequest(HttpRequest):
    """A signed-in request inside an account; the middleware sets both."""

    account: Account
    user: User


class VisitRequest(HttpRequest):
    """A request inside an account by somebody who may not have signed in yet."""

    account: Account


@contextmanager
def account_transaction(account_id: int) -> Iterator[None]:
    """The scope first, then the transaction: the backend tells PostgreSQL the account when the transaction begins."""
    with account_scope(account_id), transaction.atomic():
        yield


def find_account(slug: str) -> Account | None:
    return Account.objects.filter(slug=slug).first()


def all_account_ids() -> list[int]:
    """For what the clock does in every account, one after the other."""
    with transaction.atomic():
        return list(Account.objects.order_by("pk").values_list("pk", flat=True))


def get_organization(user: User, organization_id: int) -> Organization:
    known = visible_organizations(user).select_related("organization_type", "organization_status")
    organization = known.filter(pk=organization_id).first()
    if organization is None:
        raise Http404("No such organization.")
    return organization


def get_contact(user: User, contact_id: int) -> Contact:
    contact = visible_contacts(user).select_related("organization").filter(pk=contact_id).first()
    if contact is None:
        raise Http404("No such contact.")
    return contact


def get_user(user: User, user_id: int) -> User:
    found = visible_users(user).filter(pk=user_id).first()
    if found is None:
        raise Http404("No such user.")
    return found


def get_group(user: User, group_id: int) -> Group:
    group = visible_groups(user).filter(pk=group_id).first()
    if group is None:
        raise Http404("No such group.")
    return group


def get_label(user: User, kind: LabelKind, label_id: int) -> Label:
    label = visible_labels(user, kind).filter(pk=label_id).first()
    if label is None:
        raise Http404(f"No such {kind.noun}.")
    return label


def get_import_draft(user: User, draft_id: int, *, now: datetime) -> ImportDraft:
    draft = ImportDraft.objects.of_account(user.account_id).waiting(now=now).filter(pk=draft_id).first()
    if draft is None:
        raise Http404("No such file: it was imported or discarded, or its day is over.")
    return draft
