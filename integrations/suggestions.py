"""Reads what suggestions rest on: the account's organizations, its contacts' e-mail domains, and the tenants' domains."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import CharField, Count, Func, Value

from integrations.answers import read_answer
from integrations.company_names import is_freemail
from integrations.matching import Directory, OrganizationFacts, Suggestion, TenantFacts, suggest
from integrations.models import Inquiry, TenantMatch
from integrations.states import InquiryKind
from organizations.models import Contact, Organization


def suggestions_for(account_id: int, matches: Collection[TenantMatch]) -> dict[int, list[Suggestion]]:
    """By match id, the best first; a constant number of queries, however many tenants ask."""
    if not matches:
        return {}
    tenants = _tenants(account_id, matches)
    directory = _directory(account_id, {domain for each in tenants.values() for domain in each.domains})
    return {match_id: suggest(tenant, directory) for match_id, tenant in tenants.items()}


def _tenants(account_id: int, matches: Collection[TenantMatch]) -> dict[int, TenantFacts]:
    verified = _verified_domains(account_id, {match.tenant_id for match in matches})
    return {
        match.pk: TenantFacts(
            match.tenant_name,
            tuple(dict.fromkeys(filter(None, (match.default_domain.casefold(), *verified[match.tenant_id])))),
        )
        for match in matches
    }


def _verified_domains(account_id: int, tenant_ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """As the tenants themselves last named them, if they were asked."""
    inquiries = Inquiry.objects.of_account(account_id).filter(
        tenant_id__in=tenant_ids, kind=InquiryKind.TENANT, finished_at__isnull=False
    )
    domains: dict[UUID, tuple[str, ...]] = defaultdict(tuple)
    for tenant_id, result in inquiries.order_by("id").values_list("tenant_id", "result"):
        tenant = read_answer(result).tenant
        if tenant_id is not None and tenant is not None:
            domains[tenant_id] = tuple(domain.casefold() for domain in tenant.verified_domains)
    return domains


def _directory(account_id: int, domains: Collection[str]) -> Directory:
    mail_domains = _mail_domains(account_id, {domain for domain in domains if not is_freemail(domain)})
    active = Organization.objects.of_account(account_id).active()
    organizations = active.order_by("id").values_list("id", "name")
    return Directory(OrganizationFacts(pk, name, mail_domains[pk]) for pk, name in organizations)


def _mail_domains(account_id: int, domains: Collection[str]) -> dict[int, dict[str, int]]:
    """How many contacts of which organization have an address in one of the domains."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    if not domains:
        return counts
    domain_of = Func("email_key", Value("@"), Value(2), function="split_part", output_field=CharField())
    rows = (
        Contact.objects.of_account(account_id)
        .annotate(domain=domain_of)
        .filter(domain__in=domains)
        .order_by()
        .values_list("organization_id", "domain")
        .annotate(Count("id"))
    )
    for organization_id, domain, count in rows:
        counts[organization_id][domain] = count
    return counts
