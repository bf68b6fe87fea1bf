"""The activity log in words: what each action is called. Higher apps register their own."""

from collections.abc import Mapping

_words: dict[str, str] = {}


def register_log_words(words: Mapping[str, str]) -> None:
    _words.update(words)


def words_of(action: str) -> str:
    """An action without words, such as one of a version that is no more, still reads as something."""
    return _words.get(action) or action.replace(".", " ").replace("-", " ").replace("_", " ").capitalize()


def known_actions() -> list[tuple[str, str]]:
    """Each with its words, by these."""
    return sorted(_words.items(), key=lambda pair: (pair[1].casefold(), pair[0]))


WORDS = {
    "account.changed": "Account settings changed",
    "account.created": "Account created",
    "contact.archived": "Contact archived",
    "contact.created": "Contact created",
    "contact.deleted": "Contact deleted",
    "contact.edited": "Contact edited",
    "contact.restored": "Contact restored",
    "group.changed": "Group changed",
    "group.created": "Group created",
    "group.deleted": "Group deleted",
    "import.finished": "Import finished",
    "invitation.accepted": "Invitation accepted",
    "invitation.revoked": "Invitation revoked",
    "invitation.sent": "Invitation sent",
    "list.exported": "List exported",
    "organization.archived": "Organization archived",
    "organization.created": "Organization created",
    "organization.deleted": "Organization deleted",
    "organization.edited": "Organization edited",
    "organization.parent_removed": "Removed as parent organization",
    "organization.parent_set": "Set as parent organization",
    "organization.quick_notes_edited": "Quick notes edited",
    "organization.restored": "Organization restored",
    "organization_status.created": "Organization status created",
    "organization_status.deleted": "Organization status deleted",
    "organization_status.renamed": "Organization status renamed",
    "organization_type.created": "Organization type created",
    "organization_type.deleted": "Organization type deleted",
    "organization_type.renamed": "Organization type renamed",
    "sidebar.arranged": "Sidebar arranged",
    "sidebar.reset": "Sidebar reset",
    "user.changed": "User changed",
    "user.created": "User created",
    "user.deactivated": "User deactivated",
    "user.identity_bound": "Sign-in identity bound",
    "user.identity_released": "Sign-in identity released",
    "user.invited": "User invited",
    "user.password_changed": "Password changed",
    "user.proof_failed": "Confirmation failed",
    "user.reactivated": "User reactivated",
    "user.recovery_codes_made": "Recovery codes made",
    "user.second_factor_added": "Second factor added",
    "user.second_factor_failed": "Second factor refused",
    "user.second_factor_removed": "Second factor removed",
    "user.second_factors_reset": "Second factors reset",
    "user.session_ended": "Session ended",
    "user.sign_in_failed": "Sign-in failed",
    "user.signed_in": "Signed in",
    "user.signed_out": "Signed out",
}
