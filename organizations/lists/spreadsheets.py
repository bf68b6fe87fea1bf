"""Tables for spreadsheets: CSV as lines of text, XLSX as a file; no cell of either can become a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter
from django.utils.text import slugify

from organizations.formulas import defused, is_risky
from organizations.lists.cells import Value

#: Spreadsheets keep this many digits of a number; an identifier must not lose its end.
_DIGITS = 15
ROWS_OF_A_SHEET = 1_000_000
WIDTH = 22

Line = Sequence[Value | str]


def csv_lines(lines: Iterable[Line]) -> str:
    table = io.StringIO()
    csv.writer(table).writerows([_written(value) for value in line] for line in lines)
    return table.getvalue()


def _written(value: Value | str) -> str:
    if isinstance(value, str):
        return defused(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)


def xlsx_file(title: str, header: Sequence[str], lines: Iterable[Line]) -> IO[bytes]:
    """In a temporary file, rows written through to it as they come; open, and gone once closed."""
    file = TemporaryFile("w+b")  # noqa: SIM115 - whoever sends it closes it
    workbook = _Workbook(file, header)
    for line in lines:
        workbook.add(line)
    workbook.close()
    file.seek(0)
    return file


class _Workbook:
    """Goes on in another sheet where one is full."""

    def __init__(self, file: IO[bytes], header: Sequence[str]) -> None:
        self._book: Any = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self._header = header
        self._bold = self._book.add_format({"bold": True, "bottom": 1})
        # Stays text even when somebody edits the cell.
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._numbers: dict[int, Any] = {}
        self._new_sheet()

    def add(self, line: Line) -> None:
        if self._row > ROWS_OF_A_SHEET:
            self._new_sheet()
        for column, value in enumerate(line):
            self._write(column, value)
        self._row += 1

    def close(self) -> None:
        self._book.close()

    def _new_sheet(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.set_column(0, max(0, len(self._header) - 1), WIDTH)
        self._sheet.freeze_panes(1, 0)
        for column, label in enumerate(self._header):
            self._sheet.write_string(0, column, label, self._bold)
        self._row = 1

    def _write(self, column: int, value: Value | str) -> None:
        if isinstance(value, datetime):
            naive = value.astimezone(UTC).replace(tzinfo=None)
            self._sheet.write_datetime(self._row, column, naive, self._moment)
        elif isinstance(value, date):
            self._sheet.write_datetime(self._row, column, value, self._day)
        elif isinstance(value, int | Decimal) and len(str(value).strip("-").replace(".", "")) <= _DIGITS:
            self._sheet.write_number(self._row, column, value, self._number_format(value))
        elif value is not None and value != "":
            text = value if isinstance(value, str) else str(value)
            is_quoted = isinstance(value, str) and is_risky(text)
            self._sheet.write_string(self._row, column, text, self._quoted if is_quoted else None)

    def _number_format(self, number: int | Decimal) -> Any:
        exponent = number.as_tuple().exponent if isinstance(number, Decimal) else 0
        places = max(0, -exponent) if isinstance(exponent, int) else 0
        if places not in self._numbers:
            pattern = f"#,##0.{'0' * places}" if places else "#,##0"
            self._numbers[places] = self._book.add_format({"num_format": pattern})
        return self._numbers[places]


def file_name(parts: Sequence[str], *, day: date, ending: str) -> str:
    """Such as microsoft-licenses-harbor-2026-03-01.csv; what is no letter or digit of ASCII is left out."""
    return "-".join([*filter(None, map(slugify, parts)), day.isoformat()]) + f".{ending}"


def chunks_of_csv(header: Sequence[str], chunks: Iterable[Sequence[Line]]) -> Iterator[bytes]:
    # The mark tells spreadsheets that it is UTF-8.
    yield ("\ufeff" + csv_lines([header])).encode()
    for lines in chunks:
        yield csv_lines(lines).encode()
