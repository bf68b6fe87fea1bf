"""A server without accounts: whoever holds its token makes the first one on a page."""

import logging
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from organizations.models import Account

logger = logging.getLogger(__name__)


def is_fresh() -> bool:
    with transaction.atomic():
        return not Account.objects.exists()


def first_run_token() -> str:
    """Follows from the server's own key, so that every process tells the same and none has to keep it. It ends with
    the first account: there is no page any more that takes it."""
    return salted_hmac("first run", "token", algorithm="sha256").hexdigest()[:32]


def is_first_run_token(given: str) -> bool:
    return constant_time_compare(given.strip(), first_run_token())


def first_run_address() -> str:
    query = urlencode({"token": first_run_token()})
    return f"{settings.PUBLIC_URL}{reverse('organizations:first-run')}?{query}"


def announce_first_run() -> None:
    """In the log, which a stranger does not read."""
    if is_fresh():
        logger.warning("This server has no account yet. Make the first one at %s", first_run_address())
