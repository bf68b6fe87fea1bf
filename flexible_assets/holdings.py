"""What keeps an organization from being deleted: its assets, deleted ones included for as long as they can be restored."""

from flexible_assets.models import FlexibleAsset
from organizations.models import Organization


def held_assets(organization: Organization) -> list[str]:
    assets = FlexibleAsset.objects.of_account(organization.account_id).in_organization(organization)
    kept, deleted = assets.present().count(), assets.deleted().count()
    return [
        *([f"{kept:,} asset{'s' if kept != 1 else ''}"] if kept else []),
        *(
            [f"{deleted:,} deleted asset{'s' if deleted != 1 else ''} that can still be restored"]
            if deleted
            else []
        ),
    ]
