"""The activity log as a list: of the account, or of one record."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from organizations.access import AccountRequest
from organizations.lists import (
    Cell,
    ChoiceFilter,
    ListColumn,
    ListFilter,
    ListQuery,
    ListSpec,
    MomentFilter,
    answer_list,
    build_page,
)
from organizations.lists.organizations import organization_filters
from organizations.log_changes import LogFields, read_details
from organizations.log_fields import fields_of
from organizations.log_rules import visible_activity
from organizations.log_words import known_actions, words_of
from organizations.models import AccountOwned, Activity, Organization
from organizations.paging import Order
from organizations.policies import visible_users
from organizations.querysets import ActivityQuerySet
from organizations.subjects import subjects

#: Who acted where nobody did: a sync, a schedule, a command.
SYSTEM = "System"
Frame = dict[str, object]


@dataclass(frozen=True)
class LogScope:
    """Whose history a page shows: of the account without both, else of an organization, or of one row in it."""

    organization: Organization | None = None
    row: AccountOwned | None = None

    @property
    def key(self) -> str:
        """As in ListPreference: columns are arranged for all pages of a kind."""
        if self.row is not None:
            return "activity:record"
        return "activity:organization" if self.organization is not None else "activity"

    def narrow(self, lines: ActivityQuerySet) -> ActivityQuerySet:
        if self.row is not None:
            return lines.about_row(self.row._meta.model_name or "", self.row.pk)
        return lines.filter(organization=self.organization) if self.organization is not None else lines


def activity_page(
    request: AccountRequest, scope: LogScope, *, template: str, frame: Frame
) -> HttpResponseBase:
    """What is asked of the list, else the page around it."""
    spec = activity_spec(request, scope)
    answer = answer_list(request, spec)
    return answer or render(request, template, frame | {"page": build_page(spec)})


def activity_spec(request: AccountRequest, scope: LogScope) -> ListSpec[Activity]:
    query = ListQuery.of(request.GET)
    fields: dict[int, LogFields] = {}
    lines = scope.narrow(visible_activity(request.user)).with_names()
    return ListSpec(
        url=request.path,
        query=query,
        rows=lines.filter(_searched(query.search)) if query.search else lines,
        columns=_columns(request.account.slug, scope, fields),
        complete=lambda page: fields.update(fields_of(page)),
        noun=("line", "lines"),
        search_placeholder="" if scope.row is not None else "Find by name",
        empty_title="Nothing has happened yet",
        empty_text="What people change from now on is told here.",
        filter_by=_filters(request, query, scope),
        key=scope.key,
        user=request.user,
        organization=scope.organization,
    )


def _searched(term: str) -> Q:
    return Q(subject__icontains=term) | Q(user__name__icontains=term)


def _columns(slug: str, scope: LogScope, fields: Mapping[int, LogFields]) -> list[ListColumn[Activity]]:
    newest = Order("at", descending=True)
    action = ListColumn[Activity]("action", "Action", partial(_action_cell, slug))
    subject = ListColumn[Activity]("subject", "Of", lambda line: Cell(line.subject))
    at = ListColumn[Activity]("at", "When", lambda line: Cell("", at=line.at), order=newest)
    user = ListColumn[Activity]("user", "User", lambda line: Cell(line.user.name if line.user else SYSTEM))
    changes = ListColumn[Activity]("changes", "Changes", partial(_changes_cell, fields))
    organization = ListColumn[Activity]("organization", "Organization", partial(_organization_cell, slug))
    subjects_of = [subject] if scope.row is None else []
    places = [organization] if scope.organization is None else []
    return [action, *subjects_of, at, user, *places, changes]


def _action_cell(slug: str, line: Activity) -> Cell:
    url = reverse("organizations:activity-detail", args=[slug, line.pk])
    return Cell(words_of(line.action), url=url, is_title=True)


def _organization_cell(slug: str, line: Activity) -> Cell:
    if line.organization is None:
        return Cell("")
    url = reverse("organizations:organization-detail", args=[slug, line.organization_id])
    return Cell(line.organization.name, url=url)


def _changes_cell(fields: Mapping[int, LogFields], line: Activity) -> Cell:
    details = read_details(line.details, fields.get(line.pk))
    whole = [
        *(f"{each.label}: {each.before} → {each.after}".removeprefix(": ") for each in details.changes),
        *(f"{label}: {text}" for label, text in details.facts),
    ]
    return Cell(details.summary, full_text="; ".join(whole))


def _filters(request: AccountRequest, query: ListQuery, scope: LogScope) -> list[ListFilter]:
    users = [(str(user.pk), user.name) for user in visible_users(request.user).by_name()]
    filters: list[ListFilter] = [
        ChoiceFilter("user", "User", column="user", choices=users, may_be_empty=True),
        ChoiceFilter("action", "Action", column="action", choices=known_actions()),
        MomentFilter("at", "Date", column="at", today=timezone.now().date()),
    ]
    if scope.row is None:
        kinds = [(each.kind, each.label) for each in subjects().values()]
        filters.append(ChoiceFilter("kind", "Kind", column="subject_kind", choices=kinds))
    if scope.organization is None:
        filters += organization_filters(request.user, query)
    return filters
