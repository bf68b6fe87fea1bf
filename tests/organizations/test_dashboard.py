"""The account's home, recently viewed pages, and who sees what of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexible_assets.actions import restrict_asset
from organizations.actions import create_organization, edit_organization
from organizations.actions.recent import KEPT, record_view
from organizations.dashboard import SHOWN
from organizations.models import Organization, OrganizationAccess, RecentView
from organizations.roles import Role
from tests.factories import NOW, connect, make_organization, make_user
from tests.flexible_assets.documentation import make_assets, make_type
from tests.integrations.places import tenant_named
from tests.pages import page_of


@pytest.fixture
def manager(account):
    return make_user(account, Role.MANAGER)


@pytest.fixture
def harbor(account):
    return make_organization(account, "Harbor Dental")


def card(page, key):
    return next(
        each for each in page.all("section") if each.attributes.get("aria-labelledby") == f"card-{key}"
    )


def names_in(section):
    return section.texts("span", class_="hit-name")


def test_empty_account_is_told_the_first_steps_until_it_has_a_client(account, manager, sign_in):
    browser = sign_in(manager)
    home = f"/{account.slug}/"
    steps = page_of(browser.get(home)).one("section", **{"aria-labelledby": "first-steps"})
    assert [each.text for each in steps.all("a")] == ["New organization", "New integration"]
    make_organization(account, "Harbor Dental")
    assert "First steps" not in page_of(browser.get(home)).texts("h2")


def test_the_home_of_an_account_is_its_dashboard(account, manager, harbor, inside, sign_in):
    with inside():
        runbooks = make_type(account, "Runbooks")
        make_assets(runbooks, harbor, "Restart the mail server")
        edit_organization(harbor, changes={"alert": "Call Ms Ek first"}, now=NOW, actor=manager)
    connect(account, [tenant_named("Northwind")], name="Our Microsoft")
    browser = sign_in(manager)
    page = page_of(browser.get(f"/{account.slug}/"))
    assert page.one("h1").text == "Dashboard"
    assert page.one("div", class_="callout").text == "Harbor DentalCall Ms Ek first"
    assert [each.text for each in page.all("li", class_="card-figure")] == ["Organizations 2"]
    assert names_in(card(page, "recently-updated")) == ["Harbor Dental"]
    health = card(page, "sync-health").one("div", id="live-sync-health").attributes["hx-get"]
    fragment = page_of(browser.get(health))
    assert names_in(fragment) == ["Our Microsoft"]
    assert fragment.texts("span", class_="badge") == ["Never synced"]
    assert card(page, "expiring-soon").one("p").text == "Nothing expires within the next 90 days."
    assert card(page, "recently-viewed").one("p").text == (
        "What you open is listed here, so that you find it again."
    )


def test_alerts_beyond_the_first_are_counted_and_led_to(account, manager, inside, sign_in):
    browser, home = sign_in(manager), f"/{account.slug}/"
    with inside():
        for number in range(SHOWN + 2):
            organization = create_organization(account.pk, name=f"Client {number:02}", now=NOW, actor=manager)
            if number != 4:
                edit_organization(organization, changes={"alert": "Beware"}, now=NOW, actor=manager)
    page = page_of(browser.get(home))
    assert len(page.all("div", class_="callout")) == SHOWN
    [more] = [each for each in page.all("a") if "more with an alert" in each.text]
    assert more.text == "and 1 more with an alert"
    listed = page_of(browser.get(more.attributes["href"]))
    assert [row[0] for row in listed.rows] == [
        f"Client {number:02}" for number in range(SHOWN + 2) if number != 4
    ]
    assert [chip.text for chip in listed.all("a", class_="chip")] == ["Alert has one Remove this filter"]
    with inside():
        Organization.objects.filter(name="Client 00").update(archived=True)
    assert "more with an alert" not in page_of(browser.get(home)).text


def test_only_those_who_manage_integrations_see_how_syncing_stands(account, client_of):
    connect(account, [tenant_named("Northwind")], name="Our Microsoft")
    page = page_of(client_of(Role.EDITOR).get(f"/{account.slug}/"))
    keys = [each.attributes["aria-labelledby"] for each in page.one("div", class_="dashboard").all("section")]
    assert keys == ["card-recently-viewed", "card-recently-updated", "card-expiring-soon"]


def test_lite_users_come_home_to_their_organizations_and_nothing_else(account, harbor, inside, sign_in):
    make_organization(account, "Out of reach")
    lite = make_user(account, Role.LITE)
    with inside():
        OrganizationAccess.objects.create(account=account, organization=harbor, user=lite)
    page = page_of(sign_in(lite).get(f"/{account.slug}/"))
    assert page.one("main").texts("a") == ["Harbor Dental"]
    assert page.one("h1").text == "Organizations"


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_dashboard_takes_the_same_few_queries_however_much_there_is(account, manager, inside, sign_in, rows):
    with inside():
        for number in range(rows):
            organization = create_organization(account.pk, name=f"Client {number}", now=NOW, actor=manager)
            edit_organization(organization, changes={"alert": "Beware"}, now=NOW, actor=manager)
            record_view(organization, user=manager, now=NOW)
    browser = sign_in(manager)
    browser.get(f"/{account.slug}/")
    with CaptureQueriesContext(connection) as queries:
        browser.get(f"/{account.slug}/")
    asked = [each["sql"] for each in queries if each["sql"].startswith(("SELECT", "("))]
    assert len(asked) <= 15, "\n".join(asked)


def test_pages_that_were_opened_are_listed_with_the_latest_first(account, manager, harbor, inside, sign_in):
    with inside():
        [asset] = make_assets(make_type(account, "Runbooks"), harbor, "Restart")
    browser = sign_in(manager)
    browser.get(f"/{account.slug}/organizations/{harbor.pk}/")
    browser.get(f"/{account.slug}/assets/{asset.pk}/")
    browser.get(f"/{account.slug}/organizations/{harbor.pk}/")
    recent = page_of(browser.get(f"/{account.slug}/recent/")).one("ul", id="recently-viewed")
    assert recent.texts("a") == ["Harbor Dental", "Restart Harbor Dental · Runbooks"]


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"HX-Request": "true"}],
    ids=["prerendered", "prefetched", "a part of a page"],
)
def test_what_a_browser_fetches_on_its_own_was_not_viewed(account, manager, harbor, inside, sign_in, headers):
    browser = sign_in(manager)
    browser.get(f"/{account.slug}/organizations/{harbor.pk}/", headers=headers)
    browser.head(f"/{account.slug}/organizations/{harbor.pk}/")
    with inside():
        assert list(RecentView.objects.of_user(manager)) == []


def test_the_nine_latest_views_are_kept(account, manager, inside):
    organizations = [make_organization(account) for _ in range(KEPT + 3)]
    with inside():
        for number, organization in enumerate(organizations):
            record_view(organization, user=manager, now=NOW + timedelta(minutes=number))
        record_view(organizations[0], user=manager, now=NOW + timedelta(hours=1))
        viewed = [view.subject_id for view in RecentView.objects.of_user(manager)]
    assert viewed == [organizations[0].pk, *(each.pk for each in reversed(organizations[-KEPT + 1 :]))]


def test_what_can_no_longer_be_seen_is_not_named_among_recent_pages(
    account, harbor, inside, sign_in, manager
):
    editor = make_user(account, Role.EDITOR)
    with inside():
        restricted, deleted = make_assets(make_type(account, "Runbooks"), harbor, "Payroll", "Old")
    browser = sign_in(editor)
    for asset in (restricted, deleted):
        assert browser.get(f"/{account.slug}/assets/{asset.pk}/").status_code == 200
    with inside():
        restrict_asset(restricted, users=[manager], now=NOW)
        type(deleted).objects.filter(pk=deleted.pk).update(archived=True, deleted_at=NOW)
    assert page_of(browser.get(f"/{account.slug}/recent/")).one("ul", id="recently-viewed").texts("a") == []
    assert names_in(card(page_of(browser.get(f"/{account.slug}/")), "recently-viewed")) == []


def test_views_go_with_the_organization(account, manager, harbor, inside):
    with inside():
        record_view(harbor, user=manager, now=NOW, organization=harbor)
        Organization.objects.filter(pk=harbor.pk).delete()
        assert not RecentView.objects.of_user(manager).exists()
