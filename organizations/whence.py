"""Which page of ours a form was sent from, to lead back to it."""

from urllib.parse import urlsplit

from django.http import HttpRequest


def came_from(request: HttpRequest, otherwise: str) -> str:
    """Path and query alone, so that it leads out of the portal for nobody."""
    referrer = urlsplit(request.headers.get("Referer", ""))
    if referrer.netloc != request.get_host() or not referrer.path.startswith("/"):
        return otherwise
    return f"{referrer.path}?{referrer.query}" if referrer.query else referrer.path
