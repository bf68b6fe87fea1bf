"""What an asset was: its revisions, what each changed, and the way back to one."""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from flexible_assets.access import get_asset, get_revision
from flexible_assets.actions import (
    AssetConflictError,
    DeletedAssetError,
    InvalidAssetError,
    LockedFieldError,
    restore_revision,
)
from flexible_assets.models import AssetRevision, FlexibleAsset
from flexible_assets.revisions import Snapshot, differences, version_of, visible_targets
from flexible_assets.schema import Schema, schema_of
from flexible_assets.views.assets import asset_frame
from organizations.access import AccountRequest
from organizations.activity_list import SYSTEM
from organizations.lists import Cell, ExtraColumn, ListColumn, ListQuery, ListSpec, build_page
from organizations.models import User
from organizations.paging import Order
from organizations.policies import require
from organizations.roles import Right

#: What a revision's reason is called.
REASONS = {
    "created": "Created",
    "edited": "Edited",
    "restored": "Restored",
    "imported": "Imported",
    "found": "As it was before",
}
#: Fields that a line of the list names; of more it gives the number.
_NAMED = 4


@require_safe
def revision_list(request: AccountRequest, account: str, asset_id: int) -> HttpResponse:
    require(request.user, Right.VIEW_HISTORY)
    asset = get_asset(request.user, asset_id)
    schema = schema_of(asset.asset_type)
    page = build_page(
        ListSpec(
            url=request.path,
            query=ListQuery.of(request.GET),
            rows=AssetRevision.objects.filter(account_id=asset.account_id, asset=asset).select_related(
                "user"
            ),
            columns=[
                ListColumn(
                    "revision", "Revision", partial(_title, account), Order("number", descending=True)
                ),
                ListColumn("at", "When", lambda row: Cell("", at=row.at)),
                ListColumn("who", "Who", lambda row: Cell(row.user.name if row.user else _keeper(asset))),
                ListColumn("what", "What", lambda row: Cell(reason_of(row))),
            ],
            extra_columns=lambda rows: [_changed(request.user, schema, asset, rows)],
            noun=("revision", "revisions"),
            search_placeholder="",
            empty_title="No revisions yet",
            empty_text="Each change that somebody makes from now on is kept here, and can be undone.",
        )
    )
    return render(request, "flexible_assets/revision_list.html", asset_frame(request, asset) | {"page": page})


@require_safe
def revision_detail(request: AccountRequest, account: str, asset_id: int, revision_id: int) -> HttpResponse:
    require(request.user, Right.VIEW_HISTORY)
    asset = get_asset(request.user, asset_id)
    revision = get_revision(asset, revision_id)
    return render(request, "flexible_assets/revision_detail.html", _context(request, revision))


@require_http_methods(["POST"])
def revision_restore(request: AccountRequest, account: str, asset_id: int, revision_id: int) -> HttpResponse:
    require(request.user, Right.EDIT)
    asset = get_asset(request.user, asset_id)
    revision = get_revision(asset, revision_id)
    version = request.POST.get("version", "")[:64]
    try:
        restore_revision(revision, version=version, now=timezone.now(), actor=request.user)
    except AssetConflictError:
        problem = "Somebody changed this since you opened the page. See what restoring does now, then go on."
    except (DeletedAssetError, LockedFieldError) as refused:
        problem = str(refused)
    except InvalidAssetError as invalid:
        problem = _told(schema_of(asset.asset_type), invalid)
    else:
        messages.success(request, f"Revision {revision.number} was restored.")
        return redirect("flexible_assets:asset-detail", account, asset.pk)
    context = _context(request, revision) | {"problem": problem}
    return render(request, "flexible_assets/revision_detail.html", context, status=422)


def reason_of(revision: AssetRevision) -> str:
    return REASONS.get(revision.reason, revision.reason)


def _context(request: AccountRequest, revision: AssetRevision) -> dict[str, object]:
    asset = revision.asset
    schema = schema_of(asset.asset_type)
    revisions = AssetRevision.objects.filter(account_id=asset.account_id, asset=asset)
    previous = revisions.filter(number__lt=revision.number).order_by("-number").first()
    following = revisions.filter(number__gt=revision.number).order_by("number").first()
    then, now = Snapshot.of_revision(revision), Snapshot.of_asset(schema, asset)
    before = Snapshot.of_revision(previous) if previous else None
    visible = visible_targets(request.user, [then, now, *([before] if before else [])])
    compare = partial(differences, schema, visible=visible)
    return asset_frame(request, asset) | {
        "revision": revision,
        "reason": reason_of(revision),
        "who": revision.user.name if revision.user else _keeper(asset),
        "previous": previous,
        "following": following,
        "changed": compare(before or Snapshot("", {}, {}, ""), then),
        "to_restore": compare(now, then),
        "may_restore": request.user.has(Right.EDIT),
        "version": version_of(schema, asset),
    }


def _title(slug: str, revision: AssetRevision) -> Cell:
    url = reverse("flexible_assets:revision-detail", args=[slug, revision.asset_id, revision.pk])
    return Cell(f"{revision.number}", url=url, is_title=True)


def _keeper(asset: FlexibleAsset) -> str:
    """Who wrote what no person did."""
    return asset.asset_type.manager or SYSTEM


def _changed(user: User, schema: Schema, asset: FlexibleAsset, rows: Sequence[AssetRevision]) -> ExtraColumn:
    """Names the fields that each revision changed; one query fetches those before the page's."""
    numbers = {row.number - 1 for row in rows} - {row.number for row in rows}
    before = AssetRevision.objects.filter(account_id=asset.account_id, asset=asset, number__in=numbers)
    known = sorted([*rows, *before], key=lambda row: row.number)
    snapshots = {row.pk: Snapshot.of_revision(row) for row in known}
    visible = visible_targets(user, snapshots.values())
    cells = {
        later.pk: Cell(
            _fields_named(
                [
                    each.label
                    for each in differences(
                        schema, snapshots[earlier.pk], snapshots[later.pk], visible=visible
                    )
                ]
            )
        )
        for earlier, later in pairwise(known)
    }
    return ExtraColumn("changed", "Changed", cells)


def _fields_named(labels: Sequence[str]) -> str:
    if len(labels) > _NAMED:
        return f"{', '.join(labels[:_NAMED])} and {len(labels) - _NAMED} more"
    return ", ".join(labels)


def _told(schema: Schema, invalid: InvalidAssetError) -> str:
    named = [f"{schema.by_key[key].name}: {words}" for key, words in invalid.errors.items()]
    return " ".join(["This can't be restored as it was.", *named])
