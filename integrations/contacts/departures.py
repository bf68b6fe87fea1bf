"""Users whom the directory lists no longer: who they are, and whether there are too many of them to believe it."""

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
    """`links` are all users with a contact, and whether each is marked as gone already. Those whom a person has accepted
    as gone raise no doubt; however many they are, a few more have left by the time they are read again. Pure."""
    gone: list[UUID] = []
    back: list[UUID] = []
    here = 0
    for user_id, is_marked in links:
        here += not is_marked
        if is_listed(user_id) == is_marked:
            (back if is_marked else gone).append(user_id)
    departures = Departures(tuple(sorted(gone)), tuple(sorted(back)))
    accepted = _accepted(departures.gone, approved)
    if not is_much(len(gone) - accepted, of=here - accepted):
        return departures
    told = f"{len(gone):,} of {here:,} contacts are missing from Microsoft's user list; none was marked as removed."
    return Departures(departures.gone, departures.back, told)


def _accepted(gone: Sequence[UUID], approved: frozenset[str]) -> int:
    """How many of them: each that was told by name, and of the others no more than were told as a number."""
    by_name = sum(_key(user_id) in approved for user_id in gone)
    numbers = (key.removeprefix(_OTHERS) for key in approved if key.startswith(_OTHERS))
    others = sum(int(number) for number in numbers if number.isdecimal())
    return min(len(gone), by_name + others)


def _key(user_id: UUID) -> str:
    return f"contact:{user_id}"


_OTHERS = "contacts:"


def departures_told(gone: Sequence[UUID], names: Mapping[UUID, str]) -> tuple[Change, ...]:
    """Their keys are what a person accepts; `names` has those of the users told by name."""
    listed = [Change(_key(user_id), REMOVED, names.get(user_id, str(user_id))) for user_id in gone[:LISTED]]
    more = len(gone) - len(listed)
    others = [Change(f"{_OTHERS}{more}", REMOVED, f"and {more:,} more", count=more)] if more else []
    return (*listed, *others)
