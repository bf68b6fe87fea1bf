"""What of a directory user stands in a contact, and what a user is known by. Pure."""

import hashlib
import json
from dataclasses import astuple

from integrations.microsoft.records import DirectoryUser
from organizations.contact_details import ContactDetails, Phone
from organizations.names import search_key

#: The contact's fields that the sync writes of contacts it made.
SYNCED_FIELDS = ("name", "title", "first_name", "last_name", "email", "aliases", "phones")


def details_of(user: DirectoryUser) -> ContactDetails:
    email = user.mail or user.user_principal_name
    return ContactDetails(
        name=user.display_name or user.user_principal_name,
        first_name=user.given_name,
        last_name=user.surname,
        title=user.job_title,
        email=email,
        phones=_phones(user),
        # Sorted, since Microsoft gives them in no order to rely on.
        aliases=tuple(sorted({alias for alias in user.aliases if search_key(alias) != search_key(email)})),
    )


def _phones(user: DirectoryUser) -> tuple[Phone, ...]:
    office = tuple(Phone("Office", number) for number in user.business_phones if number)
    return (*office, Phone("Mobile", user.mobile_phone)) if user.mobile_phone else office


def digest_of(user: DirectoryUser) -> str:
    canonical = json.dumps(astuple(details_of(user)), separators=(",", ":"))
    return hashlib.blake2b(canonical.encode(), digest_size=16).hexdigest()


def addresses_of(user: DirectoryUser) -> tuple[str, ...]:
    """Keys of all addresses that take the user's mail, the one in use first."""
    return tuple(dict.fromkeys(search_key(address) for address in (user.mail, *user.aliases) if address))


def user_name_of(user: DirectoryUser) -> tuple[str, ...]:
    return (search_key(user.user_principal_name),) if user.user_principal_name else ()


def names_of(user: DirectoryUser) -> tuple[str, ...]:
    """Keys of the full name, as displayed and as given name and surname: many directories display the surname first."""
    given = f"{user.given_name} {user.surname}" if user.given_name and user.surname else ""
    return tuple(dict.fromkeys(search_key(name) for name in (user.display_name, given) if name.strip()))
