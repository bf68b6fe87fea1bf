"""Whether a list of users is the tenant's own: one misrouted answer must not put strangers into an organization."""

from collections.abc import Iterable
from itertools import islice

from integrations.microsoft.errors import PermanentError
from integrations.microsoft.records import DirectoryUser, TenantOrganization
from integrations.problems import Problem

# Fewer names prove nothing.
_ENOUGH = 3


def belongs_to(users: Iterable[DirectoryUser], organization: TenantOrganization) -> bool:
    """Microsoft gives user names under domains the tenant has verified only, guests' included. So that one oddity stops
    no sync, a list is foreign when not a single name of it fits."""
    verified = {domain.casefold() for domain in organization.verified_domains}
    domains = (domain for domain in map(_domain, users) if domain)
    beginning = list(islice(domains, _ENOUGH))
    if not verified or len(beginning) < _ENOUGH:
        return True
    return not verified.isdisjoint(beginning) or not verified.isdisjoint(domains)


def require_own_users(users: Iterable[DirectoryUser], organization: TenantOrganization) -> None:
    if not belongs_to(users, organization):
        raise PermanentError(Problem.WRONG_TENANT, f"the users are not of tenant {organization.id}")


def _domain(user: DirectoryUser) -> str:
    return user.user_principal_name.rpartition("@")[2].casefold() if "@" in user.user_principal_name else ""
