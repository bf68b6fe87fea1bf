"""What integrations add to contacts' pages: where a contact comes from, what is locked by that, and who has left."""

from collections.abc import Sequence
from enum import IntEnum

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from integrations.contacts.mapping import SYNCED_FIELDS
from integrations.contacts.step import ContactStep
from integrations.models import ContactLink, TenantMatch
from integrations.states import IntegrationStatus, MatchState
from organizations.access import AccountRequest
from organizations.contact_locks import Lock
from organizations.lists import Cell, ExtraColumn
from organizations.models import Contact, User

KEEPER = "Microsoft"


def contact_lock(contact: Contact) -> Lock | None:
    """While the directory lists a user whose contact the sync made, the sync writes what Microsoft knows of them."""
    links = ContactLink.objects.of_account(contact.account_id).of_contacts([contact]).live()
    if not links.filter(is_own=True).exists():
        return None
    return Lock(
        fields=SYNCED_FIELDS,
        keeper=KEEPER,
        reason=f"The sync writes these fields. Change the user in {KEEPER}; the next sync brings it.",
    )


def contact_panel(request: AccountRequest, contact: Contact) -> SafeString | None:
    links = ContactLink.objects.of_account(contact.account_id).of_contacts([contact])
    shown = list(links.select_related("match__integration").order_by("removed_at", "pk"))
    if not shown:
        return None
    context = {
        "links": [
            {
                "tenant": link.match.tenant_name,
                "integration": link.match.integration.name,
                "is_own": link.is_own,
                "is_matched": link.match.state == MatchState.MATCHED,
                "removed_at": link.removed_at,
                "last_sign_in_on": link.last_sign_in_on,
                "synced_at": link.match.last_synced_at,
            }
            for link in shown
        ]
    }
    return render_to_string("integrations/contact_panel.html", context, request=request)


def contact_columns(user: User, contacts: Sequence[Contact]) -> Sequence[ExtraColumn]:
    """Of several users, the one whom a directory is known to list counts most."""
    links = ContactLink.objects.of_account(user.account_id).of_contacts(contacts)
    standings: dict[int, _Standing] = {}
    for link in links.select_related("match__integration__settings"):
        standing = _standing(link)
        standings[link.contact_id] = max(standings.get(link.contact_id, standing), standing)
    # Lists choose and export columns without rows in hand, so that one must not come and go with those of a page.
    if not standings and not ContactLink.objects.of_account(user.account_id).exists():
        return ()
    cells = {pk: _CELLS[standing] for pk, standing in standings.items()}
    hint = "Whether Microsoft's directory lists the user; not synced: nobody looks at present"
    return (ExtraColumn("directory", "Microsoft", cells, hint=hint),)


class _Standing(IntEnum):
    REMOVED, NOT_SYNCED, LISTED = range(3)


_CELLS = {
    _Standing.REMOVED: Cell("Removed", tone="warning"),
    _Standing.NOT_SYNCED: Cell("Not synced", tone="neutral"),
    _Standing.LISTED: Cell("Listed"),
}


def _standing(link: ContactLink) -> _Standing:
    if link.removed_at is not None:
        return _Standing.REMOVED
    return _Standing.LISTED if _is_kept_up(link.match) else _Standing.NOT_SYNCED


def _is_kept_up(match: TenantMatch) -> bool:
    """Whether syncs would find out that a user has left."""
    integration = match.integration
    is_syncing = integration.status == IntegrationStatus.CONNECTED and match.state == MatchState.MATCHED
    return is_syncing and ContactStep.key in integration.settings.steps
