"""Reading a CSV file as spreadsheets write it: headers and lines of text, or words about what is wrong with it. Pure."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_BYTES = 5 * 1024 * 1024
MOST_LINES = 1_000
MOST_CHARACTERS = 20_000
_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"[^"]*"')


class UnreadableSheetError(ValueError):
    """The file can't be taken for a table; the message says what to do."""


@dataclass(frozen=True)
class SheetLine:
    """`number` is the line's in the file, where the headers are line 1; `cells` stand in the headers' order."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    headers: tuple[str, ...]
    lines: tuple[SheetLine, ...]


def decode(content: bytes) -> str:
    """UTF-8, or UTF-16 as Excel's "Unicode text" is, which says so at its beginning."""
    if len(content) > MOST_BYTES:
        raise UnreadableSheetError(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Split it.")
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableSheetError(
            "The file is not in UTF-8. In Excel, save it as “CSV UTF-8 (Comma delimited)”."
        ) from None
    if "\0" in text:
        raise UnreadableSheetError("This is no CSV file. In Excel, save it as “CSV UTF-8 (Comma delimited)”.")
    return text


def read_sheet(text: str) -> Sheet:
    rows = _rows(text)
    _, first = next(rows, (1, []))
    headers = tuple(cell.strip() for cell in first)
    _require_headers(headers)
    lines: list[SheetLine] = []
    for number, row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(lines) == MOST_LINES:
            raise UnreadableSheetError(
                f"The file has more than {MOST_LINES:,} rows. Split it, and import one part after the other."
            )
        lines.append(SheetLine(number, _fitted(cells, len(headers), number)))
    if not lines:
        raise UnreadableSheetError("The file has headers, but no row below them.")
    return Sheet(headers, tuple(lines))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """With the number of the line that each begins in: a cell in quotes may go over several."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    begins = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise UnreadableSheetError(
                f"The row in line {begins} can't be read: a quotation mark opens and does not close, or stands inside a cell."
            ) from None
        yield begins, row
        begins = reader.line_num + 1


def _delimiter(text: str) -> str:
    """The one that parts the first line most often: Excel writes semicolons where commas mark decimals."""
    first = _QUOTED.sub("", text.split("\n", 1)[0])
    return max(_DELIMITERS, key=first.count)


def _require_headers(headers: Sequence[str]) -> None:
    if not any(headers):
        raise UnreadableSheetError("The first line has no headers. Put the names of the columns there.")
    twice = [
        header
        for header, count in Counter(header.casefold() for header in headers if header).items()
        if count > 1
    ]
    if twice:
        raise UnreadableSheetError(f"Two columns are called “{twice[0]}”. Rename one of them.")


def _fitted(cells: list[str], width: int, number: int) -> tuple[str, ...]:
    """Missing cells at the end are blank; further ones belong to no column."""
    if any(cells[width:]):
        raise UnreadableSheetError(
            f"Line {number} has more cells than there are headers. Is there a comma outside of quotation marks?"
        )
    longest = max(map(len, cells))
    if longest > MOST_CHARACTERS:
        raise UnreadableSheetError(f"Line {number} has a cell of more than {MOST_CHARACTERS:,} characters.")
    return tuple([*cells, *[""] * (width - len(cells))][:width])
