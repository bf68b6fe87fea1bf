"""Consent links: the state in their address, and what Microsoft's answer claims. Pure."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlencode
from uuid import UUID

from integrations.guids import read_guid
from integrations.microsoft.clouds import Cloud
from integrations.states import ConsentState

#: Where Microsoft sends administrators back to, the same for all accounts, since a registration names it once.
CALLBACK_PATH = "/microsoft/consent/"
#: The link goes by e-mail to somebody who has no sign-in here and may be away, so it can't live for minutes only. It may
#: live longer because it opens nothing: it is bound to one account, one integration and, where known, one tenant, works
#: once, and what comes back with it is linked only after Microsoft and then a signed-in person have confirmed it.
LIFETIME = timedelta(days=7)

_STATE = re.compile(r"([\w-]{1,60})\.[\w-]{43}", re.ASCII)
_CODE = re.compile(r"AADSTS\d{1,9}", re.ASCII)
_WORD = re.compile(r"\w{1,40}", re.ASCII)


def new_state(slug: str) -> str:
    """The account's name, for it to be found without a look into any account, and 32 random bytes."""
    return f"{slug}.{secrets.token_urlsafe(32)}"


def slug_in(state: str) -> str:
    """Empty when this is no state of ours."""
    found = _STATE.fullmatch(state)
    return found[1] if found else ""


def digest_of(state: str) -> str:
    """What is stored: enough to know a state again, and no use to whoever reads the database."""
    return sha256(state.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ConsentLink:
    """Without a tenant, the administrator who opens it consents for their own."""

    cloud: Cloud
    application_id: str
    redirect_uri: str
    state: str
    tenant_id: UUID | None = None

    @property
    def address(self) -> str:
        query = urlencode(
            {
                "client_id": self.application_id,
                # Everything the registration lists; application permissions can't be asked for one by one.
                "scope": f"{self.cloud.resource}/.default",
                "redirect_uri": self.redirect_uri,
                "state": self.state,
            }
        )
        return f"{self.cloud.login}/{self.tenant_id or 'organizations'}/v2.0/adminconsent?{query}"


@dataclass(frozen=True, slots=True)
class ConsentReturn:
    """What a browser brought to the callback, none of it proven. Without tenant and error it is no answer at all."""

    state: str
    tenant_id: UUID | None = None
    error: str = ""


def read_return(query: Mapping[str, str]) -> ConsentReturn:
    state = query.get("state", "")
    if "error" in query:
        return ConsentReturn(state, error=_error(query))
    is_given = query.get("admin_consent", "").lower() == "true"
    return ConsentReturn(state, tenant_id=read_guid(query.get("tenant", "")) if is_given else None)


def _error(query: Mapping[str, str]) -> str:
    """A code or a word: neither prose nor markup of a stranger goes on to pages and logs."""
    found = _CODE.search(query.get("error_description", "")) or _WORD.fullmatch(query["error"])
    return found[0] if found else "unknown"


class UsableOnce(Protocol):
    @property
    def state(self) -> str: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def expected_tenant_id(self) -> UUID | None: ...


def reason_to_refuse(link: UsableOnce, returned: ConsentReturn, *, now: datetime) -> str:
    """In words for the account's own log; whoever came with the answer is not told which it was."""
    if link.state != ConsentState.OPEN:
        return "The link had been used or discarded before."
    if link.expires_at <= now:
        return "The link had expired."
    if returned.error:
        return ""
    if returned.tenant_id is None:
        return "The answer named no tenant."
    if link.expected_tenant_id not in (None, returned.tenant_id):
        return f"The answer named tenant {returned.tenant_id}, but {link.expected_tenant_id} was asked."
    return ""
