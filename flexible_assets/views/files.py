"""Files of assets: their page, uploading, handing out and deleting."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from flexible_assets.access import get_asset, get_attachment
from flexible_assets.actions import DeletedAssetError
from flexible_assets.actions.files import FileRefusedError, attach_files, delete_attachment
from flexible_assets.beside import described, files_context, upload_fields
from flexible_assets.files import StorageUnavailableError, served
from flexible_assets.models import Attachment, FlexibleAsset
from flexible_assets.uploads import refused_upload
from organizations.access import AccountRequest
from organizations.lists import Cell, ListColumn, ListQuery, ListSpec, build_page
from organizations.navigation import organization_frame
from organizations.paging import Order
from organizations.policies import require
from organizations.preparation import prepared_by, receive_files
from organizations.roles import Right


@require_safe
def attachment_list(request: AccountRequest, account: str, asset_id: int) -> HttpResponse:
    asset = get_asset(request.user, asset_id)
    may_upload = request.user.has(Right.EDIT)
    context = _frame(request, asset) | {
        "page": build_page(_spec(request, asset)),
        "upload_url": f"{_asset_url(request, asset)}#files" if may_upload else "",
    }
    return render(request, "flexible_assets/attachment_list.html", context)


@prepared_by(receive_files)
@require_POST
def attachment_upload(request: AccountRequest, account: str, asset_id: int) -> HttpResponse:
    require(request.user, Right.EDIT)
    asset = get_asset(request.user, asset_id)
    files = request.FILES.getlist("files")
    problem = refused_upload(request) or ("" if files else "Choose one or more files first.")
    if problem:
        return _refusal(request, asset, problem)
    # Names no field where the type has lost it since; then the files stand beside the asset.
    chosen = request.POST.get("field", "")
    field = next((each for each in upload_fields(asset) if str(each.pk) == chosen), None)
    try:
        attach_files(asset, files, field=field, now=timezone.now(), actor=request.user)
    except DeletedAssetError as deleted:
        raise Http404("No such flexible asset.") from deleted
    except (FileRefusedError, StorageUnavailableError) as refused:
        return _refusal(request, asset, str(refused))
    messages.success(request, "Uploaded." if len(files) == 1 else f"Uploaded {len(files)} files.")
    return redirect(f"{_asset_url(request, asset)}#files")


@require_safe
def attachment_download(request: AccountRequest, account: str, attachment_id: int) -> HttpResponseBase:
    attachment = get_attachment(request.user, attachment_id)
    try:
        return served(attachment)
    except StorageUnavailableError as unavailable:
        return _refusal(request, attachment.asset, str(unavailable), status=503)


@require_http_methods(["GET", "HEAD", "POST"])
def attachment_delete(request: AccountRequest, account: str, attachment_id: int) -> HttpResponse:
    """Asks first, unless the asset's page has."""
    require(request.user, Right.DELETE)
    attachment = get_attachment(request.user, attachment_id)
    asset, name = attachment.asset, attachment.name
    if request.method != "POST" or request.POST.get("confirmed") != "yes":
        context = _frame(request, asset) | {"attachment": attachment}
        status = 422 if request.method == "POST" else 200
        return render(request, "flexible_assets/attachment_delete.html", context, status=status)
    try:
        delete_attachment(attachment, now=timezone.now(), actor=request.user)
    except FileRefusedError as refused:
        return _refusal(request, asset, str(refused))
    messages.success(request, f"Deleted “{name}”.")
    return redirect(f"{_asset_url(request, asset)}#files")


def _spec(request: AccountRequest, asset: FlexibleAsset) -> ListSpec[Attachment]:
    query = ListQuery.of(request.GET)
    delete = ListColumn("delete", "Delete", partial(_deletion, request))
    return ListSpec(
        url=request.path,
        query=query,
        rows=Attachment.objects.of_asset(asset).named_like(query.search).with_names(),
        columns=[
            ListColumn("name", "Name", partial(_name, request)),
            ListColumn("uploaded", "Uploaded", _uploaded, Order("uploaded_at", descending=True)),
            ListColumn("by", "By", lambda file: Cell(str(file.uploaded_by or ""))),
            ListColumn("size", "Size", _size, Order("size"), is_number=True),
            ListColumn("field", "Field", lambda file: Cell(file.field.name if file.field else "")),
            *([delete] if request.user.has(Right.DELETE) else []),
        ],
        noun=("file", "files"),
        search_placeholder="Find a file by name",
        empty_title="No files yet",
        empty_text="Files are uploaded on the asset's page.",
    )


def _name(request: AccountRequest, file: Attachment) -> Cell:
    shown = described(file, request)
    return Cell(shown["name"], url=shown["url"], icon=shown["icon"], is_title=True)


def _uploaded(file: Attachment) -> Cell:
    return Cell("", at=file.uploaded_at)


def _size(file: Attachment) -> Cell:
    return Cell(filesizeformat(file.size), is_number=True)


def _deletion(request: AccountRequest, file: Attachment) -> Cell:
    url = reverse("flexible_assets:attachment-delete", args=[request.account.slug, file.pk])
    return Cell("Delete...", url=url)


def _refusal(
    request: AccountRequest, asset: FlexibleAsset, problem: str, *, status: int = 422
) -> HttpResponse:
    """With the section of the asset's page, which a script puts there in its place."""
    context = _frame(request, asset) | files_context(request, asset) | {"problem": problem}
    return render(request, "flexible_assets/attachment_refused.html", context, status=status)


def _frame(request: AccountRequest, asset: FlexibleAsset) -> dict[str, object]:
    siblings = reverse(
        "flexible_assets:asset-list", args=[request.account.slug, asset.organization_id, asset.asset_type_id]
    )
    return organization_frame(request, asset.organization, inside=siblings) | {"asset": asset}


def _asset_url(request: AccountRequest, asset: FlexibleAsset) -> str:
    return reverse("flexible_assets:asset-detail", args=[request.account.slug, asset.pk])
