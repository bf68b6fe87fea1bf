"""What people write into assets: first their rows, as values, then what stands beside these; many of one type at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flexible_assets.actions.content import AssetContent, Change, Cleaned, Written, clean_content
from flexible_assets.actions.errors import BatchRefusedError, DeletedAssetError, InvalidAssetError
from flexible_assets.actions.files import FileRefusedError, attach_files
from flexible_assets.actions.passwords import Password, set_passwords
from flexible_assets.actions.tags import Tagging, tag_several
from flexible_assets.models import Attachment, FlexibleAsset
from flexible_assets.schema import Schema
from organizations.models import User


@dataclass(frozen=True, eq=False)
class Filling:
    """An asset as it is filled but not saved yet; `errors` tell by field key what does not fit."""

    asset: FlexibleAsset
    content: AssetContent
    cleaned: Cleaned
    errors: dict[str, str]
    fields: Mapping[str, Change]
    notes: Change


def fill(schema: Schema, asset: FlexibleAsset, content: AssetContent) -> Filling:
    """Sets what its row holds; what does not fit stays as it was."""
    cleaned, errors = clean_content(schema, asset, content)
    stored, notes = asset.traits, Change(asset.notes, cleaned.notes)
    wanted = {**stored, **cleaned.traits}
    # Before the values, for search looks through both.
    asset.notes = cleaned.notes
    schema.fill(asset, {key: value for key, value in wanted.items() if value is not None})
    fields = {
        key: Change(stored.get(key), value)
        for key, value in cleaned.traits.items()
        if stored.get(key) != value
    }
    return Filling(asset, content, cleaned, errors, fields, notes)


def put_beside(
    schema: Schema, fillings: Sequence[Filling], *, now: datetime, actor: User | None
) -> list[Written]:
    """Tags, files and passwords of assets that are there and held, or BatchRefusedError for the first that does not fit."""
    retagged = _tag(schema, fillings, now=now, actor=actor)
    for place, filling in enumerate(fillings):
        try:
            _attach(schema, filling, now=now, actor=actor)
        except DeletedAssetError as deleted:
            raise BatchRefusedError(place, deleted) from deleted
        if filling.errors:
            raise BatchRefusedError(place, InvalidAssetError(filling.errors))
    passwords = [
        Password(filling.asset, schema.by_key[key], text)
        for filling in fillings
        for key, text in filling.cleaned.passwords.items()
    ]
    set_passwords(passwords, now=now)
    return [
        Written(each.fields, each.notes, tuple(each.cleaned.passwords), each.asset.pk in retagged)
        for each in fillings
    ]


def _tag(schema: Schema, fillings: Sequence[Filling], *, now: datetime, actor: User | None) -> set[int]:
    """Ids of the assets of which any field names other records now; what can't be is added to the errors."""
    by_tagging = {
        Tagging(filling.asset, schema.by_key[key], ids): filling
        for filling in fillings
        for key, ids in filling.cleaned.tags.items()
    }
    tagged = tag_several(list(by_tagging), now=now, actor=actor)
    for tagging, refused in tagged.refused.items():
        by_tagging[tagging].errors[tagging.field.key] = str(refused)
    return {tagging.asset.pk for tagging in tagged.changed}


def _attach(schema: Schema, filling: Filling, *, now: datetime, actor: User | None) -> None:
    """Into the Upload fields; what can't be, and what is missing in them, is added to the errors."""
    asset, files = filling.asset, filling.content.files
    if files is None:
        return
    kept = Attachment.objects.of_asset(asset)
    for field in schema.writable_fields(asset):
        if not field.behavior.is_file:
            continue
        try:
            if sent := files.get(field.key):
                attach_files(asset, sent, field=field, now=now, actor=actor)
            elif field.required and not kept.filter(field=field).exists():
                filling.errors[field.key] = "This field is required."
        except FileRefusedError as refused:
            filling.errors[field.key] = str(refused)
