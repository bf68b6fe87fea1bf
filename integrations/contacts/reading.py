"""What a sync reads for contacts, and the portions it is written in."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from integrations.contacts.planning import Stage
from integrations.microsoft.errors import MicrosoftError
from integrations.microsoft.records import DirectoryUser
from integrations.microsoft.tenant import TenantReader
from integrations.problems import Problem

#: Users that are written in one transaction.
BATCH = 1_000


class Users(Protocol):
    """A directory's users, kept on disk: gone through in batches as often as need be."""

    def __len__(self) -> int: ...
    def lists(self, user_id: UUID) -> bool: ...
    def batches(self, size: int) -> Iterator[tuple[DirectoryUser, ...]]: ...


@dataclass(frozen=True)
class ContactReading:
    """`remark` says what could not be read although it was asked for, and is no reason to doubt the rest."""

    users: Users
    sign_ins: Mapping[UUID, date] = field(default_factory=dict)
    remark: str = ""


@dataclass(frozen=True)
class UserBatch:
    users: Collection[DirectoryUser]
    sign_ins: Mapping[UUID, date]
    stage: Stage


@dataclass(frozen=True)
class RollCall:
    """Comes last: who of those with a contact is still there."""

    users: Users
    remark: str


def portions_of(reading: ContactReading) -> Iterator[UserBatch | RollCall]:
    stages = (Stage.BOTH,) if len(reading.users) <= BATCH else (Stage.BY_ADDRESS, Stage.THE_REST)
    for stage in stages:
        for users in reading.users.batches(BATCH):
            yield UserBatch(users, reading.sign_ins, stage)
    yield RollCall(reading.users, reading.remark)


def read_sign_in_activity(tenant: TenantReader) -> tuple[Mapping[UUID, date], str]:
    """With a remark instead of an error where Microsoft won't tell, for contacts do without."""
    try:
        return tenant.sign_ins(), ""
    except MicrosoftError as error:
        if error.problem == Problem.PREMIUM_MISSING:
            return {}, ""
        if error.problem == Problem.PERMISSION_MISSING:
            return {}, "Sign-in activity was not read: the permission AuditLog.Read.All is missing."
        raise
