"""What the demo's MSP knows of its clients, beside what Microsoft tells: types, alerts, notes, whom to call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from organizations.actions import archive_organizations, create_contact, create_organization
from organizations.contact_details import Phone
from organizations.models import Organization, OrganizationStatus, OrganizationType


@dataclass(frozen=True)
class Person:
    name: str
    title: str
    contact_type: str
    phone: str


@dataclass(frozen=True)
class Profile:
    short_name: str = ""
    status: str = "Active"
    type: str = "Customer"
    description: str = ""
    alert: str = ""
    quick_notes: str = ""
    people: tuple[Person, ...] = ()


#: In the order of the simulated tenants; those beyond are plain customers.
PROFILES: Sequence[Profile] = (
    Profile(
        "BAD",
        description="Dentists in two locations. Imaging stations must not be updated during surgery hours.",
        quick_notes="Surgery hours 8:00 to 17:00: no reboots.\nServer room: key at reception, ask for the blue folder.",
        people=(Person("Reception", "Front desk", "Approver", "+1 503 555 0110"),),
    ),
    Profile("Grünwald", quick_notes="Production starts at 2 a.m.; call before 10 a.m. or not at all."),
    Profile(
        "Tidewater",
        alert="Change freeze until the end of the month: nothing goes live without Marlow's approval.",
        quick_notes="Terminals: https://tidewater.example/terminals\nShips report over satellite; expect delays.",
        people=(
            Person("Marlow Finch", "Harbor operations", "Decision Maker", "+1 757 555 0142"),
            Person("Night desk", "Dispatch", "Approver", "+1 757 555 0100"),
        ),
    ),
    Profile(description="Notaries. Everything on paper is scanned within a day."),
    Profile("MHP", alert="Health data: remote sessions only after the user has agreed in writing."),
    Profile(status="Onboarding", quick_notes="Documentation is half done; the firewall is next."),
    Profile(),
    Profile(status="Onboarding"),
    Profile(type="Partner", description="Develops with us; their test tenant is ours to use."),
    Profile("Nordvåg"),
    Profile(type="Prospect", status="Onboarding", description="Trial until they decide in spring."),
    Profile("Kestrel"),
)


def describe(profile: Profile, *, labels: "Labels") -> dict[str, object]:
    """In the shape that `create_organization` takes."""
    return {
        "short_name": profile.short_name,
        "organization_type": labels.types.get(profile.type),
        "organization_status": labels.statuses.get(profile.status),
        "description": profile.description,
        "alert": profile.alert,
        "quick_notes": profile.quick_notes,
    }


@dataclass(frozen=True)
class Labels:
    types: dict[str, OrganizationType]
    statuses: dict[str, OrganizationStatus]

    @classmethod
    def of_account(cls, account_id: int) -> "Labels":
        return cls(
            {each.name: each for each in OrganizationType.objects.of_account(account_id)},
            {each.name: each for each in OrganizationStatus.objects.of_account(account_id)},
        )


def add_clients(account_id: int, names: Sequence[str], *, now: datetime) -> list[Organization]:
    """One organization for each name, in this order."""
    labels = Labels.of_account(account_id)
    profiles = [*PROFILES, *[Profile()] * len(names)]
    organizations = []
    for name, profile in zip(names, profiles, strict=False):
        values = describe(profile, labels=labels)
        organization = create_organization(account_id, name=name, values=values, now=now)
        for person in profile.people:
            _add(organization, person, now=now)
        organizations.append(organization)
    _add_others(account_id, organizations, labels=labels, now=now)
    return organizations


def _add_others(
    account_id: int, organizations: Sequence[Organization], *, labels: Labels, now: datetime
) -> None:
    """Without a Microsoft tenant: a branch, a vendor, and a client that has left."""
    if not organizations:
        return
    branch, vendor = Profile(description="Shares the tenant of its parent."), Profile(type="Vendor")
    create_organization(
        account_id,
        name=f"{organizations[0].name}, Riverside",
        values={**describe(branch, labels=labels), "parent": organizations[0]},
        now=now,
    )
    create_organization(
        account_id, name="Copperline Internet", values=describe(vendor, labels=labels), now=now
    )
    former = Profile(status="Inactive", description="Moved to another provider.")
    left = create_organization(
        account_id, name="Halyard Yachts", values=describe(former, labels=labels), now=now
    )
    archive_organizations([left.pk], now=now)


def _add(organization: Organization, person: Person, *, now: datetime) -> None:
    create_contact(
        organization,
        values={
            "name": person.name,
            "title": person.title,
            "contact_type": person.contact_type,
            "phones": (Phone("Office", person.phone),),
            "is_important": True,
        },
        now=now,
    )
