"""Who of a batch of users is which contact, and what has to be written for it. Pure: values in, a plan out.

The plan does not depend on the order of users, and once it is carried out the same users plan nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from uuid import UUID

from integrations.contacts.mapping import addresses_of, digest_of, names_of, user_name_of
from integrations.microsoft.records import DirectoryUser


class Stage(Enum):
    """A directory of several batches is gone through twice, so that nobody takes by name the contact whose address
    a user of a later batch has."""

    BY_ADDRESS = "by address"
    THE_REST = "the rest"
    BOTH = "both"

    @property
    def is_first(self) -> bool:
        return self is not Stage.THE_REST

    @property
    def is_last(self) -> bool:
        return self is not Stage.BY_ADDRESS


@dataclass(frozen=True, slots=True)
class KnownLink:
    """A user of the tenant who has a contact already."""

    contact_id: int
    digest: str
    last_sign_in_on: date | None = None


@dataclass(frozen=True)
class Known:
    """What the portal knows of a batch's users: their links, and the organization's contacts that may be theirs.

    `by_address` has the best candidate first, and none that a user of the tenant has already. `by_name` has none that a
    user of any tenant has.
    """

    links: Mapping[UUID, KnownLink] = field(default_factory=dict)
    by_address: Mapping[str, Collection[int]] = field(default_factory=dict)
    by_name: Mapping[str, Collection[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class ContactPlan:
    create: tuple[DirectoryUser, ...] = ()
    link: tuple[tuple[DirectoryUser, int], ...] = ()
    update: tuple[DirectoryUser, ...] = ()
    sign_ins: Mapping[UUID, date] = field(default_factory=dict)


def plan_contacts(
    users: Iterable[DirectoryUser],
    known: Known,
    *,
    covers: Callable[[DirectoryUser], bool],
    sign_ins: Mapping[UUID, date],
    stage: Stage = Stage.BOTH,
) -> ContactPlan:
    """`covers` tells for whom a contact is made; whoever has one is linked to it in any case."""
    ordered = sorted(users, key=lambda user: user.id)
    linked = [user for user in ordered if user.id in known.links]
    newcomers = [user for user in ordered if user.id not in known.links]
    found = find_contacts(ordered, known, stage=stage)
    strangers = [user for user in newcomers if user.id not in found] if stage.is_last else []
    return ContactPlan(
        create=tuple(user for user in strangers if covers(user)),
        link=tuple((user, found[user.id]) for user in newcomers if user.id in found),
        update=tuple(user for user in linked if _is_outdated(user, known)) if stage.is_first else (),
        sign_ins=_changed_sign_ins(linked, known, sign_ins) if stage.is_first else {},
    )


def find_contacts(users: Iterable[DirectoryUser], known: Known, *, stage: Stage) -> dict[UUID, int]:
    """Contact ids of those who have no link yet: by any address, then by user name, then by full name. No contact is
    found twice."""
    found: dict[UUID, int] = {}
    everyone = sorted(users, key=lambda user: user.id)
    newcomers = [user for user in everyone if user.id not in known.links]
    if stage.is_first:
        _find_by_key(newcomers, known, addresses_of, found)
        _find_by_key(newcomers, known, user_name_of, found)
    if stage.is_last:
        _find_by_name(newcomers, everyone, known, found)
    return found


def _find_by_key(
    users: Iterable[DirectoryUser],
    known: Known,
    keys_of: Callable[[DirectoryUser], Iterable[str]],
    found: dict[UUID, int],
) -> None:
    used = set(found.values())
    for user in users:
        if user.id in found:
            continue
        candidates = (pk for key in keys_of(user) for pk in known.by_address.get(key, ()))
        contact_id = next((pk for pk in candidates if pk not in used), None)
        if contact_id is not None:
            found[user.id] = contact_id
            used.add(contact_id)


def _find_by_name(
    newcomers: Iterable[DirectoryUser],
    everyone: Iterable[DirectoryUser],
    known: Known,
    found: dict[UUID, int],
) -> None:
    """A name is weak evidence: it counts when one contact without a user bears it, and nobody else could be meant."""
    used = set(found.values())
    candidates = {
        user.id: {pk for name in names_of(user) for pk in known.by_name.get(name, ())} - used
        for user in everyone
    }
    meant = Counter(pk for contact_ids in candidates.values() for pk in contact_ids)
    for user in newcomers:
        if user.id not in found and len(candidates[user.id]) == 1:
            [contact_id] = candidates[user.id]
            if meant[contact_id] == 1:
                found[user.id] = contact_id


def _is_outdated(user: DirectoryUser, known: Known) -> bool:
    return known.links[user.id].digest != digest_of(user)


def _changed_sign_ins(
    users: Iterable[DirectoryUser], known: Known, sign_ins: Mapping[UUID, date]
) -> dict[UUID, date]:
    return {
        user.id: sign_ins[user.id]
        for user in users
        if user.id in sign_ins and sign_ins[user.id] != known.links[user.id].last_sign_in_on
    }
