"""What pages with something beside them cost: the same number of queries for one row, three and fifty, and not many."""

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from flexible_assets.actions import FieldSpec
from flexible_assets.actions.files import attach_files
from flexible_assets.actions.relations import relate
from flexible_assets.actions.tags import set_tags
from organizations.actions import ContactDetails, create_contacts
from organizations.roles import Role
from tests.factories import NOW, make_organization
from tests.flexible_assets.documentation import make_assets, make_type

MOST = 15


@pytest.fixture
def client_firm(account):
    return make_organization(account, "Client")


@pytest.fixture
def schema(account, inside):
    fields = [
        FieldSpec("Ends", "Date", is_expiration=True),
        FieldSpec("Owners", "Tag", tag_type="Contacts"),
        FieldSpec("Plan", "Upload"),
    ]
    with inside():
        return make_type(account, "Internet", fields)


@pytest.fixture
def vendors(account, inside):
    fields = [
        FieldSpec("Ends", "Date", is_expiration=True),
        FieldSpec("Sites", "Tag", tag_type="Organizations"),
    ]
    with inside():
        return make_type(account, "Vendors", fields)


@pytest.fixture
def first(schema, client_firm, inside):
    with inside():
        return make_assets(schema, client_firm, "First", ends="2026-03-05")[0]


@pytest.fixture
def fill(schema, vendors, client_firm, first, inside):
    """`fill(3)`: as many assets, contacts and files more, all of them beside the first asset and its organization."""

    def add(count):
        with inside():
            people = create_contacts(client_firm, [ContactDetails("Person")] * count, now=NOW)
            others = make_assets(vendors, client_firm, *["Other"] * count, ends="2026-03-06")
            for place, (person, other) in enumerate(zip(people, others, strict=True)):
                relate(first, to=person, now=NOW)
                relate(other, to=first, now=NOW)
                relate(other, to=client_firm, now=NOW)
                field = schema.by_key["plan"] if place % 2 else None
                attach_files(first, [ContentFile(b"x", name="a.txt")], field=field, now=NOW)
                set_tags(other, vendors.by_key["sites"], [client_firm.pk], now=NOW)
            tagged = client_firm.contacts.values_list("pk", flat=True)
            set_tags(first, schema.by_key["owners"], list(tagged), now=NOW)

    return add


@pytest.mark.parametrize(
    ("page", "named"),
    [
        ("flexible_assets:asset-detail", "asset"),
        ("flexible_assets:attachment-list", "asset"),
        ("flexible_assets:asset-relate", "asset"),
        ("flexible_assets:organization-related", "organization"),
        ("flexible_assets:organization-tagged-in", "organization"),
        ("flexible_assets:expiration-list", "organization"),
        ("flexible_assets:expiration-global-list", ""),
        ("organizations:organization-detail", "organization"),
    ],
)
def test_page_costs_the_same_however_much_stands_beside(
    *, account, first, client_firm, fill, client_of, page, named
):
    ids = {"asset": [first.pk], "organization": [client_firm.pk], "": []}[named]
    client, url = client_of(Role.EDITOR), reverse(page, args=[account.slug, *ids])
    # What the first request alone looks up is looked up.
    client.get(url)
    counts = []
    # The fiftieth is the last of a list's page.
    for more in (1, 2, 46):
        fill(more)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        own = [each["sql"] for each in queries if each["sql"].startswith(("SELECT", "INSERT", "UPDATE"))]
        counts.append([sql for sql in own if "set_config" not in sql])
    assert [len(each) for each in counts] == [len(counts[0])] * 3, "\n".join(counts[2])
    assert len(counts[0]) <= MOST, "\n".join(counts[0])
