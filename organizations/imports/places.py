"""Finding by name what cells refer to: a name that fits nothing or several things is an error, never a guess."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.db.models import Model

from organizations.imports.targets import InvalidCellError
from organizations.models import Organization, User
from organizations.names import search_key
from organizations.policies import visible_organizations

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Named(Generic[Row]):
    """Rows by name, without regard to case; `what` is what a person calls one of them."""

    what: str
    plural: str
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, row: Row) -> None:
        self.rows[search_key(name)].append(row)

    def get(self, name: str) -> Row:
        if not name:
            raise InvalidCellError(f"Name the {self.what}.")
        row = self.find(name)
        if row is None:
            raise InvalidCellError(
                f"There is no {self.what} called “{name}”. Correct the name, or add it first."
            )
        return row

    def all(self, name: str) -> Sequence[Row]:
        return self.rows.get(search_key(name), ())

    def find(self, name: str) -> Row | None:
        rows = self.all(name)
        if len(rows) > 1:
            raise InvalidCellError(
                f"{len(rows)} {self.plural} are called “{name}”. Rename all but one of them first."
            )
        return rows[0] if rows else None


def named(what: str, rows: Iterable[Row], *, plural: str = "") -> Named[Row]:
    found: Named[Row] = Named(what, plural or f"{what}s")
    for row in rows:
        found.add(str(row), row)
    return found


def organizations_by_name(user: User) -> Named[Organization]:
    """Those in use; what is archived is no place for new things."""
    return named("organization", visible_organizations(user).active())
