"""Panels of what stands beside a record: related items and the assets that tag it, and the files of an asset."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from flexible_assets.files import INLINE
from flexible_assets.models import Attachment, FlexibleAsset, FlexibleAssetField
from flexible_assets.relations import Related, related_items, tagged_in
from flexible_assets.schema import schema_of
from organizations.access import AccountRequest
from organizations.models import Contact, Organization
from organizations.roles import Right

#: Files that an asset's page names; the rest is on the page of its files.
FILES_SHOWN = 50


def related_panel_of_asset(request: HttpRequest, asset: Any) -> SafeString:
    own = cast(AccountRequest, request)
    return _related_panel(own, asset, kind="asset", mentions=True)


def related_panel_of_organization(request: AccountRequest, organization: Organization) -> SafeString:
    return _related_panel(request, organization, kind="organization", mentions=True)


def related_panel_of_contact(request: AccountRequest, contact: Contact) -> SafeString:
    """Without the assets that tag it: the contact's page has a table of those."""
    return _related_panel(request, contact, kind="contact", mentions=False)


def _related_panel(request: AccountRequest, record: Related, *, kind: str, mentions: bool) -> SafeString:
    """`kind` is how the routes about such a record begin."""
    user, slug = request.user, request.account.slug
    route = f"flexible_assets:{kind}"
    context = {
        "related": related_items(user, record, slug=slug),
        "tagged_in": tagged_in(user, record, slug=slug) if mentions else None,
        "related_url": reverse(f"{route}-related", args=[slug, record.pk]),
        "tagged_in_url": reverse(f"{route}-tagged-in", args=[slug, record.pk]) if mentions else "",
        "add_url": reverse(f"{route}-relate", args=[slug, record.pk]) if user.has(Right.EDIT) else "",
        "back": request.path,
        # Of an item elsewhere the page says where.
        "home": record.name if isinstance(record, Organization) else record.organization.name,
    }
    return render_to_string("flexible_assets/related_panel.html", context, request=request)


def files_panel(request: HttpRequest, asset: Any) -> SafeString:
    own = cast(AccountRequest, request)
    context = files_context(own, asset)
    return render_to_string("flexible_assets/attachment_panel.html", context, request=request)


def files_context(request: AccountRequest, asset: FlexibleAsset) -> dict[str, Any]:
    arguments = [request.account.slug, asset.pk]
    may_upload = request.user.has(Right.EDIT)
    files = list(Attachment.objects.of_asset(asset).newest_first()[: FILES_SHOWN + 1])
    return {
        "files": [described(each, request) for each in files[:FILES_SHOWN]],
        "has_more": len(files) > FILES_SHOWN,
        "list_url": reverse("flexible_assets:attachment-list", args=arguments),
        "upload_url": reverse("flexible_assets:attachment-upload", args=arguments) if may_upload else "",
        "upload_fields": upload_fields(asset) if may_upload else [],
        "max_megabytes": settings.ATTACHMENT_MAX_MB,
    }


def upload_fields(asset: FlexibleAsset) -> list[FlexibleAssetField]:
    """Where else than beside the asset a person may put files."""
    fields = schema_of(asset.asset_type).writable_fields(asset)
    return [field for field in fields if field.behavior.is_file]


def described(file: Attachment, request: AccountRequest) -> dict[str, Any]:
    """A file as templates draw it."""
    arguments = [request.account.slug, file.pk]
    return {
        "id": file.pk,
        "name": file.name,
        "size": file.size,
        "icon": "image" if file.content_type in INLINE else "file",
        "uploaded_at": file.uploaded_at,
        "uploaded_by": str(file.uploaded_by or ""),
        "field": file.field.name if file.field else "",
        "url": reverse("flexible_assets:attachment-download", args=arguments),
        "delete_url": reverse("flexible_assets:attachment-delete", args=arguments)
        if request.user.has(Right.DELETE)
        else "",
    }
