"""Files of assets: taken in, taken away, and cleared out of the storage once no row names them."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from django.core.files import File
from django.db import transaction

from flexible_assets.files import (
    HEAD,
    StorageUnavailableError,
    clean_name,
    content_type_of,
    new_key,
    remove_file,
    save_file,
    storage,
)
from flexible_assets.models import Attachment, FlexibleAsset, FlexibleAssetField
from flexible_assets.uploads import max_bytes
from organizations.access import account_transaction
from organizations.actions import record_activity
from organizations.models import User

#: Files at once: more is a folder, and wants an archive.
MOST_AT_ONCE = 50
#: An upload that is still going on has no row yet; nothing takes this long.
_SPARED = timedelta(days=1)
_BATCH = 500


class FileRefusedError(ValueError):
    """A file can't be taken in; the message says why, fit for a person."""


@transaction.atomic
def attach_files(
    asset: FlexibleAsset,
    files: Sequence[File],  # type: ignore[type-arg]  # of bytes, as uploads are
    *,
    field: FlexibleAssetField | None = None,
    now: datetime,
    actor: User | None = None,
) -> list[Attachment]:
    """Keeps them beside the asset, or in one of its Upload fields: all of them or none."""
    _require_acceptable(asset, files, field)
    rows: list[Attachment] = []
    try:
        for file in files:
            rows.append(_described(asset, file, field, now=now, actor=actor))
            save_file(rows[-1].key, file)
    except StorageUnavailableError:
        for row in rows:
            remove_file(row.key)
        raise
    Attachment.objects.bulk_create(rows)
    _record(asset, rows, "flexible-asset.files-added", now=now, actor=actor)
    return rows


@transaction.atomic
def delete_attachment(attachment: Attachment, *, now: datetime, actor: User | None = None) -> None:
    """For good; its bytes go once the row is surely gone."""
    _record(attachment.asset, [attachment], "flexible-asset.files-deleted", now=now, actor=actor)
    key = attachment.key
    attachment.delete()
    transaction.on_commit(partial(remove_file, key), robust=True)


def sweep_files(account_id: int, *, now: datetime) -> int:
    """Removes what no row names any more: of assets that were purged, and of uploads that came to nothing. No transaction
    stays open while the storage is asked."""
    swept, keys = 0, _keys(account_id)
    while batch := list(islice(keys, _BATCH)):
        for key in sorted(set(batch) - _named(account_id, batch)):
            if storage().get_modified_time(key) < now - _SPARED:
                remove_file(key)
                swept += 1
    return swept


def _named(account_id: int, keys: Collection[str]) -> set[str]:
    with account_transaction(account_id):
        rows = Attachment.objects.of_account(account_id).filter(key__in=keys)
        return set(rows.values_list("key", flat=True))


def _require_acceptable(
    asset: FlexibleAsset,
    files: Collection[File],  # type: ignore[type-arg]  # as above
    field: FlexibleAssetField | None,
) -> None:
    if field is not None and asset.is_locked and field.is_managed:
        raise FileRefusedError(
            f"{field.name} can't be changed here, since {asset.asset_type.manager} writes it."
        )
    if len(files) > MOST_AT_ONCE:
        raise FileRefusedError(f"Upload at most {MOST_AT_ONCE} files at once.")
    for file in files:
        if not file.size:
            raise FileRefusedError(f"“{clean_name(file.name or '')}” is empty. Choose a file with content.")
        if file.size > max_bytes():
            raise FileRefusedError(f"“{clean_name(file.name or '')}” is too large.")


def _described(
    asset: FlexibleAsset,
    file: File,  # type: ignore[type-arg]  # as above
    field: FlexibleAssetField | None,
    *,
    now: datetime,
    actor: User | None,
) -> Attachment:
    name, digest, head = clean_name(file.name or ""), hashlib.sha256(), b""
    for chunk in file.chunks():
        head = head or chunk[:HEAD]
        digest.update(chunk)
    return Attachment(
        account_id=asset.account_id,
        asset=asset,
        field=field,
        name=name,
        key=new_key(asset.account_id),
        size=file.size,
        content_type=content_type_of(name, head),
        sha256=digest.hexdigest(),
        uploaded_by=actor,
        uploaded_at=now,
    )


def _record(
    asset: FlexibleAsset, files: Sequence[Attachment], action: str, *, now: datetime, actor: User | None
) -> None:
    record_activity(
        asset.account_id,
        at=now,
        action=action,
        subject=asset.name,
        user=actor,
        organization=asset.organization,
        about=asset,
        details={"files": [file.name for file in files]},
    )


def _keys(account_id: int) -> Iterator[str]:
    """Of everything the account has in the storage."""
    for folder in _listed(str(account_id))[0]:
        for name in _listed(f"{account_id}/{folder}")[1]:
            yield f"{account_id}/{folder}/{name}"


def _listed(path: str) -> tuple[list[str], list[str]]:
    """Folders and files; of an account that never had one, none."""
    try:
        return storage().listdir(path)
    except FileNotFoundError:
        return [], []
