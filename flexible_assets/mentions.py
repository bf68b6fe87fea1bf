"""What assets add to other pages: their place in the sidebar and in Global, and the assets that name a contact."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.urls import reverse

from flexible_assets.models import (
    FlexibleAsset,
    FlexibleAssetField,
    FlexibleAssetType,
    SidebarSection,
)
from flexible_assets.policies import visible_types
from flexible_assets.relations import SHOWN, tagging_assets
from flexible_assets.totals import figures_in
from organizations.access import AccountRequest
from organizations.contact_pages import Mention, Mentions
from organizations.models import Account, Contact, User
from organizations.navigation import MenuEntry, Place
from organizations.roles import Right
from organizations.sidebar import Entry, Section

_EXPIRATIONS = Entry("Expirations", "calendar-clock", "", key="expirations")
#: By the system key of a type, the key after `g` that leads to its Global list.
_jumps: dict[str, str] = {}


def register_jump(key: str, *, system_key: str) -> None:
    _jumps[system_key] = key


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


def global_entries(account: Account, user: User) -> list[MenuEntry]:
    if not user.has(Right.VIEW_GLOBAL):
        return []
    expirations = reverse("flexible_assets:expiration-global-list", args=[account.slug])
    entries = [
        *(_global_entry(account, asset_type) for asset_type in _types_in_menu(user)),
        MenuEntry("Expirations", "calendar-clock", expirations),
    ]
    if user.has(Right.DELETE):
        deleted = reverse("flexible_assets:deleted-list", args=[account.slug])
        entries.append(MenuEntry("Deleted assets", "trash-2", deleted, is_record=True))
    return entries


def _global_entry(account: Account, asset_type: FlexibleAssetType) -> MenuEntry:
    return MenuEntry(
        asset_type.name,
        asset_type.icon,
        reverse("flexible_assets:global-list", args=[account.slug, asset_type.pk]),
        jump=_jumps.get(asset_type.system_key or "", ""),
    )


def mentions_of_contact(request: AccountRequest, contact: Contact) -> Mentions:
    """The assets that tag it."""
    user, slug = request.user, request.account.slug
    assets = list(tagging_assets(user, contact).order_by("sort_key", "id")[: SHOWN + 1])
    shown, badges = assets[:SHOWN], badges_of(assets[:SHOWN])
    url = reverse("flexible_assets:contact-tagged-in", args=[slug, contact.pk])
    return Mentions(
        [_mention(slug, asset, badges.get(asset.pk)) for asset in shown],
        all_url=url if len(assets) > SHOWN else "",
    )


def _mention(slug: str, asset: FlexibleAsset, badge: tuple[str, str] | None) -> Mention:
    status, tone = badge or ("", "")
    url = reverse("flexible_assets:asset-detail", args=[slug, asset.pk])
    return Mention(asset.asset_type.name, asset.name, url, status, tone)


def badges_of(assets: Sequence[FlexibleAsset]) -> dict[int, tuple[str, str]]:
    """Text and tone of those that have one."""
    fields = _badge_fields({asset.asset_type_id for asset in assets})
    badges = {}
    for asset in assets:
        field = fields.get(asset.asset_type_id)
        status = asset.traits.get(field.key, "") if field else ""
        if field and status:
            badges[asset.pk] = (status, field.tones.get(status, ""))
    return badges


def _badge_fields(type_ids: set[int]) -> dict[int, FlexibleAssetField]:
    """By type, the first badge that lists show: the field that tells how an asset is doing."""
    fields = FlexibleAssetField.objects.filter(asset_type_id__in=type_ids, show_in_list=True)
    return {field.asset_type_id: field for field in fields.order_by("-order") if field.behavior.is_badge}
