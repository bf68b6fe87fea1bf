"""Two people at one form: what was stored when its page was made, by a mark for each field, so that nobody writes over
what somebody else wrote meanwhile and they never saw. Pure. Where fields mean something together only: `versions`."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

#: By field name.
Marks = Mapping[str, str]


class StaleFormError(ValueError):
    """`stored` is what stands now where both wrote, by field name."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        super().__init__("Somebody else changed this while you were writing.")
        self.stored = stored

    def marks_after(self, seen: Marks) -> str:
        """Whoever is told of them has seen them; of other fields they still know what they knew."""
        return json.dumps({**seen, **_marks(self.stored)})


def marks_of(values: Mapping[str, Any]) -> str:
    """As a form carries them."""
    return json.dumps(_marks(values))


def read_marks(text: str) -> Marks:
    """None of what is no such text, as where a form was not made by a page."""
    try:
        marks = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(mark) for name, mark in marks.items()} if isinstance(marks, dict) else {}


def own_changes(changes: Mapping[str, Any], *, stored: Mapping[str, Any], seen: Marks) -> dict[str, Any]:
    """Without the fields that were left as they came, whatever they hold by now; raises StaleFormError where somebody else
    wrote something different into the same one."""
    own = {name: value for name, value in changes.items() if seen.get(name) != _mark(value)}
    met = {
        name: stored[name]
        for name, value in own.items()
        if name in seen and seen[name] != _mark(stored[name]) and value != stored[name]
    }
    if met:
        raise StaleFormError(met)
    return own


def _marks(values: Mapping[str, Any]) -> Marks:
    return {name: _mark(value) for name, value in values.items()}


def _mark(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=_plain)
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value.pk
