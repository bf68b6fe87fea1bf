"""Pages of what assets point at: records to choose from, tagged ones, and related items."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from flexible_assets.access import get_asset, get_relation, get_tag_field
from flexible_assets.actions.relations import RelationRefusedError, annotate, relate, unrelate
from flexible_assets.forms.relating import NoteForm, RelateForm
from flexible_assets.models import AssetRelation, AssetTag, FlexibleAsset
from flexible_assets.picking import SUGGESTED, as_json, related_picking, tag_picking
from flexible_assets.relations import Related
from flexible_assets.targets import TargetKind, target_of
from flexible_assets.views.records import record_frame, record_url
from organizations.access import AccountRequest, get_contact, get_organization
from organizations.contact_columns import contact_columns
from organizations.contact_pages import extra_contact_columns
from organizations.lists import Cell, ListColumn, ListQuery, ListSpec, build_page
from organizations.models import Organization
from organizations.paging import Order
from organizations.policies import require
from organizations.roles import Right


@require_safe
def tag_choices(request: AccountRequest, account: str, organization_id: int, field_id: int) -> HttpResponse:
    """What may be tagged in a field of an asset of this organization, as one types."""
    require(request.user, Right.EDIT)
    organization = get_organization(request.user, organization_id)
    field = get_tag_field(request.user, field_id)
    picking = tag_picking(field, request.user, organization)
    return JsonResponse({"choices": as_json(picking.suggest(_term(request), limit=SUGGESTED))})


@require_safe
def tagged_records(request: AccountRequest, account: str, asset_id: int, field_id: int) -> HttpResponse:
    """Everything that one Tag field of an asset names."""
    asset = get_asset(request.user, asset_id)
    field = get_tag_field(request.user, field_id)
    if field.asset_type_id != asset.asset_type_id:
        raise Http404("No such Tag field.")
    kind, query = target_of(field.tag_type), ListQuery.of(request.GET)
    tagged = AssetTag.objects.of_account(asset.account_id).filter(asset=asset, field=field)
    is_contact = kind.column == "contact"
    page = build_page(
        ListSpec[Any](
            url=request.path,
            query=query,
            rows=kind.matching(
                kind.seen_by(request.user).filter(pk__in=tagged.values(kind.column)), query.search
            ),
            columns=contact_columns(account) if is_contact else [_name_column(kind, account)],
            extra_columns=partial(extra_contact_columns, request.user) if is_contact else lambda _rows: (),
            noun=("contact", "contacts") if is_contact else ("record", "records"),
            search_placeholder="Find a contact by name or e-mail" if is_contact else "Find by name",
            empty_title="Nothing is tagged",
            empty_text="What this field names appears here.",
        )
    )
    context = record_frame(request, asset) | {"asset": asset, "field": field, "page": page}
    return render(request, "flexible_assets/tagged_records.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def asset_relate(request: AccountRequest, account: str, asset_id: int) -> HttpResponse:
    require(request.user, Right.EDIT)
    asset = get_asset(request.user, asset_id)
    return _relate(request, asset, asset.organization)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_relate(request: AccountRequest, account: str, contact_id: int) -> HttpResponse:
    require(request.user, Right.EDIT)
    contact = get_contact(request.user, contact_id)
    return _relate(request, contact, contact.organization)


@require_http_methods(["GET", "HEAD", "POST"])
def organization_relate(request: AccountRequest, account: str, organization_id: int) -> HttpResponse:
    require(request.user, Right.EDIT)
    organization = get_organization(request.user, organization_id)
    return _relate(request, organization, organization)


@require_http_methods(["GET", "HEAD", "POST"])
def relation_edit(request: AccountRequest, account: str, relation_id: int) -> HttpResponse:
    """Its note; or takes it off where the form says so."""
    require(request.user, Right.EDIT)
    relation = get_relation(request.user, relation_id)
    page = record_url(request, relation.asset)
    sent = request.POST if request.method == "POST" else None
    if sent is not None and sent.get("remove") == "yes":
        unrelate(relation, now=timezone.now(), actor=request.user)
        messages.success(request, "Taken off the related items.")
        return _back(request, page)
    form = NoteForm(sent, initial={"notes": relation.notes})
    if form.is_valid() and _annotated(request, relation, form):
        messages.success(request, "Saved.")
        return _back(request, page)
    context = record_frame(request, relation.asset) | {
        "relation": relation,
        "form": form,
        "back": request.GET.get("back", ""),
    }
    status = 200 if sent is None else 422
    return render(request, "flexible_assets/related_edit.html", context, status=status)


def _annotated(request: AccountRequest, relation: AssetRelation, form: NoteForm) -> bool:
    try:
        annotate(relation, notes=form.cleaned_data["notes"], now=timezone.now(), actor=request.user)
    except RelationRefusedError as refused:
        form.add_error("notes", str(refused))
        return False
    return True


def _relate(request: AccountRequest, record: Related, organization: Organization) -> HttpResponse:
    picking = related_picking(request.user, record, organization)
    # The box asks for what matches; the page itself is asked for by everybody else.
    if request.method != "POST" and request.headers.get("Accept") == "application/json":
        return JsonResponse({"choices": as_json(picking.suggest(_term(request), limit=SUGGESTED))})
    sent = request.POST if request.method == "POST" else None
    form = RelateForm(sent, picking=picking, search_url=request.path)
    if form.is_valid() and _saved(request, record, form):
        messages.success(request, "Added to the related items.")
        return redirect(f"{record_url(request, record)}#related")
    context = record_frame(request, record) | {
        "record": record,
        "record_url": record_url(request, record),
        "form": form,
        "picker": form.picker,
    }
    return render(request, "flexible_assets/related_add.html", context, status=200 if sent is None else 422)


def _saved(request: AccountRequest, record: Related, form: RelateForm) -> bool:
    """All of them or none."""
    notes, now = form.cleaned_data["notes"], timezone.now()
    try:
        with transaction.atomic():
            for _, row in form.rows:
                asset, to = (record, row) if isinstance(record, FlexibleAsset) else (row, record)
                relate(asset, to=to, notes=notes, now=now, actor=request.user)
    except RelationRefusedError as refused:
        form.add_error("items", str(refused))
        return False
    return True


def _name_column(kind: TargetKind, slug: str) -> ListColumn[Any]:
    def name(row: Any) -> Cell:
        link = kind.link(slug, row)
        return Cell(link.name, url=link.url, subtitle=link.subtitle, icon=link.icon, is_title=True)

    return ListColumn("name", "Name", name, order=Order(kind.order[0]))


def _back(request: AccountRequest, page: str) -> HttpResponseRedirect:
    """To the page it was taken off, which may be either side's; never to another site or account."""
    asked = request.POST.get("back", "")
    is_ours = asked.startswith(f"/{request.account.slug}/") and url_has_allowed_host_and_scheme(
        asked, allowed_hosts=None
    )
    return HttpResponseRedirect(f"{asked if is_ours else page}#related")


def _term(request: AccountRequest) -> str:
    return ListQuery.of(request.GET).search
