"""Sync Settings as the rules that steps follow."""

from uuid import UUID

from integrations.contact_rules import ContactRules
from integrations.models import SyncSettings


def rules_of(chosen: SyncSettings) -> ContactRules:
    ids = chosen.contact_skus
    return ContactRules(
        sku_ids=None if ids is None else frozenset(UUID(sku_id) for sku_id in ids),
        include_disabled=chosen.include_disabled,
        include_guests=chosen.include_guests,
        contact_type=chosen.contact_type,
        sign_in_activity=chosen.sign_in_activity,
    )
