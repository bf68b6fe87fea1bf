"""What pages about an asset, a contact or an organization have in common, whichever of them it is."""

from django.urls import reverse

from flexible_assets.models import FlexibleAsset
from flexible_assets.relations import Related
from organizations.access import AccountRequest
from organizations.models import Contact, Organization
from organizations.navigation import organization_frame


def record_url(request: AccountRequest, record: Related) -> str:
    routes = {
        FlexibleAsset: "flexible_assets:asset-detail",
        Contact: "organizations:contact-detail",
        Organization: "organizations:organization-detail",
    }
    return reverse(routes[type(record)], args=[request.account.slug, record.pk])


def record_frame(request: AccountRequest, record: Related) -> dict[str, object]:
    slug = request.account.slug
    if isinstance(record, Organization):
        return organization_frame(request, record, inside=record_url(request, record))
    if isinstance(record, Contact):
        inside = reverse("organizations:contact-list", args=[slug, record.organization_id])
    else:
        inside = reverse(
            "flexible_assets:asset-list", args=[slug, record.organization_id, record.asset_type_id]
        )
    return organization_frame(request, record.organization, inside=inside)
