"""How the sidebar of organizations is arranged, for everyone and for groups."""

import pytest

from flexible_assets.models import TypeDenial
from organizations.actions.sidebar import arrange_sidebar
from organizations.models import Activity, Group, GroupMember, SidebarLayout
from organizations.roles import Role
from organizations.sidebar import Arrangement, Entry, Section, arrange
from tests.factories import NOW, make_organization, make_user
from tests.flexible_assets.documentation import make_assets, make_type
from tests.pages import page_of

CORE, APPS, ADMINISTRATION = "Core Assets", "Apps & Services", "Administration"


def section(title, *keys):
    return Section(title, [Entry(key.upper(), "box", f"/{key}/", key=key) for key in keys])


def shown(sections):
    return {each.title: [entry.key for entry in each.entries] for each in sections}


DEFAULT = [section("", "top"), section(CORE, "contacts"), section(APPS, "a", "b"), section(APPS, "c")]


def test_without_an_arrangement_entries_stand_where_their_type_says():
    assert shown(arrange(DEFAULT, Arrangement())) == {"": ["top"], CORE: ["contacts"], APPS: ["a", "b", "c"]}


def test_entries_are_moved_and_hidden_and_new_ones_appear_by_themselves():
    arrangement = Arrangement(
        (
            (CORE, ("b", "gone", "contacts")),
            (APPS, ()),
        ),
        frozenset({"a"}),
    )
    assert shown(arrange(DEFAULT, arrangement)) == {"": ["top"], CORE: ["b", "contacts"], APPS: ["c"]}


def test_what_someone_arranges_keeps_what_they_do_not_see():
    before = Arrangement(((CORE, ("contacts", "secret")), (APPS, ("a",))), frozenset({"b", "veiled"}))
    after = Arrangement(((CORE, ("a",)), (APPS, ("contacts", "b"))))
    kept = after.keeping(before, seen={"contacts", "a", "b"})
    assert kept == Arrangement(((CORE, ("a", "secret")), (APPS, ("contacts", "b"))), frozenset({"veiled"}))


@pytest.fixture
def manager(account):
    return make_user(account, Role.MANAGER)


@pytest.fixture
def harbor(account):
    return make_organization(account, "Harbor Dental")


@pytest.fixture
def types(account, inside):
    with inside():
        return [make_type(account, name).asset_type for name in ("Backups", "Servers")]


@pytest.fixture
def sidebar_of(account, harbor, sign_in):
    def read(user):
        page = page_of(sign_in(user).get(f"/{account.slug}/organizations/{harbor.pk}/contacts/"))
        nav = page.one("nav", id="sidebar")
        lists = [each.texts("span", class_="sidebar-label") for each in nav.all("ul")]
        return dict(zip(["", *nav.texts("h2")], lists, strict=True))

    return read


def test_the_sidebar_begins_with_the_organization_and_has_the_types_below(types, manager, sidebar_of):
    assert sidebar_of(manager) == {
        "": ["Overview", "Activity"],
        CORE: ["Contacts", "Expirations"],
        APPS: ["Backups", "Servers"],
    }


def test_an_arrangement_for_everyone_is_saved_in_the_order_of_the_page(
    types, account, manager, sign_in, sidebar_of, inside
):
    backups, servers = (f"type:{each.pk}" for each in types)
    sent = {
        "item": [CORE, servers, APPS, ADMINISTRATION, "contacts", backups, "expirations"],
        "shown": [servers, "contacts"],
    }
    response = sign_in(manager).post(f"/{account.slug}/admin/sidebar/", sent)
    assert response.status_code == 302
    assert sidebar_of(make_user(account, Role.EDITOR)) == {
        "": ["Overview", "Activity"],
        CORE: ["Servers"],
        ADMINISTRATION: ["Contacts"],
    }
    with inside():
        line = Activity.objects.with_names().get(action="sidebar.arranged")
    assert (line.subject, line.user) == ("Everyone", manager)


def test_saving_what_is_saved_already_tells_the_log_nothing(types, account, manager, inside):
    arrangement = Arrangement(((CORE, ("contacts",)),))
    with inside():
        assert arrange_sidebar(account, arrangement, now=NOW, actor=manager)
        assert not arrange_sidebar(account, arrangement, now=NOW, actor=manager)
        assert Activity.objects.filter(action="sidebar.arranged").count() == 1


@pytest.mark.parametrize(
    ("move", "order"),
    [
        ("down:{backups}", {CORE: ["Contacts"], APPS: ["Servers", "Backups"]}),
        ("up:{backups}", {CORE: ["Contacts", "Backups"], APPS: ["Servers"]}),
        ("up:contacts", {CORE: ["Contacts"], APPS: ["Backups", "Servers"]}),
        ("down:contacts", {APPS: ["Contacts", "Backups", "Servers"]}),
        ("up:nonsense", {CORE: ["Contacts"], APPS: ["Backups", "Servers"]}),
    ],
)
def test_buttons_move_entries_without_script(types, manager, sign_in, sidebar_of, move, order):
    backups, servers = (f"type:{each.pk}" for each in types)
    sent = {
        "item": [CORE, "contacts", APPS, backups, servers, ADMINISTRATION, "expirations"],
        "shown": ["contacts", backups, servers],
        "move": move.format(backups=backups),
    }
    sign_in(manager).post(f"/{manager.account.slug}/admin/sidebar/", sent)
    assert sidebar_of(manager) == {"": ["Overview", "Activity"], **order}


def test_the_first_group_by_name_with_a_sidebar_of_its_own_wins(
    types, account, manager, inside, sidebar_of, sign_in
):
    helper = make_user(account, Role.EDITOR)
    with inside():
        groups = [
            Group.objects.create(account=account, name=name, sort_key=name.lower())
            for name in ("Zebras", "Ants", "Bees")
        ]
        for group in groups:
            GroupMember.objects.create(account=account, group=group, user=helper)
        hide_all = frozenset({"contacts", "expirations", *(f"type:{each.pk}" for each in types)})
        arrange_sidebar(account, Arrangement(hidden=hide_all), now=NOW, actor=manager)
        for group, hidden in ((groups[0], hide_all), (groups[2], {"contacts", "expirations"})):
            arrangement = Arrangement(hidden=frozenset(hidden))
            arrange_sidebar(account, arrangement, now=NOW, actor=manager, group=group)
    assert sidebar_of(helper) == {"": ["Overview", "Activity"], APPS: ["Backups", "Servers"]}
    assert sidebar_of(manager) == {"": ["Overview", "Activity"]}
    bees = f"/{account.slug}/admin/sidebar/groups/{groups[2].pk}/reset/"
    assert sign_in(manager).post(bees).status_code == 302
    assert sidebar_of(helper) == {"": ["Overview", "Activity"]}


def test_a_page_that_is_hidden_from_the_sidebar_still_says_where_it_is(
    types, account, manager, harbor, inside, sign_in
):
    with inside():
        [asset] = make_assets(make_type(account, "Runbooks"), harbor, "Restart")
        hidden = Arrangement(hidden=frozenset({f"type:{asset.asset_type_id}"}))
        arrange_sidebar(account, hidden, now=NOW, actor=manager)
    page = page_of(sign_in(manager).get(f"/{account.slug}/assets/{asset.pk}/"))
    assert page.one("nav", class_="breadcrumb").texts("li") == ["Organizations", "Harbor Dental", "Runbooks"]
    assert "Runbooks" not in page.one("nav", id="sidebar").text


def test_a_type_denied_to_a_manager_is_not_named_but_keeps_its_place(
    types, account, manager, inside, sign_in
):
    backups, servers = (f"type:{each.pk}" for each in types)
    with inside():
        group = Group.objects.create(account=account, name="Helpers", sort_key="helpers")
        GroupMember.objects.create(account=account, group=group, user=manager)
        TypeDenial.objects.create(account=account, group=group, asset_type=types[0])
        administrator = make_user(account, Role.ADMINISTRATOR)
        arranged = Arrangement(((CORE, (backups, "contacts")), (APPS, (servers,))))
        arrange_sidebar(account, arranged, now=NOW, actor=administrator)
    browser = sign_in(manager)
    page = page_of(browser.get(f"/{account.slug}/admin/sidebar/"))
    assert page.texts("span", class_="arranging-name") == ["Contacts", "Expirations", "Servers"]
    browser.post(
        f"/{account.slug}/admin/sidebar/",
        {"item": [CORE, servers, backups, APPS, "contacts", "expirations"], "shown": [servers, "contacts"]},
    )
    with inside():
        layout = SidebarLayout.objects.get(account=account)
    assert layout.sections == [
        {"title": CORE, "entries": [servers, backups]},
        {"title": APPS, "entries": ["contacts"]},
        {"title": ADMINISTRATION, "entries": []},
    ]
    assert layout.hidden == ["expirations"]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.READ_ONLY, Role.LITE])
def test_only_those_who_manage_types_arrange_the_sidebar(types, account, client_of, role):
    browser = client_of(role)
    for url in ("sidebar/", "sidebar/reset/"):
        assert browser.post(f"/{account.slug}/admin/{url}").status_code == 403
