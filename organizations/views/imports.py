"""Admin > Import: choosing a file, looking at what it would do, and doing it."""

import csv
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organizations.access import AccountRequest, get_import_draft
from organizations.actions.imports import (
    DraftGoneError,
    ImportRefusedError,
    NewDraft,
    begin_import,
    discard_import,
    map_columns,
    plan_import,
    run_import,
)
from organizations.forms.imports import ImportFileForm, MappingForm
from organizations.imports.sheets import MOST_BYTES, MOST_LINES
from organizations.imports.targets import Effect, ImportPlan, ImportTarget, find_target, import_targets
from organizations.models import ImportDraft
from organizations.policies import require
from organizations.preparation import prepared_by, receive_files
from organizations.roles import Right

#: Lines that the preview shows of each kind; all are checked.
SHOWN = 100


@prepared_by(receive_files)
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: AccountRequest, account: str) -> HttpResponse:
    require(request.user, Right.IMPORT)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    targets = import_targets(request.user)
    form = ImportFileForm(*sent, targets=targets, chosen=request.GET.get("target", ""))
    if form.is_valid():
        new = NewDraft(form.file_name, form.cleaned_data["file"])
        draft = begin_import(form.chosen, new, now=timezone.now(), actor=request.user)
        return redirect("organizations:import-detail", account, draft.pk)
    context = {
        "form": form,
        "targets": targets,
        "most_lines": MOST_LINES,
        "most_megabytes": MOST_BYTES // 1024 // 1024,
        "navigation": "admin",
    }
    return render(request, "organizations/import_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def import_detail(request: AccountRequest, account: str, draft_id: int) -> HttpResponse:
    require(request.user, Right.IMPORT)
    draft = get_import_draft(request.user, draft_id, now=timezone.now())
    target = _target_of(request, draft)
    sent = request.POST if request.method == "POST" else None
    if sent is not None and sent.get("do") == "import":
        return _run(request, draft, target)
    form = MappingForm(sent, draft=draft, target=target)
    if form.is_valid():
        map_columns(draft, mapping=form.mapping)
        return redirect("organizations:import-detail", account, draft.pk)
    return _page(request, draft, form, target, status=422 if form.errors else 200)


@require_POST
def import_discard(request: AccountRequest, account: str, draft_id: int) -> HttpResponse:
    require(request.user, Right.IMPORT)
    discard_import(get_import_draft(request.user, draft_id, now=timezone.now()))
    messages.success(request, "The file is discarded. Nothing was imported.")
    return redirect("organizations:import-new", account)


@require_safe
def import_template(request: AccountRequest, account: str) -> HttpResponse:
    """An empty file with the headers of a target."""
    require(request.user, Right.IMPORT)
    target = find_target(request.user, request.GET.get("target", ""))
    if target is None:
        raise Http404("Nothing of this kind can be imported.")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{slugify(target.noun[1])}.csv"'
    response.write("\ufeff")  # by which Excel knows UTF-8
    csv.writer(response).writerow(column.label for column in target.columns)
    return response


def _run(request: AccountRequest, draft: ImportDraft, target: ImportTarget) -> HttpResponse:
    try:
        plan = run_import(target, draft, now=timezone.now(), actor=request.user)
    except DraftGoneError as gone:
        messages.warning(request, str(gone))
        return redirect("organizations:import-new", request.account.slug)
    except ImportRefusedError as refused:
        messages.error(request, str(refused))
        form = MappingForm(None, draft=draft, target=target)
        return _page(request, draft, form, target, plan=refused.plan, status=422)
    created, changed = plan.count(Effect.NEW), plan.count(Effect.CHANGED)
    messages.success(request, f"Imported {draft.file_name}: {created:,} new, {changed:,} changed.")
    return redirect(target.url)


def _page(
    request: AccountRequest,
    draft: ImportDraft,
    form: MappingForm,
    target: ImportTarget,
    *,
    plan: ImportPlan | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"draft": draft, "form": form, "target": target, "navigation": "admin"}
    if not form.missing and not form.is_bound:
        plan = plan or plan_import(target, draft)
        context |= {
            "plan": plan,
            "rows": plan.rows[:SHOWN],
            "errors": plan.errors[:SHOWN],
            "counts": [(effect.value, plan.count(effect)) for effect in Effect],
            "shown": SHOWN,
        }
    return render(request, "organizations/import_detail.html", context, status=status)


def _target_of(request: AccountRequest, draft: ImportDraft) -> ImportTarget:
    target = find_target(request.user, draft.target)
    if target is None:
        raise Http404("What this file was to become is gone, or you can't see it.")
    return target
