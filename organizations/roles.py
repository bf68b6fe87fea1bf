"""The six roles of IT Glue and what each may do. Access to organizations and asset types comes on top."""

from enum import StrEnum


class Right(StrEnum):
    MANAGE_ACCOUNT = "manage the account's settings"
    DENY_TYPES = "deny flexible asset types to groups"
    MANAGE_TYPES = "manage flexible asset types and the sidebar"
    VIEW_ACTIVITY = "view the account's activity log"
    IMPORT = "import"
    CREATE_ORGANIZATIONS = "create organizations"
    DELETE_ORGANIZATIONS = "delete organizations"
    MANAGE_USERS = "manage users"
    MANAGE_INTEGRATIONS = "manage integrations"
    VIEW_RESTRICTED = "view what is restricted to others"
    DELETE = "delete"
    EDIT = "edit"
    CREATE = "create"
    SET_SECURITY = "set security"
    VIEW_GLOBAL = "view global lists"
    VIEW_QUICK_NOTES = "view quick notes"
    VIEW_HISTORY = "view who changed what"
    VIEW = "view"


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    EDITOR = "editor"
    CREATOR = "creator"
    READ_ONLY = "read-only"
    LITE = "lite"

    @property
    def label(self) -> str:
        return self.value.capitalize()


_LITE = frozenset({Right.VIEW})
_READ_ONLY = _LITE | {Right.VIEW_GLOBAL, Right.VIEW_QUICK_NOTES, Right.VIEW_HISTORY}
_CREATOR = _READ_ONLY | {Right.CREATE, Right.EDIT, Right.SET_SECURITY, Right.CREATE_ORGANIZATIONS}
_EDITOR = _CREATOR | {Right.DELETE}
_MANAGER = _EDITOR | {
    Right.MANAGE_INTEGRATIONS,
    Right.MANAGE_USERS,
    Right.MANAGE_TYPES,
    Right.DELETE_ORGANIZATIONS,
    Right.VIEW_ACTIVITY,
    Right.IMPORT,
}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.MANAGER: _MANAGER,
    Role.EDITOR: _EDITOR,
    Role.CREATOR: _CREATOR,
    Role.READ_ONLY: _READ_ONLY,
    Role.LITE: _LITE,
}


#: What nobody can do who may see only some of the organizations: it would show or touch the others.
NEEDS_ALL_ORGANIZATIONS = frozenset(
    {
        Right.MANAGE_INTEGRATIONS,
        Right.MANAGE_USERS,
        Right.IMPORT,
        Right.CREATE_ORGANIZATIONS,
        Right.DELETE_ORGANIZATIONS,
    }
)


def has_right(role: Role, right: Right) -> bool:
    return right in RIGHTS[role]
