"""What keeps an organization from being deleted: the Microsoft tenants matched to it."""

from django.utils.text import get_text_list

from integrations.models import TenantMatch
from organizations.models import Organization


def matched_tenants(organization: Organization) -> list[str]:
    matches = TenantMatch.objects.of_account(organization.account_id).matched()
    names = list(
        matches.filter(organization=organization).order_by("pk").values_list("tenant_name", flat=True)
    )
    if not names:
        return []
    return [f"the matched Microsoft tenant{'s' if len(names) > 1 else ''} {get_text_list(names, 'and')}"]
