"""Carries a contact plan out, in the caller's transaction."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from integrations.contacts.known import links_of
from integrations.contacts.mapping import details_of, digest_of
from integrations.contacts.planning import ContactPlan
from integrations.microsoft.records import DirectoryUser
from integrations.models import ContactLink
from integrations.steps import TenantContext
from organizations.actions import complete_contacts, create_contacts, update_contacts
from organizations.contact_details import ContactDetails
from organizations.models import Contact, Organization

_BATCH = 500


def carry_out(plan: ContactPlan, *, context: TenantContext, sign_ins: Mapping[UUID, date]) -> int:
    """How many contacts were written: made, linked or changed."""
    changed = {user.id: user for user in plan.update}
    links = list(links_of(context).filter(user_id__in=changed)) if changed else []
    own = {link.contact_id: details_of(changed[link.user_id]) for link in links if link.is_own}
    others = {link.contact_id: details_of(changed[link.user_id]) for link in links if not link.is_own}
    _write(own, others | {contact_id: details_of(user) for user, contact_id in plan.link}, context=context)
    for link in links:
        link.digest = digest_of(changed[link.user_id])
    ContactLink.objects.bulk_update(links, ["digest"], batch_size=_BATCH)
    newcomers = [
        *_links(context, plan.link, sign_ins=sign_ins, is_own=False),
        *_links(context, _create(plan.create, context=context), sign_ins=sign_ins, is_own=True),
    ]
    ContactLink.objects.bulk_create(newcomers, batch_size=1000)
    _note_sign_ins(plan.sign_ins, context=context)
    return len(newcomers) + len(links)


def _write(
    own: Mapping[int, ContactDetails], others: Mapping[int, ContactDetails], *, context: TenantContext
) -> None:
    """What the sync made it also keeps; a person's contact keeps the person's words, and only blanks are filled in."""
    concerned = own.keys() | others.keys()
    if not concerned:
        return
    # Locked at once and in key order, as every writer of several contacts does.
    contacts = list(Contact.objects.filter(pk__in=concerned).order_by("pk").select_for_update())
    update_contacts(
        [(contact, own[contact.pk]) for contact in contacts if contact.pk in own], now=context.now
    )
    complete_contacts(
        [(contact, others[contact.pk]) for contact in contacts if contact.pk in others], now=context.now
    )


def _create(
    users: Collection[DirectoryUser], *, context: TenantContext
) -> Iterable[tuple[DirectoryUser, int]]:
    if not users:
        return []
    organization = Organization.objects.of_account(context.account_id).get(pk=context.organization_id)
    contacts = create_contacts(
        organization,
        [details_of(user) for user in users],
        contact_type=context.rules.contact_type,
        now=context.now,
    )
    return [(user, contact.pk) for user, contact in zip(users, contacts, strict=True)]


def _links(
    context: TenantContext,
    pairs: Iterable[tuple[DirectoryUser, int]],
    *,
    sign_ins: Mapping[UUID, date],
    is_own: bool,
) -> list[ContactLink]:
    return [
        ContactLink(
            account_id=context.account_id,
            match_id=context.match_id,
            user_id=user.id,
            contact_id=contact_id,
            is_own=is_own,
            digest=digest_of(user),
            last_sign_in_on=sign_ins.get(user.id),
        )
        for user, contact_id in pairs
    ]


def _note_sign_ins(days: Mapping[UUID, date], *, context: TenantContext) -> None:
    if not days:
        return
    links = list(links_of(context).filter(user_id__in=days).order_by("pk"))
    for link in links:
        link.last_sign_in_on = days[link.user_id]
    ContactLink.objects.bulk_update(links, ["last_sign_in_on"], batch_size=_BATCH)
