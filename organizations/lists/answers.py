"""What is asked of a list beside showing it: exports, its columns, saved views, and deeds on several rows at once. All
of it comes to the list's own address, so whoever may not see a list can ask nothing of it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from organizations.access import AccountRequest
from organizations.actions.preferences import (
    ViewRefusedError,
    arrange_columns,
    delete_view,
    rename_view,
    restore_columns,
    save_view,
)
from organizations.lists.columns import NARROWEST, WIDEST, Arrangement, Placed
from organizations.lists.exports import FORMATS, export
from organizations.lists.query import EXPORT, VIEW, address
from organizations.lists.saved import may_change, saved_of
from organizations.lists.spec import BulkAction, ListSpec, Outcome
from organizations.models import SavedView
from organizations.policies import require
from organizations.roles import Right

Spec = ListSpec[Any]
Deed = Callable[[AccountRequest, Spec], HttpResponseBase]

#: Rows that one deed may touch: beyond, somebody would wait too long for the page.
MOST_AT_ONCE = 10_000
_EXPORTS = {f"export-{form}": form for form in FORMATS}


def answer_list(request: AccountRequest, spec: Spec) -> HttpResponseBase | None:
    """None where the list is simply to be shown."""
    if request.method == "POST":
        deed = _DEEDS.get(request.POST.get("do", ""))
        if deed is None:
            raise Http404("No such deed.")
        return deed(request, spec)
    form = request.GET.get(EXPORT, "")
    return export(request, spec, form=form) if form in FORMATS else None


def _back(spec: Spec, *, without: Sequence[str] = ()) -> HttpResponseRedirect:
    kept = {name: values for name, values in spec.kept.items() if name not in without}
    return HttpResponseRedirect(address(spec.url, kept))


def _columns(request: AccountRequest, spec: Spec) -> HttpResponseBase:
    """Kept as the reader's own; a view that is open keeps its columns, so it is left."""
    sent = request.POST
    if "restore" in sent:
        restore_columns(request.user, spec.key)
        return _back(spec, without=[VIEW])
    known = {column.key for column in spec.all_columns()}
    places = [
        Placed(key, _width(sent.get(f"width.{key}", ""))) for key in sent.getlist("column") if key in known
    ]
    arrangement = Arrangement(tuple({place.key: place for place in places}.values()))
    key, _, way = sent.get("move", "").rpartition(":")
    arrangement = arrangement.moved(key, -1 if way == "up" else 1) if key else arrangement
    arrange_columns(request.user, spec.key, columns=arrangement.stored)
    return _back(spec, without=[VIEW])


def _width(text: str) -> int | None:
    return (
        max(NARROWEST, min(WIDEST, int(text)))
        if text.isascii() and text.isdigit() and len(text) < 6
        else None
    )


def _save_view(request: AccountRequest, spec: Spec) -> HttpResponseBase:
    is_shared = "shared" in request.POST
    if is_shared:
        require(request.user, Right.EDIT)
    query = {name: values for name, values in spec.kept.items() if name != VIEW}
    try:
        view = save_view(
            request.user,
            spec.key,
            name=request.POST.get("name", ""),
            query=address("", query).removeprefix("?"),
            columns=saved_of(spec).arrangement.stored,
            is_shared=is_shared,
            now=timezone.now(),
        )
    except ViewRefusedError as refusal:
        messages.error(request, str(refusal))
        return _back(spec)
    messages.success(request, f"View {view.name} saved.")
    return HttpResponseRedirect(address(spec.url, {**query, VIEW: [str(view.pk)]}))


def _rename_view(request: AccountRequest, spec: Spec) -> HttpResponseBase:
    try:
        view = rename_view(_view(request, spec), name=request.POST.get("name", ""))
    except ViewRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"View renamed to {view.name}.")
    return _back(spec)


def _delete_view(request: AccountRequest, spec: Spec) -> HttpResponseBase:
    view = _view(request, spec)
    delete_view(view)
    messages.success(request, f"View {view.name} deleted.")
    return _back(spec, without=[VIEW])


def _view(request: AccountRequest, spec: Spec) -> SavedView:
    asked = request.POST.get("id", "")
    views = SavedView.objects.of_list(spec.key, user=request.user)
    view = next((each for each in views if str(each.pk) == asked), None)
    if view is None or not may_change(view, request.user):
        raise Http404("No such view.")
    return view


def _bulk(request: AccountRequest, spec: Spec) -> HttpResponseBase:
    asked = request.POST.get("action", "")
    action = next((each for each in spec.bulk if each.key == asked), None)
    if action is None and asked not in _EXPORTS:
        raise Http404("No such action.")
    if action is not None:
        require(request.user, action.needs)
    ids = _chosen_rows(request, spec)
    if ids is None:
        messages.error(request, f"At most {MOST_AT_ONCE:,} {spec.noun[1]} at once: narrow the list first.")
    elif not ids:
        messages.error(request, "Nothing was ticked that is still here. Tick some rows first.")
    elif action is None:
        return export(request, spec, form=_EXPORTS[asked], ids=ids)
    else:
        return _carry_out(request, spec, action, ids)
    return _back(spec)


def _chosen_rows(request: AccountRequest, spec: Spec) -> list[int] | None:
    """Ids of the rows ticked, or of all, as far as the user sees them in this list; None if they are too many."""
    parts = spec.parts
    if request.POST.get("scope") != "all":
        ticked = [int(text) for text in request.POST.getlist("row") if text.isascii() and text.isdigit()]
        parts = [part.filter(pk__in=[pk for pk in ticked if pk < 2**63]) for part in parts]
    ids = [pk for part in parts for pk in part.order_by().values_list("pk", flat=True)[: MOST_AT_ONCE + 1]]
    return ids if len(ids) <= MOST_AT_ONCE else None


def _carry_out(
    request: AccountRequest, spec: Spec, action: BulkAction, ids: Sequence[int]
) -> HttpResponseBase:
    form = None
    if action.form is not None:
        form = action.form(request.POST if "sure" in request.POST else None)
        if not form.is_valid():
            return _ask(request, spec, action, ids, form)
    try:
        outcome = action.act(ids, form)
    except ValueError as refusal:
        if form is None:
            raise
        form.add_error(None, str(refusal))
        return _ask(request, spec, action, ids, form)
    _tell(request, spec, action, outcome)
    return _back(spec)


def _ask(
    request: AccountRequest, spec: Spec, action: BulkAction, ids: Sequence[int], form: Any
) -> HttpResponse:
    context = {
        "action": action,
        "form": form,
        "here": address(spec.url, spec.kept),
        "is_all": request.POST.get("scope") == "all",
        "ids": ids,
        "count": len(ids),
        "noun": spec.noun[0] if len(ids) == 1 else spec.noun[1],
    }
    return render(request, "partials/list_bulk_page.html", context, status=422 if form.is_bound else 200)


def _tell(request: AccountRequest, spec: Spec, action: BulkAction, outcome: Outcome) -> None:
    done = len(outcome.done)
    words = [f"{done:,} {spec.noun[0] if done == 1 else spec.noun[1]} {action.participle}."] if done else []
    words += [f"{count:,} left alone: {reason}." for reason, count in sorted(outcome.skipped.items())]
    level = messages.SUCCESS if done and not outcome.skipped else messages.WARNING
    messages.add_message(request, level, " ".join(words) or "Nothing was changed.")


_DEEDS: dict[str, Deed] = {
    "columns": _columns,
    "save-view": _save_view,
    "rename-view": _rename_view,
    "delete-view": _delete_view,
    "bulk": _bulk,
}
