"""What assets add to other pages: their place in the sidebar and in Global, and the assets that name a contact."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.urls import reverse

from flexible_assets.models import AssetTag, FlexibleAssetField, FlexibleAssetType, SidebarSection
from flexible_assets.policies import visible_assets, visible_types
from flexible_assets.totals import figures_in
from organizations.access import AccountRequest
from organizations.contact_pages import Mention
from organizations.models import Account, Contact, User
from organizations.navigation import GlobalEntry, Place
from organizations.roles import Right
from organizations.sidebar import Entry, Section

_EXPIRATIONS = Entry("Expirations", "calendar-clock", "", key="expirations")


def sidebar_sections(place: Place) -> list[Section]:
    figures = figures_in(place.user, place.organization)

    def entry(asset_type: FlexibleAssetType) -> Entry:
        url = reverse(
            "flexible_assets:asset-list", args=[place.account.slug, place.organization.pk, asset_type.pk]
        )
        count = f"{figures[asset_type.pk]['assets']:,}"
        return replace(_entry(asset_type), url=url, count=count, active=place.path == url)

    url = reverse("flexible_assets:expiration-list", args=[place.account.slug, place.organization.pk])
    expirations = replace(_EXPIRATIONS, url=url, active=place.path == url)
    return [*_in_sections(place.user, entry), Section(SidebarSection.CORE_ASSETS.label, [expirations])]


def arrangeable_sections(user: User) -> list[Section]:
    expirations = Section(SidebarSection.CORE_ASSETS.label, [_EXPIRATIONS])
    return [*_in_sections(user, _entry), expirations]


def _in_sections(user: User, entry: Callable[[FlexibleAssetType], Entry]) -> list[Section]:
    entries: dict[str, list[Entry]] = {}
    for asset_type in _types_in_menu(user):
        entries.setdefault(asset_type.section, []).append(entry(asset_type))
    return [Section(section.label, entries[section]) for section in SidebarSection if section in entries]


def _types_in_menu(user: User) -> list[FlexibleAssetType]:
    """Asked once for the sidebar and the Global menu of a page: a user lives as long as a request."""
    known = vars(user)
    if "types_in_menu" not in known:
        known["types_in_menu"] = list(visible_types(user).in_menu())
    types: list[FlexibleAssetType] = known["types_in_menu"]
    return types


def _entry(asset_type: FlexibleAssetType) -> Entry:
    return Entry(asset_type.name, asset_type.icon, "", key=f"type:{asset_type.pk}")


def global_entries(account: Account, user: User) -> list[GlobalEntry]:
    if not user.has(Right.VIEW_GLOBAL):
        return []
    types = [
        GlobalEntry(
            asset_type.name,
            asset_type.icon,
            reverse("flexible_assets:global-list", args=[account.slug, asset_type.pk]),
        )
        for asset_type in _types_in_menu(user)
    ]
    expirations = reverse("flexible_assets:expiration-global-list", args=[account.slug])
    return [*types, GlobalEntry("Expirations", "calendar-clock", expirations)]


def mentions_of_contact(request: AccountRequest, contact: Contact) -> Sequence[Mention]:
    tags = AssetTag.objects.of_contact(contact).on_active_assets()
    seen = tags.filter(asset__in=visible_assets(request.user)).select_related("asset__asset_type")
    assets = {tag.asset_id: tag.asset for tag in seen.order_by("asset__sort_key", "asset_id")}
    badges = _badge_fields({asset.asset_type_id for asset in assets.values()})
    mentions = []
    for asset in assets.values():
        badge = badges.get(asset.asset_type_id)
        status = asset.traits.get(badge.key, "") if badge else ""
        mentions.append(
            Mention(
                asset.asset_type.name,
                asset.name,
                reverse("flexible_assets:asset-detail", args=[request.account.slug, asset.pk]),
                status,
                badge.tones.get(status, "") if badge else "",
            )
        )
    return mentions


def _badge_fields(type_ids: set[int]) -> dict[int, FlexibleAssetField]:
    """By type, the first badge that lists show: the field that tells how an asset is doing."""
    fields = FlexibleAssetField.objects.filter(asset_type_id__in=type_ids, show_in_list=True)
    return {field.asset_type_id: field for field in fields.order_by("-order") if field.behavior.is_badge}
