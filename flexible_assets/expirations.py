"""When what stands in expiration fields runs out: as a user may know it, and in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from flexible_assets.models import AssetExpiration
from flexible_assets.policies import visible_assets
from flexible_assets.querysets import ExpirationQuerySet
from organizations.models import Organization, User

#: Days that are close enough to plan for, and those that are urgent.
SOON, URGENT = 90, 30
#: How long what has run out stays among the upcoming: most of it still wants something done.
OVERDUE_SHOWN = timedelta(days=30)


def visible_expirations(user: User) -> ExpirationQuerySet:
    """Of active assets of types in use."""
    assets = visible_assets(user).active().filter(asset_type__archived=False)
    return AssetExpiration.objects.in_reach_of(user).filter(asset__in=assets.order_by())


@dataclass(frozen=True)
class Upcoming:
    """One date that is near or just behind, as dashboards show it."""

    name: str
    url: str
    type_name: str
    icon: str
    field_name: str
    organization_name: str
    expires_on: date
    distance: str
    tone: str


def upcoming(
    user: User, *, limit: int, today: date, organization: Organization | None = None
) -> Sequence[Upcoming]:
    """The next to run out, beginning with what did so lately."""
    known = visible_expirations(user)
    rows = known.in_organization(organization) if organization else known.of_active_organizations()
    rows = rows.filter(expires_on__gte=today - OVERDUE_SHOWN, expires_on__lte=today + timedelta(days=SOON))
    slug = user.account.slug
    return [
        _upcoming(row, slug=slug, today=today)
        for row in rows.with_names().order_by("expires_on", "id")[:limit]
    ]


def _upcoming(row: AssetExpiration, *, slug: str, today: date) -> Upcoming:
    return Upcoming(
        name=row.asset.name,
        url=reverse("flexible_assets:asset-detail", args=[slug, row.asset_id]),
        type_name=row.asset.asset_type.name,
        icon=row.asset.asset_type.icon,
        field_name=row.field.name,
        organization_name=row.organization.name,
        expires_on=row.expires_on,
        distance=distance(row.expires_on, today=today),
        tone=tone(row.expires_on, today=today),
    )


def distance(day: date, *, today: date) -> str:
    days = (day - today).days
    if days == 0:
        return "today"
    if abs(days) == 1:
        return "tomorrow" if days > 0 else "yesterday"
    return f"in {days:,} days" if days > 0 else f"{-days:,} days ago"


def tone(day: date, *, today: date) -> str:
    days = (day - today).days
    if days < 0:
        return "danger"
    return "warning" if days <= URGENT else "neutral"
