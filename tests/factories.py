"""Rows for tests, made by the same actions as in production, in the order of the apps."""

import itertools
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from integrations.actions.connecting import NewIntegration, connect_microsoft
from integrations.actions.matching import Tenant, match_tenant
from integrations.actions.settings import save_sync_settings
from integrations.contacts.reading import ContactReading
from integrations.contacts.step import ContactStep
from integrations.microsoft.credentials import ClientSecret
from integrations.microsoft.records import DirectoryUser, SubscribedSku
from integrations.microsoft.spool import UserSpool
from integrations.models import Integration, TenantMatch
from integrations.steps import StepOutcome, TenantContext
from licenses.portions import portions_of
from licenses.reading import Holders, LicenseReading
from organizations.access import account_transaction
from organizations.actions import NewUser, create_account, create_organization, create_user
from organizations.models import Account, Organization, SecondFactorPolicy, User
from organizations.roles import Role

PASSWORD = "correct horse battery"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def make_account(name: str = "Account") -> Account:
    """Its own account for every test: the wall keeps tests apart, so nothing has to be cleaned up. A password is
    enough to sign in, unless a test says otherwise."""
    slug = f"a-{uuid.uuid4().hex[:12]}"
    return create_account(name, slug=slug, now=NOW, second_factor=SecondFactorPolicy.NOBODY)


def make_user(account: Account, role: Role = Role.ADMINISTRATOR, email: str = "") -> User:
    email = email or f"{role.value}-{next(_numbers)}@example.test"
    with account_transaction(account.pk):
        return create_user(account, NewUser(email, role.label, role, PASSWORD), now=NOW)


def make_organization(account: Account, name: str = "") -> Organization:
    with account_transaction(account.pk):
        return create_organization(account.pk, name=name or f"Organization {next(_numbers)}", now=NOW)


@dataclass(frozen=True)
class Connected:
    """An integration with its matches, users and licenses ticked."""

    account: Account
    integration: Integration
    matches: tuple[TenantMatch, ...]


def connect(
    account: Account,
    tenants: list[Tenant],
    *,
    credential: ClientSecret | None = None,
    name: str = "Microsoft",
) -> Connected:
    credential = credential or ClientSecret("11111111-2222-3333-4444-555555555555", "not-a-real-secret")
    with account_transaction(account.pk):
        integration = connect_microsoft(account.pk, NewIntegration(name=name, credential=credential), now=NOW)
        matches = tuple(
            match_tenant(
                integration,
                tenant,
                organization=create_organization(account.pk, name=tenant.name, now=NOW),
                now=NOW,
            )
            for tenant in tenants
        )
        save_sync_settings(integration, steps=["contacts", "licenses"], now=NOW)
    return Connected(account, integration, matches)


def connect_to(simulator, account: Account, *, tenants=None, secret: str = "") -> Connected:
    """Connects to the simulator and matches its tenants (all of them, or those given)."""
    chosen = list(tenants if tenants is not None else simulator.world.tenants)
    known = [
        Tenant(uuid.UUID(str(each.tenant_id)), each.display_name, each.default_domain) for each in chosen
    ]
    credential = ClientSecret(simulator.application_id, secret or simulator.client_secret)
    return connect(account, known, credential=credential)


def sku(part_number: str, *, enabled: int = 0, consumed: int = 0, **units: int) -> SubscribedSku:
    """A SKU as Microsoft reports it; its id follows from the part number."""
    return SubscribedSku(
        sku_id=uuid.uuid5(uuid.NAMESPACE_URL, part_number),
        part_number=part_number,
        applies_to="User",
        capability_status="Enabled",
        enabled=enabled,
        warning=units.get("warning", 0),
        suspended=units.get("suspended", 0),
        locked_out=units.get("locked_out", 0),
        consumed=consumed,
        subscription_ids=(),
    )


def person(
    name: str, *, holds: Sequence[SubscribedSku] = (), mail: str = "", title: str = ""
) -> DirectoryUser:
    """A user of the directory, known again by the name."""
    mail = mail or f"{uuid.uuid5(uuid.NAMESPACE_URL, name).hex[:8]}@client.test"
    return DirectoryUser(
        id=uuid.uuid5(uuid.NAMESPACE_URL, name),
        user_principal_name=mail,
        display_name=name,
        given_name="",
        surname="",
        mail=mail,
        job_title=title,
        account_enabled=True,
        user_type="Member",
        sku_ids=frozenset(each.sku_id for each in holds),
    )


def give_licenses(
    match: TenantMatch, skus: Sequence[SubscribedSku], people: Sequence[DirectoryUser] = ()
) -> None:
    """What a sync writes that has read exactly this, without a Microsoft to read it from."""
    assert match.organization_id is not None
    context = TenantContext(match.account_id, match.pk, match.organization_id, NOW)
    reading = LicenseReading(skus=tuple(skus), subscriptions=(), holders=Holders(people))
    give_contacts(context, people)
    with account_transaction(match.account_id):
        for portion in portions_of(reading):
            portion.apply(context)


def give_contacts(
    context: TenantContext,
    people: Iterable[DirectoryUser],
    *,
    sign_ins: Mapping[uuid.UUID, date] | None = None,
) -> StepOutcome:
    """What the contacts step writes when the directory lists exactly these, portion by portion as the engine does."""
    outcome, step = StepOutcome(), ContactStep()
    with UserSpool(people) as users:
        for portion in step.portions(ContactReading(users, sign_ins or {})):
            with account_transaction(context.account_id):
                outcome += step.apply(context, portion)
    return outcome
