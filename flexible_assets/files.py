"""The bytes of attachments: where they are kept, what they are taken for, and how they are handed out. Which rows there
are and who may see them is decided elsewhere."""

import logging
import mimetypes
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import PurePath

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.db import connection
from django.http import FileResponse

from flexible_assets.models import Attachment

logger = logging.getLogger(__name__)

NAME_LENGTH = 255
#: Bytes that tell what a file is.
HEAD = 16

#: Shown inside the browser. Nothing else is, whatever a file calls itself: HTML and SVG would run in the portal's name.
INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
#: Passive types that a name is trusted for; all else is handed out as mere bytes.
_BY_NAME = frozenset(
    {
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/zip",
        "text/csv",
        "text/plain",
    }
)
UNKNOWN = "application/octet-stream"


class StorageUnavailableError(RuntimeError):
    """The storage does not answer, or has lost the file; the message is fit for a person."""


def storage() -> Storage:
    return storages["attachments"]


def new_key(account_id: int) -> str:
    """Nothing of the name, which may be anything; in folders that a disk can list."""
    token = secrets.token_hex(20)
    return f"{account_id}/{token[:2]}/{token}"


def clean_name(name: str) -> str:
    """As the person knows the file, without a path and without what no file system or header holds."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    # Controls and unpaired surrogates, and the marks that write names backwards so that an .exe looks like a .txt.
    kept = "".join(
        letter for letter in name if unicodedata.category(letter) not in {"Cc", "Cf", "Cs"}
    ).strip()
    suffix = PurePath(kept).suffix[:20]
    short = kept if len(kept) <= NAME_LENGTH else kept[: NAME_LENGTH - len(suffix)] + suffix
    return short.strip(".") or "file"


def content_type_of(name: str, head: bytes) -> str:
    """By the first bytes, since a name can claim anything; by the name only what is harmless wherever it opens."""
    for signature, content_type in _SIGNATURES:
        if head.startswith(signature):
            return content_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    guessed, encoding = mimetypes.guess_type(name)
    return guessed if guessed in _BY_NAME and encoding is None else UNKNOWN


@contextmanager
def reaching_storage(what: str) -> Iterator[None]:
    """Turns whatever goes wrong with a disk or a bucket into words."""
    try:
        yield
    except FileNotFoundError as missing:
        logger.exception("An attachment is missing in the storage.")
        raise StorageUnavailableError(
            f"{what} is missing in the storage. Ask whoever runs this portal."
        ) from missing
    except (OSError, BotoCoreError, ClientError) as error:
        logger.exception("The storage of attachments can't be reached.")
        raise StorageUnavailableError(
            f"{what} can't be reached in the storage at the moment. Try again in a few minutes."
        ) from error


def save_file(key: str, content: File) -> None:  # type: ignore[type-arg]  # of bytes, as uploads are
    """Streams it: a large upload moves from its temporary file, and is never in memory as a whole."""
    _take_time()
    with reaching_storage(f"“{content.name}”"):
        content.seek(0)
        kept = storage().save(key, content)
    if kept != key:
        raise StorageUnavailableError("The storage keeps a file of this key already.")


def _take_time() -> None:
    """A bucket far away may need longer for a large file than the minute for which PostgreSQL lets a transaction idle."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '15min'")


def is_older(key: str, moment: datetime) -> bool:
    """Not if that can't be told, for instance because the file is gone by now."""
    try:
        return storage().get_modified_time(key) < moment
    except (OSError, BotoCoreError, ClientError):
        return False


def remove_file(key: str) -> None:
    """What can't be removed now is found by the sweep."""
    try:
        with reaching_storage(key):
            storage().delete(key)
    except StorageUnavailableError:
        logger.warning("%s stays in the storage until the next sweep.", key)


def served(attachment: Attachment) -> FileResponse:
    """The file as an answer that no browser runs anything of."""
    _take_time()
    with reaching_storage(f"“{attachment.name}”"):
        content = storage().open(attachment.key)
        # A bucket's file is fetched here, so that trouble is met before the answer has begun.
        content.read(1)
        content.seek(0)
    response = FileResponse(
        content,
        as_attachment=attachment.content_type not in INLINE,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    response.headers["Content-Length"] = str(attachment.size)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
