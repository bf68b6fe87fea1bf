"""Where a Chromium is on this machine, and how it is started so that it talks to nobody but the portal."""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "NO CHROMIUM FOUND, so no page was opened in a browser. Install the package `chromium` (apt-get install chromium) "
    "or name an executable in the variable CHROMIUM."
)
OFFLINE = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
)


def find_chromium() -> str | None:
    named = os.environ.get("CHROMIUM", "")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def require_chromium() -> str:
    """The executable's path; without one the test is skipped, or fails where REQUIRE_BROWSER=1 forbids that."""
    path = find_chromium()
    if path is not None:
        return path
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


def arguments() -> list[str]:
    # Chromium's sandbox refuses to run as root.
    return [*OFFLINE, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
