"""What disconnecting would do and what it has done, in words and figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.apps import apps

from integrations.actions.disconnecting import Reach
from integrations.models import Disconnection
from integrations.progress import duration_text
from integrations.states import DisconnectMode


class Choice(StrEnum):
    """As an administrator chooses: beside the two ways to disconnect, the one that is often meant."""

    PAUSE = "pause"
    KEEP = "keep"
    DELETE = "delete"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def is_permanent(self) -> bool:
        return self != Choice.PAUSE


_LABELS = {
    Choice.PAUSE: "Pause syncing and keep all data",
    Choice.KEEP: "Permanently disconnect records from Microsoft but keep all data",
    Choice.DELETE: "Permanently delete all data including all related/child records",
}
_EXPLANATIONS = {
    Choice.PAUSE: "Nothing is read from Microsoft until someone resumes. The connection and its credentials stay, and so "
    "do the synced records, locked as they are.",
    Choice.KEEP: "The connection ends, and its credentials are destroyed at once. Synced records unlock and become "
    "ordinary ones: people can edit them, and nothing updates them any more.",
    Choice.DELETE: "The connection ends, and its credentials are destroyed at once. Everything that was synced is deleted "
    "with all that people added to it: notes, fields of their own, permissions. There is no recycle bin; only a backup "
    "of the server brings it back.",
}


@dataclass(frozen=True)
class ChoiceCard:
    choice: Choice
    explanation: str
    facts: tuple[str, ...]


def choice_cards(reach: Reach) -> list[ChoiceCard]:
    where = f" in {_counted(reach.organizations, 'organizations')}"
    records = _listed(
        _counted(count, kind) for kind, count in sorted(reach.records.items()) if kind not in _own()
    )
    records = records + where if records else ""
    stay = (
        f"{_counted(reach.contacts, 'contacts')} and {_counted(reach.organizations, 'organizations')} stay."
    )
    links = f"{_counted(reach.tenants, 'tenant links')} and the log of syncs are deleted."
    facts = {
        Choice.PAUSE: (f"{records} stay as last synced." if records else "", stay),
        Choice.KEEP: (f"{records} stay and unlock, and so do their types." if records else "", stay, links),
        Choice.DELETE: (
            f"{records} are deleted, and so are types that nothing else uses." if records else "",
            stay,
            links,
        ),
    }
    return [
        ChoiceCard(choice, _EXPLANATIONS[choice], tuple(filter(None, facts[choice]))) for choice in Choice
    ]


@dataclass(frozen=True)
class Section:
    """Rows that fared alike: kind and number of each."""

    title: str
    rows: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Receipt:
    disconnection: Disconnection

    @property
    def is_finished(self) -> bool:
        return self.disconnection.finished_at is not None

    @property
    def status(self) -> str:
        return "Disconnected" if self.is_finished else "Disconnecting..."

    @property
    def tone(self) -> str:
        return "ok" if self.is_finished else "busy"

    @property
    def mode_label(self) -> str:
        return Choice(self.disconnection.mode).label

    @property
    def begun_at(self) -> datetime:
        return self.disconnection.requested_at

    @property
    def requested_by(self) -> str:
        user = self.disconnection.requested_by
        return f"{user.name} ({user.email})" if user else "From the server's command line"

    @property
    def duration_text(self) -> str:
        finished_at = self.disconnection.finished_at
        return duration_text(finished_at - self.disconnection.requested_at) if finished_at else ""

    @property
    def sections(self) -> list[Section]:
        written = {kind for kind in self.disconnection.counts if kind not in _own() | _STAYING}
        kept = self.disconnection.mode == DisconnectMode.KEEP
        deleted = [*self._rows(() if kept else written), *self._rows(_own())]
        so_far = "" if self.is_finished else " so far"
        sections = [
            Section(f"Kept as ordinary records{so_far}", self._rows(written if kept else ())),
            Section(f"Deleted{so_far}", deleted),
            Section("Kept, no longer linked to Microsoft", self._rows(_STAYING)),
        ]
        return [section for section in sections if section.rows]

    def _rows(self, kinds: Iterable[str]) -> list[tuple[str, int]]:
        counts = self.disconnection.counts
        return [(kind.capitalize(), counts[kind]) for kind in sorted(kinds) if counts.get(kind)]


#: Kinds that no way of disconnecting takes anything from.
_STAYING = frozenset({"contacts", "organizations"})


def _own() -> frozenset[str]:
    """Kinds of rows that make up the connection itself, and go with it in either way."""
    models = apps.get_app_config("integrations").get_models()
    return frozenset(str(model._meta.verbose_name_plural) for model in models)


def _counted(number: int, plural: str) -> str:
    return f"{number:,} {plural if number != 1 else plural.removesuffix('s')}"


def _listed(texts: Iterable[str]) -> str:
    return " and ".join(texts)
