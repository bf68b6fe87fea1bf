"""What this app lets people import."""

from collections.abc import Iterable

from organizations.imports.clients import OrganizationsTarget
from organizations.imports.contacts import ContactsTarget
from organizations.imports.targets import ImportTarget
from organizations.models import User


def client_targets(user: User) -> Iterable[ImportTarget]:
    account = user.account
    return [OrganizationsTarget(account, user), ContactsTarget(account, user)]
