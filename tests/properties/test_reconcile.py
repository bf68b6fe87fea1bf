"""What a reading means for the license assets, over generated tenants: the rules that hold whatever Microsoft says."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from licenses.reconcile import License, Plan, Status, Stored, Units, holders_key, license_key, plan

COUNTS = st.integers(min_value=0, max_value=60)
UNITS = st.builds(Units, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
SKU_IDS = st.integers(min_value=1, max_value=14).map(lambda number: UUID(int=number))
HOLDERS = st.frozensets(st.integers(min_value=1, max_value=40), max_size=25)
LICENSES = st.builds(
    License,
    sku_id=SKU_IDS,
    name=st.sampled_from(["Microsoft 365 E3", "Entra ID P1", "Ünïcode 名"]),
    part_number=st.sampled_from(["SPE_E3", "AAD_PREMIUM", ""]),
    units=UNITS,
    holders=HOLDERS,
    details=st.sampled_from([(), (("trial", "True"),)]),
)
READINGS = st.lists(LICENSES, max_size=12, unique_by=lambda license_: license_.sku_id)


def _row(license_: License, *, is_orphaned: bool = False) -> Stored:
    return Stored(
        sku_id=license_.sku_id,
        digest=license_.digest,
        holders_digest=license_.holders_digest,
        holder_count=len(license_.holders),
        consumed=license_.units.consumed,
        is_orphaned=is_orphaned,
    )


STORES = st.lists(st.tuples(LICENSES, st.booleans()), max_size=12, unique_by=lambda pair: pair[0].sku_id).map(
    lambda pairs: [_row(license_, is_orphaned=orphaned) for license_, orphaned in pairs]
)


def _carried_out(stored: list[Stored], planned: Plan) -> list[Stored]:
    """The rows as `licenses.actions` leaves them: what was updated keeps its holders, what was retagged its units."""
    rows = {row.sku_id: row for row in stored}
    for license_ in planned.create:
        rows[license_.sku_id] = _row(license_)
    for license_ in planned.update:
        row, units = rows[license_.sku_id], license_.units
        rows[row.sku_id] = replace(row, digest=license_.digest, consumed=units.consumed, is_orphaned=False)
    for license_ in planned.retag:
        row = rows[license_.sku_id]
        rows[row.sku_id] = replace(
            row, holders_digest=license_.holders_digest, holder_count=len(license_.holders)
        )
    for sku_id in planned.orphan:
        rows[sku_id] = replace(rows[sku_id], is_orphaned=True)
    return list(rows.values())


@given(STORES, READINGS)
def test_same_reading_again_changes_nothing(stored, read):
    planned = plan(stored, read)
    again = plan(_carried_out(stored, planned), read)
    assert again.writes_nothing
    assert bool(again.held) == bool(planned.held)
    if not planned.held:
        assert again.unchanged == len(read)


@given(STORES, READINGS)
def test_doubt_does_not_keep_new_figures_out(stored, read):
    """What is held is only the taking away: licenses are created and updated, once."""
    again = plan(_carried_out(stored, planned := plan(stored, read)), read)
    assume(planned.held)
    assert (again.create, again.update) == ((), ())


@given(READINGS, st.data())
def test_doubt_about_holders_is_not_worn_down_by_asking_again(before, data):
    before, cut = _cut(before, data)
    stored = [_row(license_) for license_ in before]
    planned = plan(stored, cut)
    assert planned.held
    assert plan(_carried_out(stored, planned), cut) == replace(planned, update=())


@given(STORES, READINGS, st.randoms(use_true_random=False))
def test_order_of_rows_and_of_the_answer_does_not_matter(stored, read, random):
    planned = plan(stored, read)
    random.shuffle(stored)
    random.shuffle(read)
    assert plan(stored, read) == planned


@given(STORES, READINGS)
def test_every_license_and_every_row_has_exactly_one_fate(stored, read):
    planned = plan(stored, read)
    known, seen = {row.sku_id for row in stored}, {license_.sku_id for license_ in read}
    touched = {license_.sku_id for license_ in (*planned.update, *planned.retag)}
    assert {license_.sku_id for license_ in planned.create} == seen - known
    assert touched <= seen & known
    gone = {row.sku_id for row in stored if not row.is_orphaned and row.sku_id not in seen}
    assert set(planned.orphan) == (set() if "licenses are missing" in planned.held else gone)
    if not planned.held:
        assert planned.unchanged + len(touched) == len(seen & known)
        after = {row.sku_id for row in _carried_out(stored, planned) if not row.is_orphaned}
        assert after == seen


@given(STORES)
def test_empty_answer_never_orphans(stored):
    planned = plan(stored, [])
    assert (planned.create, planned.update, planned.retag, planned.orphan) == ((), (), (), ())
    assert bool(planned.held) == any(not row.is_orphaned for row in stored)


@given(STORES, READINGS)
def test_orphaned_at_once_are_few(stored, read):
    """Never all, and never more than three or a fifth of what is known or read."""
    here = len({row.sku_id for row in stored if not row.is_orphaned} | {each.sku_id for each in read})
    orphaned = len(plan(stored, read).orphan)
    assert orphaned <= max(3, here / 5)
    assert orphaned < here or here == 0


def _cut(read: list[License], data) -> tuple[list[License], list[License]]:
    """A reading, and the same with a user list from which many are missing, as Microsoft's own counts show."""
    before = [replace(each, units=replace(each.units, consumed=len(each.holders))) for each in read]
    total = sum(len(each.holders) for each in before)
    cut = [
        replace(each, holders=frozenset(each.holders if data.draw(st.booleans()) else ())) for each in before
    ]
    assume(total - sum(len(each.holders) for each in cut) > max(3, total / 5))
    return before, cut


@given(READINGS, st.data())
def test_holders_stay_tagged_when_only_the_user_list_shrinks(read, data):
    before, cut = _cut(read, data)
    total = sum(len(each.holders) for each in before)
    gone = total - sum(len(each.holders) for each in cut)
    planned = plan([_row(license_) for license_ in before], cut)
    assert (planned.create, planned.update, planned.retag, planned.orphan) == ((), (), (), ())
    assert planned.held == (
        f"{gone} of {total} license holders are missing from Microsoft's user list; all of them stay tagged."
    )


@given(READINGS)
def test_holders_leave_when_the_count_fell_before_the_list(read):
    """Microsoft's counts and lists lag behind each other; the later one must not be doubted for ever."""
    read = [replace(each, units=replace(each.units, consumed=len(each.holders))) for each in read]
    fallen = [replace(each, units=replace(each.units, consumed=0)) for each in read]
    stored = [_row(each) for each in read]
    after = _carried_out(stored, plan(stored, fallen))
    planned = plan(after, [replace(each, holders=frozenset()) for each in fallen])
    assert planned.held == ""
    assert {each.sku_id for each in planned.retag} == {each.sku_id for each in read if each.holders}


@given(READINGS)
def test_holders_leave_when_microsoft_says_so_itself(before):
    """People who left: the list and the count of consumed units shrink together."""
    before = [replace(each, units=replace(each.units, consumed=len(each.holders))) for each in before]
    after = [replace(each, holders=frozenset(), units=replace(each.units, consumed=0)) for each in before]
    planned = plan([_row(license_) for license_ in before], after)
    assert planned.held == ""
    assert {each.sku_id for each in planned.retag} == {each.sku_id for each in before if each.holders}


@given(LICENSES)
def test_suspension_keeps_the_holders(license_):
    """Active falls to 0, the license is updated, nobody is untagged."""
    units = license_.units
    assume(units.assignable)
    suspended = replace(units, enabled=0, warning=0, suspended=units.suspended + units.assignable)
    planned = plan([_row(license_)], [replace(license_, units=suspended)])
    assert (planned.retag, planned.orphan, planned.held) == ((), (), "")
    assert [each.traits["active"] for each in planned.update] == [0]


@given(STORES, LICENSES)
def test_what_comes_back_is_updated_not_created(stored, license_):
    others = [row for row in stored if row.sku_id != license_.sku_id]
    planned = plan([*others, _row(license_, is_orphaned=True)], [license_])
    assert planned.create == ()
    assert license_ in planned.update


@given(UNITS)
def test_units_add_up(units):
    assert units.active == units.enabled
    assert units.unused == max(0, units.enabled - units.consumed)
    assert units.unused >= 0
    assert units.over_assigned >= 0
    assert not (units.unused and units.over_assigned)
    assert units.over_assigned == 0 or units.consumed - units.over_assigned == units.assignable


@given(UNITS)
def test_status_follows_from_the_numbers(units):
    status = units.status
    assert (status is Status.OVER_ASSIGNED) == (units.assignable > 0 and units.consumed > units.assignable)
    assert (status is Status.NO_UNITS) == (
        units.enabled == units.warning == units.suspended == units.locked_out == 0
    )
    if status is Status.ACTIVE:
        assert (units.enabled > 0, units.warning) == (True, 0)
    if status in {Status.SUSPENDED, Status.LOCKED_OUT}:
        assert units.assignable == 0


@given(LICENSES, LICENSES)
def test_digest_tells_licenses_apart_by_what_is_written(one, other):
    written = [(each.traits, each.units.locked_out, each.details) for each in (one, other)]
    assert (one.digest == other.digest) == (written[0] == written[1])
    assert (one.holders_digest == other.holders_digest) == (one.holders == other.holders)


@given(LICENSES)
def test_holders_are_no_part_of_the_licenses_digest(license_):
    """So that a person who joins does not rewrite the asset."""
    assert replace(license_, holders=frozenset({99})).digest == license_.digest


def test_digests_stay_the_same_from_version_to_version():
    """They stand in the database: a change here would rewrite every asset of every account once."""
    license_ = License(
        UUID(int=1),
        "Microsoft 365 E3",
        "SPE_E3",
        Units(10, 1, 2, 3, 9),
        frozenset({3, 1, 2}),
        (("trial", "False"),),
    )
    assert (license_.digest, license_.holders_digest) == (
        "10a1d2652c619a6fd4d46f49361460c3",
        "53c65deb7d4e0bfc9931d06cfe60790d",
    )


@pytest.mark.parametrize(
    ("units", "unused", "over_assigned", "status"),
    [
        (Units(enabled=25, consumed=21), 4, 0, Status.ACTIVE),
        (Units(enabled=25, consumed=25), 0, 0, Status.ACTIVE),
        (Units(enabled=25, consumed=31), 0, 6, Status.OVER_ASSIGNED),
        (Units(enabled=10, warning=5, consumed=12), 0, 0, Status.WARNING),
        (Units(enabled=10, warning=5, consumed=16), 0, 1, Status.OVER_ASSIGNED),
        (Units(warning=1100, consumed=1100), 0, 0, Status.WARNING),
        (Units(suspended=22, consumed=19), 0, 0, Status.SUSPENDED),
        (Units(enabled=5, suspended=20, consumed=5), 0, 0, Status.ACTIVE),
        (Units(locked_out=10, consumed=3), 0, 0, Status.LOCKED_OUT),
        (Units(suspended=1, locked_out=10), 0, 0, Status.SUSPENDED),
        (Units(consumed=4), 0, 0, Status.NO_UNITS),
        (Units(), 0, 0, Status.NO_UNITS),
        (Units(enabled=1_000_000, consumed=3), 999_997, 0, Status.ACTIVE),
    ],
    ids=str,
)
def test_units_of_every_situation(units, unused, over_assigned, status):
    assert (units.unused, units.over_assigned, units.status) == (unused, over_assigned, status)


def _keys(planned: Plan) -> set[str]:
    """What a person accepts who is shown what was held."""
    lost = {holders_key(sku_id, gone=gone) for sku_id, gone in planned.withheld_holders}
    return {license_key(sku_id) for sku_id in planned.withheld} | lost


@given(STORES, READINGS)
def test_what_is_held_is_told_completely(stored, read):
    planned = plan(stored, read)
    gone = {row.sku_id for row in stored if not row.is_orphaned} - {each.sku_id for each in read}
    assert set(planned.orphan) | set(planned.withheld) == gone
    assert set(planned.orphan) & set(planned.withheld) == set()
    assert bool(planned.held) == bool(planned.withheld or planned.withheld_holders)


@given(STORES, READINGS, st.frozensets(SKU_IDS))
def test_what_was_accepted_vanishes(stored, read, others):
    """All of it, whatever else was accepted too; what is not in doubt stays as it was planned."""
    planned = plan(stored, read)
    approved = _keys(planned) | {license_key(sku_id) for sku_id in others}
    accepted = plan(stored, read, approved=approved)
    assert (accepted.held, accepted.withheld, accepted.withheld_holders) == ("", (), ())
    assert set(accepted.orphan) == set(planned.orphan) | set(planned.withheld)
    assert (accepted.create, accepted.update) == (planned.create, planned.update)
    again = plan(_carried_out(stored, accepted), read)
    assert (again.writes_nothing, again.held) == (True, "")


@given(STORES, READINGS, st.data())
def test_more_than_was_accepted_is_held_again(stored, read, data):
    planned = plan(stored, read)
    assume(planned.held)
    missing = data.draw(st.sampled_from(sorted(_keys(planned))))
    assert plan(stored, read, approved=_keys(planned) - {missing}).held


@given(READINGS, st.data())
def test_more_holders_lost_than_was_accepted_is_held_again(read, data):
    before, cut = _cut(read, data)
    stored = [_row(license_) for license_ in before]
    lost = plan(stored, cut).withheld_holders
    too_few = {holders_key(sku_id, gone=gone - 1) for sku_id, gone in lost}
    assert plan(stored, cut, approved=too_few) == plan(stored, cut)
    enough = {holders_key(sku_id, gone=gone + 1) for sku_id, gone in lost}
    assert plan(stored, cut, approved=enough).held == ""


@given(STORES, READINGS, st.frozensets(SKU_IDS))
def test_nobodys_acceptance_takes_away_what_is_still_there(stored, read, others):
    approved = {license_key(sku_id) for sku_id in others} | {
        holders_key(sku_id, gone=99) for sku_id in others
    }
    accepted = plan(stored, read, approved=approved)
    assert set(accepted.orphan) & {each.sku_id for each in read} == set()
    tagged = {each.sku_id: each.holders for each in read}
    assert all(each.holders == tagged[each.sku_id] for each in accepted.retag)


@given(STORES, READINGS)
def test_what_another_step_had_accepted_counts_for_nothing(stored, read):
    assert plan(stored, read, approved={"contact:1", "contacts:ab12", "tags"}) == plan(stored, read)
