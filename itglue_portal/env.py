"""Reads the environment strictly; what a local checkout does not set comes from its own servers and secrets."""

import base64
import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env

from itglue_portal import local_services

BASE_DIR = Path(__file__).resolve().parent.parent
SECRETS = BASE_DIR / ".local" / "secrets"

env = Env()
IS_LOCAL = not env.str("DATABASE_URL", "")
#: Where attachments are kept unless told otherwise; in a container, where the volume is mounted.
LOCAL_ATTACHMENTS = BASE_DIR / ".local" / "attachments" if IS_LOCAL else Path("/var/lib/portal/attachments")


def local_addresses() -> local_services.Addresses | None:
    return local_services.addresses() if IS_LOCAL else None


def database(url: str, *, engine: str = "django.db.backends.postgresql") -> dict[str, object]:
    """Django's settings for a libpq URL such as postgresql://user:password@host:5432/name?host=/socket/directory."""
    parts = urlsplit(url)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": engine,
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", parts.port or ""),
        "OPTIONS": options,
    }


def attachment_storage(directory: Path) -> dict[str, object]:
    """Django's storage for attachments: a bucket that speaks S3 where one is named, else the disk."""
    bucket = env.str("ATTACHMENTS_S3_BUCKET", "")
    if bucket:
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": _bucket(bucket)}
    modes = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": directory, **modes},
    }


def _bucket(name: str) -> dict[str, object]:
    from botocore.config import Config  # noqa: PLC0415 - slow to load, and most portals keep files on a disk

    endpoint = env.str("ATTACHMENTS_S3_ENDPOINT", "")
    return {
        "bucket_name": name,
        "endpoint_url": endpoint or None,
        "region_name": env.str("ATTACHMENTS_S3_REGION", "") or None,
        # Without a key the role of the machine counts.
        "access_key": env.str("ATTACHMENTS_S3_KEY", "") or None,
        "secret_key": env.str("ATTACHMENTS_S3_SECRET", "") or None,
        # Keys are random, so nothing is ever overwritten, and asking first would only cost a request.
        "file_overwrite": True,
        "default_acl": None,
        # Beyond this a file waits on disk, not in memory.
        "max_memory_size": 2**20,
        "client_config": Config(
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=30,
            retries={"max_attempts": 2},
            # Servers other than Amazon's often know neither host names of buckets nor the newer checksums.
            s3={"addressing_style": "path" if endpoint else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    }


def sealing_keys() -> list[str]:
    """Checked here, so that a typing error stops the start and not the first sync."""
    keys: list[str] = [f"local:{local_secret('sealing_key')}"] if IS_LOCAL else env.list("SEALING_KEYS")
    for entry in keys:
        name, _, key = entry.partition(":")
        if not name or not _is_key(key):
            raise ImproperlyConfigured(
                "SEALING_KEYS: write each key as a name, a colon and the base64 of 32 bytes, "
                "such as first:<output of `openssl rand -base64 32`>, separated by commas."
            )
    return keys


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == 32
    except ValueError:
        return False


def local_secret(name: str) -> str:
    """A random secret of this checkout, made on first use; only where the project runs its own servers."""
    path = SECRETS / name
    if not path.exists():
        SECRETS.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
        try:
            os.link(draft, path)  # the first of two processes wins, and both read the same value
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
