"""What the fields are called that lines of the log tell of: as they are called now, which a line does not know. Higher
apps register those of their kinds of rows."""

from collections.abc import Callable, Collection, Iterable, Mapping

from organizations.contact_details import FIELD_LABELS
from organizations.log_changes import LogField, LogFields, text_of
from organizations.models import Activity
from organizations.organization_details import ORGANIZATION_FIELDS

#: By row, of rows of one kind.
Provider = Callable[[Collection[int]], Mapping[int, LogFields]]
_providers: dict[str, Provider] = {}


def register_log_fields(kind: str, provide: Provider) -> None:
    _providers[kind] = provide


def fields_of(lines: Iterable[Activity]) -> dict[int, LogFields]:
    """By line, asked for all of them at once."""
    told = [line for line in lines if line.subject_kind in _providers and line.details]
    rows: dict[str, set[int]] = {}
    for line in told:
        rows.setdefault(line.subject_kind, set()).add(line.subject_id or 0)
    known = {kind: _providers[kind](ids) for kind, ids in rows.items()}
    return {line.pk: known[line.subject_kind].get(line.subject_id or 0, {}) for line in told}


def organization_fields(ids: Collection[int]) -> Mapping[int, LogFields]:
    return dict.fromkeys(ids, _ORGANIZATION)


def contact_fields(ids: Collection[int]) -> Mapping[int, LogFields]:
    return dict.fromkeys(ids, _CONTACT)


def _phones(stored: object) -> str:
    if not isinstance(stored, list):
        return text_of(stored)
    return ", ".join(f"{phone['number']} ({phone['label']})" for phone in stored)


_ORGANIZATION = {key: LogField(label) for key, label in ORGANIZATION_FIELDS.items()}
_CONTACT = {
    key: LogField(label, _phones if key == "phones" else text_of) for key, label in FIELD_LABELS.items()
}
