"""Receives files: in portions, onto disk when they are large, and no further than the limit."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

#: Files of one request together, as a multiple of what one may have.
_AT_ONCE = 5
_MEGABYTE = 1024 * 1024
#: Nothing is on its way for longer.
LONGEST_UPLOAD = timedelta(days=1)


def max_bytes() -> int:
    return int(settings.ATTACHMENT_MAX_MB * _MEGABYTE)


def quota_bytes() -> int:
    """Of all files of an account; none is 0."""
    return int(settings.ATTACHMENT_QUOTA_MB * _MEGABYTE)


class LimitedUploadHandler(FileUploadHandler):
    """Stands before the handlers that keep what arrives. What is too large is read to its end and dropped, so that the
    page can answer in words instead of breaking the connection off, and with the rest of the form; `refused_upload` tells
    it."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._of_file = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._of_file += len(raw_data)
        self._of_request = getattr(self, "_of_request", 0) + len(raw_data)
        if self._of_file > max_bytes():
            self._refuse(
                f"“{self.file_name}” is larger than {settings.ATTACHMENT_MAX_MB:,} MB. Nothing was uploaded."
            )
        if self._of_request > _AT_ONCE * max_bytes():
            together = _AT_ONCE * settings.ATTACHMENT_MAX_MB
            self._refuse(f"These files have more than {together:,} MB together. Upload fewer at once.")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

    def _refuse(self, words: str) -> None:
        self.request.refused_upload = words  # type: ignore[union-attr]  # for `refused_upload`
        raise SkipFile


def refused_upload(request: HttpRequest) -> str:
    """Why what the request carried was dropped, fit for a person; empty when it was not."""
    # Nothing is known before the body has been read.
    _ = request.FILES
    return getattr(request, "refused_upload", "")


def clear_incoming(*, now: datetime) -> int:
    """Removes what a process that was killed left on the way."""
    last = (now - LONGEST_UPLOAD).timestamp()
    arrived = [path for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*") if path.is_file()]
    left = [path for path in arrived if path.stat().st_mtime < last]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)
