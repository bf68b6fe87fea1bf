"""What becomes of the links between users and contacts when their tenant or integration goes. The contacts stay."""

from collections import Counter
from collections.abc import Collection

from integrations.models import ContactLink
from integrations.querysets import ContactLinkQuerySet
from integrations.steps import TenantContext

LINKS = "contact links"


def count_links(account_id: int, match_ids: Collection[int]) -> Counter[str]:
    return _counted(_links(account_id, match_ids).count())


def delete_links(account_id: int, match_ids: Collection[int], *, limit: int | None = None) -> Counter[str]:
    """In key order; at most `limit` of them."""
    links = _links(account_id, match_ids).order_by("pk")[:limit]
    deleted, _ = ContactLink.objects.of_account(account_id).filter(pk__in=links.values("pk")).delete()
    return _counted(deleted)


def delete_strayed_links(context: TenantContext) -> int:
    """To contacts of other organizations than the tenant's. Matched to its old one again, it has none."""
    strayed = _links(context.account_id, [context.match_id]).exclude(
        contact__organization=context.organization_id
    )
    deleted, _ = (
        ContactLink.objects.of_account(context.account_id).filter(pk__in=strayed.values("pk")).delete()
    )
    return deleted


def _links(account_id: int, match_ids: Collection[int]) -> ContactLinkQuerySet:
    return ContactLink.objects.of_account(account_id).filter(match_id__in=match_ids)


def _counted(links: int) -> Counter[str]:
    return Counter({LINKS: links} if links else {})
