"""The six roles of IT Glue and what each may do. Access to organizations and asset types comes on top."""

from enum import StrEnum


class Right(StrEnum):
    MANAGE_USERS = "manage users"
    MANAGE_INTEGRATIONS = "manage integrations"
    VIEW_RESTRICTED = "view what is restricted to others"
    DELETE = "delete"
    EDIT = "edit"
    CREATE = "create"
    SET_SECURITY = "set security"
    VIEW_GLOBAL = "view global lists"
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
_READ_ONLY = _LITE | {Right.VIEW_GLOBAL}
_CREATOR = _READ_ONLY | {Right.CREATE, Right.EDIT, Right.SET_SECURITY}
_EDITOR = _CREATOR | {Right.DELETE}
_MANAGER = _EDITOR | {Right.MANAGE_INTEGRATIONS, Right.MANAGE_USERS}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.MANAGER: _MANAGER,
    Role.EDITOR: _EDITOR,
    Role.CREATOR: _CREATOR,
    Role.READ_ONLY: _READ_ONLY,
    Role.LITE: _LITE,
}


def has_right(role: Role, right: Right) -> bool:
    return right in RIGHTS[role]
