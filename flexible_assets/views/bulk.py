"""What can be done with several assets of a list at once."""

from collections.abc import Sequence
from functools import partial

from django.http import QueryDict
from django.utils import timezone

from flexible_assets.actions import archive_assets, open_assets, secure_assets, unarchive_assets
from flexible_assets.forms.security import AudienceForm
from organizations.access import AccountRequest
from organizations.lists import BulkAction, Outcome
from organizations.models import User
from organizations.policies import visible_groups, visible_users
from organizations.roles import Right, Role, has_right


def bulk_actions(request: AccountRequest) -> list[BulkAction]:
    user = request.user
    return [
        BulkAction("archive", "Archive", "archive", "archived", Right.EDIT, partial(_archive, user)),
        BulkAction("restore", "Restore", "archive-restore", "restored", Right.EDIT, partial(_restore, user)),
        BulkAction(
            "secure",
            "Security",
            "lock-keyhole",
            "secured",
            Right.SET_SECURITY,
            partial(_secure, user),
            form=partial(_audience_form, user),
            template="flexible_assets/partials/bulk_security.html",
        ),
    ]


def _archive(user: User, ids: Sequence[int], _form: object) -> Outcome:
    return archive_assets(ids, now=timezone.now(), actor=user)


def _restore(user: User, ids: Sequence[int], _form: object) -> Outcome:
    return unarchive_assets(ids, now=timezone.now(), actor=user)


def _secure(user: User, ids: Sequence[int], form: AudienceForm) -> Outcome:
    chosen = form.chosen
    if chosen is None:
        return open_assets(ids, now=timezone.now(), actor=user)
    return secure_assets(ids, users=chosen.users, groups=chosen.groups, now=timezone.now(), actor=user)


def _audience_form(user: User, sent: QueryDict | None) -> AudienceForm:
    """Naming Administrators makes no difference: they see everything."""
    sees_all = [role.value for role in Role if has_right(role, Right.VIEW_RESTRICTED)]
    users = visible_users(user).active().exclude(role__in=sees_all).by_name()
    return AudienceForm(sent, users=users, groups=visible_groups(user).by_name())
