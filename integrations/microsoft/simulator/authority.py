"""The throw-away certificate authority. Nothing but the simulator's own clients should ever trust it."""

import ssl
from pathlib import Path

import trustme

CA_FILE = "ca.pem"
_KEY_FILE = "ca.key"


def open_authority(directory: Path) -> trustme.CA:
    """The authority kept in this directory, so that clients set up with it survive a restart."""
    certificate, key = directory / CA_FILE, directory / _KEY_FILE
    if certificate.exists() and key.exists():
        return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
    authority = trustme.CA()
    directory.mkdir(parents=True, exist_ok=True)
    key.touch(mode=0o600)
    authority.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(certificate)
    return authority


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context
