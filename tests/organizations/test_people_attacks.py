"""Who manages users and tries to be more than they are, and two who manage the same at once."""

import pytest
from django.test import Client
from django.utils import timezone

from organizations.actions.groups import GroupGoneError, GroupProfile, create_group, delete_group, edit_group
from organizations.actions.invitations import NotInvitableError, invite
from organizations.actions.people import (
    NotGrantableError,
    Profile,
    add_user,
    deactivate_user,
    edit_user,
    reactivate_user,
)
from organizations.actions.reach import LiteReachError, Reach
from organizations.models import Activity, Group, Invitation, User
from organizations.roles import Role
from tests.factories import NOW, make_organization, make_user
from tests.pages import page_of

pytestmark = pytest.mark.usefixtures("without_mail_server")
GOOD = {"password": "twelve long words", "again": "twelve long words"}


@pytest.fixture
def manager(account):
    return make_user(account, Role.MANAGER)


@pytest.fixture
def users_url(account):
    return f"/{account.slug}/admin/users/"


@pytest.fixture
def newcomer_of(account, inside):
    """Somebody whom this user has invited and who has not come yet; with the link that the user was shown."""

    def make(actor):
        profile = Profile("Newcomer", Role.EDITOR)
        with inside():
            user = add_user(account, "new@x.test", profile=profile, now=NOW, actor=actor)
            return user, invite(user, now=timezone.now(), actor=actor).address

    return make


def opens(address):
    answer = Client(HTTP_HOST="localhost").post(address.removeprefix("http://localhost"), GOOD)
    return answer.status_code == 302


class TestLinks:
    def test_manager_does_not_become_administrator_by_a_link_they_know(
        self, account, administrator, manager, newcomer_of, inside
    ):
        newcomer, known = newcomer_of(manager)
        with inside():
            edit_user(newcomer, profile=Profile("Newcomer", Role.ADMINISTRATOR), now=NOW, actor=administrator)
            assert not Invitation.objects.exists()
            assert Activity.objects.filter(action="invitation.revoked", subject="new@x.test").count() == 1
        assert not opens(known)

    def test_link_stays_when_its_sender_could_give_the_new_role_as_well(
        self, administrator, manager, newcomer_of, inside
    ):
        newcomer, known = newcomer_of(manager)
        with inside():
            edit_user(newcomer, profile=Profile("Newcomer", Role.MANAGER), now=NOW, actor=administrator)
        assert opens(known)

    def test_who_is_deactivated_takes_no_link_along(self, administrator, newcomer_of, account, inside):
        leaver = make_user(account)
        _, known = newcomer_of(leaver)
        with inside():
            deactivate_user(leaver, now=NOW, actor=administrator)
        assert not opens(known)

    def test_link_from_before_a_deactivation_opens_nothing_after_it(self, administrator, newcomer_of, inside):
        newcomer, known = newcomer_of(administrator)
        with inside():
            reactivate_user(
                deactivate_user(newcomer, now=NOW, actor=administrator), now=NOW, actor=administrator
            )
        assert not opens(known)

    def test_manager_is_shown_no_link_of_somebody_whom_another_invited(
        self, administrator, manager, newcomer_of, sign_in, users_url, inside, settings
    ):
        newcomer, known = newcomer_of(administrator)
        client, page = sign_in(manager), f"{users_url}{newcomer.pk}/"
        assert page_of(client.get(page)).all("form", action=f"{page}invitation/") == []
        client.post(f"{page}invitation/")
        with inside(), pytest.raises(NotInvitableError, match="Without a mail server"):
            invite(newcomer, now=NOW, actor=manager)
        assert opens(known)
        settings.EMAIL_HOST = "mail.msp.test"
        with inside():
            User.objects.filter(pk=newcomer.pk).update(password="!", last_login=None)
            assert invite(newcomer, now=NOW, actor=manager).is_posted

    def test_manager_sends_another_to_whom_they_invited(self, manager, newcomer_of, inside):
        newcomer, _ = newcomer_of(manager)
        with inside():
            assert not invite(newcomer, now=NOW, actor=manager).is_posted

    def test_of_two_links_made_at_once_one_opens(self, administrator, newcomer_of, inside, in_threads):
        newcomer, _ = newcomer_of(administrator)

        def send():
            with inside():
                return invite(newcomer, now=timezone.now(), actor=administrator).address

        in_threads(send, send)
        with inside():
            assert Invitation.objects.unused().count() == 1


class TestTwoAtOnce:
    def test_manager_who_was_late_does_not_demote_a_new_administrator(
        self, account, administrator, manager, inside
    ):
        person = make_user(account, Role.EDITOR)
        with inside():
            read = User.objects.get(pk=person.pk)
        with inside():
            edit_user(person, profile=Profile("Ada", Role.ADMINISTRATOR), now=NOW, actor=administrator)
        with inside(), pytest.raises(NotGrantableError):
            edit_user(read, profile=Profile("Ada", Role.EDITOR), now=NOW, actor=manager)

    def test_user_page_left_open_does_not_give_back_what_was_taken(
        self, account, administrator, sign_in, users_url, inside
    ):
        person, north = make_user(account, Role.EDITOR), make_organization(account, "North")
        with inside():
            edit_user(
                person,
                profile=Profile("Ada", Role.EDITOR, reach=Reach(organizations=frozenset({north.pk}))),
                now=NOW,
                actor=administrator,
            )
        client, url = sign_in(administrator), f"{users_url}{person.pk}/"
        shown = _sent(page_of(client.get(url)))
        with inside():
            edit_user(
                person, profile=Profile("Ada", Role.EDITOR, reach=Reach()), now=NOW, actor=administrator
            )
        refused = page_of(client.post(url, shown | {"name": "Ada Lindqvist"}), status=422)
        [told] = refused.texts("p", class_="form-error")
        assert told.startswith("Somebody else changed Ada meanwhile, so nothing was saved.")
        assert refused.one("input", id="id_name").attributes["value"] == "Ada Lindqvist"
        with inside():
            assert (User.objects.get(pk=person.pk).name, person.organization_access.count()) == ("Ada", 0)
        assert client.post(url, _sent(refused)).status_code == 302
        with inside():
            assert User.objects.get(pk=person.pk).name == "Ada Lindqvist"

    def test_group_page_left_open_does_not_bring_a_member_back(self, account, administrator, sign_in, inside):
        person = make_user(account, Role.EDITOR)
        with inside():
            with_them = GroupProfile("Helpdesk", members=frozenset({person.pk}))
            group = create_group(account, profile=with_them, now=NOW, actor=administrator)
        client, url = sign_in(administrator), f"/{account.slug}/admin/groups/{group.pk}/"
        shown = _sent(page_of(client.get(url)))
        with inside():
            edit_group(group, profile=GroupProfile("Helpdesk"), now=NOW, actor=administrator)
        refused = client.post(url, shown | {"members": [person.pk]})
        assert refused.status_code == 422
        with inside():
            assert group.members.count() == 0

    def test_group_deleted_meanwhile_is_not_brought_back(self, account, administrator, inside):
        with inside():
            group = create_group(account, profile=GroupProfile("Helpdesk"), now=NOW, actor=administrator)
            read = Group.objects.get(pk=group.pk)
            delete_group(group, now=NOW, actor=administrator)
        with inside(), pytest.raises(GroupGoneError):
            edit_group(read, profile=GroupProfile("Helpdesk"), now=NOW, actor=administrator)
        with inside():
            assert not Group.objects.exists()

    def test_two_changes_do_not_go_beyond_the_lite_limit_together(
        self, account, administrator, inside, in_threads
    ):
        lite = make_user(account, Role.LITE)
        places = [make_organization(account).pk for _ in range(6)]
        with inside():
            groups = [
                create_group(
                    account,
                    profile=GroupProfile(name, members=frozenset({lite.pk})),
                    now=NOW,
                    actor=administrator,
                )
                for name in ("North", "South")
            ]

        def open_up(group, opened):
            profile = GroupProfile(
                group.name,
                members=frozenset({lite.pk}),
                reach=Reach(organizations=frozenset(opened)),
            )
            try:
                with inside():
                    edit_group(group, profile=profile, now=NOW, actor=administrator)
            except LiteReachError:
                return "refused"
            return "done"

        told = in_threads(
            lambda: open_up(groups[0], places[:3]),
            lambda: open_up(groups[1], places[3:]),
        )
        assert sorted(told) == ["done", "refused"]


def _sent(page):
    """What the browser sends of a form as it stands."""
    form = page.one("form", class_="settings")
    sent = {}
    for each in form.all("input"):
        attributes = each.attributes
        if attributes.get("type") in {"radio", "checkbox"}:
            if "checked" in attributes:
                sent.setdefault(attributes["name"], []).append(attributes["value"])
        elif "name" in attributes:
            sent[attributes["name"]] = attributes.get("value", "")
    return sent
