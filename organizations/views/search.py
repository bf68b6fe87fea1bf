"""Search as a page, and the palette: the same finds as one types, with where to go and what to do."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organizations.access import AccountRequest
from organizations.commands import Command, CommandPlace, commands_at, matching, pages_at
from organizations.models import Organization
from organizations.policies import visible_organizations
from organizations.recent import recently_viewed
from organizations.search import LONGEST, SHORTEST, Hit, HitGroup, Search, find_everything
from organizations.subjects import SubjectLink

#: What a palette shows of each kind, so that the next kind is still in sight.
_FINDS, _RECENT, _COMMANDS = 20, 5, 6


@require_safe
def search(request: AccountRequest, account: str) -> HttpResponse:
    """`near` is the organization of the page it is asked from, `organization` the one it keeps to."""
    near = _organization(request, "near")
    organization = _organization(request, "organization") or (near if _is_inside(request) else None)
    asked = Search(
        request.user,
        account,
        _term(request),
        organization,
        with_archived=request.GET.get("archived") == "yes",
    )
    groups = find_everything(asked)
    context = {
        "search": asked,
        "groups": groups,
        "found": sum(len(group.hits) for group in groups),
        "near": organization or near,
        "shortest": SHORTEST,
        "longest": LONGEST,
    }
    return render(request, "organizations/search.html", context)


@require_safe
def palette(request: AccountRequest, account: str) -> HttpResponse:
    near = _organization(request, "near")
    place = CommandPlace(request.account, request.user, near)
    term = _term(request)
    inside = near if _is_inside(request) else None
    asked = Search(request.user, account, term, inside, limit=_FINDS)
    groups = find_everything(asked) if term else _start(request)
    groups += _choices(place, term)
    context = {"groups": [group for group in groups if group.hits], "term": term}
    return render(request, "organizations/search_palette.html", context)


def _start(request: AccountRequest) -> list[HitGroup]:
    return [HitGroup("Recently viewed", [_hit_of(link) for link in recently_viewed(request.user)[:_RECENT]])]


def _choices(place: CommandPlace, term: str) -> list[HitGroup]:
    """Without a term all of them, since they tell what there is."""
    kinds = (("Do", commands_at(place)), ("Go to", pages_at(place)))
    limit = _COMMANDS if term else None
    return [
        HitGroup(title, [_hit_of_command(each) for each in matching(commands, term)[:limit]])
        for title, commands in kinds
    ]


def _hit_of(link: SubjectLink) -> Hit:
    return Hit(link.name, link.url, link.subtitle, link.icon)


def _hit_of_command(command: Command) -> Hit:
    return Hit(command.label, command.url, "", command.icon)


def _term(request: AccountRequest) -> str:
    return " ".join(request.GET.get("q", "").replace("\0", " ").split())[:LONGEST]


def _is_inside(request: AccountRequest) -> bool:
    """As the palette asks, with a box to tick."""
    return request.GET.get("inside") == "yes"


def _organization(request: AccountRequest, name: str) -> Organization | None:
    """None for one that is not there for this reader, as for none at all."""
    text = request.GET.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        return None
    return visible_organizations(request.user).filter(pk=int(text)).first()
