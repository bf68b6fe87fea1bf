"""What pickers offer: records to tag in a field, or to put beside another as related items."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Model, Q

from flexible_assets.models import FlexibleAsset, FlexibleAssetField
from flexible_assets.targets import RELATED_TARGETS, AssetTarget, TargetKind, target_of
from organizations.models import Organization, User

#: Records offered at once: as one types, and in the plain menu of those who have no script.
SUGGESTED = 20
LISTED = 100


@dataclass(frozen=True)
class Choice:
    value: str
    name: str
    subtitle: str = ""
    icon: str = ""


class Picking(Protocol):
    """What may be chosen in one picker, by one user."""

    def suggest(self, term: str, *, limit: int) -> list[Choice]:
        """Those that match; without a term the first by name."""

    def known(self, values: Collection[str]) -> list[Choice]:
        """Those among these values that may be chosen, or kept."""


@dataclass(frozen=True)
class TagPicking:
    """Records for one Tag field. `kept` holds ids that are tagged already and may stay, even if archived since."""

    kind: TargetKind
    user: User
    organization: Organization
    kept: tuple[int, ...] = ()

    def suggest(self, term: str, *, limit: int) -> list[Choice]:
        rows = self.kind.matching(self.kind.choosable(self.user, self.organization), term)
        return [_choice(self.kind, row, str(row.pk)) for row in rows.order_by(*self.kind.order)[:limit]]

    def known(self, values: Collection[str]) -> list[Choice]:
        ids = _ids(values)
        kept = self.kind.seen_by(self.user).filter(pk__in=ids & set(self.kept))
        new = self.kind.choosable(self.user, self.organization).filter(pk__in=ids - set(self.kept))
        rows = self.kind.seen_by(self.user).filter(Q(pk__in=kept.values("pk")) | Q(pk__in=new.values("pk")))
        return (
            [_choice(self.kind, row, str(row.pk)) for row in rows.order_by(*self.kind.order)] if ids else []
        )


def tag_picking(
    field: FlexibleAssetField, user: User, organization: Organization, *, kept: Iterable[int] = ()
) -> TagPicking:
    return TagPicking(target_of(field.tag_type), user, organization, tuple(kept))


@dataclass(frozen=True)
class RelatedPicking:
    """Related items: of the organization first, then of the others the user reaches. Values are `column:id`."""

    user: User
    organization: Organization
    kinds: tuple[TargetKind, ...]
    #: The record whose related items they are.
    beside: Model

    def suggest(self, term: str, *, limit: int) -> list[Choice]:
        choices: list[Choice] = []
        for kind in self.kinds:
            here = self._others(kind.matching(kind.choosable(self.user, self.organization), term))
            near = list(here.order_by(*kind.order)[:limit])
            # Everything everywhere helps nobody who has typed nothing yet.
            far = kind.everywhere(self.user, term, limit=limit) if term.strip() else ()
            found = [*near, *(row for row in far if row not in near and row != self.beside)]
            choices += [self.choice_of(kind, row) for row in found[:limit]]
        return choices[: limit * len(self.kinds)]

    def known(self, values: Collection[str]) -> list[Choice]:
        return [self.choice_of(kind, row) for kind, row in self.rows(values)]

    def rows(self, values: Collection[str]) -> list[tuple[TargetKind, Any]]:
        """The records behind the values, and of which kind they are."""
        found: list[tuple[TargetKind, Any]] = []
        for kind in self.kinds:
            own = _ids(value.partition(":")[2] for value in values if value.partition(":")[0] == kind.column)
            rows = self._others(kind.seen_by(self.user).filter(pk__in=own)) if own else ()
            found += [(kind, row) for row in rows]
        return found

    def choice_of(self, kind: TargetKind, row: Any) -> Choice:
        choice = _choice(kind, row, f"{kind.column}:{row.pk}")
        elsewhere = getattr(row, "organization", None)
        if elsewhere is None or elsewhere.pk == self.organization.pk:
            return choice
        subtitle = " · ".join(part for part in (choice.subtitle, elsewhere.name) if part)
        return Choice(choice.value, choice.name, subtitle, choice.icon)

    def _others(self, rows: Any) -> Any:
        rows = rows if rows.model is Organization else rows.select_related("organization")
        return rows.exclude(pk=self.beside.pk) if isinstance(self.beside, rows.model) else rows


def related_picking(user: User, beside: Model, organization: Organization) -> RelatedPicking:
    """An asset stands beside anything; contacts and organizations stand beside assets."""
    is_asset = isinstance(beside, FlexibleAsset)
    kinds = tuple(RELATED_TARGETS.values()) if is_asset else (AssetTarget(),)
    return RelatedPicking(user, organization, kinds, beside)


def _choice(kind: TargetKind, row: Any, value: str) -> Choice:
    # A URL is not needed here, and neither is the account it begins with.
    link = kind.link("-", row)
    return Choice(value, link.name, link.subtitle, link.icon)


def _ids(values: Iterable[str]) -> set[int]:
    """What is no id names nothing; neither does one that no column could hold."""
    return {int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19}


def as_json(choices: Sequence[Choice]) -> list[dict[str, str]]:
    return [
        {"value": each.value, "name": each.name, "subtitle": each.subtitle, "icon": each.icon}
        for each in choices
    ]
