"""Users whom the directory lists no longer: who they are, and whether there are too many of them to believe it."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from integrations.guard import is_much
from integrations.steps import Change

#: Changes of one kind that are told by name; the rest is a number.
LISTED = 100
REMOVED = "contact removed"


@dataclass(frozen=True)
class Departures:
    """`gone` and `back` are user ids; `held` says, in words, why nobody is marked although many are gone."""

    gone: tuple[UUID, ...]
    back: tuple[UUID, ...]
    held: str = ""


def plan_departures(
    links: Iterable[tuple[UUID, bool]],
    *,
    is_listed: Callable[[UUID], bool],
    approved: frozenset[str] = frozenset(),
) -> Departures:
    """`links` are all users with a contact, and whether each is marked as gone already. Pure."""
    gone: list[UUID] = []
    back: list[UUID] = []
    here = 0
    for user_id, is_marked in links:
        here += not is_marked
        if is_listed(user_id) == is_marked:
            (back if is_marked else gone).append(user_id)
    departures = Departures(tuple(sorted(gone)), tuple(sorted(back)))
    if not is_much(len(gone), of=here) or keys_of(departures.gone) <= approved:
        return departures
    told = (
        f"{len(gone)} of {here} contacts are missing from Microsoft's user list; none was marked as removed."
    )
    return Departures(departures.gone, departures.back, told)


def keys_of(gone: Sequence[UUID]) -> frozenset[str]:
    """What a person accepts: each of the first by itself, and the others exactly as they are."""
    return frozenset(_keys(gone))


def _keys(gone: Sequence[UUID]) -> list[str]:
    keys = [f"contact:{user_id}" for user_id in gone[:LISTED]]
    others = gone[LISTED:]
    if others:
        digest = hashlib.blake2b(b"".join(user_id.bytes for user_id in others), digest_size=16)
        keys.append(f"contacts:{digest.hexdigest()}")
    return keys


def departures_told(gone: Sequence[UUID], names: Mapping[UUID, str]) -> tuple[Change, ...]:
    """One change for each key; `names` has those of the users told by name."""
    listed = [(names.get(user_id, str(user_id)), 1) for user_id in gone[:LISTED]]
    more = len(gone) - len(listed)
    lines = [*listed, (f"and {more:,} more", more)] if more else listed
    return tuple(
        Change(key, REMOVED, subject, count=count)
        for key, (subject, count) in zip(_keys(gone), lines, strict=True)
    )
