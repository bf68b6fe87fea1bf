"""What the demo's account holds: three people, an integration, and one organization for each simulated tenant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db import transaction

from integrations.actions.connecting import NewIntegration, connect_microsoft
from integrations.actions.matching import Tenant, match_tenant
from integrations.actions.settings import save_sync_settings
from integrations.models import Integration
from itglue_portal.demo.clients import add_clients
from itglue_portal.demo.documents import add_documents
from organizations.access import account_transaction, find_account
from organizations.actions import NewUser, create_account, create_user
from organizations.models import Account, SecondFactorPolicy, User
from organizations.roles import Role

INTEGRATION = "Microsoft"
PEOPLE = (
    ("admin@demo.test", "Ada Admin", Role.ADMINISTRATOR),
    ("tech@demo.test", "Theo Technician", Role.EDITOR),
    ("readonly@demo.test", "Rita Reader", Role.READ_ONLY),
)


class DemoTenant(Protocol):
    @property
    def tenant_id(self) -> str: ...
    @property
    def display_name(self) -> str: ...
    @property
    def default_domain(self) -> str: ...


@dataclass(frozen=True)
class Demo:
    account: Account
    integration_id: int


def prepare(
    tenants: list[DemoTenant], new: NewIntegration, *, slug: str, password: str, now: datetime
) -> Demo:
    """Creates the account, or opens the one of an earlier demo of the same simulated world."""
    with transaction.atomic():
        known = find_account(slug)
    # Its passwords are printed, so that a second factor would only be in the way.
    policy = SecondFactorPolicy.NOBODY
    account = known or create_account("Demo MSP", slug=slug, now=now, second_factor=policy)
    with account_transaction(account.pk):
        _ensure_people(account, password, now=now)
        integration = Integration.objects.of_account(account.pk).filter(name=new.name).first()
        if integration is None:
            integration = _connect(account, new, tenants, now=now)
        return Demo(account, integration.pk)


def _ensure_people(account: Account, password: str, *, now: datetime) -> None:
    for email, name, role in PEOPLE:
        user = User.objects.filter(email=email).first()
        if user is None:
            create_user(account, NewUser(email, name, role, password), now=now)
        elif not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])


def _connect(
    account: Account, new: NewIntegration, tenants: list[DemoTenant], *, now: datetime
) -> Integration:
    integration = connect_microsoft(account.pk, new, now=now)
    organizations = add_clients(account.pk, [tenant.display_name for tenant in tenants], now=now)
    add_documents(account.pk, organizations, now=now)
    for tenant, organization in zip(tenants, organizations, strict=True):
        known = Tenant(UUID(tenant.tenant_id), tenant.display_name, tenant.default_domain)
        match_tenant(integration, known, organization=organization, now=now)
    save_sync_settings(integration, steps=["contacts", "licenses"], now=now)
    return integration
