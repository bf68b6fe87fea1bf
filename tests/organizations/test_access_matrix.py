"""Effective access is role AND organization AND type AND asset: every combination, against a reckoning of its own."""

import pytest
from django.http import Http404

from flexible_assets.access import get_asset, get_type
from flexible_assets.policies import visible_assets, visible_totals, visible_types
from flexible_assets.schema import schema_of
from flexible_assets.totals import figures_in, sums_by_slot
from organizations.access import account_transaction, get_contact, get_organization
from organizations.actions.groups import delete_group
from organizations.models import Contact, User
from organizations.policies import visible_contacts, visible_organizations
from organizations.roles import NEEDS_ALL_ORGANIZATIONS, RIGHTS, Right, Role
from tests.factories import make_account
from tests.organizations.access_world import CLIENTS, Cut, World, all_cuts, make_world
from tests.pages import page_of


@pytest.fixture(scope="module")
def crowd(_database):
    """One of everybody, who only look."""
    world = make_world(make_account("Crowd"))
    return world, {role: [(cut, world.user(cut)) for cut in all_cuts(role)] for role in Role}


@pytest.fixture
def world(account):
    return make_world(account)


@pytest.fixture
def looking(crowd):
    """Everybody of a role, each read anew and inside their account, with what they should see."""
    world, people = crowd

    def look(role):
        for cut, user in people[role]:
            with account_transaction(world.account.pk):
                yield cut, User.objects.get(pk=user.pk)

    return look


def is_there(find, *arguments) -> bool:
    try:
        find(*arguments)
    except Http404:
        return False
    return True


@pytest.mark.parametrize("role", list(Role))
def test_rows_within_reach_are_exactly_those_that_every_layer_lets_through(role, crowd, looking):
    for cut, user in looking(role):
        found = {
            "organizations": {row.name for row in visible_organizations(user)},
            "contacts": {row.name for row in visible_contacts(user)},
            "types": visible_types(user).exists(),
            "assets": {row.name for row in visible_assets(user)},
        }
        assert found == {
            "organizations": cut.organizations,
            "contacts": {f"Holder at {name}" for name in cut.organizations},
            "types": cut.sees_type,
            "assets": cut.assets,
        }, cut


@pytest.mark.parametrize("role", list(Role))
def test_door_opens_for_what_lists_show_and_nothing_else(role, crowd, looking):
    world, _ = crowd
    for cut, user in looking(role):
        contacts = {row.name: row.pk for row in Contact.objects.all()}
        for name, organization in world.organizations.items():
            is_open = name in cut.organizations
            assert is_there(get_organization, user, organization.pk) is is_open, cut
            assert is_there(get_contact, user, contacts[f"Holder at {name}"]) is is_open, cut
        for name, asset in world.assets.items():
            assert is_there(get_asset, user, asset.pk) is (name in cut.assets), cut
        assert is_there(get_type, user, world.asset_type.pk) is cut.sees_type, cut


@pytest.mark.parametrize("role", list(Role))
def test_counts_and_sums_hold_what_the_user_sees_and_nothing_else(role, crowd, looking):
    worth = {"OPEN": 7, "SECRET": 100}
    world, _ = crowd
    for cut, user in looking(role):
        schema = schema_of(world.asset_type)
        slot = schema.by_key["active"].slot
        total = sums_by_slot(user, schema).get(slot, 0)
        assert total == sum(worth[name.split()[0]] for name in cut.assets), cut
        # A page of an organization is shown to those who reach it.
        for name in cut.organizations:
            counted = figures_in(user, world.organizations[name])[world.asset_type.pk]["assets"]
            assert counted == len([each for each in cut.assets if each.endswith(name)]), cut
        assert visible_totals(user).count() == (len(cut.organizations) if cut.sees_type else 0), cut


@pytest.mark.parametrize("role", list(Role))
def test_rights_are_those_of_the_role_less_what_asks_for_all_organizations(role, crowd, looking):
    for cut, user in looking(role):
        is_whole = cut.organizations == set(CLIENTS)
        expected = RIGHTS[role] if is_whole else RIGHTS[role] - NEEDS_ALL_ORGANIZATIONS
        assert {right for right in Right if user.has(right)} == expected, cut


PEOPLE = [
    Cut(Role.EDITOR),
    Cut(Role.EDITOR, own=("Alder",)),
    Cut(Role.EDITOR, own=("Alder",), group=("Birch",), granted="group"),
    Cut(Role.EDITOR, own=(), group=None, granted="user"),
    Cut(Role.EDITOR, is_denied=True, granted="user"),
    Cut(Role.MANAGER, own=("Cedar",)),
    Cut(Role.MANAGER, is_denied=True),
    Cut(Role.READ_ONLY, own=()),
    Cut(Role.LITE, own=("Alder",), group=None),
    Cut(Role.LITE, own=("Alder",), group=("Birch",), is_denied=True),
    Cut(Role.ADMINISTRATOR, own=(), is_denied=True),
]


@pytest.mark.parametrize("cut", PEOPLE, ids=str)
def test_pages_name_what_is_within_reach_and_nothing_else(cut, world: World, sign_in, inside):
    user = world.user(cut)
    client, root = sign_in(user), f"/{world.account.slug}"
    with inside():
        contacts = {row.name: row.pk for row in Contact.objects.all()}
    addresses = {
        "organizations": f"{root}/organizations/",
        "search": f"{root}/organizations/?q=e",
        **{name: f"{root}/organizations/{row.pk}/" for name, row in world.organizations.items()},
        **{
            f"contacts of {name}": f"{root}/organizations/{row.pk}/contacts/"
            for name, row in world.organizations.items()
        },
        **{
            f"licenses of {name}": f"{root}/organizations/{row.pk}/assets/{world.asset_type.pk}/"
            for name, row in world.organizations.items()
        },
        **{f"page of {name}": f"{root}/assets/{row.pk}/" for name, row in world.assets.items()},
        **{name: f"{root}/contacts/{pk}/" for name, pk in contacts.items()},
        **{
            f"log of page of {name}": f"{root}/assets/{row.pk}/activity/"
            for name, row in world.assets.items()
        },
        "start": f"{root}/",
        "recent": f"{root}/recent/",
        "find": f"{root}/search/?q=secret",
        "find people": f"{root}/search/?q=holder",
        "palette": f"{root}/palette/?q=open",
        "log": f"{root}/activity/",
        "deleted": f"{root}/deleted-assets/",
        "global contacts": f"{root}/contacts/",
        "global export": f"{root}/global/{world.asset_type.pk}/?export=csv",
        "global": f"{root}/global/{world.asset_type.pk}/",
        "global search": f"{root}/global/{world.asset_type.pk}/?q=secret",
        "global of Birch": f"{root}/global/{world.asset_type.pk}/?organization={world.organizations['Birch'].pk}",
    }
    hidden = (
        (set(CLIENTS) - cut.organizations)
        | (world.assets.keys() - cut.assets)
        | (set() if cut.sees_type else {"Microsoft Licenses", "Microsoft licenses", "Need a look"})
    )
    shown = set()
    for what, address in addresses.items():
        response = client.get(address)
        assert response.status_code == _answer(cut, what), (what, response.status_code)
        text = response.getvalue().decode()
        shown |= {name for name in (*CLIENTS, *world.assets) if name in text}
        # Managers are told by the log of groups which type is denied, as they are by the pages of groups.
        told = {"Microsoft Licenses"} if what == "log" else set()
        assert {name for name in hidden if name in text} - told == set(), what
    # What is hidden from them could have been seen on these pages.
    assert shown == cut.organizations | cut.assets


def _answer(cut: Cut, what: str) -> int:
    if not _may_open(cut, what):
        return 403
    if what == "global contacts":
        return 200
    if what.startswith("global"):
        return 200 if cut.sees_type else 404
    if "page of " in what:
        return 200 if what.partition("page of ")[2] in cut.assets else 404
    if what.startswith("licenses of ") and not cut.sees_type:
        return 404
    inside = [name for name in CLIENTS if what.endswith(name)]
    return 200 if not inside or inside[0] in cut.organizations else 404


def _may_open(cut: Cut, what: str) -> bool:
    needs = {
        "global": Right.VIEW_GLOBAL,
        "log of": Right.VIEW_HISTORY,
        "log": Right.VIEW_ACTIVITY,
        "deleted": Right.DELETE,
    }
    right = next((right for begins, right in needs.items() if what.startswith(begins)), Right.VIEW)
    return right in RIGHTS[cut.role]


def test_figures_on_pages_are_those_of_what_the_user_sees(world: World, sign_in):
    cut = Cut(Role.EDITOR, own=("Alder",), group=("Birch",), granted="user")
    client, root = sign_in(world.user(cut)), f"/{world.account.slug}"
    everybody = sign_in(world.user(Cut(Role.EDITOR, own=("Alder",))))
    pages = {
        name: (
            page_of(each.get(f"{root}/organizations/")),
            page_of(each.get(f"{root}/organizations/{world.organizations['Alder'].pk}/")),
            page_of(each.get(f"{root}/global/{world.asset_type.pk}/")),
        )
        for name, each in (("granted", client), ("not", everybody))
    }
    told = {
        name: (
            [row[0] for row in listed.rows],
            overview.one("nav", id="sidebar").texts("span", class_="count"),
            total.one("p", id="results-count").one("span").text,
            [text for text in total.one("tfoot").texts("td") if text][1],
        )
        for name, (listed, overview, total) in pages.items()
    }
    assert told == {
        "granted": (["Alder", "Birch"], ["2"], "4 Microsoft Licenses", "214"),
        "not": (["Alder"], ["1"], "1 Microsoft Licenses", "7"),
    }


def test_denial_ends_with_the_group_and_the_sight_of_restricted_assets_too(world: World, sign_in, inside):
    user = world.user(Cut(Role.EDITOR, is_denied=True, granted="group"))
    client = sign_in(user)
    address = f"/{world.account.slug}/assets/{world.assets['SECRET Alder'].pk}/"
    answers = [client.get(address).status_code]
    for group in (world.denied, world.granted):
        with inside():
            delete_group(group, now=world.administrator.created_at, actor=world.administrator)
        answers.append(client.get(address).status_code)
    assert answers == [404, 200, 404]
