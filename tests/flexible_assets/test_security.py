"""A restricted asset is gone for everybody but Administrators and those granted it: from every page, count and sum."""

import pytest

from flexible_assets.actions import (
    SelfExclusionError,
    open_asset,
    open_assets,
    restrict_asset,
    secure_assets,
)
from flexible_assets.models import (
    AssetGrant,
    FlexibleAsset,
    FlexibleAssetField,
    FlexibleAssetType,
    OrganizationTotals,
)
from flexible_assets.policies import visible_assets
from organizations.models import Activity, Contact, Group, GroupMember, OrganizationAccess, User
from organizations.roles import Role
from tests.factories import NOW, connect, give_licenses, make_user, person, sku
from tests.integrations.places import tenant_named
from tests.itglue_portal.test_database_queries import queries_of
from tests.pages import page_of

OPEN = sku("OPEN_PLAN", enabled=25, consumed=20)
SECRET = sku("SECRET_PLAN", enabled=700, consumed=650, suspended=300)


@pytest.fixture
def harbor(account):
    """A client with two licenses, both held by one person."""
    [match] = connect(account, [tenant_named("Harbor")]).matches
    give_licenses(match, [OPEN, SECRET], [person("Holder", holds=[OPEN, SECRET])])
    return match.organization


@pytest.fixture
def secret(harbor, inside):
    with inside():
        return FlexibleAsset.objects.get(name="SECRET_PLAN")


@pytest.fixture
def granted(account):
    return make_user(account, Role.EDITOR, "granted@example.test")


@pytest.fixture
def excluded(account):
    return make_user(account, Role.MANAGER, "excluded@example.test")


@pytest.fixture
def restricted(secret, granted, inside):
    """The asset, restricted to one editor."""
    with inside():
        return restrict_asset(secret, users=[granted], now=NOW)


@pytest.fixture
def addresses(account, harbor, secret, inside):
    with inside():
        asset_type, contact = FlexibleAssetType.objects.get(), Contact.objects.get()
        field = FlexibleAssetField.objects.get(kind="Tag")
    root = f"/{account.slug}"
    return {
        "list": f"{root}/organizations/{harbor.pk}/assets/{asset_type.pk}/",
        "global": f"{root}/global/{asset_type.pk}/",
        "overview": f"{root}/organizations/{harbor.pk}/",
        "organizations": f"{root}/organizations/",
        "contact": f"{root}/contacts/{contact.pk}/",
        "asset": f"{root}/assets/{secret.pk}/",
        "tags": f"{root}/assets/{secret.pk}/tags/{field.pk}/",
        "edit": f"{root}/assets/{secret.pk}/edit/",
    }


def _licenses_of(page) -> str:
    """Of the first organization listed, how many licenses it has."""
    return page.rows[0][page.one("thead").texts("th").index("Microsoft licenses")]


@pytest.fixture
def seen(addresses, sign_in):
    """All that the pages tell a user of Harbor's licenses."""

    def look(user) -> dict[str, object]:
        client = sign_in(user)
        pages = {
            name: page_of(client.get(addresses[name]))
            for name in ("list", "global", "overview", "organizations", "contact")
        }
        [entry] = pages["overview"].one("nav", id="sidebar").all("a", href=addresses["list"])
        found = page_of(client.get(addresses["global"], {"q": "secret"}))
        return {
            "rows": [row[0] for row in pages["list"].rows],
            "global rows": [row[0] for row in pages["global"].rows],
            "found": [row[0] for row in found.rows] if found.all("tbody") else [],
            "count": pages["list"].one("p", id="results-count").one("span").text,
            "sums": pages["list"].one("tfoot").texts("td")[3:7],
            "global sums": pages["global"].one("tfoot").texts("td")[4:8],
            "sidebar": entry.one("span", class_="count").text,
            "cards": pages["overview"].one("ul", class_="cards").texts("span", class_="card-value"),
            "column": _licenses_of(pages["organizations"]),
            "mentions": [row[0] for row in pages["contact"].rows],
            "direct": [client.get(addresses[name]).status_code for name in ("asset", "tags")],
        }

    return look


def test_restricted_asset_vanishes_for_those_not_granted_it(restricted, seen, excluded):
    told = seen(excluded)
    del told["cards"], told["column"]
    assert told == {
        "rows": ["OPEN_PLAN"],
        "global rows": ["OPEN_PLAN"],
        "found": [],
        "count": "1 Microsoft Licenses",
        "sums": ["25", "20", "5", "0"],
        "global sums": ["25", "20", "5", "0"],
        "sidebar": "1",
        "mentions": ["OPEN_PLAN"],
        "direct": [404, 404],
    }


@pytest.mark.parametrize("who", ["granted", "administrator"])
def test_restricted_asset_counts_for_those_who_see_it(restricted, seen, who, request):
    told = seen(request.getfixturevalue(who))
    del told["cards"], told["column"]
    assert told == {
        "rows": ["OPEN_PLAN", "SECRET_PLAN Seen only by Administrators and Editor"],
        "global rows": ["OPEN_PLAN", "SECRET_PLAN Seen only by Administrators and Editor"],
        "found": ["SECRET_PLAN Seen only by Administrators and Editor"],
        "count": "2 Microsoft Licenses",
        "sums": ["725", "670", "55", "300"],
        "global sums": ["725", "670", "55", "300"],
        "sidebar": "2",
        "mentions": ["OPEN_PLAN", "SECRET_PLAN"],
        "direct": [200, 200],
    }


def test_figures_of_the_overview_and_the_organizations_list_leave_it_out(restricted, seen, excluded, granted):
    hidden, shown = seen(excluded), seen(granted)
    assert (hidden["cards"], shown["cards"]) == (["1", "1", "0"], ["1", "2", "0"])
    assert (hidden["column"], shown["column"]) == ("1", "2")


def test_totals_that_everybody_reads_hold_unrestricted_assets_only(restricted, inside):
    with inside():
        row = OrganizationTotals.objects.get()
        assert (row.assets, row.number_1, row.number_2) == (1, 25, 20)
        open_asset(restricted, now=NOW)
        row.refresh_from_db()
    assert (row.assets, row.number_1, row.number_2) == (2, 725, 670)


def test_sync_goes_on_with_a_restricted_asset_and_still_hides_its_figures(
    harbor, restricted, inside, excluded
):
    with inside():
        match = harbor.tenant_matches.get()
    give_licenses(match, [OPEN, sku("SECRET_PLAN", enabled=900, consumed=1)])
    with inside():
        restricted.refresh_from_db()
        row = OrganizationTotals.objects.get()
        assert [asset.name for asset in visible_assets(excluded)] == ["OPEN_PLAN"]
    assert (restricted.number_1, restricted.is_restricted) == (900, True)
    assert (row.assets, row.number_1) == (1, 25)


def test_orphan_adds_nothing_to_the_sums_of_those_who_see_it(harbor, restricted, inside, seen, granted):
    with inside():
        FlexibleAsset.objects.filter(pk=restricted.pk).update(orphaned_at=NOW)
    told = seen(granted)
    assert (told["sums"], told["sidebar"]) == (["25", "20", "5", "0"], "2")


def test_grant_of_one_asset_opens_no_other(account, restricted, granted, excluded, inside):
    with inside():
        other = FlexibleAsset.objects.get(name="OPEN_PLAN")
        restrict_asset(other, users=[excluded], now=NOW)
        assert [asset.name for asset in visible_assets(granted)] == ["SECRET_PLAN"]
        assert [asset.name for asset in visible_assets(excluded)] == ["OPEN_PLAN"]


def test_several_grants_show_an_asset_once(restricted, granted, excluded, inside):
    with inside():
        restrict_asset(restricted, users=[granted, excluded], now=NOW)
        assert sorted(asset.name for asset in visible_assets(granted)) == ["OPEN_PLAN", "SECRET_PLAN"]


def test_padlock_names_the_first_few_and_counts_the_others(account, secret, inside, sign_in, addresses):
    with inside():
        restrict_asset(secret, users=[], now=NOW)
    administrator = sign_in(make_user(account))

    def hint():
        page = page_of(administrator.get(addresses["list"]))
        return page.one("span", class_="cell-mark").attributes["title"]

    assert hint() == "Seen only by Administrators"
    crowd = [make_user(account, Role.LITE) for _ in range(7)]
    with inside():
        restrict_asset(secret, users=crowd, now=NOW)
    assert hint() == "Seen only by Administrators, Lite, Lite, Lite, Lite, Lite and 2 more"


def test_change_of_security_is_told_in_the_activity_log(restricted, granted, excluded, administrator, inside):
    with inside():
        restrict_asset(restricted, users=[granted, excluded], now=NOW, actor=administrator)
        restrict_asset(restricted, users=[excluded, granted], now=NOW, actor=administrator)
        open_asset(restricted, now=NOW, actor=administrator)
        lines = Activity.objects.filter(action="flexible-asset.secured").order_by("pk")
        told = [(line.details["before"], line.details["after"]) for line in lines]
        assert {(line.subject_kind, line.subject_id) for line in lines} == {("flexibleasset", restricted.pk)}
        assert not AssetGrant.objects.exists()
    both = ["excluded@example.test", "granted@example.test"]
    assert told == [(None, ["granted@example.test"]), (["granted@example.test"], both), (both, None)]


def test_nobody_shuts_themselves_out(secret, excluded, granted, administrator, inside):
    with inside():
        with pytest.raises(SelfExclusionError, match="Choose yourself or a group of yours"):
            restrict_asset(secret, users=[granted], now=NOW, actor=excluded)
        assert not FlexibleAsset.objects.restricted().exists()
        restrict_asset(secret, users=[granted], now=NOW, actor=administrator)
        assert FlexibleAsset.objects.restricted().get() == secret


# The page.


def test_page_restricts_and_opens_again(secret, granted, sign_in, addresses, inside):
    client = sign_in(granted)
    sent = {"notes": "Kept quiet", "audience": "users", "users": [granted.pk]}
    assert client.post(addresses["edit"], sent).status_code == 302
    page = page_of(client.get(addresses["asset"]))
    assert page.one("div", id="restricted-explained").text == "Seen only by Administrators and: Editor"
    form = page_of(client.get(addresses["edit"])).one("fieldset", class_="audience")
    assert "checked" in form.one("input", id="audience-users").attributes
    assert [each.attributes["value"] for each in form.all("input", name="users") if "checked" in each.attributes] == [
        str(granted.pk)
    ]  # fmt: skip
    assert client.post(addresses["edit"], {"notes": "", "audience": "everyone"}).status_code == 302
    with inside():
        assert not AssetGrant.objects.exists()
        assert not FlexibleAsset.objects.restricted().exists()


def test_page_refuses_to_shut_its_reader_out_and_saves_nothing(
    secret, granted, excluded, sign_in, addresses, inside
):
    sent = {"notes": "Not this", "audience": "users", "users": [granted.pk]}
    page = page_of(sign_in(excluded).post(addresses["edit"], sent), status=422)
    assert page.one("fieldset", class_="audience").one("p", class_="form-error").text == (
        "Choose yourself or a group of yours as well: you would no longer see this, nor be able to undo it."
    )
    with inside():
        stored = FlexibleAsset.objects.get(pk=secret.pk)
        assert not Activity.objects.filter(action="flexible-asset.edited").exists()
    assert (stored.notes, stored.is_restricted) == ("", False)


def test_page_offers_those_for_whom_it_makes_a_difference(
    secret, granted, excluded, sign_in, addresses, inside
):
    account = granted.account
    gone, promoted = make_user(account, Role.LITE), make_user(account, Role.EDITOR)
    make_user(account, Role.ADMINISTRATOR)
    with inside():
        restrict_asset(secret, users=[granted, promoted], now=NOW)
        for user, column, value in ((gone, "is_active", False), (promoted, "role", Role.ADMINISTRATOR.value)):
            setattr(user, column, value)
            user.save(update_fields=[column])
    page = page_of(sign_in(granted).get(addresses["edit"]))
    offered = [int(each.attributes["value"]) for each in page.all("input", name="users")]
    assert sorted(offered) == sorted([granted.pk, excluded.pk, promoted.pk])


@pytest.fixture
def foreigner(rival):
    return make_user(rival, Role.EDITOR)


@pytest.mark.parametrize("users", [["0"], ["x"], ["9" * 40], ["\0"], ["{foreign}"]])
def test_page_grants_nothing_to_whom_it_does_not_know(granted, foreigner, sign_in, addresses, users, inside):
    sent = {"notes": "", "audience": "users", "users": [each.format(foreign=foreigner.pk) for each in users]}
    page = page_of(sign_in(granted).post(addresses["edit"], sent), status=422)
    assert len(page.one("fieldset", class_="people").all("p", class_="form-error")) == 1
    with inside():
        assert not AssetGrant.objects.exists()


def test_edit_page_of_a_restricted_asset_is_not_there_for_others(restricted, excluded, sign_in, addresses):
    client = sign_in(excluded)
    sent = {"notes": "Mine", "audience": "everyone"}
    assert [client.get(addresses["edit"]).status_code, client.post(addresses["edit"], sent).status_code] == [
        404,
        404,
    ]


def test_lists_cost_the_same_however_many_assets_are_restricted(
    harbor, restricted, granted, sign_in, addresses, inside
):
    client = sign_in(granted)
    costs = []
    for count in (1, 30):
        with inside():
            match = harbor.tenant_matches.get()
        more = [sku(f"PLAN_{number:02}", enabled=1) for number in range(count)]
        give_licenses(match, [OPEN, SECRET, *more], [person("Holder", holds=[OPEN, SECRET])])
        with inside():
            for asset in FlexibleAsset.objects.filter(name__startswith="PLAN_"):
                restrict_asset(asset, users=[granted], now=NOW)
        costs.append([len(queries_of(client, addresses[name])[0]) for name in ("list", "global", "contact")])
    assert costs[0] == costs[1]


# Groups.


@pytest.fixture
def finance(account, granted, inside):
    """A group with the granted editor in it."""
    with inside():
        group = Group.objects.create(account=account, name="Finance", sort_key="finance")
        GroupMember.objects.create(account=account, group=group, user=granted)
    return group


def test_members_of_a_group_see_what_is_restricted_to_it(
    secret, finance, granted, excluded, inside, administrator
):
    with inside():
        restrict_asset(secret, users=[], groups=[finance], now=NOW, actor=administrator)
        assert [asset.name for asset in visible_assets(excluded)] == ["OPEN_PLAN"]
        assert sorted(asset.name for asset in visible_assets(granted)) == ["OPEN_PLAN", "SECRET_PLAN"]
        line = Activity.objects.get(action="flexible-asset.secured")
    assert (line.details["before"], line.details["after"]) == (None, ["group Finance"])


def test_own_group_is_enough_not_to_be_shut_out(secret, finance, granted, excluded, inside):
    with inside():
        restrict_asset(secret, users=[], groups=[finance], now=NOW, actor=granted)
        with pytest.raises(SelfExclusionError):
            restrict_asset(secret, users=[], groups=[finance], now=NOW, actor=excluded)


def test_many_assets_are_secured_at_once_and_opened_again(harbor, secret, finance, granted, inside):
    with inside():
        ids = list(FlexibleAsset.objects.order_by("pk").values_list("pk", flat=True))
        FlexibleAsset.objects.filter(pk=secret.pk).update(archived=True, deleted_at=NOW)
        outcome = secure_assets(ids, users=[granted], groups=[finance], now=NOW, actor=granted)
        assert (outcome.done, outcome.skipped) == (tuple(pk for pk in ids if pk != secret.pk), {"deleted": 1})
        assert sorted(AssetGrant.objects.values_list("user", "group"), key=str) == [
            (granted.pk, None), (None, finance.pk),
        ]  # fmt: skip
        assert OrganizationTotals.objects.get().assets == 0
        open_assets(ids, now=NOW, actor=granted)
        assert not AssetGrant.objects.exists()
        assert OrganizationTotals.objects.get().assets == 1


def test_page_offers_groups_and_users_who_reach_the_organization(
    secret, finance, granted, sign_in, addresses, inside
):
    account = granted.account
    far, near = make_user(account, Role.EDITOR), make_user(account, Role.LITE)
    with inside():
        harbor = secret.organization
        User.objects.filter(pk=far.pk).update(all_organizations=False)
        elsewhere = Group.objects.create(account=account, name="Elsewhere", sort_key="elsewhere")
        GroupMember.objects.create(account=account, group=elsewhere, user=far)
        OrganizationAccess.objects.create(account=account, organization=harbor, user=near)
        near_group = Group.objects.create(account=account, name="Near", sort_key="near")
        GroupMember.objects.create(account=account, group=near_group, user=near)
    form = page_of(sign_in(granted).get(addresses["edit"])).one("fieldset", class_="audience")
    assert [int(each.attributes["value"]) for each in form.all("input", name="groups")] == [
        finance.pk, near_group.pk,
    ]  # fmt: skip
    assert sorted(int(each.attributes["value"]) for each in form.all("input", name="users")) == sorted(
        [granted.pk, near.pk]
    )


def test_page_restricts_to_a_group(secret, finance, granted, sign_in, addresses, inside):
    client = sign_in(granted)
    sent = {"notes": "", "audience": "users", "groups": [finance.pk]}
    assert client.post(addresses["edit"], sent).status_code == 302
    page = page_of(client.get(addresses["asset"]))
    assert (
        page.one("div", id="restricted-explained").text == "Seen only by Administrators and: Finance (group)"
    )
    assert (
        "checked"
        in page_of(client.get(addresses["edit"])).one("input", id=f"id_groups_{finance.pk}").attributes
    )
