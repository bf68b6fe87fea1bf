"""What a line of the log tells beside its action: what was before and after, and further facts. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: Ids of rows, which tell a reader nothing.
_UNTOLD = frozenset({"asset_id", "contact_id", "consent", "run", "inquiry"})
#: Names by key the Password fields that were filled anew.
_PASSWORDS = "passwords"
#: Changes that one cell of a list tells; of more it gives the number.
_TOLD_IN_CELL = 3
_CELL_LENGTH = 60


@dataclass(frozen=True)
class LogChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class LogDetails:
    changes: tuple[LogChange, ...]
    facts: tuple[tuple[str, str], ...]

    @property
    def summary(self) -> str:
        """Short enough for a cell of a list."""
        if len(self.changes) > _TOLD_IN_CELL:
            return f"{len(self.changes)} fields: {_cut(', '.join(each.label for each in self.changes))}"
        told = [_told(change) for change in self.changes]
        return "; ".join(told) or "; ".join(f"{label}: {_cut(text)}" for label, text in self.facts)


def label_of(key: str) -> str:
    return key.replace("_", " ").replace("-", " ").strip().capitalize()


def text_of(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case Mapping():
            return ", ".join(f"{label_of(str(key))}: {text_of(each)}" for key, each in value.items())
        case list() | tuple():
            return ", ".join(text_of(each) for each in value)
        case int():
            return f"{value:,}"
        case _:
            return str(value)


@dataclass(frozen=True)
class LogField:
    """What a field of the row is called, and how its values read."""

    name: str
    read: Callable[[Any], str] = text_of


LogFields = Mapping[str, LogField]


def read_details(details: Mapping[str, Any], fields: LogFields | None = None) -> LogDetails:
    """`fields` by key; one that is not among them is called by its key."""
    known = fields or {}
    facts = [
        (label_of(key), text)
        for key, value in details.items()
        if key not in _UNTOLD and key not in {"before", "after"} and not _is_change(value)
        if key != "fields" or not isinstance(value, Mapping)
        for text in [_names(value, known) if key == _PASSWORDS else text_of(value)]
        if text
    ]
    return LogDetails(tuple(_changes(details, known)), tuple(facts))


def _names(keys: Any, fields: LogFields) -> str:
    return ", ".join(_field(key, fields).name for key in keys)


def _field(key: str, fields: LogFields) -> LogField:
    return fields.get(key) or LogField(label_of(key))


def _changes(details: Mapping[str, Any], fields: LogFields) -> Iterator[LogChange]:
    changed = details.get("fields")
    for key, value in changed.items() if isinstance(changed, Mapping) else ():
        if _is_change(value):
            field = _field(key, fields)
            yield LogChange(field.name, field.read(value["before"]), field.read(value["after"]))
    for key, value in details.items():
        if key != "fields" and _is_change(value):
            yield _change(key, value["before"], value["after"])
    if _is_change(details):
        yield from _pair(details["before"], details["after"])


def _pair(before: Any, after: Any) -> Iterator[LogChange]:
    """Of several named values, or of one that the action names."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*before, *after]):
            yield _change(str(key), before.get(key), after.get(key))
    else:
        yield _change("", before, after)


def _is_change(value: Any) -> bool:
    return isinstance(value, Mapping) and {"before", "after"} <= value.keys()


def _change(key: str, before: Any, after: Any) -> LogChange:
    return LogChange(label_of(key), text_of(before), text_of(after))


def _told(change: LogChange) -> str:
    label = f"{change.label}: " if change.label else ""
    return f"{label}{_cut(change.before) or 'empty'} → {_cut(change.after) or 'empty'}"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _CELL_LENGTH else f"{line[: _CELL_LENGTH - 3]}..."
