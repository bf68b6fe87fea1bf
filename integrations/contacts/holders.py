"""Which contacts a tenant's users are, for steps that name them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from uuid import UUID

from integrations.contacts.known import know, lock_contacts
from integrations.contacts.planning import Stage, find_contacts
from integrations.contacts.reading import BATCH
from integrations.microsoft.records import DirectoryUser
from integrations.models import ContactLink
from integrations.steps import TenantContext

#: A user, and the contact's id if there is one.
Holder = tuple[DirectoryUser, int | None]

# Digest of a link whose contact was never compared with the user: any comparison finds it outdated.
_NEVER_COMPARED = ""


def known_contacts(context: TenantContext, users: Iterable[DirectoryUser]) -> Iterator[Holder]:
    """Those linked already and those who would be found; nothing is written."""
    for batch in batches_of(users):
        linked, found = _contacts_of(context, batch)
        yield from _holders(batch, linked | found)


def link_known_contacts(context: TenantContext, users: Iterable[DirectoryUser]) -> Iterator[Holder]:
    """Links whoever is a contact here already, without making or changing any contact."""
    lock_contacts(context)
    for batch in batches_of(users):
        linked, found = _contacts_of(context, batch)
        ContactLink.objects.bulk_create(
            ContactLink(
                account_id=context.account_id,
                match_id=context.match_id,
                user_id=user_id,
                contact_id=contact_id,
                is_own=False,
                digest=_NEVER_COMPARED,
            )
            for user_id, contact_id in found.items()
        )
        yield from _holders(batch, linked | found)


def _contacts_of(
    context: TenantContext, batch: tuple[DirectoryUser, ...]
) -> tuple[dict[UUID, int], dict[UUID, int]]:
    """Contact ids by user id: of links there are, and of contacts found for the others."""
    known = know(context, batch, stage=Stage.BOTH)
    linked = {user_id: link.contact_id for user_id, link in known.links.items()}
    return linked, find_contacts(batch, known, stage=Stage.BOTH)


def _holders(batch: Iterable[DirectoryUser], contact_ids: Mapping[UUID, int]) -> Iterator[Holder]:
    return ((user, contact_ids.get(user.id)) for user in batch)


def batches_of(users: Iterable[DirectoryUser]) -> Iterator[tuple[DirectoryUser, ...]]:
    remaining = iter(users)
    while batch := tuple(islice(remaining, BATCH)):
        yield batch
