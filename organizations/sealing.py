"""Sealing and opening secrets: AES-256-GCM under a fresh data key each, wrapped by a key that is not in the database.

The associated data names the row a ciphertext belongs to; moved to another row it does not open.
"""

import base64
import json
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12


class SealBrokenError(Exception):
    """The text does not open: wrong key, changed, or moved from the row it was sealed for."""


def seal(text: str, *, place: str) -> bytes:
    key_id, wrapping_key = _keys()[0]
    bound = _bound(place, key_id)
    data_key = secrets.token_bytes(32)
    envelope = {
        "key": key_id,
        "wrapped": _encode(_encrypt(wrapping_key, data_key, bound)),
        "text": _encode(_encrypt(data_key, text.encode(), bound)),
    }
    return json.dumps(envelope).encode()


def unseal(sealed: bytes, *, place: str) -> str:
    key_id, wrapped, text = _envelope(sealed)
    keys = dict(_keys())
    if key_id not in keys:
        raise SealBrokenError(f"SEALING_KEYS holds no key {key_id!r}.")
    bound = _bound(place, key_id)
    try:
        data_key = _decrypt(keys[key_id], wrapped, bound)
        return _decrypt(data_key, text, bound).decode()
    except (InvalidTag, ValueError):  # the latter when there is not even a nonce
        raise SealBrokenError("The sealed text was changed, moved, or sealed under another key.") from None


def _envelope(sealed: bytes) -> tuple[str, bytes, bytes]:
    try:
        members = json.loads(sealed)
        return str(members["key"]), _decode(members["wrapped"]), _decode(members["text"])
    except (ValueError, KeyError, TypeError):
        raise SealBrokenError("What is stored is no sealed text.") from None


def _keys() -> list[tuple[str, bytes]]:
    pairs = (entry.partition(":") for entry in settings.SEALING_KEYS)
    return [(key_id, base64.b64decode(key)) for key_id, _, key in pairs]


def _bound(place: str, key_id: str) -> bytes:
    return f"v1|{place}|{key_id}".encode()


def _encrypt(key: bytes, data: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, bound)


def _decrypt(key: bytes, data: bytes, bound: bytes) -> bytes:
    return AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], bound)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text)
