"""Passwords of assets: sealed on the way in, opened for one reader at a time, and every opening stands in the log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from flexible_assets.models import AssetSecret, FlexibleAsset, FlexibleAssetField
from organizations.actions import record_activity
from organizations.models import User
from organizations.sealing import seal, unseal


@dataclass(frozen=True)
class Password:
    """What a Password field is to hold; no text clears it."""

    asset: FlexibleAsset
    field: FlexibleAssetField
    text: str | None


def set_passwords(passwords: Collection[Password], *, now: datetime) -> None:
    """That an asset has one is for its traits to say, which the caller writes."""
    cleared = {(each.asset.pk, each.field.pk) for each in passwords if each.text is None}
    if cleared:
        stored = AssetSecret.objects.filter(
            account_id=next(iter(passwords)).asset.account_id, asset__in={asset for asset, _ in cleared}
        )
        places = stored.values_list("pk", "asset_id", "field_id")
        gone = [pk for pk, asset, field in places if (asset, field) in cleared]
        stored.filter(pk__in=gone).delete()
    AssetSecret.objects.bulk_create(
        [_sealed(each, each.text, now=now) for each in passwords if each.text is not None],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["account", "asset", "field"],
        update_fields=["sealed", "changed_at"],
    )


@transaction.atomic
def reveal_password(secret: AssetSecret, *, now: datetime, actor: User | None = None) -> str:
    """Raises SealBrokenError where the keys that sealed it are gone."""
    text = unseal(bytes(secret.sealed), place=_place(secret.asset_id, secret.field_id))
    record_activity(
        secret.account_id,
        at=now,
        action="flexible-asset.password-revealed",
        subject=secret.asset.name,
        user=actor,
        organization=secret.asset.organization,
        about=secret.asset,
        details={"field": secret.field.name},
    )
    return text


def _sealed(password: Password, text: str, *, now: datetime) -> AssetSecret:
    asset, field = password.asset, password.field
    return AssetSecret(
        account_id=asset.account_id,
        asset=asset,
        field=field,
        sealed=seal(text, place=_place(asset.pk, field.pk)),
        changed_at=now,
    )


def _place(asset_id: int, field_id: int) -> str:
    """Moved to another asset or field, what is sealed does not open."""
    return f"asset-secret:{asset_id}:{field_id}"
