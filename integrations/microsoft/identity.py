"""Access tokens for customer tenants, by MSAL. One per process; every failure comes out as a MicrosoftError."""

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msal

from integrations.microsoft.clouds import Cloud
from integrations.microsoft.credentials import ClientCertificate, Credential
from integrations.microsoft.errors import MalformedAnswerError, MicrosoftError, PermanentError
from integrations.microsoft.transport import Answer, Transport
from integrations.microsoft.verdicts import sign_in_error
from integrations.problems import Problem

# A tenant's token is needed for the minutes of its own sync, so a few hundred tenants at a time are plenty.
TENANTS_KEPT = 256
# All that MSAL needs of an answer besides what is required; what it does not get it cannot stumble over.
_ALSO_KEPT = ("token_type", "expires_in", "refresh_in", "issuer")


class Identity:
    def __init__(self, cloud: Cloud, credential: Credential) -> None:
        self.cloud = cloud
        self.transport = Transport(cloud.ca)
        self._credential = credential
        self._door = _Door(self.transport, cloud)
        self._guard = threading.Lock()
        self._desks: OrderedDict[str, _Desk] = OrderedDict()

    def token(self, tenant_id: str, *, refresh: bool = False) -> str:
        # MSAL's stack frames hold the secret: the failure goes on without them.
        try:
            return self._token(tenant_id, refresh=refresh)
        except MicrosoftError as error:
            failure = error.with_traceback(None)
        raise failure

    def forget(self, tenant_id: str) -> None:
        """Drop the tenant's token: permissions granted later only show in a new one."""
        with self._guard:
            self._desks.pop(tenant_id, None)

    def close(self) -> None:
        self.transport.close()

    def _token(self, tenant_id: str, *, refresh: bool) -> str:
        desk = self._desk(tenant_id)
        # MSAL locks its cache but not the asking: cold threads would each fetch a token.
        with desk.lock:
            if desk.application is None:
                desk.application = self._application(tenant_id)
            if refresh:
                _drop_access_tokens(desk.application)
            return self._acquire(desk.application)

    def _desk(self, tenant_id: str) -> "_Desk":
        with self._guard:
            desk = self._desks.setdefault(tenant_id, _Desk())
            self._desks.move_to_end(tenant_id)
            if len(self._desks) > TENANTS_KEPT:
                self._desks.popitem(last=False)
            return desk

    def _application(self, tenant_id: str) -> Any:
        _require_guid(tenant_id)
        _require_usable(self._credential)
        try:
            return msal.ConfidentialClientApplication(
                self._credential.application_id,
                client_credential=_msal_credential(self._credential),
                authority=f"{self.cloud.login}/{tenant_id}",
                # The clouds are a fixed list, and a simulator is none of Microsoft's.
                instance_discovery=False,
                http_client=self._door,
            )
        except (ValueError, TypeError):
            pass
        raise MalformedAnswerError("sign-in described itself in a way that cannot be used")

    def _acquire(self, application: Any) -> str:
        try:
            answer = application.acquire_token_for_client([f"{self.cloud.resource}/.default"])
            return str(answer["access_token"])
        except PermanentError as error:
            # Microsoft says the same of a wrong and of an expired certificate; its end date tells them apart.
            if error.problem is Problem.CREDENTIAL_WRONG and _has_expired(self._credential):
                error.problem = Problem.CREDENTIAL_EXPIRED
            raise
        except (ValueError, TypeError, KeyError):
            pass
        raise MalformedAnswerError("sign-in answered with an unusable token")


@dataclass(slots=True)
class _Desk:
    """Where one tenant's callers queue."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    application: Any = None


@dataclass(frozen=True, slots=True)
class _Reply:
    """A success in the shape MSAL reads. Without headers, so that MSAL keeps no throttling rules of its own."""

    status_code: int
    text: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)

    def raise_for_status(self) -> None:
        """Nothing to raise: only successes become replies."""


class _Door:
    """MSAL's http_client. Judges failures before MSAL sees them, so none is cached, logged or lost."""

    def __init__(self, transport: Transport, cloud: Cloud) -> None:
        self._transport = transport
        self._login = f"{cloud.login}/"
        self._discovered: dict[str, _Reply] = {}

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, **_unused: object) -> _Reply:
        reply = self._discovered.get(url)
        if reply is None:
            reply = self._discover(url, headers or {})
            self._discovered[url] = reply
        return reply

    def post(
        self,
        url: str,
        *,
        data: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        **_unused: object,
    ) -> _Reply:
        answer = self._transport.send("POST", url, headers=headers or {}, data=data)
        return _reply(answer, "access_token")

    def close(self) -> None:
        """The transport is shared with Graph; its owner closes it."""

    def _discover(self, url: str, headers: Mapping[str, str]) -> _Reply:
        answer = self._transport.send("GET", url, headers=headers)
        reply = _reply(answer, "token_endpoint", "authorization_endpoint")
        # The secret goes to this address. Another cloud's tenant is answered with another cloud's address.
        if not str(answer.document()["token_endpoint"]).startswith(self._login):
            raise PermanentError(Problem.TENANT_UNKNOWN, "the tenant signs in at another cloud's address")
        return reply


def _reply(answer: Answer, *required: str) -> _Reply:
    if answer.status != 200:
        raise sign_in_error(answer)
    document = answer.document()
    if not all(isinstance(document.get(name), str) and document[name] for name in required):
        raise MalformedAnswerError(
            "sign-in answered without what was asked for", request_id=answer.request_id
        )
    kept = {name: document[name] for name in (*required, *_ALSO_KEPT) if name in document}
    return _Reply(answer.status, json.dumps(kept))


def _drop_access_tokens(application: Any) -> None:
    cache = application.token_cache
    for entry in list(cache.search(msal.TokenCache.CredentialType.ACCESS_TOKEN)):
        cache.remove_at(entry)


def _msal_credential(credential: Credential) -> str | dict[str, str]:
    if isinstance(credential, ClientCertificate):
        return {"private_key": credential.private_key, "public_certificate": credential.certificate}
    return credential.secret


def _require_usable(credential: Credential) -> None:
    if isinstance(credential, ClientCertificate) and not credential.is_usable:
        raise PermanentError(Problem.CREDENTIAL_WRONG, "the private key or certificate cannot be read")


def _has_expired(credential: Credential) -> bool:
    return isinstance(credential, ClientCertificate) and credential.expires_at < datetime.now(UTC)


def _require_guid(tenant_id: str) -> None:
    """The id becomes part of an address, and names such as "common" would mean no tenant in particular."""
    try:
        UUID(tenant_id)
    except ValueError:
        pass
    else:
        return
    raise PermanentError(Problem.TENANT_UNKNOWN, "the tenant ID is not a GUID")
