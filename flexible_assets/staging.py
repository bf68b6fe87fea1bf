"""Files that are in no asset yet: in the storage without a row, and named by a ticket that a form carries when it has to be
shown again, since browsers send no file twice."""

import hashlib
from dataclasses import astuple, dataclass
from datetime import timedelta

from django.core import signing
from django.core.files import File

from flexible_assets.files import (
    HEAD,
    StorageUnavailableError,
    clean_name,
    content_type_of,
    new_key,
    remove_file,
    save_file,
)
from flexible_assets.uploads import LONGEST_UPLOAD
from organizations.models import User

_SALT = "flexible_assets.staging"
#: Less than the sweep spares files without a row.
_VALID = LONGEST_UPLOAD - timedelta(hours=2)


@dataclass(frozen=True)
class StoredFile:
    name: str
    key: str
    size: int
    content_type: str
    sha256: str


def store_file(account_id: int, file: File) -> StoredFile:  # type: ignore[type-arg]  # of bytes, as uploads are
    """Who gives it no row leaves it to the sweep."""
    name, digest, head = clean_name(file.name or ""), hashlib.sha256(), b""
    for chunk in file.chunks():
        head = head or chunk[:HEAD]
        digest.update(chunk)
    stored = StoredFile(name, new_key(account_id), file.size, content_type_of(name, head), digest.hexdigest())
    try:
        save_file(stored.key, file)
    except StorageUnavailableError:
        remove_file(stored.key)
        raise
    return stored


def ticket_of(file: StoredFile, *, user: User) -> str:
    return signing.dumps([user.account_id, user.pk, *astuple(file)], salt=_SALT)


def file_of(ticket: str, *, user: User) -> StoredFile | None:
    """Nothing of tickets that are old, forged or somebody else's."""
    try:
        account_id, user_id, *told = signing.loads(ticket, salt=_SALT, max_age=_VALID)
    except signing.BadSignature:
        return None
    return StoredFile(*told) if (account_id, user_id) == (user.account_id, user.pk) else None
