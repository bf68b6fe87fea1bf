"""What a run did, as its pages and its log tell it: tenants, trouble with its remedy, what was held, all runs."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations import tenant_pages
from integrations.actions.retrying import accept_held, discard_held
from integrations.actions.settings import save_sync_settings
from integrations.models import SyncRun, TenantMatch, TenantSync
from integrations.problems import Problem
from integrations.remedies import remedy_links
from integrations.run_log import log_of
from integrations.states import Resolution, RunKind, RunState, SyncState, Trigger
from integrations.steps import Change
from organizations.roles import Role
from tests.factories import NOW, connect
from tests.integrations.places import tenant_named, two_tenants
from tests.pages import page_of


@pytest.fixture
def admin(client_of):
    return client_of(Role.ADMINISTRATOR)


@pytest.fixture
def connected(account):
    return connect(account, two_tenants())


@pytest.fixture
def run(connected, begin):
    return begin(connected)


@pytest.fixture
def url(account, run):
    return f"/{account.slug}/admin/sync-runs/{run.pk}/"


@pytest.fixture
def tell(inside, run):
    """How the two tenants of the run, Alder Dental and Birch Legal, have fared, and with it the run."""

    def finish(
        *tenants: dict[str, object], state: RunState = RunState.PARTIAL, **changes: object
    ) -> list[int]:
        with inside():
            syncs = list(run.tenant_syncs.order_by("match_id"))
            for sync, of_sync in zip(syncs, tenants, strict=True):
                TenantSync.objects.filter(pk=sync.pk).update(finished_at=timezone.now(), **of_sync)
            SyncRun.objects.filter(pk=run.pk).update(state=state, finished_at=timezone.now(), **changes)
        return [sync.pk for sync in syncs]

    return finish


DONE = {
    "state": SyncState.DONE,
    "created": 3,
    "updated": 2,
    "unchanged": 1,
    "orphaned": 4,
    "contacts": 25,
    "calls": 6,
}
CONSENT = {
    "state": SyncState.FAILED,
    "problem": Problem.CONSENT_MISSING,
    "request_id": "7f3a",
    "detail": "AADSTS65001",
}
GONE = [
    Change(f"license:{number}", "license orphaned", f"License {number:02}", f"Active {number}").as_json()
    for number in range(12)
]
HELD = {
    "state": SyncState.HELD,
    "problem": Problem.SUSPICIOUS,
    "detail": "12 of 12 are missing.",
    "changes": GONE,
}


def names(page) -> list[str]:
    table = page.one("table", class_="table-tenants")
    return [row.one("th").one("a").text for row in table.one("tbody").all("tr") if row.all("th")]


def test_head_of_a_run_tells_who_started_it_and_its_figures(admin, url, tell, run, inside, administrator):
    tell(DONE, DONE, state=RunState.OK, requested_by=administrator.pk)
    page = page_of(admin.get(url))
    assert page.one("h1").text == f"Sync run {run.pk}"
    assert page.one("p", class_="page-lead").text == "Started by Administrator, just now"
    assert page.one("section", id="run-progress").pairs == {
        "Created": "6", "Updated": "4", "Unchanged": "2", "Orphaned": "8", "Contacts": "50", "Graph calls": "12",
    }  # fmt: skip
    assert page.one("section", id="run-progress").all("form") == [], (
        "nothing failed, so there is nothing to retry"
    )


def test_tenant_that_failed_comes_first_with_what_to_do_about_it(admin, url, tell, account, connected):
    _, failed = tell(DONE, CONSENT)
    page = page_of(admin.get(url))
    assert names(page) == ["Birch Legal", "Alder Dental"]
    callout = page.one("div", class_="callout")
    assert callout.one("strong").text == Problem.CONSENT_MISSING.title
    assert f"What to do: {Problem.CONSENT_MISSING.remedy}" in callout.text
    assert callout.one("pre").text == "AADSTS65001 Request id 7f3a"
    link = callout.one("a", class_="button")
    _, match = connected.matches
    assert (link.text, link.attributes["href"]) == (
        "New consent link",
        f"/{account.slug}/admin/integrations/{connected.integration.pk}/consents/new/?tenant={match.pk}",
    )
    form = callout.one("form")
    assert (form.attributes["action"], form.one("button").text) == (
        f"/{account.slug}/admin/tenant-syncs/{failed}/retry/",
        "Retry",
    )
    assert admin.get(link.attributes["href"]).status_code == 200


@pytest.mark.parametrize(
    ("problem", "label", "page"),
    [
        (Problem.CONSENT_MISSING, "New consent link", "consents/new/"),
        (Problem.PERMISSION_MISSING, "New consent link", "consents/new/"),
        (Problem.CREDENTIAL_WRONG, "Edit Credentials", "credentials/"),
        (Problem.CREDENTIAL_EXPIRED, "Edit Credentials", "credentials/"),
        (Problem.APPLICATION_UNKNOWN, "Edit Credentials", "credentials/"),
        (Problem.TENANT_UNKNOWN, "Matching", "matching/"),
        (Problem.WRONG_TENANT, "Matching", "matching/"),
        (Problem.THROTTLED, None, None),
        (Problem.UNEXPECTED, None, None),
    ],
)
def test_remedy_leads_to_the_page_it_speaks_of(account, connected, problem, label, page):
    links = remedy_links(
        problem, account=account, integration=connected.integration, match=connected.matches[0]
    )
    below = f"/{account.slug}/admin/integrations/{connected.integration.pk}/"
    assert [(link.label, link.url.partition("?")[0]) for link in links] == (
        [(label, below + page)] if label else []
    )


def test_whole_runs_problem_leads_to_the_credentials_from_the_table(admin, account, tell, connected):
    broken = {"state": SyncState.FAILED, "problem": Problem.CREDENTIAL_EXPIRED}
    tell(broken, broken, state=RunState.ERROR, problem=Problem.CREDENTIAL_EXPIRED)
    page = page_of(admin.get(f"/{account.slug}/admin/integrations/"))
    link = page.one("div", class_="sync-state").one("a", class_="button")
    assert (link.text, link.attributes["href"]) == (
        "Edit Credentials",
        f"/{account.slug}/admin/integrations/{connected.integration.pk}/credentials/",
    )
    assert page.one("ul", class_="tenant-counts").text == "2 matched 2 failing"


def test_tenants_are_narrowed_by_state(admin, url, tell):
    tell(DONE, CONSENT)
    page = page_of(admin.get(url))
    assert page.one("nav", class_="tabs").texts("a") == ["All 2", "Error 1", "OK 1"]
    narrowed = page_of(admin.get(f"{url}?state=failed"))
    assert names(narrowed) == ["Birch Legal"]
    current = [
        tab.text for tab in narrowed.one("nav", class_="tabs").all("a") if "aria-current" in tab.attributes
    ]
    assert current == ["Error 1"]
    empty = page_of(admin.get(f"{url}?state=held"))
    assert "No tenant of this run is in this state any more." in empty.text
    assert names(page_of(admin.get(f"{url}?state=nonsense"))) == ["Birch Legal", "Alder Dental"]


def test_many_tenants_come_page_by_page(admin, account, begin, inside, monkeypatch):
    monkeypatch.setattr(tenant_pages, "PAGE_SIZE", 3)
    connected = connect(account, [tenant_named(f"Client {number}") for number in range(8)])
    run = begin(connected)
    with inside():
        syncs = list(TenantSync.objects.filter(run=run).order_by("match__organization__sort_key"))
        for sync, state in zip(
            syncs, ["done", "failed", "pending", "held", "done", "leased", "failed", "done"], strict=True
        ):
            TenantSync.objects.filter(pk=sync.pk).update(
                state=state, problem="unexpected" if state == "failed" else ""
            )
    address, seen, pages = f"/{account.slug}/admin/sync-runs/{run.pk}/", [], 0
    while address:
        page = page_of(admin.get(address))
        seen += names(page)
        pages += 1
        following = [link for link in page.all("a") if link.attributes.get("rel") == "next"]
        address = following[0].attributes["href"] if following else ""
    assert pages == 3
    assert seen == [f"Client {number}" for number in (1, 6, 3, 5, 2, 0, 4, 7)]


@pytest.mark.parametrize(
    "place",
    ["", "nonsense", "W10", "WzEsIlx1MDAwMCIsMV0", "WzksMSwxXQ", "WzEsIngiLDk5OTk5OTk5OTk5OTk5OTk5OTk5XQ"],
)
def test_place_that_is_none_is_the_first_page(admin, url, tell, place):
    tell(DONE, CONSENT)
    assert names(page_of(admin.get(f"{url}?after={place}"))) == ["Birch Legal", "Alder Dental"]


@pytest.mark.parametrize("tenants", [1, 3])
def test_run_page_costs_the_same_for_many_tenants(
    admin, account, begin, inside, django_assert_num_queries, tenants
):
    run = begin(connect(account, [tenant_named(f"Client {number}") for number in range(tenants)]))
    with inside():
        TenantSync.objects.filter(run=run).update(**CONSENT, changes=GONE)
    address = f"/{account.slug}/admin/sync-runs/{run.pk}/"
    with django_assert_num_queries(14):
        admin.get(address)


def test_held_tenant_shows_what_would_vanish_and_leads_to_the_decision(admin, url, tell, account):
    held, _ = tell(HELD, DONE, state=RunState.HELD, problem=Problem.SUSPICIOUS)
    page = page_of(admin.get(url))
    outcome = page.one("div", class_="outcome")
    shown = outcome.one("ul", class_="changes").texts("li")
    assert (len(shown), shown[0]) == (8, "License orphaned License 00 Active 0")
    links = [(link.text, link.attributes["href"]) for link in outcome.all("a")]
    own = f"/{account.slug}/admin/tenant-syncs/{held}/"
    assert links == [("Accept or discard", own), ("And 4 more", own)]
    link = page_of(admin.get(f"/{account.slug}/admin/integrations/")).one("div", class_="callout").one("a")
    assert (link.text, link.attributes["href"]) == ("Accept or discard", url)

    page = page_of(admin.get(own))
    assert page.one("h2", id="changes-title").text == "What would vanish"
    assert page.rows == [[each["subject"], "License orphaned", each["detail"]] for each in GONE]
    told = {form.attributes["action"]: form.all("p")[0].text for form in page.all("form", class_="card")}
    assert told.keys() == {f"{own}accept/", f"{own}discard/"}
    assert (
        "Should more be gone by then, other than a few contacts, it is held again." in told[f"{own}accept/"]
    )
    assert "Everything stays exactly as it is" in told[f"{own}discard/"]


#: What becomes of the tenant and what is said, by the button.
DECISIONS = {
    "accept": (
        Resolution.ACCEPTED,
        SyncState.PENDING,
        "Accepted. The tenant is being read once more to carry it out.",
    ),
    "discard": (
        Resolution.DISCARDED,
        SyncState.DONE,
        "Discarded. Everything stays as it is; the next sync judges anew.",
    ),
}


@pytest.mark.parametrize("button", DECISIONS)
def test_buttons_decide_about_a_held_tenant(admin, url, tell, inside, button):
    held, _ = tell(HELD, DONE, state=RunState.HELD, problem=Problem.SUSPICIOUS)
    resolution, state, alert = DECISIONS[button]
    address = f"{url.partition('sync-runs')[0]}tenant-syncs/{held}/{button}/"
    answer = admin.post(address, follow=True)
    assert answer.redirect_chain == [(url, 302)]
    assert page_of(answer).texts("p", class_="alert") == [f"{alert} Dismiss"]
    with inside():
        sync = TenantSync.objects.get(pk=held)
    assert (sync.resolution, sync.state) == (resolution, state)
    again = page_of(admin.post(address, follow=True))
    assert again.texts("p", class_="alert") == ["This tenant is no longer held. Dismiss"]


def test_decision_is_told_on_the_runs_page(admin, url, tell, account, inside, administrator):
    held, other = tell(HELD, HELD, state=RunState.HELD, problem=Problem.SUSPICIOUS)
    with inside():
        discard_held(held, now=timezone.now(), actor=administrator)
        accept_held(other, now=timezone.now(), actor=administrator)
    page = page_of(admin.get(url))
    assert [badge.text for badge in page.one("tbody").all("span", class_="badge")] == ["Waiting", "Discarded"]
    assert "Administrator discarded what was held: nothing was taken away." in page.text
    assert "Administrator accepted what was held." in page.text
    with inside():
        TenantSync.objects.filter(pk=other).update(**HELD)
    again = "Administrator accepted what was held before; the next sync missed something else, so it is held again."
    assert again in page_of(admin.get(url)).text


def test_retry_buttons_go_on_with_the_run(admin, url, tell, account, inside):
    failed, other = tell(CONSENT, CONSENT, state=RunState.ERROR, problem=Problem.CONSENT_MISSING)
    button = page_of(admin.get(url)).one("section", id="run-progress").one("button")
    assert button.text == "Retry 2 failed tenants"
    answer = admin.post(f"/{account.slug}/admin/tenant-syncs/{failed}/retry/")
    assert answer.url == url
    with inside():
        states = dict(TenantSync.objects.values_list("pk", "state"))
    assert states == {failed: SyncState.PENDING, other: SyncState.FAILED}
    assert admin.post(f"{url}retry-failed/").url == url
    with inside():
        assert set(TenantSync.objects.values_list("state", flat=True)) == {SyncState.PENDING}
    page = page_of(admin.post(f"{url}retry-failed/", follow=True))
    assert page.texts("p", class_="alert") == ["No tenant of this run has failed. Dismiss"]


def test_remark_of_a_tenant_that_came_through_is_shown(admin, url, tell):
    tell(DONE | {"detail": "Sign-in activity was left out."}, DONE, state=RunState.OK)
    page = page_of(admin.get(url))
    assert page.one("div", class_="outcome").text == "Sign-in activity was left out."
    assert page.all("div", class_="callout") == []


def test_tenants_own_page_of_a_good_sync_shows_its_figures(admin, account, tell, url):
    done, _ = tell(DONE, DONE, state=RunState.OK)
    page = page_of(admin.get(f"/{account.slug}/admin/tenant-syncs/{done}/"))
    assert page.one("h1").text == "Alder Dental"
    figures = page.one("dl", class_="figures")
    assert dict(zip(figures.texts("dt"), figures.texts("dd"), strict=True)) == {
        "Created": "3", "Updated": "2", "Unchanged": "1", "Orphaned": "4", "Contacts": "25", "Graph calls": "6",
    }  # fmt: skip


def test_cancelled_tenant_can_be_tried_again_from_its_page(admin, account, tell):
    cancelled, _ = tell({"state": SyncState.CANCELLED}, DONE, state=RunState.CANCELLED)
    page = page_of(admin.get(f"/{account.slug}/admin/tenant-syncs/{cancelled}/"))
    forms = [form.attributes["action"] for form in page.one("main").all("form")]
    assert forms == [f"/{account.slug}/admin/tenant-syncs/{cancelled}/retry/"]


def test_log_has_a_line_for_each_tenant(admin, account, url, tell, connected, run):
    tell(DONE, CONSENT)
    answer = admin.get(f"{url}log/")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="sync-{run.pk}.csv"'
    alder, birch = csv.DictReader(io.StringIO(answer.content.decode()))
    done, _ = connected.matches
    assert (alder["Tenant"], alder["Tenant ID"], alder["Organization"], alder["State"]) == (
        "Alder Dental", str(done.tenant_id), "Alder Dental", "done",
    )  # fmt: skip
    numbers = ("Created", "Updated", "Unchanged", "Orphaned", "Contacts", "Graph calls")
    assert [alder[name] for name in numbers] == ["3", "2", "1", "4", "25", "6"]
    assert (birch["Problem"], birch["What to do"], birch["Detail"], birch["Request ID"]) == (
        Problem.CONSENT_MISSING.title, Problem.CONSENT_MISSING.remedy, "AADSTS65001", "7f3a",
    )  # fmt: skip
    assert birch["Ended"].endswith("+00:00")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_log_holds_no_formula(run, inside, start):
    with inside():
        TenantMatch.objects.update(tenant_name=f"{start}HYPERLINK(A1)")
        syncs = TenantSync.objects.filter(run=run).select_related("match__organization")
        lines = list(csv.reader(io.StringIO(log_of(syncs), newline="")))
    assert [line[0] for line in lines[1:]] == [f"'{start}HYPERLINK(A1)"] * 2


def test_logs_list_the_runs_newest_first(admin, account, connected, inside, administrator):
    with inside():
        rows = [
            SyncRun.objects.create(
                account=account, integration=connected.integration, epoch=1, kind=kind, trigger=trigger,
                requested_by=who, state=state, created_at=NOW, deadline_at=NOW + timedelta(hours=1),
                finished_at=NOW + timedelta(seconds=42),
            )
            for kind, trigger, who, state in (
                (RunKind.SYNC, Trigger.SCHEDULE, None, RunState.OK),
                (RunKind.PREVIEW, Trigger.MANUAL, administrator, RunState.PARTIAL),
                (RunKind.SYNC, Trigger.MANUAL, None, RunState.ERROR),
            )
        ]  # fmt: skip
    address = f"/{account.slug}/admin/integrations/{connected.integration.pk}/runs/"
    first, preview, last = rows
    page = page_of(admin.get(address))
    assert page.one("p", class_="page-lead").text == "Syncs and previews of Microsoft"
    assert [(row[0], row[2], row[3], row[-1]) for row in page.rows] == [
        (f"Sync run {last.pk}", "A command", "Error", "42 s"),
        (f"Preview {preview.pk}", "Administrator", "Partial", "42 s"),
        (f"Sync run {first.pk}", "The schedule", "OK", "42 s"),
    ]
    shown = page_of(admin.get(f"{address}?kind=sync&state=error"))
    assert [row[0] for row in shown.rows] == [f"Sync run {last.pk}"]
    oldest = page_of(admin.get(f"{address}?sort=run"))
    assert [row[0] for row in oldest.rows] == [
        f"Sync run {first.pk}",
        f"Preview {preview.pk}",
        f"Sync run {last.pk}",
    ]


def test_logs_of_another_integration_are_its_own(admin, account, begin):
    run = begin(connect(account, two_tenants(), name="First"))
    other = connect(account, two_tenants(), name="Second")
    address = f"/{account.slug}/admin/integrations/{{}}/runs/"
    assert (
        page_of(admin.get(address.format(other.integration.pk))).one("div", class_="empty").one("h2").text
        == "No sync has run yet"
    )
    [row] = page_of(admin.get(address.format(run.integration_id))).rows
    assert row[0] == f"Sync run {run.pk}"


@pytest.mark.parametrize("runs", [1, 3])
def test_logs_cost_the_same_for_many_runs(admin, account, connected, inside, django_assert_num_queries, runs):
    with inside():
        SyncRun.objects.bulk_create(
            SyncRun(
                account=account, integration=connected.integration, epoch=1, trigger=Trigger.MANUAL,
                state=RunState.OK, created_at=NOW, deadline_at=NOW, finished_at=NOW,
            )
            for _ in range(runs)
        )  # fmt: skip
    address = f"/{account.slug}/admin/integrations/{connected.integration.pk}/runs/"
    with django_assert_num_queries(14):
        admin.get(address)


@pytest.mark.parametrize("integrations", [1, 3])
def test_table_costs_the_same_for_many_integrations(
    admin, account, begin, django_assert_num_queries, integrations
):
    for number in range(integrations):
        begin(connect(account, two_tenants(), name=f"Microsoft {number}"))
    with django_assert_num_queries(17):
        admin.get(f"/{account.slug}/admin/integrations/")


def test_row_tells_when_the_next_sync_is_due_and_what_is_unmatched(admin, account, connected, inside):
    with inside():
        save_sync_settings(connected.integration, steps=["licenses"], now=timezone.now())
        TenantMatch.objects.filter(pk=connected.matches[0].pk).update(state="unmatched", organization=None)
    page = page_of(admin.get(f"/{account.slug}/admin/integrations/"))
    [row] = page.rows
    assert (row[4], row[6]) == ("in 59 min", "1 matched 1 unmatched")
    [link] = page.one("ul", class_="tenant-counts").all("a")
    assert (
        link.attributes["href"] == f"/{account.slug}/admin/integrations/{connected.integration.pk}/matching/"
    )
