"""Admin > Groups: the list, one group's page, and deleting it."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from organizations.access import AccountRequest, get_group
from organizations.actions.groups import (
    GroupGoneError,
    GroupNameTakenError,
    GroupProfile,
    NotOwnGroupError,
    create_group,
    delete_group,
    edit_group,
    group_version,
)
from organizations.actions.reach import LiteReachError
from organizations.delegation import may_change_group
from organizations.forms.groups import GroupForm
from organizations.group_panels import GroupPart, group_parts, losses_with
from organizations.lists import ListQuery, ListSpec, answer_list, build_page
from organizations.models import Group, OrganizationAccess, User
from organizations.people_columns import group_columns, more_group_columns
from organizations.policies import require, visible_groups
from organizations.roles import Right
from organizations.versions import OutdatedFormError


@require_http_methods(["GET", "HEAD", "POST"])
def group_list(request: AccountRequest, account: str) -> HttpResponseBase:
    require(request.user, Right.MANAGE_USERS)
    query = ListQuery.of(request.GET)
    spec = ListSpec(
        url=request.path,
        query=query,
        rows=visible_groups(request.user).matching(query.search),
        columns=group_columns(account),
        extra_columns=more_group_columns,
        noun=("group", "groups"),
        search_placeholder="Find a group",
        empty_title="No groups yet",
        empty_text="A group gives its members access together, and may deny them asset types.",
        key="groups",
        user=request.user,
    )
    if (answer := answer_list(request, spec)) is not None:
        return answer
    return render(request, "organizations/group_list.html", {"page": build_page(spec), "navigation": "admin"})


@require_http_methods(["GET", "HEAD", "POST"])
def group_new(request: AccountRequest, account: str) -> HttpResponse:
    require(request.user, Right.MANAGE_USERS)
    return _form_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def group_detail(request: AccountRequest, account: str, group_id: int) -> HttpResponse:
    require(request.user, Right.MANAGE_USERS)
    group = get_group(request.user, group_id)
    if may_change_group(request.user, group):
        return _form_page(request, group)
    if request.method == "POST":
        raise PermissionDenied(str(NotOwnGroupError()))
    parts = group_parts(None, group=group, actor=request.user)
    context = _facts(group) | {
        "group": group,
        "parts": [part.fragment(request) for part in parts],
        "why_not": str(NotOwnGroupError()),
        "navigation": "admin",
    }
    return render(request, "organizations/group_read.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def group_delete(request: AccountRequest, account: str, group_id: int) -> HttpResponse:
    """Asks first: a request that does not say so has not read what goes."""
    require(request.user, Right.MANAGE_USERS)
    group = get_group(request.user, group_id)
    if not may_change_group(request.user, group):
        raise PermissionDenied(str(NotOwnGroupError()))
    if request.POST.get("confirmed") == "yes":
        _delete(request, group)
        messages.success(request, f"The group {group.name} is deleted.")
        return redirect("organizations:group-list", account)
    context = _facts(group) | {"group": group, "losses": losses_with(group), "navigation": "admin"}
    status = 422 if request.method == "POST" else 200
    return render(request, "organizations/group_delete.html", context, status=status)


def _delete(request: AccountRequest, group: Group) -> None:
    try:
        delete_group(group, now=timezone.now(), actor=request.user)
    except GroupGoneError as gone:
        raise Http404(str(gone)) from gone


def _form_page(request: AccountRequest, group: Group | None) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = GroupForm(sent, actor=request.user, group=group)
    parts = group_parts(sent, group=group, actor=request.user)
    if sent is not None and all([form.is_valid(), *(part.is_valid() for part in parts)]):
        saved = _save(request, form, parts, group)
        if saved is not None:
            messages.success(request, "Saved.")
            return redirect("organizations:group-detail", request.account.slug, saved.pk)
    context = {
        "group": get_group(request.user, group.pk) if group else None,
        "version": group_version(group) if group else "",
        "form": form,
        "parts": [part.fragment(request) for part in parts],
        "navigation": "admin",
    }
    return render(request, "organizations/group_edit.html", context, status=200 if sent is None else 422)


def _save(
    request: AccountRequest, form: GroupForm, parts: Sequence[GroupPart], group: Group | None
) -> Group | None:
    """All of it or nothing; what is wrong is told by the form."""
    now, profile = timezone.now(), form.profile
    try:
        with transaction.atomic():
            saved = _write(request, group, profile)
            for part in parts:
                part.save(saved, now=now, actor=request.user)
    except GroupGoneError as gone:
        raise Http404(str(gone)) from gone
    except GroupNameTakenError as taken:
        form.add_error("name", str(taken))
    except (LiteReachError, OutdatedFormError) as refused:
        form.add_error(None, str(refused))
    else:
        return saved
    return None


def _write(request: AccountRequest, group: Group | None, profile: GroupProfile) -> Group:
    now = timezone.now()
    if group is None:
        return create_group(request.account, profile=profile, now=now, actor=request.user)
    version = request.POST.get("version")
    return edit_group(group, profile=profile, now=now, actor=request.user, version=version)


def _facts(group: Group) -> dict[str, object]:
    """Who is in it and what it opens."""
    access = OrganizationAccess.objects.filter(account_id=group.account_id, group=group)
    return {
        "members": User.objects.of_account(group.account_id).filter(memberships__group=group).by_name(),
        "organizations": access.order_by("organization__sort_key").values_list(
            "organization__name", flat=True
        ),
    }
