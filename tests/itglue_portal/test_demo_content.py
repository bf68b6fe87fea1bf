"""What the demo's account holds, when demos of several worlds follow each other."""

import uuid

from integrations.actions.connecting import NewIntegration
from integrations.microsoft.credentials import ClientSecret
from integrations.microsoft.simulator import World
from integrations.models import TenantMatch
from itglue_portal.demo.content import prepare
from tests.factories import NOW

CREDENTIAL = ClientSecret("11111111-2222-3333-4444-555555555555", "not-a-real-secret")


def _prepare(slug, *, tenants):
    world = World(seed=7, tenants=tenants, realm=slug)
    new = NewIntegration("Microsoft", CREDENTIAL)
    return prepare(list(world.tenants), new, slug=slug, password="correct horse battery", now=NOW)


def test_larger_world_stands_beside_the_smaller_one(committed, inside):
    small, large = (_prepare(f"demo-{uuid.uuid4().hex[:12]}", tenants=tenants) for tenants in (2, 3))
    for demo, tenants in ((small, 2), (large, 3)):
        with inside(demo.account):
            assert TenantMatch.objects.count() == tenants


def test_second_demo_of_a_world_finds_what_the_first_left(committed, inside):
    slug = f"demo-{uuid.uuid4().hex[:12]}"
    first, second = (_prepare(slug, tenants=2) for _ in range(2))
    assert second == first
    with inside(first.account):
        assert TenantMatch.objects.count() == 2
