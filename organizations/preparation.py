"""What a view needs done before its request's transaction begins: asking another server, receiving a file, making an
account."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from django.http import HttpRequest, UnreadablePostError
from django.urls import Resolver404, resolve

_View = TypeVar("_View", bound=Callable[..., Any])
Prepare = Callable[[HttpRequest], None]


def prepared_by(prepare: Prepare) -> Callable[[_View], _View]:
    """`prepare` leaves what it found on the request. It has no session yet, and opens the transactions it needs."""

    def mark(view: _View) -> _View:
        view.prepare = prepare  # type: ignore[attr-defined]  # read by `prepare_view`
        return view

    return mark


def prepare_view(request: HttpRequest) -> None:
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return
    prepare: Prepare | None = getattr(view, "prepare", None)
    if prepare is not None:
        prepare(request)


def receive_files(request: HttpRequest) -> None:
    """PostgreSQL ends a transaction that idles for a minute, and a large file on a slow line takes longer to arrive."""
    # Whoever breaks off is not there any more to be told.
    with suppress(UnreadablePostError):
        _ = request.FILES


def enter_account(request: HttpRequest, slug: str) -> None:
    """For addresses that are the same for all accounts: this request is one inside the account."""
    request.entered_slug = slug  # type: ignore[attr-defined]  # read by `entered_slug`


def entered_slug(request: HttpRequest) -> str:
    slug: str = getattr(request, "entered_slug", "")
    return slug
