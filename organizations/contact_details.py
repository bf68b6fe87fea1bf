"""What can be known of a person, as plain values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Offered where a type is chosen; any other word will do as well.
CONTACT_TYPES = (
    "Approver",
    "Champion",
    "Contractor",
    "Decision Maker",
    "End User",
    "External User",
    "Finance",
    "Influencer",
    "Internal IT",
    "Management",
    "Shared Account",
    "Terminated",
    "Vendor Support",
)

LONGEST_ADDRESS, LONGEST_NUMBER = 320, 60

FIELD_LABELS = {
    "name": "Name",
    "title": "Title",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail",
    "aliases": "Other e-mail addresses",
    "phones": "Phones",
    "contact_type": "Type",
    "notes": "Notes",
    "is_important": "Important contact",
}


@dataclass(frozen=True, slots=True)
class Phone:
    label: str
    number: str

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Phone":
        return cls(label=stored["label"], number=stored["number"])

    def as_json(self) -> dict[str, str]:
        return {"label": self.label, "number": self.number}


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """What a source knows about a person. `aliases` are addresses beside `email`."""

    name: str
    first_name: str = ""
    last_name: str = ""
    title: str = ""
    email: str = ""
    phones: tuple[Phone, ...] = ()
    aliases: tuple[str, ...] = ()
