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
