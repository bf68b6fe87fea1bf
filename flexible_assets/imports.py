"""Assets of a type from a file: new ones, and those known by their name in their organization."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse

from flexible_assets.actions.creating import NewAsset, create_several
from flexible_assets.actions.editing import write_several
from flexible_assets.actions.errors import BatchRefusedError, DeletedTypeError
from flexible_assets.import_plans import NOTES, ORGANIZATION, Planner
from flexible_assets.models import FlexibleAssetField, FlexibleAssetType
from flexible_assets.policies import visible_types
from flexible_assets.schema import Schema, schema_of
from organizations.imports.targets import (
    ImportColumn,
    ImportLine,
    ImportPlan,
    ImportTarget,
    LineRefusedError,
    PlannedRow,
)
from organizations.models import User


def type_targets(user: User) -> Iterable[ImportTarget]:
    types = visible_types(user).active().select_related("account").order_by("sort_key", "id")
    return [TypeTarget(asset_type, user) for asset_type in types]


@dataclass(frozen=True)
class TypeTarget:
    asset_type: FlexibleAssetType
    user: User

    @property
    def key(self) -> str:
        return f"type:{self.asset_type.pk}"

    @property
    def noun(self) -> tuple[str, str]:
        return self.asset_type.name, self.asset_type.name

    @property
    def about(self) -> FlexibleAssetType:
        return self.asset_type

    @property
    def url(self) -> str:
        return reverse("flexible_assets:global-list", args=[self.asset_type.account.slug, self.asset_type.pk])

    @cached_property
    def schema(self) -> Schema:
        return schema_of(self.asset_type)

    @property
    def columns(self) -> Sequence[ImportColumn]:
        return [
            ImportColumn(ORGANIZATION, "Organization", is_required=True, hint="Its name, as in the portal."),
            *(
                ImportColumn(
                    each.key,
                    each.name,
                    is_required=each.required,
                    hint=_hint(each),
                    is_secret=each.behavior.is_secret,
                )
                for each in self.schema.fields
                if each.behavior.has_value and not each.behavior.is_file
            ),
            ImportColumn(NOTES, "Notes"),
        ]

    def plan(self, lines: Sequence[ImportLine]) -> ImportPlan:
        return Planner(self.schema, self.user, lines).plan()

    def write(self, rows: Sequence[PlannedRow], *, now: datetime, actor: User) -> None:
        new = [row for row in rows if row.work.asset is None]
        known = [row for row in rows if row.work.asset is not None]
        with _refused_lines(new):
            news = [NewAsset(row.work.organization, row.work.content) for row in new]
            create_several(self.schema, news, now=now, actor=actor)
        with _refused_lines(known):
            write_several({row.work.asset.pk: row.work.content for row in known}, now=now, actor=actor)


@contextmanager
def _refused_lines(rows: Sequence[PlannedRow]) -> Iterator[None]:
    """Tells the line of what is refused among them."""
    try:
        yield
    except BatchRefusedError as refused:
        raise LineRefusedError(rows[refused.place].number, refused.reason) from refused
    except DeletedTypeError as deleted:
        raise LineRefusedError(rows[0].number, deleted) from deleted


def _hint(field: FlexibleAssetField) -> str:
    if field.behavior.is_tag:
        return "Names, parted by semicolons."
    return ", ".join(field.behavior.options) or field.hint
