"""What assets may point at, one class per kind: which of it a reader may see, how it is named and where it leads."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from flexible_assets.models import FlexibleAsset
from flexible_assets.policies import visible_assets
from organizations.matching import Pattern, common, ids_named
from organizations.models import Contact, Organization, User
from organizations.names import search_key
from organizations.policies import visible_contacts, visible_organizations

_OF_TYPE = re.compile(r"FlexibleAssetType:\s*(\d{1,18})")


@dataclass(frozen=True)
class Link:
    """A record as another page names it; without a URL where the reader has no page of it."""

    name: str
    url: str = ""
    subtitle: str = ""
    icon: str = ""


@dataclass(frozen=True)
class TargetKind:
    """One kind of record. `column` is the one of AssetTag and AssetRelation that points at it."""

    column: ClassVar[str] = ""
    label: ClassVar[str] = ""
    icon: ClassVar[str] = ""
    order: ClassVar[tuple[str, ...]] = ("sort_key", "id")
    #: Seen by everyone who sees an asset of the same organization, so that a log about the asset may name it.
    is_seen_with_asset: ClassVar[bool] = False
    #: Chosen on pages of its own organization only.
    is_of_organization: ClassVar[bool] = False

    def of_account(self, account_id: int) -> QuerySet[Any]:
        """All there are, for those who ask in nobody's name."""
        raise NotImplementedError

    def seen_by(self, user: User) -> QuerySet[Any]:
        """Archived ones among them: what was tagged once stays readable."""
        raise NotImplementedError

    def choosable(self, user: User, organization: Organization) -> QuerySet[Any]:
        """What may be chosen anew on a page of this organization."""
        return self.choosable_in(user, [organization.pk])

    def choosable_in(self, user: User, organization_ids: Collection[int]) -> QuerySet[Any]:
        """The same of several."""
        raise NotImplementedError

    def matching(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        key = search_key(term)
        return rows.filter(search_key__contains=key) if key else rows

    def bearing(self, rows: QuerySet[Any], names: Collection[str]) -> QuerySet[Any]:
        """Those with one of these names, and maybe others."""
        return rows.filter(search_key__in={search_key(name)[:512] for name in names})

    def everywhere(self, user: User, term: str, *, limit: int) -> Sequence[Any]:
        """Active ones that match, wherever the user reaches."""
        rows = self.seen_by(user).filter(archived=False)
        rows = rows if rows.model is Organization else rows.select_related("organization")
        return list(self.matching(rows, term).order_by(*self.order)[:limit])

    def link(self, slug: str, row: Any) -> Link:
        raise NotImplementedError


class ContactTarget(TargetKind):
    column, label, icon = "contact", "Contact", "user"
    is_seen_with_asset = True
    is_of_organization = True

    def of_account(self, account_id: int) -> QuerySet[Contact]:
        return Contact.objects.filter(account_id=account_id)

    def seen_by(self, user: User) -> QuerySet[Contact]:
        return visible_contacts(user)

    def choosable_in(self, user: User, organization_ids: Collection[int]) -> QuerySet[Contact]:
        return visible_contacts(user).filter(organization__in=organization_ids).active()

    def matching(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        """By e-mail as well."""
        key = search_key(term)
        return rows.filter(Q(search_key__contains=key) | Q(email_key__contains=key)) if key else rows

    def link(self, slug: str, row: Contact) -> Link:
        url = reverse("organizations:contact-detail", args=[slug, row.pk])
        return Link(row.name, url, row.email, self.icon)


class OrganizationTarget(TargetKind):
    column, label, icon = "organization", "Organization", "building-2"

    def of_account(self, account_id: int) -> QuerySet[Organization]:
        return Organization.objects.filter(account_id=account_id)

    def seen_by(self, user: User) -> QuerySet[Organization]:
        return visible_organizations(user)

    def choosable_in(self, user: User, organization_ids: Collection[int]) -> QuerySet[Organization]:
        return visible_organizations(user).active()

    def link(self, slug: str, row: Organization) -> Link:
        url = reverse("organizations:organization-detail", args=[slug, row.pk])
        return Link(row.name, url, row.short_name, self.icon)


class UserTarget(TargetKind):
    column, label, icon = "user", "User", "user-round"
    is_seen_with_asset = True

    def of_account(self, account_id: int) -> QuerySet[User]:
        return User.objects.filter(account_id=account_id)

    def seen_by(self, user: User) -> QuerySet[User]:
        return User.objects.filter(account_id=user.account_id)

    def choosable_in(self, user: User, organization_ids: Collection[int]) -> QuerySet[User]:
        return self.seen_by(user).filter(is_active=True)

    def matching(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        """An account has few users, so they need no search keys."""
        return rows.filter(Q(name__icontains=term) | Q(email__icontains=term)) if term.strip() else rows

    def bearing(self, rows: QuerySet[Any], names: Collection[str]) -> QuerySet[Any]:
        return rows

    def link(self, slug: str, row: User) -> Link:
        return Link(row.name, "", row.email, self.icon)


@dataclass(frozen=True)
class AssetTarget(TargetKind):
    """Assets of one type, or of any."""

    column, label, icon = "target", "Flexible asset", "box"
    is_of_organization = True

    type_id: int | None = None

    def of_account(self, account_id: int) -> QuerySet[FlexibleAsset]:
        assets = FlexibleAsset.objects.of_account(account_id).present()
        return assets if self.type_id is None else assets.filter(asset_type=self.type_id)

    def seen_by(self, user: User) -> QuerySet[FlexibleAsset]:
        assets = visible_assets(user).select_related("asset_type", "organization")
        return assets if self.type_id is None else assets.filter(asset_type=self.type_id)

    def choosable_in(self, user: User, organization_ids: Collection[int]) -> QuerySet[FlexibleAsset]:
        return self.seen_by(user).filter(archived=False, organization__in=organization_ids)

    def everywhere(self, user: User, term: str, *, limit: int) -> Sequence[FlexibleAsset]:
        """An account may have a million, so the few that match are picked out of the index of their names first."""
        pattern, rows = Pattern.of(term), self.seen_by(user).filter(archived=False)
        ids = ids_named(pattern, FlexibleAsset.objects.of_account(user.account_id).active())
        if ids is None:
            return common(rows, pattern, limit=limit, order=("asset_type", *self.order))
        return list(rows.filter(pk__in=ids).order_by(*self.order)[:limit])

    def link(self, slug: str, row: FlexibleAsset) -> Link:
        url = reverse("flexible_assets:asset-detail", args=[slug, row.pk])
        return Link(row.name, url, row.asset_type.name, row.asset_type.icon)


#: By the tag type of IT Glue's API; `FlexibleAssetType: <id>` comes on top.
TAG_TARGETS: dict[str, TargetKind] = {
    "Contacts": ContactTarget(),
    "Organizations": OrganizationTarget(),
    "AccountsUsers": UserTarget(),
}
#: What stands in a related item beside the asset.
RELATED_TARGETS: dict[str, TargetKind] = {
    kind.column: kind for kind in (AssetTarget(), ContactTarget(), OrganizationTarget())
}
BY_COLUMN: dict[str, TargetKind] = {**RELATED_TARGETS, "user": UserTarget()}


class UnknownTagTypeError(ValueError):
    """No Tag field can name records of this kind."""

    def __init__(self, tag_type: str) -> None:
        super().__init__(f"Nothing can be tagged as “{tag_type}”.")


def target_of(tag_type: str) -> TargetKind:
    """What a Tag field of this tag type names."""
    of_type = _OF_TYPE.fullmatch(tag_type.strip())
    if of_type is not None:
        return AssetTarget(int(of_type[1]))
    if tag_type not in TAG_TARGETS:
        raise UnknownTagTypeError(tag_type)
    return TAG_TARGETS[tag_type]


def column_of(row: Model) -> str:
    """The column that points at rows like this one."""
    columns: dict[type[Model], str] = {
        Contact: "contact",
        FlexibleAsset: "target",
        Organization: "organization",
        User: "user",
    }
    return columns[type(row)]
