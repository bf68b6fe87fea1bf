"""Keeping what Microsoft told of tenants outside of syncs. The caller holds the integration's lock."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from integrations.microsoft.checks import Customer
from integrations.models import Integration, TenantMatch
from integrations.states import IntegrationKind, MatchSource, MatchState


def remember_tenant(
    integration: Integration, tenant_id: UUID, *, result: Mapping[str, Any], now: datetime
) -> None:
    """Brings what is known of the tenant up to date, after it has answered as itself.

    An unknown one stays unknown until somebody confirms it, except the one that a single-tenant integration is for.
    """
    match = TenantMatch.objects.of_integration(integration).filter(tenant_id=tenant_id).first()
    is_own = integration.kind == IntegrationKind.SINGLE_TENANT and integration.home_tenant_id == tenant_id
    if match is None and is_own:
        match = TenantMatch(account_id=integration.account_id, integration=integration, tenant_id=tenant_id)
    if match is not None:
        describe_tenant(match, result, now=now)
        match.save()


def describe_tenant(match: TenantMatch, result: Mapping[str, Any], *, now: datetime) -> None:
    """`result` is a successful check's, as its inquiry keeps it."""
    tenant = result["tenant"]
    match.tenant_name = tenant["name"][:255] or match.tenant_name or str(match.tenant_id)
    match.default_domain = tenant["default_domain"][:255] or match.default_domain
    match.subscriptions = result["subscriptions"]
    match.verified_at = now


def add_customers(integration: Integration, customers: Collection[Customer]) -> int:
    """New ones wait to be matched. Of known ones only the unmatched follow the partner's names: the others' come with
    their own syncs. What the account reaches through another integration stays there."""
    account_id = integration.account_id
    found = {each.tenant_id: each for each in customers if each.tenant_id != integration.home_tenant_id}
    known = TenantMatch.objects.of_account(account_id).filter(tenant_id__in=found)
    ours = list(known.filter(integration=integration))
    _refresh_names([each for each in ours if each.state == MatchState.UNMATCHED], found)
    elsewhere = known.matched().exclude(integration=integration).values_list("tenant_id", flat=True)
    taken = {each.tenant_id for each in ours} | set(elsewhere)
    new = [
        TenantMatch(
            account_id=account_id,
            integration=integration,
            tenant_id=tenant_id,
            tenant_name=each.display_name[:255] or str(tenant_id),
            default_domain=each.default_domain[:255],
            source=MatchSource.PARTNER,
        )
        for tenant_id, each in found.items()
        if tenant_id not in taken
    ]
    return len(TenantMatch.objects.bulk_create(new, batch_size=1000))


def _refresh_names(matches: Collection[TenantMatch], found: Mapping[UUID, Customer]) -> None:
    for match in matches:
        customer = found[match.tenant_id]
        match.tenant_name = customer.display_name[:255] or match.tenant_name
        match.default_domain = customer.default_domain[:255] or match.default_domain
    TenantMatch.objects.bulk_update(matches, ["tenant_name", "default_domain"], batch_size=1000)
