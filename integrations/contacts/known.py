"""What the database knows of a batch of users before anything is planned for them."""

from collections.abc import Collection, Iterable

from integrations.contacts.mapping import addresses_of, names_of, user_name_of
from integrations.contacts.planning import Known, KnownLink, Stage
from integrations.microsoft.records import DirectoryUser
from integrations.models import ContactLink
from integrations.querysets import ContactLinkQuerySet
from integrations.steps import TenantContext
from organizations.models import Contact, ContactAddress, Organization


def links_of(context: TenantContext) -> ContactLinkQuerySet:
    return ContactLink.objects.of_account(context.account_id).of_tenant(context.match_id)


def know(context: TenantContext, users: Collection[DirectoryUser], *, stage: Stage) -> Known:
    rows = links_of(context).filter(user_id__in=[user.id for user in users])
    links = {
        user_id: KnownLink(contact_id, digest, last_sign_in_on)
        for user_id, contact_id, digest, last_sign_in_on in rows.values_list(
            "user_id", "contact_id", "digest", "last_sign_in_on"
        )
    }
    newcomers = [user for user in users if user.id not in links]
    if not newcomers:
        return Known(links=links)
    organization = Organization.objects.of_account(context.account_id).get(pk=context.organization_id)
    return Known(
        links=links,
        by_address=_by_address(context, organization, newcomers) if stage.is_first else {},
        by_name=_by_name(organization, newcomers) if stage.is_last else {},
    )


def lock_contacts(context: TenantContext) -> None:
    """Two tenants of one organization take turns at finding and making contacts, or both would make the same one."""
    organizations = Organization.objects.of_account(context.account_id).select_for_update(no_key=True)
    organizations.get(pk=context.organization_id)


def _by_address(
    context: TenantContext, organization: Organization, users: Iterable[DirectoryUser]
) -> dict[str, list[int]]:
    """An address in use counts more than an alias, and an older contact more than a younger one."""
    keys = {key for user in users for key in (*addresses_of(user), *user_name_of(user))}
    in_use = Contact.objects.in_organization(organization).with_any_email(keys)
    aliases = ContactAddress.objects.in_organization(organization).with_any_email(keys)
    candidates = [
        *in_use.order_by("pk").values_list("email_key", "pk"),
        *aliases.order_by("contact_id").values_list("email_key", "contact_id"),
    ]
    concerned = {pk for _, pk in candidates}
    return _by_key(candidates, but=links_of(context).filter(contact_id__in=concerned))


def _by_name(organization: Organization, users: Iterable[DirectoryUser]) -> dict[str, list[int]]:
    names = {name for user in users for name in names_of(user)}
    rows = Contact.objects.in_organization(organization).named_any(names).order_by("pk")
    candidates = list(rows.values_list("search_key", "pk"))
    concerned = {pk for _, pk in candidates}
    links = ContactLink.objects.of_account(organization.account_id).filter(contact_id__in=concerned)
    return _by_key(candidates, but=links)


def _by_key(candidates: Iterable[tuple[str, int]], *, but: ContactLinkQuerySet) -> dict[str, list[int]]:
    taken = set(but.values_list("contact_id", flat=True))
    found: dict[str, list[int]] = {}
    for key, pk in candidates:
        if pk not in taken:
            found.setdefault(key, []).append(pk)
    return found
