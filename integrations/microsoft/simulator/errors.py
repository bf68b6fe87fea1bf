"""Refusals in Microsoft's words: what Graph and the identity platform say, with which status and code."""

from collections.abc import Mapping
from typing import Any


class GraphError(Exception):
    """An answer of Graph's other than success."""

    def __init__(
        self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def document(self, *, date: str, request_id: str, client_request_id: str) -> dict[str, Any]:
        inner = {"date": date, "request-id": request_id, "client-request-id": client_request_id}
        return {"error": {"code": self.code, "message": self.message, "innerError": inner}}


class EntraError(Exception):
    """A refusal of the identity platform's. `number` is the AADSTS code."""

    def __init__(
        self, status: int, error: str, number: int, text: str, *, suberror: str | None = None
    ) -> None:
        super().__init__(status, error, number, text)
        self.status = status
        self.error = error
        self.number = number
        self.text = text
        self.suberror = suberror

    @property
    def summary(self) -> str:
        return f"AADSTS{self.number}: {self.text}"

    def document(self, *, timestamp: str, trace_id: str, correlation_id: str) -> dict[str, Any]:
        ids = f"Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {timestamp}"
        document: dict[str, Any] = {
            "error": self.error,
            "error_description": f"{self.summary} {ids}",
            "error_codes": [self.number],
            "timestamp": timestamp,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
        }
        return document | ({"suberror": self.suberror} if self.suberror else {})


def invalid_token(message: str) -> GraphError:
    challenge = (
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
        'client_id="00000003-0000-0000-c000-000000000000"'
    )
    return GraphError(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": challenge})


def denied() -> GraphError:
    return GraphError(
        403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
    )


def bad_request(message: str) -> GraphError:
    return GraphError(400, "Request_BadRequest", message)


def unsupported_query(message: str) -> GraphError:
    return GraphError(400, "Request_UnsupportedQuery", message)


def unknown_segment(segment: str) -> GraphError:
    return GraphError(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def resource_not_found(name: str) -> GraphError:
    message = (
        f"Resource '{name}' does not exist or one of its queried reference-property objects are not present."
    )
    return GraphError(404, "Request_ResourceNotFound", message)


def tenant_not_found(name: str, *, error: str) -> EntraError:
    text = (
        f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct "
        "cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for "
        "the tenant."
    )
    return EntraError(400, error, 90002, text)


def malformed_tenant(name: str) -> EntraError:
    text = f"Specified tenant identifier '{name}' is neither a valid DNS name, nor a valid external domain."
    return EntraError(400, "invalid_request", 900023, text)


def application_not_found(application_id: str, tenant: str) -> EntraError:
    text = (
        f"Application with identifier '{application_id}' was not found in the directory '{tenant}'. This can happen if "
        "the application has not been installed by the administrator of the tenant or consented to by any user in the "
        "tenant. You may have sent your authentication request to the wrong tenant."
    )
    return EntraError(400, "unauthorized_client", 700016, text)


def application_disabled(application_id: str) -> EntraError:
    return EntraError(400, "unauthorized_client", 7000112, f"Application '{application_id}' is disabled.")


def wrong_secret(application_id: str) -> EntraError:
    text = (
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
        f"the client secret ID, for a secret added to app '{application_id}'."
    )
    return EntraError(401, "invalid_client", 7000215, text)


def expired_secret(application_id: str) -> EntraError:
    text = f"The provided client secret keys for app '{application_id}' are expired."
    return EntraError(401, "invalid_client", 7000222, text)


def missing_credential() -> EntraError:
    text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
    return EntraError(401, "invalid_client", 7000218, text)


def unknown_certificate(thumbprint: str) -> EntraError:
    text = (
        "The certificate with identifier used to sign the client assertion is not registered on application. "
        f"[Reason - The key was not found., Thumbprint of key used by client: '{thumbprint}']"
    )
    return EntraError(401, "invalid_client", 700027, text)


def assertion_out_of_time() -> EntraError:
    return EntraError(401, "invalid_client", 700024, "Client assertion is not within its valid time range.")


def bad_assertion(text: str) -> EntraError:
    return EntraError(401, "invalid_client", 50013, f"Assertion failed signature validation. [{text}]")


def consent_missing(application_id: str, tenant_id: str) -> EntraError:
    text = (
        f"The client application '{application_id}' is missing service principal in the tenant '{tenant_id}'."
    )
    return EntraError(401, "invalid_client", 7000229, text)


def bad_scope(scope: str) -> EntraError:
    text = (
        f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with "
        "/.default suffixed to the resource identifier (application ID URI)."
    )
    return EntraError(400, "invalid_scope", 1002012, text)


def unknown_resource(resource: str, tenant_id: str) -> EntraError:
    text = f"The resource principal named {resource} was not found in the tenant named {tenant_id}."
    return EntraError(400, "invalid_resource", 500011, text)


def missing_parameter(name: str) -> EntraError:
    text = f"The request body must contain the following parameter: '{name}'."
    return EntraError(400, "invalid_request", 900144, text)


def unsupported_grant(grant_type: str) -> EntraError:
    return EntraError(
        400, "unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{grant_type}'."
    )


def wrong_redirect(redirect_uri: str, application_id: str) -> EntraError:
    text = (
        f"The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs configured for "
        f"the application '{application_id}'."
    )
    return EntraError(400, "invalid_request", 50011, text)


def unknown_code() -> EntraError:
    return EntraError(
        400, "invalid_grant", 70000, "The provided value for the 'code' parameter is not valid."
    )


def expired_code() -> EntraError:
    return EntraError(
        400, "invalid_grant", 70008, "The provided authorization code or refresh token has expired."
    )


def replayed_code() -> EntraError:
    text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."
    return EntraError(400, "invalid_grant", 54005, text)


def wrong_verifier() -> EntraError:
    text = "The Code_Verifier does not match the code_challenge supplied in the authorization request."
    return EntraError(400, "invalid_grant", 501481, text)


def admin_declined() -> EntraError:
    return EntraError(
        400, "access_denied", 65004, "The resource owner or authorization server denied the request."
    )


def busy() -> EntraError:
    return EntraError(
        429, "temporarily_unavailable", 90033, "A transient error has occurred. Please try again."
    )
