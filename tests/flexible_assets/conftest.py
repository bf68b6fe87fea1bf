"""A managed type of servers, a client with two of them, people to tag, and a technician's way to the lists."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flexible_assets.actions import FieldSpec, create_assets, ensure_managed_type
from organizations.actions import ContactDetails, create_contacts, create_organization
from organizations.roles import Role
from tests.factories import NOW
from tests.flexible_assets.portfolio import make_applications
from tests.flexible_assets.test_schema import SERVERS

LATER = NOW + timedelta(hours=1)
TAGGED = replace(SERVERS, fields=(*SERVERS.fields, FieldSpec("Owners", "Tag", tag_type="Contacts")))


@pytest.fixture
def schema(account, inside):
    with inside():
        return ensure_managed_type(account.pk, TAGGED, now=NOW)


@pytest.fixture
def organization(account, inside):
    with inside():
        return create_organization(account.pk, name="Client", now=NOW)


@pytest.fixture
def servers(schema, organization, inside):
    """Two servers with 4 and 8 cores."""
    contents = [
        {"vendor": "Dell", "cores": 4, "price": "1.50"},
        {"vendor": "HP", "cores": 8, "price": "2.00"},
    ]
    with inside():
        return create_assets(schema, contents, organization_id=organization.pk, now=NOW)


@pytest.fixture
def people(organization, inside):
    with inside():
        created = create_contacts(organization, [ContactDetails(name=name) for name in "ABC"], now=NOW)
    return [contact.pk for contact in created]


@pytest.fixture
def applications(account, inside):
    with inside():
        return make_applications(account)


@pytest.fixture
def url(account, schema, organization):
    """The list of the type's assets, of one organization."""
    return f"/{account.slug}/organizations/{organization.pk}/assets/{schema.asset_type.pk}/"


@pytest.fixture
def global_url(account, schema):
    """Of all organizations."""
    return f"/{account.slug}/global/{schema.asset_type.pk}/"


@pytest.fixture
def technician(client_of):
    return client_of(Role.EDITOR)
