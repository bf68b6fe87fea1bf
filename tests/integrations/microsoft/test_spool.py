"""Users kept on disk come back as they were: each once, in order, as often as asked."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.microsoft.records import DirectoryUser
from integrations.microsoft.spool import UserSpool
from tests.integrations.microsoft.people import somebody

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
users = st.builds(
    DirectoryUser,
    id=st.uuids(),
    user_principal_name=texts,
    display_name=texts,
    given_name=texts,
    surname=texts,
    mail=texts,
    job_title=texts,
    account_enabled=st.booleans(),
    user_type=texts,
    sku_ids=st.frozensets(st.uuids(), max_size=3),
    aliases=st.lists(texts, max_size=3).map(tuple),
    business_phones=st.lists(texts, max_size=3).map(tuple),
    mobile_phone=texts,
)


@given(st.lists(users, unique_by=lambda user: user.id))
def test_whatever_is_put_in_comes_out(put_in):
    with UserSpool(put_in) as spool:
        assert (list(spool), len(spool)) == (put_in, len(put_in))


@given(st.lists(st.tuples(st.integers(1, 5), texts)))
def test_last_copy_of_a_user_counts(copies):
    put_in = [somebody(number, display_name=name) for number, name in copies]
    with UserSpool(put_in) as spool:
        assert len(spool) == len({user.id for user in put_in})
        assert {user.id: user for user in spool} == {user.id: user for user in put_in}
        assert len(list(spool)) == len(spool)


def test_spool_is_read_as_often_as_asked_even_at_the_same_time():
    put_in = [somebody(number) for number in range(1, 1500)]
    with UserSpool(put_in) as spool:
        assert list(zip(spool, spool, strict=True)) == list(zip(put_in, put_in, strict=True))
        assert list(spool) == put_in


@pytest.mark.parametrize(("size", "sizes"), [(3, [3, 3, 1]), (7, [7]), (100, [7])])
def test_batches_hold_everybody_once(size, sizes):
    put_in = [somebody(number) for number in range(1, 8)]
    with UserSpool(put_in) as spool:
        batches = list(spool.batches(size))
    assert [len(batch) for batch in batches] == sizes
    assert [user for batch in batches for user in batch] == put_in


def test_spool_of_nobody_is_empty():
    with UserSpool() as spool:
        assert (len(spool), list(spool), list(spool.batches(5))) == (0, [], [])


def test_reading_that_fails_leaves_no_file_open():
    def half():
        yield somebody(1)
        raise RuntimeError("the second page is gone")

    # An open file would be a ResourceWarning, which fails the test.
    with pytest.raises(RuntimeError, match="second page"):
        UserSpool(half())


def test_closed_spool_tells_nothing_anymore():
    spool = UserSpool([somebody(1)])
    spool.close()
    with pytest.raises(ValueError, match="closed"):
        list(spool)


def test_users_on_disk_take_a_fraction_of_the_memory():
    def people():
        return (somebody(number) for number in range(1, 20_001))

    def spooled():
        with UserSpool(people()) as spool:
            return sum(len(batch) for batch in spool.batches(500))

    assert peak_of(spooled) < peak_of(lambda: list(people())) / 2


def peak_of(run):
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
