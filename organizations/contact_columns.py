"""The columns of every list of contacts."""

from django.urls import reverse

from organizations.lists import Cell, ListColumn
from organizations.models import Contact
from organizations.paging import Order


def contact_columns(slug: str) -> list[ListColumn[Contact]]:
    def name(contact: Contact) -> Cell:
        url = reverse("organizations:contact-detail", args=[slug, contact.pk])
        return Cell(contact.name, url=url, icon="user", is_title=True)

    return [
        ListColumn("name", "Name", name, order=Order("sort_key")),
        ListColumn("title", "Title", lambda contact: Cell(contact.title)),
        ListColumn("type", "Type", lambda contact: Cell(contact.contact_type)),
        ListColumn("email", "E-mail", lambda contact: Cell(contact.email)),
        ListColumn(
            "phone", "Phone", lambda contact: Cell(contact.phones[0]["number"] if contact.phones else "")
        ),
    ]
