"""How the sidebar is arranged, for everyone and for groups."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from organizations.access import AccountRequest, get_group
from organizations.actions.sidebar import arrange_sidebar, reset_sidebar
from organizations.models import Group, SidebarLayout
from organizations.navigation import arrangeable
from organizations.policies import require, visible_groups
from organizations.roles import Right
from organizations.sidebar import SECTIONS, Arrangement, Section, with_hidden


@dataclass(frozen=True)
class _Row:
    key: str
    label: str
    icon: str
    is_shown: bool


@require_http_methods(["GET", "HEAD", "POST"])
def sidebar_settings(request: AccountRequest, account: str) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    return _arrange(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def sidebar_group_settings(request: AccountRequest, account: str, group_id: int) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    return _arrange(request, get_group(request.user, group_id))


@require_POST
def sidebar_reset(request: AccountRequest, account: str) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    return _reset(request, None)


@require_POST
def sidebar_group_reset(request: AccountRequest, account: str, group_id: int) -> HttpResponse:
    require(request.user, Right.MANAGE_TYPES)
    return _reset(request, get_group(request.user, group_id))


def _arrange(request: AccountRequest, group: Group | None) -> HttpResponse:
    sections = arrangeable(request.user)
    stored = _stored(request, group)
    if request.method == "POST":
        return _save(request, group, sections, stored or Arrangement())
    context = _frame(request, group) | {
        "group": group,
        "is_own": stored is not None,
        "sections": _rows(sections, _starting_point(request, group, stored)),
    }
    return render(request, "organizations/sidebar_settings.html", context)


def _save(
    request: AccountRequest, group: Group | None, sections: Sequence[Section], before: Arrangement
) -> HttpResponseRedirect:
    seen = {entry.key for section in sections for entry in section.entries}
    arrangement = _sent(request, seen).keeping(before, seen=seen)
    arrange_sidebar(request.account, arrangement, now=timezone.now(), actor=request.user, group=group)
    moved = request.POST.get("move", "").partition(":")[2]
    if not moved:
        messages.success(request, "Saved.")
    # Back to the button that was pressed, for those who move on by keyboard.
    return HttpResponseRedirect(_url(request, group) + (f"#{_anchor(moved)}" if moved in seen else ""))


def _sent(request: AccountRequest, seen: set[str]) -> Arrangement:
    """Sections and entries come in the order of the page; each entry belongs to the section before it."""
    placed: dict[str, list[str]] = {}
    title = SECTIONS[0]
    for item in request.POST.getlist("item"):
        if item in SECTIONS:
            title = item
        elif item in seen and not any(item in keys for keys in placed.values()):
            placed.setdefault(title, []).append(item)
    way, _, moved = request.POST.get("move", "").partition(":")
    if moved in seen:
        placed = _moved(placed, moved, -1 if way == "up" else 1)
    shown = set(request.POST.getlist("shown"))
    hidden = {key for keys in placed.values() for key in keys} - shown
    sections = tuple(
        (title, tuple(key for key in placed.get(title, ()) if key not in hidden)) for title in SECTIONS
    )
    return Arrangement(sections, frozenset(hidden))


def _moved(placed: dict[str, list[str]], key: str, step: int) -> dict[str, list[str]]:
    """One place up or down; at the end of its section, into the next."""
    line: list[str] = [item for title in SECTIONS for item in (title, *placed.get(title, ()))]
    here = line.index(key)
    if not 0 < here + step < len(line):
        return placed
    line[here], line[here + step] = line[here + step], line[here]
    moved: dict[str, list[str]] = {}
    for item in line:
        if item in SECTIONS:
            title = item
        else:
            moved.setdefault(title, []).append(item)
    return moved


def _reset(request: AccountRequest, group: Group | None) -> HttpResponse:
    if reset_sidebar(request.account, now=timezone.now(), actor=request.user, group=group):
        messages.success(request, "The sidebar is as it was before anyone arranged it.")
    return redirect(_url(request, group))


def _stored(request: AccountRequest, group: Group | None) -> Arrangement | None:
    layout = SidebarLayout.objects.of_account(request.account.pk).filter(group=group).first()
    return Arrangement.of(sections=layout.sections, hidden=layout.hidden) if layout else None


def _starting_point(request: AccountRequest, group: Group | None, stored: Arrangement | None) -> Arrangement:
    """A group without an arrangement of its own has everyone's."""
    everyones = _stored(request, None) if stored is None and group is not None else None
    return stored or everyones or Arrangement()


def _rows(sections: Sequence[Section], arrangement: Arrangement) -> list[tuple[str, list[_Row]]]:
    arranged = {section.title: section.entries for section in with_hidden(sections, arrangement)}
    return [
        (
            title,
            [
                _Row(entry.key, entry.label, entry.icon, entry.key not in arrangement.hidden)
                for entry in arranged.get(title, ())
            ],
        )
        for title in SECTIONS
    ]


def _frame(request: AccountRequest, group: Group | None) -> dict[str, object]:
    own = set(
        SidebarLayout.objects.of_account(request.account.pk)
        .filter(group__isnull=False)
        .values_list("group_id", flat=True)
    )
    slug = request.account.slug
    groups = [
        (
            each.name,
            reverse("organizations:sidebar-group-settings", args=[slug, each.pk]),
            each == group,
            each.pk in own,
        )
        for each in visible_groups(request.user).by_name()
    ]
    return {"navigation": "admin", "groups": groups, "reset_url": _url(request, group, page="reset")}


def _url(request: AccountRequest, group: Group | None, *, page: str = "settings") -> str:
    slug = request.account.slug
    if group is None:
        return reverse(f"organizations:sidebar-{page}", args=[slug])
    return reverse(f"organizations:sidebar-group-{page}", args=[slug, group.pk])


def _anchor(key: str) -> str:
    return f"entry-{key}"
