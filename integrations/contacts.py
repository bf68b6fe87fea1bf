"""Directory users as contacts: matched by e-mail or user name inside the organization, created otherwise."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from integrations.microsoft.records import DirectoryUser
from integrations.models import ContactLink
from organizations.actions import ContactDetails, create_contacts, update_contacts
from organizations.models import Contact, Organization
from organizations.names import search_key


def contacts_of_users(
    users: Sequence[DirectoryUser], *, match_id: int, organization: Organization, now: datetime
) -> dict[UUID, int]:
    """The contact's id for every user, creating what is missing. Writes nothing for users that did not change."""
    links = {
        link.user_id: link
        for link in ContactLink.objects.of_account(organization.account_id).of_tenant(match_id)
    }
    _keep_in_step([user for user in users if user.id in links], links, now=now)
    newcomers = sorted((user for user in users if user.id not in links), key=lambda user: user.id)
    if newcomers:
        taken = {link.contact_id for link in links.values()}
        for link in _link(newcomers, match_id=match_id, organization=organization, taken=taken, now=now):
            links[link.user_id] = link
    return {user.id: links[user.id].contact_id for user in users}


def _keep_in_step(users: Iterable[DirectoryUser], links: dict[UUID, ContactLink], *, now: datetime) -> None:
    changed = [(links[user.id], user) for user in users if links[user.id].digest != _digest(user)]
    if not changed:
        return
    own = {link.contact_id: details_of(user) for link, user in changed if link.is_own}
    contacts = Contact.objects.filter(pk__in=own).order_by("pk").select_for_update()
    update_contacts([(contact, own[contact.pk]) for contact in contacts], now=now)
    for link, user in changed:
        link.digest = _digest(user)
    ContactLink.objects.bulk_update([link for link, _ in changed], ["digest"], batch_size=500)


def _link(
    users: Sequence[DirectoryUser],
    *,
    match_id: int,
    organization: Organization,
    taken: set[int],
    now: datetime,
) -> list[ContactLink]:
    known = _known_contacts(users, organization=organization, taken=taken)
    matched: dict[UUID, int] = {}
    used: set[int] = set()
    for user in users:
        found = (known[address] for address in _addresses(user) if address in known)
        # Two users may share an address; the first keeps the contact and the second goes by its user name.
        contact_id = next((pk for pk in found if pk not in used), None)
        if contact_id is not None:
            matched[user.id] = contact_id
            used.add(contact_id)
    strangers = [user for user in users if user.id not in matched]
    created = create_contacts(organization, [details_of(user) for user in strangers], now=now)
    own = {user.id: contact.pk for user, contact in zip(strangers, created, strict=True)}
    links = [
        ContactLink(
            account_id=organization.account_id,
            match_id=match_id,
            user_id=user.id,
            contact_id=matched.get(user.id) or own[user.id],
            is_own=user.id in own,
            digest=_digest(user),
        )
        for user in users
    ]
    return ContactLink.objects.bulk_create(links, batch_size=1000)


def _known_contacts(
    users: Iterable[DirectoryUser], *, organization: Organization, taken: set[int]
) -> dict[str, int]:
    wanted = {address for user in users for address in _addresses(user)}
    rows = Contact.objects.in_organization(organization).with_any_email(wanted).order_by("-pk")
    return {key: pk for key, pk in rows.values_list("email_key", "pk") if pk not in taken}


def _addresses(user: DirectoryUser) -> tuple[str, ...]:
    return tuple(search_key(address) for address in (user.mail, user.user_principal_name) if address)


def details_of(user: DirectoryUser) -> ContactDetails:
    return ContactDetails(
        name=user.display_name or user.user_principal_name,
        first_name=user.given_name,
        last_name=user.surname,
        title=user.job_title,
        email=user.mail or user.user_principal_name,
    )


def _digest(user: DirectoryUser) -> str:
    return hashlib.blake2b(repr(details_of(user)).encode(), digest_size=16).hexdigest()
