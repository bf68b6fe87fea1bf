from itertools import pairwise

from organizations.models import User
from organizations.roles import RIGHTS, Right, Role, has_right


def test_rights_of_the_six_roles():
    view = {Right.VIEW}
    look = view | {Right.VIEW_GLOBAL, Right.VIEW_QUICK_NOTES, Right.VIEW_HISTORY}
    create = look | {Right.CREATE, Right.EDIT, Right.SET_SECURITY, Right.CREATE_ORGANIZATIONS}
    edit = create | {Right.DELETE}
    manage = edit | {
        Right.MANAGE_INTEGRATIONS,
        Right.MANAGE_USERS,
        Right.MANAGE_TYPES,
        Right.DELETE_ORGANIZATIONS,
        Right.VIEW_ACTIVITY,
        Right.IMPORT,
    }
    expected = {
        Role.LITE: view,
        Role.READ_ONLY: look,
        Role.CREATOR: create,
        Role.EDITOR: edit,
        Role.MANAGER: manage,
        Role.ADMINISTRATOR: set(Right),
    }
    assert expected == RIGHTS


def test_every_role_may_do_what_the_one_below_it_may():
    ladder = [Role.LITE, Role.READ_ONLY, Role.CREATOR, Role.EDITOR, Role.MANAGER, Role.ADMINISTRATOR]
    assert sorted(ladder, key=lambda role: len(RIGHTS[role])) == ladder
    for lower, higher in pairwise(ladder):
        assert RIGHTS[lower] <= RIGHTS[higher]


def test_user_who_reaches_everything_has_the_rights_of_the_role():
    for role in Role:
        user = User(role=role.value)
        user.reaches_all = True
        assert {right for right in Right if user.has(right)} == RIGHTS[role]
        assert {right for right in Right if has_right(role, right)} == RIGHTS[role]


def test_roles_read_as_it_glue_names_them():
    assert [role.label for role in Role] == [
        "Administrator",
        "Manager",
        "Editor",
        "Creator",
        "Read-only",
        "Lite",
    ]
