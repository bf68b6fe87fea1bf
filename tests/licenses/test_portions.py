"""A tenant with very many holders is written in portions: nobody waits long for any of them, and nothing is lost between."""

from itertools import chain

import pytest
from django.utils import timezone

from flexible_assets.models import AssetTag, FlexibleAsset, OrganizationTotals
from integrations.actions.runs import pause_sync, resume_sync
from integrations.models import TenantMatch
from integrations.states import RunState, SyncState
from integrations.steps import TenantContext
from licenses import portions, step
from licenses.models import LicenseRecord
from licenses.portions import AtOnce, Finding, Judging, Tagging, portions_of
from licenses.reading import Holders, LicenseReading
from organizations.access import account_transaction
from organizations.models import Contact
from tests.factories import NOW, connect, give_contacts, person, sku
from tests.integrations.places import tenant_named

E3, P1 = sku("SPE_E3", enabled=50, consumed=12), sku("AAD_PREMIUM", enabled=5, consumed=3)
STAFF = [person(f"Person {number:02}", holds=[E3, P1] if number < 3 else [E3]) for number in range(12)]
ALL = [Finding, Judging, Tagging, Tagging, Tagging, Tagging]


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Five tags are many."""
    monkeypatch.setattr(portions, "MOST_TAGS", 4)


@pytest.fixture
def context(account):
    [match] = connect(account, [tenant_named("Alder Dental")]).matches
    context = TenantContext(match.account_id, match.pk, match.organization_id, NOW)
    give_contacts(context, STAFF)
    return context


@pytest.fixture
def write(context):
    """As the engine does: a transaction for each portion, and the next one in hand before it. Returns their kinds."""

    def run(people=STAFF, *, stop_after: int = 0) -> list[type]:
        coming = portions_of(LicenseReading(skus=(E3, P1), subscriptions=(), holders=Holders(people)))
        portion, written = next(coming), []
        for following in chain(coming, [None]):
            with account_transaction(context.account_id):
                portion.apply(context)
            written.append(type(portion))
            if following is None or len(written) == stop_after:
                break
            portion = following
        return written

    return run


@pytest.fixture
def tagged(inside):
    """Names of the contacts tagged, by part number."""

    def read() -> dict[str, set[str]]:
        found: dict[str, set[str]] = {"SPE_E3": set(), "AAD_PREMIUM": set()}
        with inside():
            rows = AssetTag.objects.values_list("asset__license_record__part_number", "contact__name")
            for part_number, name in rows:
                found[part_number].add(name)
        return found

    return read


def _holding(people):
    return {
        each.part_number: {user.display_name for user in people if each.sku_id in user.sku_ids}
        for each in (E3, P1)
    }


def test_many_holders_are_found_judged_and_tagged_one_after_the_other(write, tagged):
    assert write() == ALL
    assert tagged() == _holding(STAFF)


def test_few_holders_are_written_at_once(write, tagged):
    assert write(STAFF[9:]) == [AtOnce]
    assert tagged() == _holding(STAFF[9:])


def test_same_answer_again_writes_nothing(write, stored):
    write()
    before = stored()
    assert write() == [Finding, Judging, Tagging]
    assert stored() == before


def test_people_who_came_and_went_are_tagged_and_untagged(write, tagged):
    write(STAFF[:9])
    write(STAFF[2:])
    assert tagged() == _holding(STAFF[2:])


@pytest.mark.parametrize("stop_after", range(1, len(ALL)))
def test_sync_that_was_interrupted_is_made_whole_by_the_next(write, tagged, inside, stop_after):
    """Even if Microsoft's answer is still the same, and whoever comes next takes all of it for small."""
    write(stop_after=stop_after)
    assert tagged() != _holding(STAFF)
    write()
    assert tagged() == _holding(STAFF)
    with inside():
        assert not LicenseRecord.objects.filter(holders_digest="").exists()


@pytest.mark.parametrize("kind", [Finding, Tagging])
def test_neither_finding_nor_tagging_holds_what_people_edit(context, kind, in_threads):
    """Totals stand for security and archiving of every asset of the type in the organization."""
    reading = LicenseReading(skus=(E3, P1), subscriptions=(), holders=Holders(STAFF))

    def edit() -> None:
        with account_transaction(context.account_id):
            assert list(OrganizationTotals.objects.select_for_update(nowait=True))
            assert list(FlexibleAsset.objects.select_for_update(nowait=True, no_key=True))
            assert list(Contact.objects.select_for_update(nowait=True, no_key=True))

    with account_transaction(context.account_id):
        AtOnce(LicenseReading(skus=(E3,), subscriptions=(), holders=Holders(()))).apply(context)
    for portion in portions_of(reading):
        with account_transaction(context.account_id):
            portion.apply(context)
            if isinstance(portion, kind):
                in_threads(edit)


def test_engine_writes_a_large_tenant_completely_and_once(one, sync, tagged_users, stored):
    assert sync(one.connected).state == RunState.OK
    assert tagged_users() == _users(one.tenant)
    before = stored()
    assert sync(one.connected).state == RunState.OK
    assert stored() == before


def test_sync_paused_between_portions_stays_honest_and_is_made_whole_later(
    one, sync, only_sync, tagged_users, inside, monkeypatch
):
    """It ends as cancelled, and nothing says that the tenant was synced."""
    integration = one.connected.integration

    def paused(reading):
        for number, portion in enumerate(portions_of(reading)):
            if number == 4:
                with inside():
                    pause_sync(integration.pk, now=timezone.now())
            yield portion

    with monkeypatch.context() as patch:
        patch.setattr(step, "portions_of", paused)
        run = sync(one.connected)
    assert (run.state, only_sync(run).state) == (RunState.CANCELLED, SyncState.CANCELLED)
    with inside():
        assert TenantMatch.objects.get().last_synced_at is None
        assert 0 < AssetTag.objects.count() < sum(map(len, _users(one.tenant).values()))
        resume_sync(integration.pk, now=timezone.now())
    assert sync(one.connected).state == RunState.OK
    assert tagged_users() == _users(one.tenant)


@pytest.fixture
def tagged_users(inside):
    """User ids of the contacts tagged, by part number."""

    def read() -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        with inside():
            rows = AssetTag.objects.values_list(
                "asset__license_record__part_number", "contact__links__user_id"
            )
            for part_number, user_id in rows:
                found.setdefault(part_number, set()).add(str(user_id))
        return found

    return read


def _users(tenant) -> dict[str, set[str]]:
    part_numbers = {pool.sku.id: pool.sku.part_number for pool in tenant.skus}
    holders: dict[str, set[str]] = {}
    for user in tenant.users:
        for sku_id in user.sku_ids:
            holders.setdefault(part_numbers[sku_id], set()).add(user.id)
    return holders
