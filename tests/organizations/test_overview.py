"""The overview of an organization: what changed in it and what expires, as far as the reader may know."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from flexible_assets.actions import FieldSpec, edit_asset, restrict_asset
from flexible_assets.models import TypeDenial
from organizations.models import Group, GroupMember, OrganizationAccess
from organizations.roles import Role
from tests.factories import NOW, make_organization, make_user
from tests.flexible_assets.documentation import make_assets, make_type
from tests.pages import page_of

TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def harbor(account):
    return make_organization(account, "Harbor Dental")


@pytest.fixture
def domains(account, inside):
    with inside():
        return make_type(account, "Domains", [FieldSpec("Renewal", "Date", is_expiration=True)])


@pytest.fixture
def renew(domains, administrator, inside):
    """`renew(harbor, "a.test")`: such a domain, which an Administrator has written down and expires in ten days."""

    def make(organization, *names, schema=domains, days=10):
        with inside():
            assets = make_assets(schema, organization, *names)
            expires_on = (TODAY + timedelta(days=days)).isoformat()
            for place, asset in enumerate(assets):
                edited_at = NOW - timedelta(minutes=place)
                edit_asset(asset, changes={"renewal": expires_on}, now=edited_at, actor=administrator)
        return assets

    return make


@pytest.fixture
def latest_of(account, sign_in):
    """What a user reads there: the rows by the title of their card."""

    def read(user, organization):
        url = reverse("organizations:organization-latest", args=[account.slug, organization.pk])
        page = page_of(sign_in(user).get(url))
        sections = page.one("div", class_="dashboard").all("section")
        return {each.one("h2").text: each.texts("li", class_="dashboard-row") for each in sections}

    return read


def test_overview_tells_what_changed_in_the_organization_and_what_expires(
    account, administrator, harbor, renew, latest_of
):
    renew(harbor, "harbor.test", "mail.test")
    renew(make_organization(account, "Elsewhere"), "elsewhere.test")
    renew(harbor, "far.test", days=91)
    told = latest_of(administrator, harbor)
    assert list(told) == ["Recently updated", "Expiring soon"]
    assert told["Recently updated"] == [
        f"{name} Domains Asset edited by {administrator.name} {ago}"
        for name, ago in (("far.test", "just now"), ("harbor.test", "just now"), ("mail.test", "1 min ago"))
    ]
    assert told["Expiring soon"] == [
        "harbor.test Domains Renewal in 10 days",
        "mail.test Domains Renewal in 10 days",
    ]


def test_overview_names_eight_at_most_and_leads_to_all(account, administrator, harbor, renew, sign_in):
    renew(harbor, *(f"{number}.test" for number in range(12)))
    url = reverse("organizations:organization-latest", args=[account.slug, harbor.pk])
    page = page_of(sign_in(administrator).get(url))
    sections = page.one("div", class_="dashboard").all("section")
    assert [len(each.all("li", class_="dashboard-row")) for each in sections] == [8, 8]
    about = reverse("organizations:organization-detail", args=[account.slug, harbor.pk])
    assert [each.all("a")[0].attributes["href"] for each in sections] == [
        f"{about}activity/",
        f"{about}expirations/",
    ]


def test_overview_fetches_the_part_that_the_page_of_it_has(account, administrator, harbor, renew, sign_in):
    renew(harbor, "harbor.test")
    browser = sign_in(administrator)
    about = reverse("organizations:organization-detail", args=[account.slug, harbor.pk])
    latest = page_of(browser.get(about)).one("div", id="latest")
    # Without a script, a link leads there.
    assert latest.one("noscript").one("a").attributes["href"] == latest.attributes["hx-get"]
    fragment = browser.get(latest.attributes["hx-get"], headers={"HX-Request": "true"})
    assert page_of(fragment).all("nav") == []
    assert page_of(fragment).texts("h2") == ["Recently updated", "Expiring soon"]


@pytest.fixture
def reader_of(account, inside, domains, harbor):
    """An Editor of these organizations alone; or of all of them, without the type of domains."""

    def make(*, is_denied):
        editor = make_user(account, Role.EDITOR)
        with inside():
            if is_denied:
                group = Group.objects.create(account=account, name="Denied", sort_key="denied")
                GroupMember.objects.create(account=account, group=group, user=editor)
                TypeDenial.objects.create(account=account, group=group, asset_type=domains.asset_type)
            else:
                editor.all_organizations = False
                editor.save()
                OrganizationAccess.objects.create(account=account, organization=harbor, user=editor)
        return editor

    return make


@pytest.mark.parametrize("is_denied", [True, False])
def test_overview_says_nothing_of_what_its_reader_may_not_see(
    account, administrator, harbor, renew, latest_of, reader_of, inside, is_denied
):
    with inside():
        vans = make_type(account, "Vans", [FieldSpec("Renewal", "Date", is_expiration=True)])
    [_open, hidden] = renew(harbor, "Open", "Hidden", schema=vans)
    renew(harbor, "harbor.test")
    with inside():
        restrict_asset(hidden, users=[administrator], now=NOW)
    told = latest_of(reader_of(is_denied=is_denied), harbor)
    seen = {"Open"} if is_denied else {"Open", "harbor.test"}
    assert {title: {row.split()[0] for row in rows} for title, rows in told.items()} == {
        "Recently updated": seen,
        "Expiring soon": seen,
    }


def test_lite_users_are_told_what_expires_and_not_who_changed_what(account, harbor, renew, latest_of, inside):
    renew(harbor, "harbor.test")
    lite = make_user(account, Role.LITE)
    with inside():
        OrganizationAccess.objects.create(account=account, organization=harbor, user=lite)
    assert latest_of(lite, harbor) == {"Expiring soon": ["harbor.test Domains Renewal in 10 days"]}


def test_overview_takes_the_same_few_queries_however_much_there_is(account, harbor, renew, client_of):
    client = client_of(Role.EDITOR)
    url = reverse("organizations:organization-latest", args=[account.slug, harbor.pk])
    client.get(url)
    counts = []
    for more in (1, 2, 47):
        renew(harbor, *(f"{more}-{number}.test" for number in range(more)))
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        asked = [
            each["sql"] for each in queries if each["sql"].startswith(("SELECT", "(", "INSERT", "UPDATE"))
        ]
        counts.append([sql for sql in asked if "set_config" not in sql])
    assert [len(each) for each in counts] == [len(counts[0])] * 3, "\n".join(counts[2])
    assert len(counts[0]) <= 15, "\n".join(counts[0])
