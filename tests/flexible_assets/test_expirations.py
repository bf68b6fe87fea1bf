"""What runs out and when: kept in step with every way of writing assets, listed for those who may see them."""

from datetime import date, timedelta
from threading import Event
from time import sleep

import pytest
import time_machine
from django.urls import reverse

from flexible_assets.actions import (
    FieldSpec,
    archive_assets,
    edit_asset,
    move_assets,
    purge_assets,
    restrict_asset,
    update_assets,
)
from flexible_assets.actions.expirations import refresh_expirations
from flexible_assets.actions.fields import edit_field
from flexible_assets.expirations import distance, tone, upcoming, visible_expirations
from flexible_assets.models import AssetExpiration, FlexibleAssetField, TypeDenial
from flexible_assets.schema import schema_of
from organizations.actions import archive_organizations
from organizations.models import Activity, Group, GroupMember, OrganizationAccess
from organizations.roles import Role
from tests.factories import NOW, make_organization, make_user
from tests.flexible_assets.documentation import make_assets, make_type
from tests.pages import page_of

TODAY = NOW.date()
RENEWAL = FieldSpec("Renewal", "Date", is_expiration=True, show_in_list=True)
WARRANTY = FieldSpec("Warranty", "Date", is_expiration=True)


@pytest.fixture
def client_firm(account):
    return make_organization(account, "Client")


@pytest.fixture
def domains(account, inside):
    with inside():
        return make_type(account, "Domains", [RENEWAL, WARRANTY, FieldSpec("Bought", "Date")])


@pytest.fixture
def domain(domains, client_firm, inside):
    """Renews in ten days."""
    with inside():
        [asset] = make_assets(domains, client_firm, "client.test", renewal=day(10), bought=day(-900))
        return asset


@pytest.fixture
def editor(account):
    return make_user(account, Role.EDITOR)


def day(distance):
    return (TODAY + timedelta(days=distance)).isoformat()


def stored(account):
    rows = AssetExpiration.objects.of_account(account.pk).order_by("expires_on", "id")
    return [
        (row.asset.name, row.field.name, row.organization.name, (row.expires_on - TODAY).days)
        for row in rows.with_names()
    ]


def test_new_assets_expire_by_their_expiration_fields_alone(account, domain, inside):
    with inside():
        assert stored(account) == [("client.test", "Renewal", "Client", 10)]


def test_edit_moves_adds_and_clears_expirations(account, domain, editor, inside):
    with inside():
        edit_asset(domain, changes={"renewal": day(375), "warranty": day(3)}, now=NOW, actor=editor)
        assert stored(account) == [
            ("client.test", "Warranty", "Client", 3),
            ("client.test", "Renewal", "Client", 375),
        ]
        edit_asset(domain, changes={"renewal": "", "warranty": day(3)}, now=NOW, actor=editor)
        assert stored(account) == [("client.test", "Warranty", "Client", 3)]


def test_batches_of_a_sync_keep_expirations_in_step_and_touch_only_what_differs(
    account, domains, domain, client_firm, inside
):
    with inside():
        [other] = make_assets(domains, client_firm, "other.test", renewal=day(20))
        before = AssetExpiration.objects.get(asset=other).pk
        managed = {"name": "client.test", "renewal": day(11)}
        domains.asset_type.fields.update(is_managed=True)
        schema = schema_of(domains.asset_type)
        update_assets(
            schema, {domain.pk: managed, other.pk: {"name": "other.test", "renewal": day(20)}}, now=NOW
        )
        assert [row[3] for row in stored(account)] == [11, 20]
        assert AssetExpiration.objects.get(asset=other).pk == before


def test_moved_and_purged_assets_take_their_expirations_along(account, domain, inside):
    elsewhere = make_organization(account, "Elsewhere")
    with inside():
        move_assets([domain.pk], organization=elsewhere, now=NOW)
        assert stored(account) == [("client.test", "Renewal", "Elsewhere", 10)]
        assert purge_assets([domain.pk])["expirations"] == 1
        assert stored(account) == []


def test_switching_a_field_on_and_off_recomputes_every_asset(account, domains, domain, client_firm, inside):
    with inside():
        make_assets(domains, client_firm, "old.test", bought=day(-30))
        FlexibleAssetField.objects.filter(key="bought").update(is_expiration=True)
        FlexibleAssetField.objects.filter(key="renewal").update(is_expiration=False)
        refresh_expirations(schema_of(domains.asset_type))
        assert [row[:2] for row in stored(account)] == [("client.test", "Bought"), ("old.test", "Bought")]
        FlexibleAssetField.objects.update(is_expiration=False)
        refresh_expirations(schema_of(domains.asset_type), [domain.pk])
        assert [row[0] for row in stored(account)] == ["old.test"]
        refresh_expirations(schema_of(domains.asset_type))
        assert stored(account) == []


def test_upcoming_begins_with_what_ran_out_lately(account, domains, client_firm, editor, inside):
    with inside():
        for name, distance_ in (("long gone", -31), ("gone", -30), ("next", 0), ("soon", 90), ("far", 91)):
            make_assets(domains, client_firm, name, renewal=day(distance_))
        told = [(each.name, each.distance, each.tone) for each in upcoming(editor, limit=9, today=TODAY)]
        assert told == [
            ("gone", "30 days ago", "danger"),
            ("next", "today", "warning"),
            ("soon", "in 90 days", "neutral"),
        ]
        [first] = upcoming(editor, limit=1, today=TODAY)
        assert (first.organization_name, first.type_name, first.field_name) == (
            "Client",
            "Domains",
            "Renewal",
        )


@pytest.mark.parametrize(
    ("days", "words", "shade"),
    [
        (-1, "yesterday", "danger"),
        (0, "today", "warning"),
        (1, "tomorrow", "warning"),
        (30, "in 30 days", "warning"),
        (31, "in 31 days", "neutral"),
        (1500, "in 1,500 days", "neutral"),
    ],
)
def test_distance_is_told_as_people_say_it(days, words, shade):
    then = date(2026, 1, 1) + timedelta(days=days)
    assert (distance(then, today=date(2026, 1, 1)), tone(then, today=date(2026, 1, 1))) == (words, shade)


def test_expirations_are_seen_by_those_who_see_the_asset(
    account, domains, domain, client_firm, administrator, inside
):
    elsewhere = make_organization(account, "Elsewhere")
    with inside():
        make_assets(domains, elsewhere, "elsewhere.test", renewal=day(5))
        [hidden, old] = make_assets(domains, client_firm, "hidden.test", "old.test", renewal=day(6))
        restrict_asset(hidden, users=[], now=NOW)
        archive_assets([old.pk], now=NOW)
    near, denied = make_user(account, Role.EDITOR), make_user(account, Role.EDITOR)
    with inside():
        near.all_organizations = False
        near.save()
        OrganizationAccess.objects.create(account_id=account.pk, organization=client_firm, user=near)
        group = Group.objects.create(account_id=account.pk, name="Denied", sort_key="denied")
        GroupMember.objects.create(account_id=account.pk, group=group, user=denied)
        TypeDenial.objects.create(account_id=account.pk, group=group, asset_type=domains.asset_type)

        def names(user):
            return sorted(row.asset.name for row in visible_expirations(user).with_names())

        assert names(administrator) == ["client.test", "elsewhere.test", "hidden.test"]
        assert names(near) == ["client.test"]
        assert names(denied) == []


@pytest.fixture
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def many(account, domains, client_firm, inside):
    """Of two organizations, one of them long run out."""
    elsewhere = make_organization(account, "Elsewhere")
    with inside():
        make_assets(domains, client_firm, "gone.test", renewal=day(-400))
        make_assets(domains, client_firm, "soon.test", renewal=day(30))
        make_assets(domains, elsewhere, "later.test", renewal=day(60), warranty=day(90))
        make_assets(domains, elsewhere, "far.test", renewal=day(91))


@pytest.mark.usefixtures("at_noon", "many")
def test_global_list_narrows_by_time_and_words(account, client_of):
    url = reverse("flexible_assets:expiration-global-list", args=[account.slug])
    client = client_of(Role.READ_ONLY)

    def names(**query):
        page = page_of(client.get(url, query))
        return [row[0] for row in page.rows] if page.all("tbody") else []

    assert names() == ["gone.test", "soon.test", "later.test", "later.test", "far.test"]
    assert names(within="expired") == ["gone.test"]
    assert names(within="30") == ["soon.test"]
    assert names(within="60") == ["soon.test", "later.test"]
    assert names(within="90") == ["soon.test", "later.test", "later.test"]
    assert names(q="LATER") == ["later.test", "later.test"]
    assert names(q="elsewhere", within="60") == ["later.test"]
    assert names(within="31") == names()
    assert names(within=["expired", "30"]) == ["gone.test", "soon.test"]
    chips = page_of(client.get(url, {"within": ["expired", "30"]})).all("a", class_="chip")
    assert [chip.text for chip in chips] == ["Expires Expired or Next 30 days Remove this filter"]
    assert names(sort="-expires")[0] == "far.test"


@pytest.mark.usefixtures("at_noon", "many")
def test_lists_narrow_by_type_and_organization(account, inside, client_firm, client_of):
    with inside():
        other = make_type(account, "Vehicles", [WARRANTY])
        make_assets(other, client_firm, "Van", warranty=day(1))
    url = reverse("flexible_assets:expiration-global-list", args=[account.slug])
    client = client_of(Role.READ_ONLY)
    page = page_of(client.get(url, {"type": str(other.asset_type.pk), "organization": str(client_firm.pk)}))
    assert [row[:3] for row in page.rows] == [["Van", "Client", "Vehicles"]]
    of_client = reverse("flexible_assets:expiration-list", args=[account.slug, client_firm.pk])
    page = page_of(client.get(of_client))
    assert [row[0] for row in page.rows] == ["gone.test", "Van", "soon.test"]


@pytest.mark.usefixtures("at_noon", "many")
def test_log_of_an_export_names_no_type_that_its_reader_may_be_denied(account, domains, inside, client_of):
    url = reverse("flexible_assets:expiration-global-list", args=[account.slug])
    query = {"type": str(domains.asset_type.pk), "within": "30", "export": "csv"}
    assert b"soon.test" in client_of(Role.MANAGER).get(url, query).getvalue()
    with inside():
        [line] = Activity.objects.filter(action="list.exported")
        assert line.details["filters"] == {"Expires": "Next 30 days", "Type": "1 chosen"}


@pytest.mark.usefixtures("at_noon")
def test_pages_of_expirations_follow_each_other(account, domains, client_firm, inside, client_of):
    with inside():
        for number in range(120):
            make_assets(domains, client_firm, f"{number:03}.test", renewal=day(number // 40))
    url = reverse("flexible_assets:expiration-list", args=[account.slug, client_firm.pk])
    client, seen = client_of(Role.LITE), []
    assert client.get(url).status_code == 404
    client = client_of(Role.READ_ONLY)
    while url:
        page = page_of(client.get(url))
        seen += [row[0] for row in page.rows]
        url = next((each.attributes["href"] for each in page.all("a", rel="next")), "")
    assert seen == [f"{number:03}.test" for number in range(120)]


def test_expirations_of_all_are_nothing_for_lite_users(account, client_of):
    url = reverse("flexible_assets:expiration-global-list", args=[account.slug])
    assert client_of(Role.LITE).get(url).status_code == 403


def test_archived_organization_nags_nobody_but_on_its_own_list(
    account, domain, client_firm, editor, sign_in, inside
):
    with inside():
        archive_organizations([client_firm.pk], now=NOW)
        assert list(upcoming(editor, limit=5, today=TODAY)) == []
    client = sign_in(editor)
    everywhere = reverse("flexible_assets:expiration-global-list", args=[account.slug])
    here = reverse("flexible_assets:expiration-list", args=[account.slug, client_firm.pk])
    assert page_of(client.get(everywhere)).one("div", class_="empty").one("h2").text == "Nothing expires"
    assert [row.one("th").text for row in page_of(client.get(here)).one("tbody").all("tr")] == ["client.test"]


def test_date_that_is_written_while_its_field_becomes_an_expiration_is_kept(
    account, domains, domain, inside, in_threads
):
    is_written = Event()
    with inside():
        edit_asset(domain, changes={"bought": day(1)}, now=NOW)

    def write():
        with inside():
            edit_asset(domain, changes={"bought": day(5)}, now=NOW)
            is_written.set()
            sleep(0.5)

    def mark():
        is_written.wait()
        with inside():
            edit_field(
                domains.by_key["bought"], spec=FieldSpec("Bought", "Date", is_expiration=True), now=NOW
            )

    in_threads(write, mark)
    with inside():
        assert ("client.test", "Bought", "Client", 5) in stored(account)
