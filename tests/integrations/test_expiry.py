"""A credential's end comes announced: 60, 30, 14, 7 and 1 days before, and when it is there; each once, to those who can act."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.actions.connecting import NewIntegration, connect_microsoft
from integrations.actions.credentials import prepare_credential, warn_of_expiry
from integrations.engine.clock import watch_credentials
from integrations.expiry import WARNING_DAYS, due_warning, expiry_notice
from integrations.microsoft.credentials import ClientSecret
from integrations.models import IntegrationCredential, SyncSettings
from organizations.access import account_transaction
from organizations.models import Activity, Letter
from organizations.roles import Role
from tests.factories import NOW, make_user

APPLICATION = "11111111-2222-3333-4444-555555555555"
END = NOW + timedelta(days=100)
DAY = timedelta(days=1)


@pytest.fixture
def expiring(account):
    """`expiring()`: a credential that ends in 100 days."""

    def make(*, which=account, name="Microsoft", ends=END) -> IntegrationCredential:
        with account_transaction(which.pk):
            new = NewIntegration(name, ClientSecret(APPLICATION, "a-secret-of-some-length"), expires_at=ends)
            integration = connect_microsoft(which.pk, new, now=NOW)
            return IntegrationCredential.objects.select_related("integration").get(integration=integration)

    return make


@pytest.fixture
def warn(inside):
    def at(row, moment) -> int | None:
        with inside():
            return warn_of_expiry(row.pk, now=moment)

    return at


@pytest.fixture
def letters(inside):
    def read() -> list[Letter]:
        with inside():
            return list(Letter.objects.order_by("id"))

    return read


@pytest.mark.parametrize(
    ("left", "warned", "due"),
    [
        (61 * DAY, None, None),
        (60 * DAY, None, 60),
        (45 * DAY, 60, None),
        (30 * DAY, 60, 30),
        (20 * DAY, None, 30),
        (timedelta(days=6, hours=23), 14, 7),
        (timedelta(hours=5), 7, 1),
        (timedelta(0), 1, 0),
        (-3 * DAY, 1, 0),
        (-3 * DAY, 0, None),
        (-3 * DAY, None, 0),
    ],
)
def test_warning_that_is_due(left, warned, due):
    assert due_warning(NOW + left, warned_days=warned, now=NOW) == due


def test_credential_without_a_known_end_is_never_due():
    assert due_warning(None, warned_days=None, now=NOW) is None


@given(st.lists(st.integers(min_value=-5_000, max_value=120_000), min_size=1, max_size=60))
def test_each_warning_is_given_once_in_order_however_seldom_the_clock_looks(minutes):
    warned, given_ = None, []
    for left in sorted(minutes, reverse=True):
        due = due_warning(NOW + timedelta(minutes=left), warned_days=warned, now=NOW)
        if due is not None:
            warned = due
            given_.append(due)
    assert given_ == sorted(set(given_), reverse=True)
    assert set(given_) <= set(WARNING_DAYS)
    assert (0 in given_) == (min(minutes) <= 0)


def test_an_hourly_clock_over_the_whole_time_warns_six_times(account, administrator, expiring, warn, letters):
    row = expiring()
    moments = [END - timedelta(hours=hours) for hours in range(62 * 24, -48, -6)]
    told = [
        (days, letters()[-1].subject) for days in (warn(row, each) for each in moments) if days is not None
    ]
    assert told == [
        (60, "Microsoft: the client secret for Microsoft expires within 60 days"),
        (30, "Microsoft: the client secret for Microsoft expires within 30 days"),
        (14, "Microsoft: the client secret for Microsoft expires within 14 days"),
        (7, "Microsoft: the client secret for Microsoft expires within 7 days"),
        (1, "Microsoft: the client secret for Microsoft expires within a day"),
        (0, "Microsoft: the client secret for Microsoft has expired"),
    ]
    assert {letter.to for letter in letters()} == {administrator.email}


def test_warning_says_when_and_where_to_act(account, administrator, expiring, warn, letters, settings):
    settings.PUBLIC_URL = "https://portal.msp.test"
    row = expiring()
    warn(row, END - 14 * DAY)
    [letter] = letters()
    page = f"https://portal.msp.test/{account.slug}/admin/integrations/{row.integration_id}/credentials/"
    assert letter.body.splitlines()[0] == (
        "The client secret of the integration Microsoft expires within 14 days, on "
        f"{END:%-d %b %Y, %H:%M} UTC."
    )
    assert page in letter.body.splitlines()
    assert "Prepare the next one" in letter.body


def test_warning_tells_that_the_next_one_is_prepared(account, administrator, expiring, warn, letters, inside):
    row = expiring()
    with inside():
        prepare_credential(row.integration_id, ClientSecret(APPLICATION, "the-next-secret-of-ours"), now=NOW)
    warn(row, END - DAY)
    assert "The next one is prepared already" in letters()[0].body


def test_whom_sync_settings_name_is_warned_and_nobody_else(
    account, administrator, expiring, warn, letters, inside
):
    row = expiring()
    with inside():
        SyncSettings.objects.update(notify_emails=["noc@msp.test", "boss@msp.test"])
    warn(row, END - DAY)
    assert [letter.to for letter in letters()] == ["noc@msp.test", "boss@msp.test"]


def test_without_names_all_active_administrators_are_warned(account, expiring, warn, letters, inside):
    people = [make_user(account, Role.ADMINISTRATOR, f"{name}@msp.test") for name in ("ada", "bo", "cy")]
    make_user(account, Role.MANAGER, "manager@msp.test")
    with inside():
        people[2].is_active = False
        people[2].save()
    warn(expiring(), END - DAY)
    assert [letter.to for letter in letters()] == ["ada@msp.test", "bo@msp.test"]


def test_warning_is_recorded_without_anything_secret(account, administrator, expiring, warn, inside):
    row = expiring()
    warn(row, END - DAY)
    with inside():
        [activity] = Activity.objects.filter(action="credential.expiry-warned")
    assert (activity.subject, activity.details, activity.user_id) == ("Microsoft", {"days": 1}, None)


def test_next_credential_is_nobodys_worry(account, administrator, expiring, warn, letters, inside):
    row = expiring()
    with inside():
        next_one = prepare_credential(
            row.integration_id,
            ClientSecret(APPLICATION, "ends-tomorrow-already"),
            expires_at=NOW + DAY,
            now=NOW,
        )
    assert (warn(next_one, NOW), letters()) == (None, [])


def test_two_workers_at_once_warn_once(account, administrator, expiring, warn, letters, in_threads):
    row = expiring()
    told = in_threads(*[lambda: warn(row, END - DAY)] * 2)
    assert sorted(told, key=str) == [1, None]
    assert len(letters()) == 1


def test_clock_wakes_workers_for_those_that_are_due_in_all_accounts(
    account, rival, expiring, mailbox, inside
):
    soon, later = expiring(name="Soon", ends=NOW + 5 * DAY), expiring(name="Later", ends=NOW + 90 * DAY)
    told = expiring(name="Told", ends=NOW + 5 * DAY)
    with inside():
        IntegrationCredential.objects.filter(pk=told.pk).update(warned_days=7)
    theirs = expiring(which=rival, ends=NOW + 5 * DAY)
    watch_credentials(now=NOW)
    woken = {
        which: [
            row_id
            for task, row_id in mailbox(which, queue="control")
            if task == "integrations.warn_of_expiry"
        ]
        for which in (account, rival)
    }
    assert woken == {account: [soon.pk], rival: [theirs.pk]}
    assert later.expires_at == NOW + 90 * DAY


@pytest.mark.parametrize(
    ("left", "tone", "title"),
    [
        (60 * DAY, "warning", "The client secret expires in 60 days"),
        (15 * DAY, "warning", "The client secret expires in 15 days"),
        (timedelta(days=13, hours=23), "danger", "The client secret expires in 13 days"),
        (timedelta(days=1, hours=2), "danger", "The client secret expires in 1 day"),
        (timedelta(hours=3), "danger", "The client secret expires within a day"),
        (-2 * DAY, "danger", f"The client secret expired on {(NOW - 2 * DAY).date():%-d %b %Y}"),
    ],
)
def test_pages_say_how_near_the_end_is(left, tone, title):
    row = IntegrationCredential(kind="secret", expires_at=NOW + left)
    notice = expiry_notice(row, now=NOW)
    assert (notice.tone, notice.title) == (tone, title)


@pytest.mark.parametrize("ends", [None, NOW + timedelta(days=60, minutes=1)])
def test_pages_say_nothing_while_the_end_is_far_or_unknown(ends):
    assert expiry_notice(IntegrationCredential(kind="secret", expires_at=ends), now=NOW) is None
