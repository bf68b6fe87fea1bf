"""The license table of an account as text."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from licenses.models import LicenseRecord
from organizations.access import account_transaction


@dataclass(frozen=True)
class LicenseLine:
    organization: str
    license: str
    active: int
    consumed: int
    unused: int
    status: str


def license_lines(account_id: int) -> list[LicenseLine]:
    with account_transaction(account_id):
        records = LicenseRecord.objects.of_account(account_id).select_related("asset__organization")
        return [
            LicenseLine(
                record.asset.organization.name,
                record.asset.name,
                record.units.active,
                record.units.consumed,
                record.units.unused,
                record.units.status.value,
            )
            for record in records.order_by("asset__organization__sort_key", "asset__sort_key", "id")
        ]


def as_table(lines: Sequence[LicenseLine]) -> str:
    head = ("Organization", "License", "Active", "Consumed", "Unused", "Status")
    rows = [
        (
            each.organization,
            each.license,
            f"{each.active:,}",
            f"{each.consumed:,}",
            f"{each.unused:,}",
            each.status,
        )
        for each in lines
    ]
    widths = [max(_width(row[column]) for row in [head, *rows]) for column in range(len(head))]
    return "\n".join(_line(row, widths) for row in [head, tuple("-" * width for width in widths), *rows])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    numbers = range(2, 5)
    cells = [
        _blanks(text, width) + text if column in numbers else text + _blanks(text, width)
        for column, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _blanks(text: str, width: int) -> str:
    return " " * (width - _width(text))


def _width(text: str) -> int:
    """Columns of a terminal: East Asian letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
