"""Recently viewed: what a user opened lately and may still see."""

from collections.abc import Sequence

from django.utils import timezone

from organizations.access import AccountRequest
from organizations.actions.recent import record_view
from organizations.models import AccountOwned, Organization, RecentView, User
from organizations.subjects import Place, SubjectLink, links_of


def note_view(
    request: AccountRequest, row: AccountOwned, *, organization: Organization | None = None
) -> None:
    """For pages that a person has opened, not for what a browser or a part of a page asks for on its own."""
    purpose = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    is_opened = request.method == "GET" and not request.headers.get("HX-Request")
    if is_opened and "prefetch" not in purpose:
        record_view(row, user=request.user, now=timezone.now(), organization=organization)


def recent_places(user: User) -> list[Place]:
    """The latest first."""
    return list(RecentView.objects.of_user(user).values_list("subject_kind", "subject_id"))


def recently_viewed(user: User) -> Sequence[SubjectLink]:
    places = recent_places(user)
    links = links_of(user, user.account.slug, places)
    return [links[place] for place in places if place in links and links[place].url]
