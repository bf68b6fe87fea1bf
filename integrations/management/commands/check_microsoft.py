"""Runs the checks of "Test connection" from the shell, for every tenant of an integration or for one."""

from argparse import ArgumentTypeError
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from integrations.clouds import cloud_of
from integrations.credentials import open_credential
from integrations.microsoft.checks import Finding, TenantCheck, check_tenant
from integrations.microsoft.credentials import Credential
from integrations.models import Integration, IntegrationCredential, TenantMatch
from organizations.access import account_transaction, find_account
from organizations.sealing import SealBrokenError


@dataclass(frozen=True)
class _Setup:
    """What the checks need, read before the first of them, since none may run inside a transaction."""

    cloud: str
    credential: Credential
    #: By tenant, what it is called here.
    tenants: dict[UUID, str]


class Command(BaseCommand):
    help = (
        "Signs in to Microsoft as an integration does and tries everything that a sync reads. Tells what is missing, and "
        "what that costs; ends with 1 when something that syncs need is missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", required=True, help="the account's name in addresses")
        parser.add_argument(
            "--integration", required=True, help="the integration's name in Active Integrations"
        )
        parser.add_argument(
            "--tenant", type=_guid, help="ID of the tenant to check; otherwise your own and all matched ones"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        setup = _read(options["account"], options["integration"], options["tenant"])
        failing = 0
        for tenant_id, name in setup.tenants.items():
            check = check_tenant(cloud_of(setup.cloud), setup.credential, tenant_id)
            failing += not check.ok
            for line in _lines(tenant_id, name, check):
                self.stdout.write(line)
        if failing:
            raise CommandError(f"{failing} of {len(setup.tenants)} tenants can't be synced as they are.")


def _guid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ArgumentTypeError(
            f"{text!r} is no tenant ID, which looks like 11111111-2222-3333-4444-555555555555"
        ) from None


def _read(slug: str, name: str, tenant_id: UUID | None) -> _Setup:
    with transaction.atomic():
        account = find_account(slug)
    if account is None:
        raise CommandError(f"There is no account {slug!r}.")
    with account_transaction(account.pk):
        integration = Integration.objects.of_account(account.pk).filter(name=name).first()
        if integration is None:
            raise CommandError(f"The account has no integration {name!r}.")
        return _Setup(integration.cloud, _credential(integration), _tenants(integration, tenant_id))


def _credential(integration: Integration) -> Credential:
    row = IntegrationCredential.objects.of_integration(integration).current().first()
    if row is None:
        raise CommandError("The integration has no credential any more.")
    try:
        return open_credential(row)
    except SealBrokenError as broken:
        raise CommandError(f"The stored credential does not open: {broken}") from None


def _tenants(integration: Integration, wanted: UUID | None) -> dict[UUID, str]:
    matched = TenantMatch.objects.of_integration(integration).matched().order_by("tenant_name", "id")
    known = dict(matched.values_list("tenant_id", "tenant_name"))
    if wanted is not None:
        return {wanted: known.get(wanted, "")}
    if integration.home_tenant_id is not None:
        known = {integration.home_tenant_id: "your own tenant"} | known
    if not known:
        raise CommandError("No tenant is known yet. Name one with --tenant.")
    return known


def _lines(tenant_id: UUID, name: str, check: TenantCheck) -> Iterator[str]:
    found = check.organization
    yield f"{found.display_name if found else name or 'Tenant'} ({tenant_id})"
    if found:
        yield f"  default domain {found.default_domain}, {len(check.skus)} subscriptions"
    for finding in check.findings:
        yield from _lines_of(finding)


def _lines_of(finding: Finding) -> Iterator[str]:
    permission = f" ({finding.permission})" if finding.permission else ""
    if finding.ok:
        yield f"  ok       {finding.label}{permission}"
        return
    yield f"  {'optional' if finding.optional else 'FAILED  '} {finding.label}{permission}"
    yield f"           Without it: {finding.cost}"
    if finding.problem:
        yield f"           {finding.problem.title}. {finding.problem.remedy}"
        yield f"           {' '.join(filter(None, (finding.detail, finding.request_id)))}"
