"""Admin > Groups: members, the organizations they open, the types they deny, and what goes with one."""

import pytest

from flexible_assets.actions import restrict_asset
from flexible_assets.actions.denials import deny_types
from flexible_assets.models import AssetGrant, FlexibleAsset, FlexibleAssetType, TypeDenial
from organizations.actions.groups import (
    GroupNameTakenError,
    GroupProfile,
    NotOwnGroupError,
    create_group,
    delete_group,
    edit_group,
)
from organizations.actions.people import Profile, add_user, edit_user
from organizations.actions.reach import EVERYTHING, Reach, reach_of
from organizations.models import Activity, Group, User
from organizations.roles import Role
from tests.factories import NOW, connect, give_licenses, make_organization, make_user, sku
from tests.integrations.places import tenant_named
from tests.itglue_portal.test_database_queries import queries_of
from tests.pages import page_of


@pytest.fixture
def groups_url(account):
    return f"/{account.slug}/admin/groups/"


@pytest.fixture
def group(account, administrator, inside):
    with inside():
        return create_group(account, profile=GroupProfile("Helpdesk"), now=NOW, actor=administrator)


@pytest.fixture
def asset_type(account, inside):
    [match] = connect(account, [tenant_named("Harbor")]).matches
    give_licenses(match, [sku("PLAN", enabled=1)])
    with inside():
        return FlexibleAssetType.objects.get()


def members_of(group) -> set[str]:
    return set(group.members.values_list("user__email", flat=True))


def test_group_is_made_with_members_organizations_and_denied_types(
    administrator, account, asset_type, sign_in, groups_url, inside
):
    editor, north = make_user(account, Role.EDITOR), make_organization(account, "North")
    make_organization(account, "South")
    sent = {
        "name": "Helpdesk",
        "description": "First line",
        "members": [editor.pk],
        "access": "chosen",
        "organizations": [north.pk],
        "denied_types": [asset_type.pk],
    }
    response = sign_in(administrator).post(f"{groups_url}new/", sent)
    with inside():
        group = Group.objects.get()
        assert (response.status_code, response.url) == (302, f"{groups_url}{group.pk}/")
        assert (group.name, group.description, members_of(group)) == (
            "Helpdesk",
            "First line",
            {editor.email},
        )
        assert reach_of(group) == Reach(organizations=frozenset({north.pk}))
        assert list(group.denials.values_list("asset_type", flat=True)) == [asset_type.pk]
        lines = Activity.objects.filter(action__startswith="group.").order_by("pk")
        assert [(line.action, line.subject, line.user, line.subject_id) for line in lines] == [
            ("group.created", "Helpdesk", administrator, group.pk),
            ("group.denied-types", "Helpdesk", administrator, group.pk),
        ]
        assert lines[1].details == {"before": [], "after": ["Microsoft Licenses"]}


def test_groups_are_listed_with_members_and_organizations(
    administrator, account, group, sign_in, groups_url, inside
):
    with inside():
        profile = GroupProfile("Account managers", members=frozenset({administrator.pk}), reach=EVERYTHING)
        create_group(account, profile=profile, now=NOW, actor=administrator)
    client = sign_in(administrator)
    page = page_of(client.get(groups_url))
    assert [row[0:1] + row[2:] for row in page.rows] == [
        ["Account managers", "1", "All"],
        ["Helpdesk", "0", "0 chosen"],
    ]
    assert [row[0] for row in page_of(client.get(groups_url, {"q": "HELP"})).rows] == ["Helpdesk"]


def test_group_of_a_taken_name_is_refused_and_loses_nothing(
    administrator, account, group, sign_in, groups_url, inside
):
    sent = {"name": "HELPDESK", "description": "typed", "access": "all"}
    page = page_of(sign_in(administrator).post(f"{groups_url}new/", sent), status=422)
    assert page.one("", id="name-error").text == "There is a group “HELPDESK” already."
    assert page.one("input", name="description").attributes["value"] == "typed"
    with inside():
        other = create_group(account, profile=GroupProfile("Other"), now=NOW, actor=administrator)
        with pytest.raises(GroupNameTakenError):
            edit_group(other, profile=GroupProfile("helpdesk"), now=NOW, actor=administrator)


def test_change_of_a_group_is_told_before_and_after(administrator, account, group, inside):
    editor = make_user(account, Role.EDITOR)
    with inside():
        profile = GroupProfile("Service desk", members=frozenset({editor.pk}), reach=EVERYTHING)
        for _ in range(2):
            edit_group(group, profile=profile, now=NOW, actor=administrator)
        [line] = Activity.objects.filter(action="group.changed")
        assert line.details == {
            "before": {"name": "Helpdesk", "members": [], "organizations": []},
            "after": {"name": "Service desk", "members": [editor.email], "organizations": "all"},
        }


def test_members_reach_what_the_group_opens_until_they_leave_it(
    administrator, account, group, sign_in, inside
):
    north = make_organization(account, "North")
    editor = make_user(account, Role.EDITOR)
    with inside():
        User.objects.filter(pk=editor.pk).update(all_organizations=False)
    client, answers = sign_in(editor), []
    for members in ((), (editor.pk,), ()):
        with inside():
            profile = GroupProfile(
                "Helpdesk",
                members=frozenset(members),
                reach=Reach(organizations=frozenset({north.pk})),
            )
            edit_group(group, profile=profile, now=NOW, actor=administrator)
        answers.append(client.get(f"/{account.slug}/organizations/{north.pk}/").status_code)
    assert answers == [404, 200, 404]


def test_deleting_says_first_what_it_takes_away(
    administrator, group, asset_type, sign_in, groups_url, inside
):
    editor = make_user(group.account, Role.EDITOR)
    with inside():
        profile = GroupProfile("Helpdesk", members=frozenset({editor.pk}), reach=EVERYTHING)
        edit_group(group, profile=profile, now=NOW, actor=administrator)
        deny_types(group, types=[asset_type], now=NOW, actor=administrator)
        restrict_asset(FlexibleAsset.objects.get(), users=[], groups=[group], now=NOW, actor=administrator)
    client, url = sign_in(administrator), f"{groups_url}{group.pk}/delete/"
    page = page_of(client.get(url))
    assert page.one("ul", class_="effects").texts("li") == [
        "1 member loses what the group gives them. They stay users.",
        "It opens all organizations to its members.",
        "Its members see again what it denies them: Microsoft Licenses.",
        "1 restricted asset is granted to it, and its members lose sight of them.",
    ]
    assert client.post(url).status_code == 422
    with inside():
        assert Group.objects.filter(pk=group.pk).exists()
    assert client.post(url, {"confirmed": "yes"}).status_code == 302
    with inside():
        left = [model.objects.exists() for model in (Group, AssetGrant, TypeDenial)]
        assert left == [False, False, False]
        assert User.objects.filter(pk=editor.pk).exists()
        assert Activity.objects.get(action="group.deleted").details["members"] == [editor.email]


def test_manager_changes_own_groups_that_deny_nothing_and_no_others(
    administrator, group, asset_type, sign_in, groups_url, inside
):
    manager = make_user(group.account, Role.MANAGER)
    with inside():
        own, denying = (
            create_group(
                group.account,
                profile=GroupProfile(name, members=frozenset({manager.pk})),
                now=NOW,
                actor=administrator,
            )
            for name in ("Own", "Denying")
        )
        deny_types(denying, types=[asset_type], now=NOW, actor=administrator)
    client = sign_in(manager)
    answers = {}
    for each in (own, denying, group):
        sent = {"name": f"{each.name}!", "access": "chosen", "members": [manager.pk]}
        page = page_of(client.get(f"{groups_url}{each.pk}/"))
        answers[each.name] = (
            len(page.all("input", name="name")),
            client.post(f"{groups_url}{each.pk}/", sent).status_code,
            client.post(f"{groups_url}{each.pk}/delete/", {"confirmed": "yes"}).status_code,
        )
    assert answers == {"Own": (1, 302, 302), "Denying": (0, 403, 403), "Helpdesk": (0, 403, 403)}
    with inside():
        assert sorted(Group.objects.values_list("name", flat=True)) == ["Denying", "Helpdesk"]
        for each in (denying, group):
            with pytest.raises(NotOwnGroupError):
                delete_group(each, now=NOW, actor=User.objects.get(pk=manager.pk))


def test_manager_stands_in_the_groups_they_make(account, sign_in, groups_url, inside):
    manager, editor = make_user(account, Role.MANAGER), make_user(account, Role.EDITOR)
    sent = {"name": "New", "access": "chosen", "members": [editor.pk]}
    sign_in(manager).post(f"{groups_url}new/", sent)
    with inside():
        assert members_of(Group.objects.get()) == {manager.email, editor.email}


def test_manager_neither_joins_nor_gives_groups_that_are_not_theirs(account, group, administrator, inside):
    manager, editor = make_user(account, Role.MANAGER), make_user(account, Role.EDITOR)
    with inside():
        for user in (manager, editor):
            profile = Profile(user.name, Role(user.role), frozenset({group.pk}), EVERYTHING)
            edit_user(user, profile=profile, now=NOW, actor=manager)
            assert User.objects.get(pk=user.pk).group_ids == ()
        profile = Profile(editor.name, Role.EDITOR, frozenset({group.pk}), EVERYTHING)
        edit_user(editor, profile=profile, now=NOW, actor=administrator)
        # Nor do they take anybody out of one.
        edit_user(editor, profile=Profile("Edith", Role.EDITOR), now=NOW, actor=manager)
        assert User.objects.get(pk=editor.pk).group_ids == (group.pk,)


def test_who_is_denied_a_type_can_not_see_it_by_the_eyes_of_somebody_new(
    administrator, account, group, asset_type, inside
):
    manager = make_user(account, Role.MANAGER)
    with inside():
        edit_group(
            group,
            profile=GroupProfile("Helpdesk", members=frozenset({manager.pk})),
            now=NOW,
            actor=administrator,
        )
        deny_types(group, types=[asset_type], now=NOW, actor=administrator)
        made = {
            actor: add_user(
                account, f"{actor.role}@x.test", profile=Profile("New", Role.EDITOR), now=NOW, actor=actor
            ).group_ids
            for actor in (User.objects.get(pk=manager.pk), administrator)
        }
    assert made == {manager: (group.pk,), administrator: ()}


def test_only_administrators_deny_types(administrator, group, asset_type, sign_in, groups_url, inside):
    manager = make_user(group.account, Role.MANAGER)
    with inside():
        profile = GroupProfile("Helpdesk", members=frozenset({manager.pk}))
        edit_group(group, profile=profile, now=NOW, actor=administrator)
    url = f"{groups_url}{group.pk}/"
    sent = {
        "name": "Helpdesk", "access": "chosen", "members": [manager.pk], "denied_types": [asset_type.pk]
    }  # fmt: skip
    client = sign_in(manager)
    assert page_of(client.get(url)).all("input", name="denied_types") == []
    assert client.post(url, sent).status_code == 302
    with inside():
        assert not TypeDenial.objects.exists()
    assert sign_in(administrator).post(url, sent).status_code == 302
    with inside():
        assert TypeDenial.objects.exists()
    # Who is denied it is told so, since the type is nowhere else for them.
    assert page_of(client.get(url)).pairs["Denied types"] == "Microsoft Licenses"


def test_list_of_groups_costs_the_same_for_one_and_for_fifty(
    administrator, account, group, sign_in, groups_url, inside
):
    client = sign_in(administrator)
    client.get(groups_url)
    counts = []
    for more in (0, 2, 47):
        with inside():
            for number in range(more):
                profile = GroupProfile(f"Group {more} {number}", members=frozenset({administrator.pk}))
                create_group(account, profile=profile, now=NOW, actor=administrator)
        counts.append(len(queries_of(client, groups_url)[0]))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 15
