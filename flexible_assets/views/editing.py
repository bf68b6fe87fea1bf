"""Pages on which an asset is written: a new one, a copy of another, and one that is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from flexible_assets.access import get_asset, get_type
from flexible_assets.actions import (
    AssetConflictError,
    AssetContent,
    DeletedAssetError,
    DeletedTypeError,
    InvalidAssetError,
    LockedFieldError,
    SelfExclusionError,
    blank_asset,
    create_asset,
    open_asset,
    restrict_asset,
    write_asset,
)
from flexible_assets.forms.assets import AssetForm, Draft
from flexible_assets.forms.conflicts import Conflict, conflict_with
from flexible_assets.forms.pickers import MOST_PICKED
from flexible_assets.forms.security import SecurityForm
from flexible_assets.models import Attachment, FlexibleAsset, FlexibleAssetField, FlexibleAssetType
from flexible_assets.revisions import version_of
from flexible_assets.schema import Schema, schema_of
from flexible_assets.tagging import tagged_ids
from flexible_assets.uploads import refused_upload
from flexible_assets.views.assets import asset_frame
from organizations.access import AccountRequest, get_organization
from organizations.models import User
from organizations.navigation import organization_frame
from organizations.policies import require, visible_organizations
from organizations.preparation import prepared_by, receive_files
from organizations.roles import Right

#: Organizations that a new asset may be put into from the Global list, at once on the page.
ORGANIZATIONS_SHOWN = 50


@dataclass
class _Writing:
    """The forms of one page, and what came of sending them."""

    request: AccountRequest
    form: AssetForm
    security: SecurityForm | None
    conflict: Conflict | None = field(default=None)

    @classmethod
    def of(cls, request: AccountRequest, draft: Draft, like: FlexibleAsset | None = None) -> "_Writing":
        sent = request.POST if request.method == "POST" else None
        may_secure = request.user.has(Right.SET_SECURITY)
        security = SecurityForm(sent, asset=draft.asset, like=like) if may_secure else None
        form = AssetForm(sent, None if sent is None else request.FILES, draft=draft)
        if sent is not None and (problem := refused_upload(request)):
            form.add_error(None, problem)
        return cls(request, form, security)

    @property
    def context(self) -> dict[str, Any]:
        version = self.conflict.version if self.conflict else self.form["version"].value()
        return {
            "form": self.form,
            "security": self.security,
            "conflict": self.conflict,
            "version": version,
            "max_megabytes": settings.ATTACHMENT_MAX_MB,
        }

    @property
    def status(self) -> int:
        return 422 if self.form.is_bound else 200

    def save(self) -> FlexibleAsset | None:
        """All of it or nothing; what is wrong is told by the forms."""
        if not all([self.form.is_valid(), self.security is None or self.security.is_valid()]):
            return None
        try:
            with transaction.atomic():
                return self._secure(self._write())
        except InvalidAssetError as invalid:
            self.form.tell(invalid.errors)
        except SelfExclusionError as excluded:
            (self.security or self.form).add_error(None, str(excluded))
        except (LockedFieldError, DeletedAssetError, DeletedTypeError) as refused:
            self.form.add_error(None, str(refused))
        except AssetConflictError as met:
            self.conflict = conflict_with(met.stored, self.form, self.security)
        return None

    def _write(self) -> FlexibleAsset:
        draft, form = self.form.draft, self.form
        content = AssetContent(
            form.values,
            form.cleaned_data["notes"],
            version=form.cleaned_data["version"],
            reason="created" if draft.is_new else "edited",
            files=form.uploads,
        )
        now, actor = timezone.now(), self.request.user
        if draft.is_new:
            place = draft.asset.organization
            return create_asset(draft.schema, organization=place, content=content, now=now, actor=actor)
        return write_asset(draft.asset, content, now=now, actor=actor)

    def _secure(self, asset: FlexibleAsset) -> FlexibleAsset:
        if self.security is None:
            return asset
        chosen, now, actor = self.security.chosen, timezone.now(), self.request.user
        if chosen is None:
            return open_asset(asset, now=now, actor=actor)
        return restrict_asset(asset, users=chosen.users, groups=chosen.groups, now=now, actor=actor)


@prepared_by(receive_files)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def asset_edit(request: AccountRequest, account: str, asset_id: int) -> HttpResponse:
    require(request.user, Right.EDIT)
    asset = get_asset(request.user, asset_id)
    # The form asks for them as well as the version does.
    prefetch_related_objects([asset], "grants")
    schema = schema_of(asset.asset_type)
    values = _stored_values(request.user, asset, schema)
    draft = Draft(asset, schema, request.user, account, values, version_of(schema, asset))
    writing = _Writing.of(request, draft)
    if request.method == "POST" and writing.save():
        messages.success(request, "Saved.")
        return redirect("flexible_assets:asset-detail", account, asset.pk)
    context = asset_frame(request, asset) | writing.context | {"read_only": _read_only(schema, asset)}
    return render(request, "flexible_assets/asset_edit.html", context, status=writing.status)


@prepared_by(receive_files)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def asset_new(request: AccountRequest, account: str, organization_id: int, type_id: int) -> HttpResponse:
    require(request.user, Right.CREATE)
    organization = get_organization(request.user, organization_id)
    asset_type = _open_type(request.user, type_id)
    schema = schema_of(asset_type)
    values = {each.key: each.default for each in schema.fields if each.default is not None}
    asset = blank_asset(schema, organization, now=timezone.now())
    draft = Draft(asset, schema, request.user, account, values, is_new=True)
    return _create(request, draft, like=None)


@prepared_by(receive_files)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def asset_duplicate(request: AccountRequest, account: str, asset_id: int) -> HttpResponse:
    """A new asset that starts as another one is: with its fields and tags, without its passwords and files, nor with more
    tags than a form takes."""
    require(request.user, Right.CREATE)
    source = get_asset(request.user, asset_id)
    schema = schema_of(_open_type(request.user, source.asset_type_id))
    copy = blank_asset(schema, source.organization, now=timezone.now())
    copy.notes = source.notes
    values = {
        each.key: value
        for each in schema.fields
        if not each.behavior.is_secret
        and (value := _stored_value(request.user, source, each)) is not None
        and not (each.behavior.is_tag and len(value) > MOST_PICKED)
    }
    draft = Draft(copy, schema, request.user, account, values, is_new=True)
    return _create(request, draft, like=source)


def _create(request: AccountRequest, draft: Draft, *, like: FlexibleAsset | None) -> HttpResponse:
    writing = _Writing.of(request, draft, like)
    organization, asset_type = draft.asset.organization, draft.schema.asset_type
    place = [draft.slug, organization.pk, asset_type.pk]
    if request.method == "POST" and (asset := writing.save()):
        messages.success(request, f"{asset.name} was created.")
        if "another" in request.POST:
            return redirect("flexible_assets:asset-new", *place)
        return redirect("flexible_assets:asset-detail", draft.slug, asset.pk)
    siblings = reverse("flexible_assets:asset-list", args=place)
    context = organization_frame(request, organization, inside=siblings) | writing.context
    context |= {"asset_type": asset_type, "source": like, "list_url": siblings}
    return render(request, "flexible_assets/asset_new.html", context, status=writing.status)


@require_safe
def asset_new_anywhere(request: AccountRequest, account: str, type_id: int) -> HttpResponse:
    """From the Global list: the organization first."""
    require(request.user, Right.VIEW_GLOBAL)
    require(request.user, Right.CREATE)
    asset_type = _open_type(request.user, type_id)
    term = request.GET.get("q", "").replace("\0", "").strip()[:200]
    found = visible_organizations(request.user).active().matching(term).order_by("sort_key", "id")
    organizations = list(found[: ORGANIZATIONS_SHOWN + 1])
    context = {
        "asset_type": asset_type,
        "term": term,
        "organizations": organizations[:ORGANIZATIONS_SHOWN],
        "has_more": len(organizations) > ORGANIZATIONS_SHOWN,
        "navigation": "global",
    }
    return render(request, "flexible_assets/asset_new_anywhere.html", context)


def _open_type(user: User, type_id: int) -> FlexibleAssetType:
    """Of an archived type nothing new is made."""
    asset_type = get_type(user, type_id)
    if asset_type.archived:
        raise Http404("This type is archived.")
    return asset_type


def _stored_values(user: User, asset: FlexibleAsset, schema: Schema) -> Mapping[str, Any]:
    writable = schema.writable_fields(asset)
    values = {each.key: _stored_value(user, asset, each) for each in writable if not each.behavior.is_file}
    return values | _file_names(asset, [each for each in writable if each.behavior.is_file])


def _file_names(asset: FlexibleAsset, fields: Sequence[FlexibleAssetField]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {each.key: [] for each in fields}
    files = Attachment.objects.of_asset(asset).filter(field__in=fields) if fields else ()
    keys = {each.pk: each.key for each in fields}
    for file in files:
        names[keys[file.field_id or 0]].append(file.name)
    return {key: sorted(told) for key, told in names.items()}


def _stored_value(user: User, asset: FlexibleAsset, each: FlexibleAssetField) -> Any:
    if each.behavior.is_tag:
        return tagged_ids(asset, each, user=user)
    return asset.traits.get(each.key)


def _read_only(schema: Schema, asset: FlexibleAsset) -> list[dict[str, str]]:
    """What the sync keeps in step; what it tags stands on the asset's page."""
    writable = schema.writable_fields(asset)
    return [
        {"label": each.name, "value": each.behavior.to_text(asset.traits.get(each.key))}
        for each in schema.fields
        if each.behavior.has_value and not each.behavior.is_beside and each not in writable
    ]
