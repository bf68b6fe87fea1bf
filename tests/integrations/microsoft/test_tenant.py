"""A tenant during its sync: each list is read once, and its users are its own."""

from datetime import date
from uuid import UUID

import pytest

from integrations.microsoft.errors import PermanentError, TransientError
from integrations.microsoft.readings import read_organization
from integrations.microsoft.simulator import Fault
from integrations.microsoft.tenant import TenantReader
from integrations.problems import Problem


@pytest.fixture
def dentist(simulator):
    """With Business Premium, and so with sign-in activity."""
    return simulator.world.tenants[0]


@pytest.fixture
def reader(client_of, dentist):
    client = client_of(dentist)
    with TenantReader(client, read_organization(client)) as reader:
        yield reader


def test_several_steps_read_each_list_once(reader, allow, dentist):
    allow(dentist, "Organization.Read.All", "User.Read.All", "AuditLog.Read.All")
    reader.client._identity.forget(dentist.tenant_id)
    before = reader.client.calls
    for _ in range(3):
        assert {sku.part_number for sku in reader.subscribed_skus()} == {
            pool.sku.part_number for pool in dentist.skus
        }
        assert {each.id for each in reader.subscriptions()} == {each.id for each in dentist.subscriptions}
        assert [user.id for user in reader.users()] == [UUID(user.id) for user in dentist.users]
        assert reader.sign_ins() == {
            UUID(user.id): user.last_sign_in_at.date() for user in dentist.users if user.last_sign_in_at
        }
    assert reader.client.calls - before == 4
    assert all(isinstance(day, date) for day in reader.sign_ins().values())


def test_nothing_is_read_that_no_step_asks_for(reader):
    assert reader.client.calls == 1


def test_users_of_another_tenant_are_refused(simulator, reader, dentist):
    simulator.misbehave(Fault.another_tenants(), tenant=dentist.tenant_id, endpoint="users")
    with pytest.raises(PermanentError) as caught:
        reader.users()
    assert caught.value.problem is Problem.WRONG_TENANT


def test_reading_that_failed_is_tried_anew(simulator, client_of, dentist):
    client = client_of(dentist, patience=0)
    with TenantReader(client, read_organization(client)) as reader:
        simulator.misbehave(Fault.server_error(503), tenant=dentist.tenant_id, endpoint="users", times=1)
        with pytest.raises(TransientError):
            reader.users()
        assert len(reader.users()) == len(dentist.users)


def test_users_are_gone_when_the_reader_is_closed(reader):
    users = reader.users()
    reader.close()
    with pytest.raises(ValueError, match="closed"):
        list(users)
