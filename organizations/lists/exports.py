"""Exports: exactly the rows a list is narrowed to, in the columns it shows, read in portions so that a million rows take
no more memory than a thousand."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from organizations.access import AccountRequest, account_transaction
from organizations.actions.activity import record_activity
from organizations.lists.columns import AnyColumn, cell_of
from organizations.lists.saved import Saved, saved_of
from organizations.lists.sorting import sorting
from organizations.lists.spec import ListSpec
from organizations.lists.spreadsheets import Line, chunks_of_csv, file_name, xlsx_file
from organizations.paging import Cursor, read_slice

CSV, XLSX = "csv", "xlsx"
FORMATS = (CSV, XLSX)
CHUNK = 1000
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export(
    request: AccountRequest, spec: ListSpec[Any], *, form: str, ids: Collection[int] | None = None
) -> HttpResponseBase:
    """All rows, or those of these ids."""
    saved = saved_of(spec)
    parts = [part if ids is None else part.filter(pk__in=ids) for part in spec.parts]
    shown = saved.arrangement.of_columns(spec.all_columns())
    header = [column.label for column in shown]
    if request.method != "HEAD":
        _record(request, spec, form=form, selected=None if ids is None else len(ids))
    chunks = _chunks(spec, parts, keys=[column.key for column in shown], account_id=request.account.pk)
    name = file_name(_titles(spec, saved), day=timezone.now().date(), ending=form)
    if form == XLSX:
        lines = (line for chunk in chunks for line in chunk)
        file = xlsx_file(spec.noun[1], header, lines)
        return FileResponse(file, as_attachment=True, filename=name, content_type=_XLSX_TYPE)
    # Read once the response is on its way, when the request's transaction has ended: each portion opens its own.
    response = StreamingHttpResponse(chunks_of_csv(header, chunks), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _titles(spec: ListSpec[Any], saved: Saved) -> list[str]:
    place = spec.organization.name if spec.organization is not None else ""
    view = saved.current.name if saved.current is not None else ""
    return [spec.noun[1], place, view]


def _chunks(
    spec: ListSpec[Any], parts: Sequence[QuerySet[Any]], *, keys: Sequence[str], account_id: int
) -> Iterator[list[Line]]:
    _, order = sorting(spec)
    cursor: Cursor | None = None
    while True:
        # Outside a scope of its own row-level security would answer with no rows, and without an error.
        with account_transaction(account_id):
            part = read_slice(parts, order=order, cursor=cursor, size=CHUNK)
            spec.complete(part.rows)
            columns = {column.key: column for column in spec.all_columns(part.rows)}
            lines = [_line(row, [columns[key] for key in keys]) for row in part.rows]
        yield lines
        if not part.next:
            return
        cursor = Cursor.decode(part.next)


def _line(row: Any, columns: Sequence[AnyColumn]) -> Line:
    return [cell_of(column, row).exported for column in columns]


def _record(request: AccountRequest, spec: ListSpec[Any], *, form: str, selected: int | None) -> None:
    asked = {each.label: told for each in spec.filter_by if (told := each.logged(spec.query))}
    details: dict[str, Any] = {"format": form, "search": spec.query.search, "filters": asked}
    record_activity(
        request.account.pk,
        at=timezone.now(),
        action="list.exported",
        subject=spec.noun[1],
        user=request.user,
        organization=spec.organization,
        about=spec.about,
        details={**details, "selected": selected},
    )
