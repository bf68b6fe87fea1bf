"""Which lines of the activity log a user may read: those in reach, about rows they may see."""

from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from organizations.models import Activity, User
from organizations.querysets import ActivityQuerySet
from organizations.roles import Right
from organizations.subjects import Subject, subjects

#: Actions whose details name what only those with the right may know of.
_needed: dict[str, Right] = {}


def register_log_right(action: str, right: Right) -> None:
    _needed[action] = right


def visible_activity(user: User) -> ActivityQuerySet:
    """Who sees all data reads of what is gone as well; for others a row that is gone can't be told from a hidden one."""
    lines = Activity.objects.in_reach_of(user)
    if user.has(Right.VIEW_RESTRICTED):
        return lines
    if not user.has(Right.VIEW_HISTORY):
        return lines.none()
    reads_account = user.has(Right.VIEW_ACTIVITY)
    kinds = [each for each in subjects().values() if reads_account or each.is_record]
    readable = Q(subject_id=None) if reads_account else Q(pk__in=[])
    for subject in kinds:
        readable |= _about_seen(user, subject)
    closed = [action for action, right in _needed.items() if not user.has(right)]
    return lines.filter(readable).exclude(action__in=closed)


def get_line(user: User, line_id: int) -> Activity:
    line = visible_activity(user).with_names().filter(pk=line_id).first()
    if line is None:
        raise Http404("No such line of the activity log.")
    return line


def _about_seen(user: User, subject: Subject) -> Q:
    if subject.needs is not None:
        return Q(subject_kind=subject.kind) if user.has(subject.needs) else Q(pk__in=[])
    # Asked row by row: a page needs some fifty answers, and as `IN` PostgreSQL would gather all visible rows first.
    row = subject.seen_by(user).select_related(None).order_by().filter(pk=OuterRef("subject_id"))
    return Q(Exists(row), subject_kind=subject.kind)
