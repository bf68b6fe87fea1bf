"""An account full of documentation for the bench of lists, written by the portal's own actions in large portions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from django.db import connections

from flexible_assets.actions import FieldSpec, add_own_field, create_assets, lock_totals, refresh_totals
from flexible_assets.models import AssetTag, FlexibleAsset
from flexible_assets.schema import Schema
from organizations.access import account_transaction
from organizations.actions import ContactDetails, create_contacts, create_organization
from organizations.models import Account, Contact, Organization, OrganizationAccess, User
from organizations.roles import Role
from tests.factories import NOW, make_account, make_user
from tests.flexible_assets.listing import make_backups

TOWNS = ("Harbor", "Meadow", "Summit", "Willow", "Granite", "Juniper", "Cobalt", "Saffron")
TRADES = ("Dental", "Logistics", "Law", "Bakery", "Clinic", "Foundry", "Studio", "Museum")
DEVICES = ("Mail archive", "File server", "Ledger", "Domain controller", "Phone system", "Camera wall")
VENDORS = 400
#: Of what people write about each, which no list shows.
STEPS = (
    "Check that the tapes were changed on Friday.",
    "Restart the agent from the console, never from the tray.",
    "If the share is full, move last year to the archive.",
    "The key to the rack hangs in the secretary's drawer.",
    "Call the vendor before the license runs out.",
    "Mind the sprinkler above the second shelf.",
)
#: Of so many, one is archived, one restricted.
ARCHIVED, RESTRICTED = 20, 100
#: Organizations that the technician of a few clients reaches.
REACHED = 20


@dataclass(frozen=True)
class Size:
    assets: int
    organizations: int
    contacts: int


@dataclass(frozen=True)
class Portfolio:
    account: Account
    schema: Schema
    organization: Organization
    administrator: User
    technician: User


def fill(size: Size) -> Portfolio:
    account = make_account("Bench")
    schema = make_backups(account)
    random = Random(7)  # noqa: S311 - the same account every time
    with account_transaction(account.pk):
        schema = add_own_field(schema, FieldSpec("Runbook", "Textbox"), now=NOW)
        organizations = [
            create_organization(account.pk, name=_organization_name(number), now=NOW)
            for number in range(size.organizations)
        ]
    for number, organization in enumerate(organizations):
        # One transaction each, as syncs and imports have it.
        with account_transaction(account.pk):
            people = _add_contacts(organization, _share(size.contacts, number, size.organizations))
            contents = list(_contents(random, _share(size.assets, number, size.organizations)))
            _add_assets(schema, organization, contents, people)
    portfolio = Portfolio(
        account,
        schema,
        organizations[len(organizations) // 2],
        make_user(account, Role.ADMINISTRATOR),
        _technician_of_few(account, organizations[:: max(1, len(organizations) // REACHED)]),
    )
    _analyze()
    return portfolio


def _share(total: int, number: int, parts: int) -> int:
    return total * (number + 1) // parts - total * number // parts


def _organization_name(number: int) -> str:
    return f"{TOWNS[number % 8]} {TRADES[number // 8 % 8]} {number:04}"


def _contents(random: Random, count: int) -> Iterator[Mapping[str, Any]]:
    for _ in range(count):
        vendor = random.randrange(VENDORS)
        traits = {
            "job": f"{random.choice(DEVICES)} {random.randrange(1_000_000)}",
            "vendor": f"Vendor {vendor:03} of {TOWNS[vendor % 8]}",
            "state": random.choices(("Running", "Paused", "Broken"), (90, 9, 1))[0],
            "size": f"{random.randrange(100_000) / 10:.1f}",
            "success": str(random.randrange(101)),
            "renewal": (NOW.date() + timedelta(days=random.randrange(-300, 1500))).isoformat(),
            "encrypted": random.random() < 0.5,
            "runbook": _runbook(random),
        }
        # What nobody has filled in is missing.
        yield {key: value for key, value in traits.items() if key == "job" or random.random() < 0.9}


def _runbook(random: Random) -> str:
    """Some five hundred characters, and a number that no other has."""
    steps = "".join(f"<li>{step}</li>" for step in random.choices(STEPS, k=10))
    return f"<ul>{steps}</ul><p>Circuit CID-{random.randrange(10**9):09}</p>"


def _add_contacts(organization: Organization, count: int) -> list[Contact]:
    details = [
        ContactDetails(
            f"{TRADES[number % 8]} Person {organization.pk}-{number}",
            email=f"person-{number}@client-{organization.pk}.example",
        )
        for number in range(count)
    ]
    return create_contacts(organization, details, now=NOW)


def _add_assets(
    schema: Schema, organization: Organization, contents: list[Mapping[str, Any]], people: list[Contact]
) -> None:
    totals = lock_totals(schema, organization)
    assets = create_assets(schema, contents, organization_id=organization.pk, now=NOW)
    for every, change in ((ARCHIVED, {"archived": True}), (RESTRICTED, {"is_restricted": True})):
        FlexibleAsset.objects.filter(pk__in=[asset.pk for asset in assets[::every]]).update(**change)
    refresh_totals(schema, totals)
    field = schema.by_key["watched-by"]
    AssetTag.objects.bulk_create(
        AssetTag(account_id=organization.account_id, asset=asset, field=field, contact=contact)
        for asset, contact in zip(assets, people, strict=False)
    )


def _technician_of_few(account: Account, organizations: list[Organization]) -> User:
    user = make_user(account, Role.EDITOR)
    with account_transaction(account.pk):
        User.objects.filter(pk=user.pk).update(all_organizations=False)
        OrganizationAccess.objects.bulk_create(
            OrganizationAccess(account=account, user=user, organization=each) for each in organizations
        )
    return user


def _analyze() -> None:
    """As autovacuum would by itself, a minute later."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
