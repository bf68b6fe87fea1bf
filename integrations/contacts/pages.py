"""What integrations add to contacts' pages: where a contact comes from, what is locked by that, and who has left."""

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from integrations.contacts.mapping import SYNCED_FIELDS
from integrations.models import ContactLink
from integrations.states import MatchState
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
    links = ContactLink.objects.of_account(user.account_id).of_contacts(contacts)
    present: dict[int, bool] = {}
    for contact_id, removed_at in links.values_list("contact_id", "removed_at"):
        present[contact_id] = present.get(contact_id, False) or removed_at is None
    if not present:
        return ()
    cells = {
        pk: Cell("Listed") if is_listed else Cell("Removed", tone="warning")
        for pk, is_listed in present.items()
    }
    return (
        ExtraColumn("directory", "Microsoft", cells, hint="Whether Microsoft's directory lists the user"),
    )
