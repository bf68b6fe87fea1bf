"""What a page costs: the same number of queries for one row, three, and a full page, and not many."""

import uuid
from dataclasses import replace

import pytest
from django.db import connection
from django.urls import reverse

from flexible_assets.actions import (
    create_assets,
    ensure_managed_type,
    lock_totals,
    refresh_totals,
    replace_tags,
)
from flexible_assets.models import FlexibleAsset
from integrations.actions.connecting import NewIntegration, connect_microsoft
from integrations.actions.matching import Tenant, match_tenant
from integrations.microsoft.credentials import ClientSecret
from integrations.models import Integration, SyncRun, TenantMatch, TenantSync
from integrations.problems import Problem
from integrations.states import RunState, SyncState, Trigger
from licenses.asset_type import HOLDERS, MICROSOFT_LICENSES
from licenses.reconcile import License, Units
from organizations.access import account_transaction
from organizations.actions import ContactDetails, create_contacts, create_label, create_organization
from organizations.labels import TYPES
from organizations.models import Contact, Organization, OrganizationStatus, OrganizationType
from organizations.roles import Role
from tests.factories import NOW, connect

MOST = 15
LICENSE = License(uuid.uuid4(), "License", "PART", Units(enabled=5, consumed=3))


@pytest.fixture
def office(account):
    """An account with an integration, one organization, the locked type and one asset."""
    connected = connect(account, [Tenant(uuid.uuid4(), "Tenant", "tenant.example")])
    [match] = connected.matches
    with account_transaction(account.pk):
        ensure_managed_type(account.pk, MICROSOFT_LICENSES, now=NOW)
        add_assets(match.organization, 1)
        add_contacts(match.organization, 1)
        run = SyncRun.objects.create(
            account=account,
            integration=connected.integration,
            epoch=1,
            trigger=Trigger.MANUAL,
            state=RunState.PARTIAL,
            created_at=NOW,
            deadline_at=NOW,
            finished_at=NOW,
        )
        add_tenant_syncs(run, [match])
    return match.organization


def add_assets(organization: Organization, count: int) -> None:
    schema = ensure_managed_type(organization.account_id, MICROSOFT_LICENSES, now=NOW)
    totals = lock_totals(schema, organization)
    licenses = [replace(LICENSE, sku_id=uuid.uuid4(), name=f"License {number}") for number in range(count)]
    create_assets(schema, [each.traits for each in licenses], organization_id=organization.pk, now=NOW)
    refresh_totals(schema, totals)


def add_assets_elsewhere(organization: Organization, count: int) -> None:
    """Each in an organization of its own."""
    for number in range(count):
        other = create_organization(organization.account_id, name=f"Organization {number}", now=NOW)
        add_assets(other, 1)


def add_contacts(organization: Organization, count: int) -> None:
    """Contacts who are tagged in the first asset."""
    schema = ensure_managed_type(organization.account_id, MICROSOFT_LICENSES, now=NOW)
    create_contacts(organization, [ContactDetails(f"Person {number}") for number in range(count)], now=NOW)
    tagged = Contact.objects.in_organization(organization).values_list("pk", flat=True)
    replace_tags(schema.by_key[HOLDERS], {first_asset(organization): list(tagged)})


def add_mentions(organization: Organization, count: int) -> None:
    """Assets that name the first contact."""
    add_assets(organization, count)
    schema = ensure_managed_type(organization.account_id, MICROSOFT_LICENSES, now=NOW)
    contact = Contact.objects.in_organization(organization).order_by("pk").first()
    replace_tags(schema.by_key[HOLDERS], {asset.pk: [contact.pk] for asset in FlexibleAsset.objects.all()})


def add_labels(organization: Organization, count: int) -> None:
    """Each borne by an organization of its own."""
    for number in range(count):
        account_id = organization.account_id
        label = create_label(TYPES, account_id=account_id, name=f"{uuid.uuid4()}", now=NOW)
        create_organization(account_id, name=f"O {number}", values={"organization_type": label}, now=NOW)


def add_families(organization: Organization, count: int) -> None:
    """Organizations with a type, a status and a parent each, and a contact."""
    customer = OrganizationType.objects.get(name="Customer")
    active = OrganizationStatus.objects.get(name="Active")
    for number in range(count):
        values = {"organization_type": customer, "organization_status": active, "parent": organization}
        other = create_organization(
            organization.account_id, name=f"Organization {number}", values=values, now=NOW
        )
        create_contacts(other, [ContactDetails("Person")], now=NOW)


def add_integrations(organization: Organization, count: int) -> None:
    for _ in range(count):
        credential = ClientSecret(str(uuid.uuid4()), "not-a-real-secret")
        new = NewIntegration(name=f"Microsoft {uuid.uuid4()}", credential=credential)
        integration = connect_microsoft(organization.account_id, new, now=NOW)
        match = match_tenant(integration, Tenant(uuid.uuid4(), "T"), organization=organization, now=NOW)
        run = SyncRun.objects.create(
            account_id=organization.account_id,
            integration=integration,
            epoch=1,
            trigger=Trigger.SCHEDULE,
            state=RunState.RUNNING,
            created_at=NOW,
            deadline_at=NOW,
        )
        add_tenant_syncs(run, [match])


def add_matches(organization: Organization, count: int) -> None:
    """Tenants in the run, each of an organization of its own, with a problem to tell."""
    run = SyncRun.objects.get()
    matches = []
    for number in range(count):
        other = create_organization(organization.account_id, name=f"Organization {number}", now=NOW)
        tenant = Tenant(uuid.uuid4(), f"Tenant {number}")
        matches.append(match_tenant(run.integration, tenant, organization=other, now=NOW))
    add_tenant_syncs(run, matches)


def add_tenant_syncs(run: SyncRun, matches: list[TenantMatch]) -> None:
    TenantSync.objects.bulk_create(
        TenantSync(
            account_id=run.account_id,
            run=run,
            match=match,
            next_at=NOW,
            state=SyncState.FAILED,
            problem=Problem.CONSENT_MISSING,
        )
        for match in matches
    )


def first_asset(organization: Organization) -> int:
    return FlexibleAsset.objects.in_organization(organization).order_by("pk").first().pk


PAGES = {
    "organizations:organization-list": (add_families, ()),
    "organizations:organization-detail": (add_assets, ("organization",)),
    "organizations:contact-list": (add_contacts, ("organization",)),
    "organizations:contact-detail": (add_mentions, ("contact",)),
    "organizations:global-contact-list": (add_contacts, ()),
    "organizations:label-list": (add_labels, ()),
    "flexible_assets:asset-list": (add_assets, ("organization", "type")),
    "flexible_assets:global-list": (add_assets_elsewhere, ("type",)),
    "flexible_assets:asset-detail": (add_contacts, ("asset",)),
    "flexible_assets:tagged-records": (add_contacts, ("asset", "field")),
    "integrations:integration-list": (add_integrations, ()),
    "integrations:run-detail": (add_matches, ("run",)),
}


@pytest.mark.parametrize("name", PAGES)
def test_page_costs_the_same_however_full_it_is(name, office, account, client_of):
    add, parameters = PAGES[name]
    client = client_of(Role.ADMINISTRATOR)
    with account_transaction(account.pk):
        url = reverse(name, args=[account.slug, *(ids_of(office)[parameter] for parameter in parameters)])
    counts, sizes = [], []
    for more in (0, 2, 47):
        with account_transaction(account.pk):
            add(office, more)
        queries, response = queries_of(client, url)
        counts.append(queries)
        sizes.append(len(response.content))
    # An overview counts its rows; every other page shows them.
    assert sizes == sorted(sizes if name == "organizations:organization-detail" else set(sizes))
    assert [len(each) for each in counts] == [len(counts[0])] * 3, "\n".join(counts[2])
    assert len(counts[0]) <= MOST, "\n".join(counts[0])


def ids_of(organization: Organization) -> dict[str, int]:
    schema = ensure_managed_type(organization.account_id, MICROSOFT_LICENSES, now=NOW)
    return {
        "organization": organization.pk,
        "contact": Contact.objects.in_organization(organization).order_by("pk").first().pk,
        "type": schema.asset_type.pk,
        "asset": first_asset(organization),
        "field": schema.by_key[HOLDERS].pk,
        "run": SyncRun.objects.get().pk,
        "integration": Integration.objects.get().pk,
    }


def queries_of(client, url: str) -> tuple[list[str], object]:
    """Everything but savepoints, which cost next to nothing."""
    queries: list[str] = []

    def note(execute, sql, *rest):
        if "SAVEPOINT" not in sql:
            queries.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        response = client.get(url)
    assert response.status_code == 200
    return queries, response
