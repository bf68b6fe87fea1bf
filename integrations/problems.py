"""Everything that can be wrong with a tenant or a run, in words an administrator can act on."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    UNREACHABLE = "unreachable"
    CONSENT_MISSING = "consent-missing"
    CREDENTIAL_WRONG = "credential-wrong"
    CREDENTIAL_EXPIRED = "credential-expired"
    APPLICATION_UNKNOWN = "application-unknown"
    APPLICATION_DISABLED = "application-disabled"
    TENANT_UNKNOWN = "tenant-unknown"
    PERMISSION_MISSING = "permission-missing"
    PREMIUM_MISSING = "premium-missing"
    MALFORMED_ANSWER = "malformed-answer"
    WRONG_TENANT = "wrong-tenant"
    WORKER_LOST = "worker-lost"
    DEADLINE = "deadline"
    SUSPICIOUS = "suspicious"
    UNEXPECTED = "unexpected"

    @property
    def title(self) -> str:  # type: ignore[override]  # a problem's title is worth more than str.title()
        return _ADVICE[self].title

    @property
    def explanation(self) -> str:
        return _ADVICE[self].explanation

    @property
    def remedy(self) -> str:
        return _ADVICE[self].remedy

    @property
    def is_transient(self) -> bool:
        """Trying again may help without anybody changing anything."""
        return self in _TRANSIENT

    @property
    def is_credential_wide(self) -> bool:
        """Every other tenant of the integration would fail in the same way."""
        return self in _CREDENTIAL_WIDE


@dataclass(frozen=True, slots=True)
class _Advice:
    title: str
    explanation: str
    remedy: str


_TRANSIENT = frozenset(
    {
        Problem.THROTTLED,
        Problem.UNAVAILABLE,
        Problem.UNREACHABLE,
        Problem.MALFORMED_ANSWER,
        Problem.WORKER_LOST,
    }
)

# An unknown or disabled application may be so in one tenant only, where nobody has consented yet.
_CREDENTIAL_WIDE = frozenset({Problem.CREDENTIAL_WRONG, Problem.CREDENTIAL_EXPIRED})

_ADVICE: Mapping[Problem, _Advice] = {
    Problem.THROTTLED: _Advice(
        "Microsoft asked us to slow down",
        "Microsoft Graph is limiting how many requests it takes from this application for now.",
        "Nothing to do: the sync goes on by itself after the wait Microsoft asked for.",
    ),
    Problem.UNAVAILABLE: _Advice(
        "Microsoft is unavailable",
        "Microsoft reported a fault on its own side while this tenant was being read.",
        "Nothing to do at first: the sync tries again. If it lasts, look at Microsoft's service health page.",
    ),
    Problem.UNREACHABLE: _Advice(
        "Microsoft cannot be reached",
        "The connection to Microsoft failed or broke off (network, DNS, firewall or TLS certificate).",
        "Check that this server may open HTTPS connections to Microsoft's sign-in and Graph addresses.",
    ),
    Problem.CONSENT_MISSING: _Advice(
        "Admin consent is missing",
        "The application has not been approved in this tenant, or the approval was withdrawn.",
        "Make a new consent link for this tenant and have one of its administrators open it and accept; then retry.",
    ),
    Problem.CREDENTIAL_WRONG: _Advice(
        "The credential was not accepted",
        "Microsoft refused the application's client secret or certificate.",
        "Under Actions > Edit Credentials, enter a new secret (its value, not its ID), or see that the certificate shown "
        "there is uploaded to the app registration. With a certificate, check this server's clock too.",
    ),
    Problem.CREDENTIAL_EXPIRED: _Advice(
        "The credential has expired",
        "The application's client secret or certificate is past its end date.",
        "Under Actions > Edit Credentials, prepare a new certificate or enter a new secret, test it and switch over.",
    ),
    Problem.APPLICATION_UNKNOWN: _Advice(
        "The application is unknown",
        "Microsoft knows no application with this client ID that this tenant could use.",
        "Compare the application ID under Actions > Edit Credentials with the app registration, and see that the app is "
        "multitenant and that this tenant has consented to it.",
    ),
    Problem.APPLICATION_DISABLED: _Advice(
        "The application is disabled",
        "The application exists, but signing in with it has been turned off.",
        "Turn the enterprise application on again in the Microsoft Entra admin center.",
    ),
    Problem.TENANT_UNKNOWN: _Advice(
        "The tenant was not found",
        "Microsoft knows no tenant with this ID in the chosen cloud, or it was deleted or blocked.",
        "Compare the tenant ID with the client's, and the integration's cloud with the one the tenant is in. If the client "
        "has left Microsoft, revert its match under Actions > Matching.",
    ),
    Problem.PERMISSION_MISSING: _Advice(
        "A permission is missing",
        "Microsoft Graph refused to show the application some of this tenant's data.",
        "See that the app registration asks for the application permissions Organization.Read.All and User.Read.All, have "
        "this tenant consent again by a new consent link, and check its Conditional Access policies.",
    ),
    Problem.PREMIUM_MISSING: _Advice(
        "No sign-in activity in this tenant",
        "Microsoft keeps the last sign-ins of users only for tenants that have Microsoft Entra ID P1 or P2.",
        "Nothing to do: everything else is synced. For sign-in dates, the client needs Microsoft Entra ID P1, which "
        "Microsoft 365 Business Premium includes.",
    ),
    Problem.MALFORMED_ANSWER: _Advice(
        "Microsoft's answer was not usable",
        "An answer was cut short or not in the documented form. Nothing was changed because of it.",
        "Nothing to do at first: the sync tries again. If it lasts, check for a proxy that alters the traffic.",
    ),
    Problem.WRONG_TENANT: _Advice(
        "Another tenant answered",
        "The data came from a different tenant than the one matched to this organization, so it was not used.",
        "Check the tenant ID under Actions > Matching. If it is right, report this as a security incident.",
    ),
    Problem.WORKER_LOST: _Advice(
        "The worker stopped",
        "The process that was reading this tenant ended before it was done.",
        "Nothing to do: another worker takes over. If it repeats, check the workers' memory and logs.",
    ),
    Problem.DEADLINE: _Advice(
        "The sync ran out of time",
        "This tenant was not finished within the time allowed for the whole run.",
        "Retry the tenant. If it repeats, add workers.",
    ),
    Problem.SUSPICIOUS: _Advice(
        "Held for review",
        "Unusually much vanished from Microsoft's answer at once, so nothing was taken away. What Microsoft still "
        "reports is up to date.",
        "Compare with the tenant in the Microsoft 365 admin center. Then, on the tenant's page, accept what vanished or "
        "discard it; the next sync judges anew.",
    ),
    Problem.UNEXPECTED: _Advice(
        "Something unexpected happened",
        "The sync of this tenant failed in a way the portal does not know.",
        "Retry the tenant. If it repeats, look for it in the workers' log and report what it says.",
    ),
}
