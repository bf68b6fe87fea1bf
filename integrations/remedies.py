"""Where in the portal a problem is put right: the pages that its remedy speaks of."""

from dataclasses import dataclass

from django.urls import reverse

from integrations.models import Integration, TenantMatch
from integrations.problems import Problem
from organizations.models import Account

_CONSENT = frozenset({Problem.CONSENT_MISSING, Problem.PERMISSION_MISSING})
_CREDENTIALS = frozenset({Problem.CREDENTIAL_WRONG, Problem.CREDENTIAL_EXPIRED, Problem.APPLICATION_UNKNOWN})
_MATCHING = frozenset({Problem.TENANT_UNKNOWN, Problem.WRONG_TENANT})


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    icon: str


def remedy_links(
    problem: Problem, *, account: Account, integration: Integration, match: TenantMatch | None = None
) -> list[Link]:
    """Empty where there is nothing to do, or nothing to do here. Without a match, of the whole integration."""

    def url(name: str) -> str:
        return reverse(f"integrations:{name}", args=[account.slug, integration.pk])

    if problem in _CREDENTIALS:
        return [Link("Edit Credentials", url("credentials"), "key-round")]
    if problem in _CONSENT and match is not None:
        return [Link("New consent link", f"{url('consent-new')}?tenant={match.pk}", "link")]
    if problem in _MATCHING and match is not None:
        return [Link("Matching", url("matching"), "link-2")]
    return []
