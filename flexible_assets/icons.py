"""The icons that a type may bear: names of drawings in the lucide package."""

from functools import lru_cache
from importlib.resources import files
from zipfile import ZipFile

#: What an IT documentation needs most, offered before anybody searches.
COMMON = (
    "box",
    "server",
    "hard-drive",
    "database",
    "network",
    "router",
    "wifi",
    "globe",
    "ethernet-port",
    "cable",
    "printer",
    "monitor",
    "laptop",
    "smartphone",
    "phone",
    "mail",
    "cloud",
    "shield",
    "lock",
    "key-round",
    "key",
    "users",
    "user-round",
    "building-2",
    "map-pin",
    "app-window",
    "layers",
    "package",
    "archive",
    "save",
    "folder-open",
    "file-text",
    "book",
    "wrench",
    "settings",
    "bell",
    "calendar-clock",
    "credit-card",
    "briefcase",
    "truck",
    "life-buoy",
    "cctv",
    "cpu",
    "battery-charging",
    "plug",
)
FOUND_AT_ONCE = 60


@lru_cache(maxsize=1)
def icon_names() -> frozenset[str]:
    with files("lucide").joinpath("lucide.zip").open("rb") as packed, ZipFile(packed) as drawings:
        return frozenset(name.removesuffix(".svg") for name in drawings.namelist())


def find_icons(term: str) -> list[str]:
    """Names that hold every word, those that start with the first one before others."""
    words = term.lower().split()
    if not words:
        return list(COMMON)
    matching = [name for name in icon_names() if all(word in name for word in words)]
    return sorted(matching, key=lambda name: (not name.startswith(words[0]), name))[:FOUND_AT_ONCE]
