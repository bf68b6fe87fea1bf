"""Where a checkout's servers keep their things, decided once and the same for every process of the checkout."""

import os
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from itglue_portal.local_services.account import Account
from itglue_portal.local_services.errors import ServicesError
from itglue_portal.local_services.locks import exclusive

# For root's checkout below a closed home, where the servers' account can't go.
OUTSIDE = Path("/var/lib/itglue-portal")
# For sockets of a checkout with a long path; /tmp because it is short and there on every system.
SHORT = Path("/tmp")  # noqa: S108 - the name is derived from the checkout and its owner and mode are checked
# Linux takes socket paths of 107 bytes, macOS of 103.
LONGEST_SOCKET_PATH = 103
LONGEST_SOCKET_NAME = ".s.PGSQL.5432.lock"


@dataclass(frozen=True)
class Places:
    # Ours: passwords, locks and logs.
    home: Path
    # The servers' account's: data, and copies of programs it could not run where they are.
    servers: Path
    sockets: Path

    @property
    def passwords(self) -> Path:
        return self.home / "passwords.json"

    @property
    def starting(self) -> Path:
        return self.home / "starting.lock"

    @property
    def users(self) -> Path:
        return self.home / "users.lock"


def places_of(root: Path, account: Account) -> Places:
    checkout = root.resolve()
    # Named by the path, so that a copied checkout begins afresh instead of reaching for the original's servers.
    digest = sha256(bytes(checkout)).hexdigest()[:12]
    home = _own_home(checkout / ".local" / f"services-{digest}")
    with exclusive(home / "places.lock"):
        servers = _servers_directory(home, digest, account)
        sockets = _sockets_directory(servers, digest, account)
    return Places(home=home, servers=servers, sockets=sockets)


def _own_home(home: Path) -> Path:
    for directory in (home.parent, home):
        try:
            # The servers' account only passes through on its way to its own directory.
            directory.mkdir(mode=0o711)
            directory.chmod(0o711)
        except FileExistsError:
            continue
        except PermissionError as error:
            raise _foreign(directory.parent) from error
    if home.stat().st_uid != os.geteuid():
        raise _foreign(home)
    return home


def _servers_directory(home: Path, digest: str, account: Account) -> Path:
    # A symbolic link notes a decision for the outside, so that it stands when directory modes change later.
    noted = home / "servers"
    if not noted.exists() and not noted.is_symlink() and not account.can_enter(home):
        noted.symlink_to(OUTSIDE / digest)
    servers = noted.resolve()
    servers.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    return _private(servers, account)


def _sockets_directory(servers: Path, digest: str, account: Account) -> Path:
    sockets = servers / "sockets"
    if len(bytes(sockets / LONGEST_SOCKET_NAME)) > LONGEST_SOCKET_PATH:
        sockets = SHORT / f"itglue-portal-{digest}"
    return _private(sockets, account)


def _private(directory: Path, account: Account) -> Path:
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        pass
    except PermissionError as error:
        raise _foreign(directory.parent) from error
    else:
        account.give(directory)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.owner or found.st_mode & 0o077:
        raise _foreign(directory)
    return directory


def _foreign(directory: Path) -> ServicesError:
    return ServicesError(
        f"{directory} belongs to another account: run as the account that made it, or remove it to begin afresh."
    )
