"""Organizations and contacts, as search finds them."""

from collections.abc import Sequence

from django.db.models import Case, Q, When

from organizations.matching import best_first, common, few, ids_named
from organizations.models import Contact, ContactAddress
from organizations.names import search_key
from organizations.own_subjects import contact_link, organization_link
from organizations.policies import visible_contacts, visible_organizations
from organizations.querysets import ContactQuerySet
from organizations.search import Hit, Search
from organizations.subjects import SubjectLink

#: Shorter than this a piece of an e-mail address tells nothing.
_SHORTEST_ADDRESS = 3


def find_organizations(search: Search) -> Sequence[Hit]:
    """An account's organizations are few enough to be read through."""
    if search.organization is not None:
        return []
    rows, pattern = visible_organizations(search.user), search.pattern
    rows = rows if search.with_archived else rows.active()
    found = rows.filter(pattern.names() | Q(short_name__icontains=search.term))
    begins_otherwise = Case(When(pattern.begins(), then=False), default=True)
    found = found.order_by(begins_otherwise, "sort_key", "id")[: search.limit]
    return [_hit(organization_link(search.slug, row), row.archived) for row in found]


def find_contacts(search: Search) -> Sequence[Hit]:
    """By name, then by e-mail address."""
    rows = visible_contacts(search.user).select_related("organization")
    rows = rows if search.with_archived else rows.active()
    everyone = Contact.objects.of_account(search.user.account_id)
    if search.organization is not None:
        rows, everyone = (each.in_organization(search.organization) for each in (rows, everyone))
    ids, addressed = ids_named(search.pattern, everyone), _addressed(search)
    if ids is None or addressed is None:
        found = _common(search, rows)
    else:
        matches = rows.filter(Q(pk__in=ids) | addressed) if ids or addressed else rows.none()
        found = sorted(matches, key=lambda row: (row.pk not in set(ids), *best_first(search.pattern)(row)))
    return [_hit(_named_with_address(search, row), row.archived) for row in found[: search.limit]]


def _addressed(search: Search) -> Q | None:
    """Who has such an address, or None where many do."""
    key = search_key(search.term)
    if len(key) < _SHORTEST_ADDRESS or " " in key:
        return Q()
    addresses = ContactAddress.objects.in_reach_of(search.user)
    # Both columns stand in an index, so that what is out of reach is left out right there.
    pairs = few(
        *(
            each.filter(email_key__contains=key).values_list("organization_id", "email_key")
            for each in (Contact.objects.in_reach_of(search.user), addresses)
        )
    )
    if not pairs:
        return Q() if pairs is not None else None
    among = Q(
        organization_id__in={organization for organization, _ in pairs},
        email_key__in={address for _, address in pairs},
    )
    return among | Q(pk__in=addresses.filter(among).values("contact_id"))


def _common(search: Search, rows: ContactQuerySet) -> list[Contact]:
    by_name = common(rows, search.pattern, limit=search.limit, order=("sort_key", "id"))
    if len(by_name) == search.limit:
        return by_name
    rest = rows.filter(email_key__contains=search_key(search.term)).exclude(
        pk__in=[row.pk for row in by_name]
    )
    return [*by_name, *rest.order_by("organization_id", "email_key", "id")[: search.limit - len(by_name)]]


def _named_with_address(search: Search, contact: Contact) -> SubjectLink:
    link = contact_link(search.slug, contact)
    parts = [contact.email] if search.organization else [link.subtitle, contact.email]
    return SubjectLink(link.name, link.url, " · ".join(part for part in parts if part), link.icon)


def _hit(link: SubjectLink, is_archived: bool) -> Hit:  # noqa: FBT001 - a fact about the row, not a switch
    return Hit(link.name, link.url, link.subtitle, link.icon, is_archived)
