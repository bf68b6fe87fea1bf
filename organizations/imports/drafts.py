"""What a file that waits to be imported holds: sealed, for passwords may stand in it."""

from organizations.formulas import undefused
from organizations.imports.sheets import Sheet, read_sheet
from organizations.imports.targets import ImportColumn, ImportLine, ImportTarget
from organizations.models import ImportDraft
from organizations.sealing import seal, unseal


def sealed_content(draft: ImportDraft, text: str) -> str:
    return seal(text, place=_place(draft)).decode()


def sheet_of(draft: ImportDraft) -> Sheet:
    return read_sheet(unseal(draft.content.encode(), place=_place(draft)))


def lines_of(draft: ImportDraft, target: ImportTarget, sheet: Sheet) -> list[ImportLine]:
    """Of columns that go somewhere; where the target has no such place any more, they go nowhere."""
    columns = {column.key: column for column in target.columns}
    places = [columns.get(draft.mapping.get(header, "")) for header in sheet.headers]
    return [
        ImportLine(
            line.number,
            {
                place.key: _text(place, cell)
                for place, cell in zip(places, line.cells, strict=True)
                if place is not None
            },
        )
        for line in sheet.lines
    ]


def _text(column: ImportColumn, cell: str) -> str:
    """Passwords stand in no export, so one that begins with an apostrophe is meant so."""
    return cell if column.is_secret else undefused(cell)


def _place(draft: ImportDraft) -> str:
    return f"import-draft:{draft.pk}"
