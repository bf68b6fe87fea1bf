"""The columns of every list of contacts."""

from django.urls import reverse

from organizations.lists import Cell, ListColumn, ListFilter, TextFilter
from organizations.models import Contact
from organizations.paging import Order


def contact_columns(slug: str) -> list[ListColumn[Contact]]:
    def name(contact: Contact) -> Cell:
        icon, hint = _mark(contact)
        url = reverse("organizations:contact-detail", args=[slug, contact.pk])
        return Cell(contact.name, url=url, icon="user", is_title=True, mark=icon, mark_hint=hint)

    return [
        ListColumn("name", "Name", name, order=Order("sort_key")),
        ListColumn("title", "Title", lambda contact: Cell(contact.title)),
        ListColumn("type", "Type", lambda contact: Cell(contact.contact_type)),
        ListColumn("email", "E-mail", lambda contact: Cell(contact.email)),
        ListColumn(
            "phone", "Phone", lambda contact: Cell(contact.phones[0]["number"] if contact.phones else "")
        ),
    ]


def global_contact_columns(slug: str) -> list[ListColumn[Contact]]:
    """With the organization behind the name."""

    def organization(contact: Contact) -> Cell:
        url = reverse("organizations:contact-list", args=[slug, contact.organization_id])
        return Cell(contact.organization.name, url=url)

    name, *others = contact_columns(slug)
    return [name, ListColumn("organization", "Organization", organization), *others]


def contact_filters() -> list[ListFilter]:
    return [
        TextFilter("title", "Title", column="title", is_blank=True),
        TextFilter("type", "Type", column="contact_type", is_blank=True),
        TextFilter("email", "E-mail", column="email", key_column="email_key", is_blank=True),
    ]


def _mark(contact: Contact) -> tuple[str, str]:
    if contact.archived:
        return "archive", "Archived"
    return ("star", "Important contact") if contact.is_important else ("", "")
