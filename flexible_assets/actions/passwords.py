"""Passwords of assets: sealed on the way in, opened for one reader at a time, and every opening stands in the log."""

from datetime import datetime

from django.db import transaction

from flexible_assets.models import AssetSecret, FlexibleAsset, FlexibleAssetField
from organizations.actions import record_activity
from organizations.models import User
from organizations.sealing import seal, unseal


def set_password(asset: FlexibleAsset, field: FlexibleAssetField, text: str | None, *, now: datetime) -> None:
    """None clears it. That there is one is for the asset's traits to say, which the caller writes."""
    secrets = AssetSecret.objects.filter(account_id=asset.account_id, asset=asset, field=field)
    if text is None:
        secrets.delete()
        return
    AssetSecret.objects.update_or_create(
        account_id=asset.account_id,
        asset=asset,
        field=field,
        defaults={"sealed": seal(text, place=_place(asset.pk, field.pk)), "changed_at": now},
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


def _place(asset_id: int, field_id: int) -> str:
    """Moved to another asset or field, what is sealed does not open."""
    return f"asset-secret:{asset_id}:{field_id}"
