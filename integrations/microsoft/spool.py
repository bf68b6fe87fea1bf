"""A tenant's users on disk instead of in memory: a directory of 100,000 takes a worker about 10 MB."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import islice
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from integrations.microsoft.records import DirectoryUser

_CHUNK = 64 * 1024
_NAMES = tuple(field.name for field in fields(DirectoryUser))


class UserSpool:
    """Each user once, the copy that came last. The file has no name, so nothing is left behind, however this ends."""

    def __init__(self, users: Iterable[DirectoryUser] = ()) -> None:
        self._file = TemporaryFile(buffering=_CHUNK)  # noqa: SIM115 - lives as long as the spool
        self._ids: set[bytes] = set()
        #: How many copies of a user to pass over before the last. Almost nobody comes twice.
        self._outdated: Counter[bytes] = Counter()
        try:
            for user in users:
                self._append(user)
            self._file.flush()
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        return len(self._ids)

    def lists(self, user_id: UUID) -> bool:
        return user_id.bytes in self._ids

    def __iter__(self) -> Iterator[DirectoryUser]:
        outdated = Counter(self._outdated)
        for line in self._lines():
            user = _unpacked(line)
            if outdated[user.id.bytes]:
                outdated[user.id.bytes] -= 1
            else:
                yield user

    def batches(self, size: int) -> Iterator[tuple[DirectoryUser, ...]]:
        users = iter(self)
        while batch := tuple(islice(users, size)):
            yield batch

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, user: DirectoryUser) -> None:
        if user.id.bytes in self._ids:
            self._outdated[user.id.bytes] += 1
        self._ids.add(user.id.bytes)
        self._file.write(_packed(user))

    def _lines(self) -> Iterator[bytes]:
        """Read by position, so that one iteration does not disturb another."""
        position, rest = 0, b""
        while chunk := os.pread(self._file.fileno(), _CHUNK, position):
            position += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines


def _packed(user: DirectoryUser) -> bytes:
    members = {name: getattr(user, name) for name in _NAMES}
    return json.dumps(members, default=_plain, separators=(",", ":")).encode() + b"\n"


def _plain(value: object) -> object:
    return sorted(map(str, value)) if isinstance(value, frozenset) else str(value)


def _unpacked(line: bytes) -> DirectoryUser:
    members: dict[str, Any] = json.loads(line)
    members["id"] = UUID(members["id"])
    members["sku_ids"] = frozenset(map(UUID, members["sku_ids"]))
    members["aliases"] = tuple(members["aliases"])
    members["business_phones"] = tuple(members["business_phones"])
    return DirectoryUser(**members)
