"""Admin > Users: whom one may manage, what one may give, and what nobody may do."""

from copy import copy

import pytest

from organizations.access import account_transaction
from organizations.actions.groups import GroupProfile, create_group
from organizations.actions.people import (
    LastAdministratorError,
    NotGrantableError,
    OwnAccessError,
    Profile,
    add_user,
    deactivate_user,
    edit_user,
    reactivate_user,
)
from organizations.actions.reach import EVERYTHING, LiteReachError, Reach, reach_of
from organizations.models import Activity, GroupMember, OrganizationAccess, User
from organizations.roles import Role
from organizations.sign_in.factors import add_passkey
from tests.factories import NOW, make_organization, make_user
from tests.itglue_portal.test_database_queries import queries_of
from tests.pages import page_of


@pytest.fixture
def manager(account):
    return make_user(account, Role.MANAGER)


@pytest.fixture
def editor(account):
    return make_user(account, Role.EDITOR)


@pytest.fixture
def users_url(account):
    return f"/{account.slug}/admin/users/"


def profile_of(user, **changes) -> Profile:
    """As it stands, but for the changes."""
    with account_transaction(user.account_id):
        groups = frozenset(GroupMember.objects.filter(user=user).values_list("group_id", flat=True))
        known = {"name": user.name, "role": Role(user.role), "groups": groups, "reach": reach_of(user)}
    return Profile(**{**known, **changes})


def stored(user):
    with account_transaction(user.account_id):
        return User.objects.get(pk=user.pk)


def form_of(user, **changes):
    """What the browser sends of a user's page."""
    sent = {"name": user.name, "role": user.role, "access": "all" if user.all_organizations else "chosen"}
    return {**sent, **changes}


def test_users_are_listed_with_what_they_reach_and_how_they_stand(
    administrator, account, sign_in, users_url, inside
):
    north, south = make_organization(account, "North"), make_organization(account, "South")
    lite, gone = make_user(account, Role.LITE, "lite@x.test"), make_user(account, Role.EDITOR, "gone@x.test")
    with inside():
        helpdesk = create_group(
            account,
            profile=GroupProfile(
                "Helpdesk", members=frozenset({lite.pk}), reach=Reach(organizations=frozenset({north.pk}))
            ),
            now=NOW,
            actor=administrator,
        )
        OrganizationAccess.objects.create(account=account, user=lite, organization=south)
        deactivate_user(gone, now=NOW, actor=administrator)
    page = page_of(sign_in(administrator).get(users_url, {"sort": "email"}))
    rows = {row[1]: row[2:6] + row[-1:] for row in page.rows}
    assert rows == {
        administrator.email: ["Administrator", "", "All", "None", "Active"],
        "gone@x.test": ["Editor", "", "All", "None", "Deactivated"],
        "lite@x.test": ["Lite", helpdesk.name, "2 chosen", "None", "Active"],
    }


def test_users_are_found_by_name_address_role_and_state(administrator, account, sign_in, users_url, inside):
    for role, email in ((Role.EDITOR, "ed@x.test"), (Role.LITE, "lite@x.test"), (Role.LITE, "off@x.test")):
        user = make_user(account, role, email)
    with inside():
        deactivate_user(user, now=NOW, actor=administrator)
    client = sign_in(administrator)
    found = {
        asked: sorted(row[1] for row in page_of(client.get(f"{users_url}?{asked}")).rows)
        for asked in ("q=ED%40X", "q=lite%40x+test", "role=lite", "role=lite&state=deactivated")
    }
    assert found == {
        "q=ED%40X": ["ed@x.test"],
        "q=lite%40x+test": ["lite@x.test"],
        "role=lite": ["lite@x.test", "off@x.test"],
        "role=lite&state=deactivated": ["off@x.test"],
    }


@pytest.mark.parametrize("role", list(Role))
def test_users_are_managed_by_those_who_may_and_see_everything(role, account, sign_in, users_url, inside):
    user = make_user(account, role)
    may = role in (Role.ADMINISTRATOR, Role.MANAGER)
    assert sign_in(user).get(users_url).status_code == (200 if may else 403)
    with inside():
        User.objects.filter(pk=user.pk).update(all_organizations=False)
    # Administrators see all data whatever is chosen for them.
    assert sign_in(user).get(users_url).status_code == (200 if role is Role.ADMINISTRATOR else 403)


def test_menu_lists_what_one_may_administer(account, sign_in):
    listed = {}
    for role in Role:
        page = page_of(sign_in(make_user(account, role)).get(f"/{account.slug}/organizations/"))
        menus = page.all("div", id="admin-menu")
        listed[role] = {link.text for menu in menus for link in menu.all("a")}
    managing = {
        "Integrations", "Flexible Asset Types", "Users", "Groups", "Organization types", "Sidebar", "Import",
        "Activity log",
    }  # fmt: skip
    assert {role: entries for role, entries in listed.items() if entries} == {
        Role.ADMINISTRATOR: managing | {"Account"},
        Role.MANAGER: managing,
    }


def test_profile_is_changed_and_told_in_the_log(administrator, editor, account, sign_in, users_url, inside):
    north, _ = make_organization(account, "North"), make_organization(account, "South")
    with inside():
        group = create_group(account, profile=GroupProfile("Helpdesk"), now=NOW, actor=administrator)
    sent = {
        "name": "Renamed",
        "role": "creator",
        "access": "chosen",
        "organizations": [north.pk],
        "groups": [group.pk],
    }
    response = sign_in(administrator).post(f"{users_url}{editor.pk}/", sent)
    assert (response.status_code, response.url) == (302, f"{users_url}{editor.pk}/")
    with inside():
        user = User.objects.get(pk=editor.pk)
        assert (user.name, user.role, user.group_ids) == ("Renamed", "creator", (group.pk,))
        assert reach_of(user) == Reach(organizations=frozenset({north.pk}))
        line = Activity.objects.get(action="user.changed")
        assert (line.subject, line.user, line.subject_kind, line.subject_id) == (
            editor.email, administrator, "user", editor.pk
        )  # fmt: skip
        assert line.details == {
            "before": {"name": "Editor", "role": "editor", "groups": [], "organizations": "all"},
            "after": {
                "name": "Renamed", "role": "creator", "groups": ["Helpdesk"], "organizations": ["North"]
            },
        }  # fmt: skip


def test_profile_saved_as_it_was_is_no_line_of_the_log(administrator, editor, sign_in, users_url, inside):
    assert sign_in(administrator).post(f"{users_url}{editor.pk}/", form_of(editor)).status_code == 302
    with inside():
        assert not Activity.objects.filter(action="user.changed").exists()


def test_form_that_is_wrong_keeps_what_was_typed(administrator, editor, account, sign_in, users_url):
    north = make_organization(account, "North")
    sent = {"name": "", "role": "creator", "access": "chosen", "organizations": [north.pk]}
    page = page_of(sign_in(administrator).post(f"{users_url}{editor.pk}/", sent), status=422)
    assert page.one("", id="name-error").text == "Say what they are called."
    ticked = {box.attributes["id"] for box in page.all("input") if "checked" in box.attributes}
    assert ticked == {"role-creator", "id_access_1", f"organization-{north.pk}"}
    assert stored(editor).role == "editor"


def test_manager_neither_makes_nor_changes_administrators(
    manager, administrator, editor, sign_in, users_url, inside
):
    client = sign_in(manager)
    page = page_of(client.get(f"{users_url}{administrator.pk}/"))
    assert (page.all("form", class_="settings"), page.all("button", class_="button-danger")) == ([], [])
    roles = page_of(client.get(f"{users_url}{editor.pk}/")).all("input", name="role")
    assert [role.attributes["value"] for role in roles] == [
        "manager", "editor", "creator", "read-only", "lite"
    ]  # fmt: skip
    sent = form_of(editor, role="administrator")
    assert client.post(f"{users_url}{editor.pk}/", sent).status_code == 422
    client.post(f"{users_url}{administrator.pk}/deactivate/")
    with inside():
        assert User.objects.get(pk=administrator.pk).is_active
        for user, role in ((editor, Role.ADMINISTRATOR), (administrator, Role.EDITOR)):
            with pytest.raises(NotGrantableError):
                edit_user(user, profile=profile_of(user, role=role), now=NOW, actor=manager)
            assert User.objects.get(pk=user.pk).role == user.role


def test_administrators_page_refuses_a_manager_who_posts_to_it(manager, administrator, sign_in, users_url):
    response = sign_in(manager).post(f"{users_url}{administrator.pk}/", form_of(administrator, name="X"))
    assert response.status_code == 403
    assert stored(administrator).name != "X"


def test_last_administrator_stays_one(administrator, manager, account, inside):
    other = make_user(account, Role.ADMINISTRATOR)
    with inside():
        edit_user(
            other,
            profile=profile_of(other, role=Role.EDITOR),
            now=NOW,
            actor=User.objects.get(pk=administrator.pk),
        )
        promoted = User.objects.get(pk=manager.pk)
        edit_user(
            promoted, profile=profile_of(promoted, role=Role.ADMINISTRATOR), now=NOW, actor=administrator
        )
        promoted = User.objects.get(pk=manager.pk)
        edit_user(administrator, profile=profile_of(administrator, role=Role.EDITOR), now=NOW, actor=promoted)
        for lose in (
            lambda: edit_user(
                promoted, profile=profile_of(promoted, role=Role.EDITOR), now=NOW, actor=promoted
            ),
            lambda: deactivate_user(promoted, now=NOW, actor=promoted),
        ):
            with pytest.raises((LastAdministratorError, OwnAccessError)):
                lose()
        assert list(User.objects.filter(role="administrator", is_active=True)) == [promoted]


def test_administrator_who_never_came_does_not_count(administrator, account, inside):
    newcomer = make_user(account, Role.ADMINISTRATOR)
    with inside():
        User.objects.filter(pk=newcomer.pk).update(password="!never")
        newcomer = User.objects.get(pk=newcomer.pk)
        with pytest.raises(LastAdministratorError):
            deactivate_user(administrator, now=NOW, actor=newcomer)


def test_two_administrators_who_demote_each_other_at_once_leave_one(account, in_threads):
    one, other = make_user(account), make_user(account)
    stored_one, stored_other = stored(one), stored(other)

    def demote(user, actor):
        try:
            with account_transaction(account.pk):
                edit_user(user, profile=profile_of(user, role=Role.EDITOR), now=NOW, actor=actor)
        except LastAdministratorError:
            return "refused"
        return "demoted"

    told = in_threads(
        lambda: demote(stored_one, copy(stored_other)), lambda: demote(stored_other, copy(stored_one))
    )
    assert sorted(told) == ["demoted", "refused"]
    assert sorted([stored(one).role, stored(other).role]) == ["administrator", "editor"]


@pytest.mark.parametrize("changes", [{"role": Role.READ_ONLY}, {"reach": Reach()}])
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER])
def test_nobody_changes_their_own_role_and_access(role, changes, account, inside):
    make_user(account)
    user = make_user(account, role)
    with inside(), pytest.raises(OwnAccessError):
        edit_user(user, profile=profile_of(user, **changes), now=NOW, actor=user)
    assert (stored(user).role, stored(user).all_organizations) == (role.value, True)


def test_own_page_offers_the_name_alone(administrator, sign_in, users_url):
    client = sign_in(administrator)
    page = page_of(client.get(f"{users_url}{administrator.pk}/"))
    offered = {each.attributes["name"] for each in page.one("form", class_="settings").all("input")}
    assert offered - {"csrfmiddlewaretoken"} == {"name", "version"}
    sent = form_of(administrator, name="Ada", role="lite", access="chosen")
    assert client.post(f"{users_url}{administrator.pk}/", sent).status_code == 302
    assert (stored(administrator).name, stored(administrator).role) == ("Ada", "administrator")


def test_lite_users_reach_at_most_five_organizations_and_never_all(administrator, account, inside):
    lite = make_user(account, Role.LITE)
    clients = [make_organization(account).pk for _ in range(7)]
    with inside():
        five = Reach(organizations=frozenset(clients[:5]))
        edit_user(lite, profile=profile_of(lite, reach=five), now=NOW, actor=administrator)
        for reach in (EVERYTHING, Reach(organizations=frozenset(clients[:6]))):
            with pytest.raises(LiteReachError):
                edit_user(lite, profile=profile_of(lite, reach=reach), now=NOW, actor=administrator)
        assert reach_of(User.objects.get(pk=lite.pk)) == five


def test_lite_limit_counts_what_groups_open(administrator, account, inside):
    lite = make_user(account, Role.LITE)
    clients = [make_organization(account).pk for _ in range(6)]
    with inside():
        own = Reach(organizations=frozenset(clients[:4]))
        edit_user(lite, profile=profile_of(lite, reach=own), now=NOW, actor=administrator)
        for reached, is_refused in ((clients[:5], False), (clients[4:], True)):
            profile = GroupProfile(
                f"Opens {len(reached)}",
                members=frozenset({lite.pk}),
                reach=Reach(organizations=frozenset(reached)),
            )
            if is_refused:
                with pytest.raises(LiteReachError, match="would reach 6 organizations"):
                    create_group(account, profile=profile, now=NOW, actor=administrator)
            else:
                create_group(account, profile=profile, now=NOW, actor=administrator)


def test_lite_limit_is_told_on_the_page(administrator, editor, account, sign_in, users_url):
    sent = form_of(editor, role="lite", access="all")
    page = page_of(sign_in(administrator).post(f"{users_url}{editor.pk}/", sent), status=422)
    assert "Lite users never reach all organizations" in page.one("p", class_="form-error").text
    assert stored(editor).role == "editor"


def test_deactivation_ends_sessions_for_good(administrator, editor, account, sign_in, users_url, inside):
    theirs, ours = sign_in(editor), sign_in(administrator)
    home = f"/{account.slug}/organizations/"
    answers = [theirs.get(home).status_code]
    for deed in ("deactivate", "reactivate"):
        assert ours.post(f"{users_url}{editor.pk}/{deed}/").status_code == 302
        answers.append(theirs.get(home).status_code)
    assert answers == [200, 302, 302]
    assert sign_in(stored(editor)).get(home).status_code == 200
    with inside():
        lines = Activity.objects.filter(action__startswith="user.").order_by("pk")
        told = [line.action for line in lines if line.subject == editor.email]
        assert told[-3:] == ["user.deactivated", "user.reactivated", "user.signed_in"]


def test_nobody_deactivates_themselves(administrator, account, sign_in, users_url):
    make_user(account)
    client = sign_in(administrator)
    page = page_of(client.post(f"{users_url}{administrator.pk}/deactivate/", follow=True))
    assert page.one("p", class_="alert").text.startswith("Your own role and access")
    assert stored(administrator).is_active


def test_deactivating_twice_is_one_line_of_the_log(administrator, editor, inside):
    with inside():
        for _ in range(2):
            deactivate_user(editor, now=NOW, actor=administrator)
        assert Activity.objects.filter(action="user.deactivated").count() == 1
        reactivate_user(editor, now=NOW, actor=administrator)
        assert User.objects.get(pk=editor.pk).is_active


def test_list_of_users_costs_the_same_for_one_and_for_fifty(
    administrator, account, sign_in, users_url, inside
):
    client = sign_in(administrator)
    client.get(users_url)
    counts = []
    for more in (0, 2, 47):
        for _ in range(more):
            user = make_user(account, Role.EDITOR)
            with inside():
                group = create_group(account, profile=GroupProfile(user.email), now=NOW, actor=administrator)
                GroupMember.objects.create(account=account, group=group, user=user)
        counts.append(len(queries_of(client, users_url)[0]))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 15


def test_what_happened_to_users_is_read_by_those_who_manage_them_alone(
    administrator, account, sign_in, inside
):
    """The line names organizations, which others may not reach."""
    secret, manager = make_organization(account, "Secret client"), make_user(account, Role.MANAGER)
    with inside():
        User.objects.filter(pk=manager.pk).update(all_organizations=False)
        user = add_user(
            account,
            "new@x.test",
            profile=Profile("New", Role.EDITOR, reach=Reach(organizations=frozenset({secret.pk}))),
            now=NOW,
            actor=administrator,
        )
        edit_user(user, profile=profile_of(user, role=Role.CREATOR), now=NOW, actor=administrator)
        create_group(account, profile=GroupProfile("Secret group"), now=NOW, actor=administrator)
    log = f"/{account.slug}/activity/"
    told = [sign_in(each).get(log).content.decode() for each in (administrator, manager)]
    assert [("new@x.test" in each, "Secret" in each) for each in told] == [(True, True), (False, False)]


def test_second_factors_of_somebody_who_lost_theirs_are_reset_from_their_page(
    administrator, editor, account, sign_in, users_url, inside
):
    with inside():
        add_passkey(editor, "Key", {"id": "x"})
    theirs, client = sign_in(administrator), sign_in(administrator)
    url = f"{users_url}{editor.pk}/"
    assert "Reset second factors" in page_of(client.get(url)).one("aside").text
    manager = sign_in(make_user(account, Role.MANAGER))
    manager.post(f"{users_url}{administrator.pk}/second-factors/reset/")
    assert client.post(f"{url}second-factors/reset/").status_code == 302
    assert "Reset second factors" not in page_of(theirs.get(url)).one("aside").text
    with inside():
        lines = Activity.objects.filter(action="user.second_factors_reset")
        assert [(line.subject, line.user) for line in lines] == [(editor.email, administrator)]
