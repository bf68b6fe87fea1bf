"""Files of assets: taken in, taken away, and cleared out of the storage once no row names them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from itertools import islice

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat

from flexible_assets.actions.errors import DeletedAssetError
from flexible_assets.files import (
    StorageUnavailableError,
    clean_name,
    is_older,
    remove_file,
    storage,
)
from flexible_assets.models import Attachment, FlexibleAsset, FlexibleAssetField
from flexible_assets.staging import StoredFile, store_file
from flexible_assets.uploads import LONGEST_UPLOAD, max_bytes, quota_bytes
from organizations.access import account_transaction
from organizations.actions import record_activity
from organizations.models import User

#: Files at once: more is a folder, and wants an archive.
MOST_AT_ONCE = 50
_BATCH = 500


#: As it arrives, or in the storage already.
Upload = File | StoredFile  # type: ignore[type-arg]  # of bytes, as uploads are


class FileRefusedError(ValueError):
    """A file can't be taken in; the message says why, fit for a person."""


@transaction.atomic
def attach_files(
    asset: FlexibleAsset,
    files: Sequence[Upload],
    *,
    field: FlexibleAssetField | None = None,
    now: datetime,
    actor: User | None = None,
) -> list[Attachment]:
    """Keeps them beside the asset, or in one of its Upload fields: all of them or none."""
    _require_acceptable(asset, files, field)
    described = partial(_described, asset, field, now=now, actor=actor)
    new: list[str] = []
    rows: list[Attachment] = []
    try:
        for file in files:
            stored = file if isinstance(file, StoredFile) else store_file(asset.account_id, file)
            new += [stored.key] if stored is not file else []
            rows.append(described(stored))
        _hold(asset)
    except (StorageUnavailableError, DeletedAssetError):
        for key in new:
            remove_file(key)
        raise
    _insert(rows)
    _record(asset, rows, "flexible-asset.files-added", now=now, actor=actor)
    return rows


def _insert(rows: Sequence[Attachment]) -> None:
    try:
        with transaction.atomic():
            Attachment.objects.bulk_create(rows)
    except IntegrityError as error:
        # The same form, sent a second time with the file it had in store.
        raise FileRefusedError(
            "This was uploaded already. Choose the files again to add them twice."
        ) from error


@transaction.atomic
def delete_attachment(attachment: Attachment, *, now: datetime, actor: User | None = None) -> None:
    """For good; its bytes go once the row is surely gone. Of two who do it at once, one is told in the log."""
    _require_spare(attachment)
    gone, _ = Attachment.objects.of_asset(attachment.asset).filter(pk=attachment.pk).delete()
    if gone:
        _record(attachment.asset, [attachment], "flexible-asset.files-deleted", now=now, actor=actor)
        transaction.on_commit(partial(remove_file, attachment.key), robust=True)


def _require_spare(attachment: Attachment) -> None:
    """A required field keeps its last file; of two who delete the last two, the second is refused."""
    field = attachment.field
    if field is None or not field.required:
        return
    FlexibleAsset.objects.select_for_update(no_key=True).filter(pk=attachment.asset_id).first()
    files = Attachment.objects.of_asset(attachment.asset).filter(field=field)
    if not files.exclude(pk=attachment.pk).exists():
        raise FileRefusedError(
            f"{field.name} is required. Upload another file into it before you delete this one."
        )


def sweep_files(account_id: int, *, now: datetime) -> int:
    """Removes what no row names any more: of assets that were purged, and of uploads that came to nothing. No transaction
    stays open while the storage is asked."""
    swept, keys = 0, _keys(account_id)
    while batch := list(islice(keys, _BATCH)):
        for key in sorted(set(batch) - _named(account_id, batch)):
            # An upload that is still going on has no row yet.
            if is_older(key, now - LONGEST_UPLOAD):
                remove_file(key)
                swept += 1
    return swept


def _named(account_id: int, keys: Collection[str]) -> set[str]:
    with account_transaction(account_id):
        rows = Attachment.objects.of_account(account_id).filter(key__in=keys)
        return set(rows.values_list("key", flat=True))


def _require_acceptable(
    asset: FlexibleAsset, files: Collection[Upload], field: FlexibleAssetField | None
) -> None:
    if field is not None and asset.is_locked and field.is_managed:
        raise FileRefusedError(
            f"{field.name} can't be changed here, since {asset.asset_type.manager} writes it."
        )
    require_fit(files)
    require_room(asset.account_id, sum(file.size for file in files))


def require_fit(files: Collection[Upload]) -> None:
    """What any files must be, wherever they go."""
    if len(files) > MOST_AT_ONCE:
        raise FileRefusedError(f"Upload at most {MOST_AT_ONCE} files at once.")
    for file in files:
        if not file.size:
            raise FileRefusedError(f"“{clean_name(file.name or '')}” is empty. Choose a file with content.")
        if file.size > max_bytes():
            raise FileRefusedError(f"“{clean_name(file.name or '')}” is too large.")


def require_room(account_id: int, wanted: int) -> None:
    """Two uploads at one moment may together take more than is left: the quota guards a disk, it sells no bytes."""
    quota = quota_bytes()
    if not quota:
        return
    taken = Attachment.objects.of_account(account_id).aggregate(bytes=Sum("size", default=0))["bytes"]
    if taken + wanted > quota:
        raise FileRefusedError(
            f"There is no room for this: all files together may have {filesizeformat(quota)}, and "
            f"{filesizeformat(taken)} of that are taken. Delete files that nobody needs, or ask whoever runs this "
            "portal."
        )


def _hold(asset: FlexibleAsset) -> None:
    """Last, so that nobody waits for the storage: it may have been deleted while the files were on their way."""
    assets = FlexibleAsset.objects.of_account(asset.account_id).present().filter(pk=asset.pk)
    if assets.select_for_update(no_key=True).first() is None:
        raise DeletedAssetError


def _described(
    asset: FlexibleAsset,
    field: FlexibleAssetField | None,
    file: StoredFile,
    *,
    now: datetime,
    actor: User | None,
) -> Attachment:
    return Attachment(
        account_id=asset.account_id,
        asset=asset,
        field=field,
        uploaded_by=actor,
        uploaded_at=now,
        **asdict(file),
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
