"""What keeps an organization from being deleted: its assets, deleted ones included for as long as they can be restored.
Not how many: whoever asks may not see all of them."""

from flexible_assets.models import FlexibleAsset
from organizations.models import Organization


def held_assets(organization: Organization) -> list[str]:
    assets = FlexibleAsset.objects.of_account(organization.account_id).in_organization(organization)
    held = {
        "assets": assets.present(),
        "deleted assets that can still be restored": assets.deleted(),
    }
    return [phrase for phrase, rows in held.items() if rows.exists()]
