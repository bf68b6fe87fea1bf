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
        "Have an administrator of the tenant open the consent link and accept, then sync again.",
    ),
    Problem.CREDENTIAL_WRONG: _Advice(
        "The credential was not accepted",
        "Microsoft refused the application's client secret or certificate.",
        "Run `manage.py connect_microsoft` again for this integration with the secret's value (not its ID), or upload "
        "the certificate to the app registration. With a certificate, check this server's clock too.",
    ),
    Problem.CREDENTIAL_EXPIRED: _Advice(
        "The credential has expired",
        "The application's client secret or certificate is past its end date.",
        "Create a new secret or certificate in the app registration, and run `manage.py connect_microsoft` again for "
        "this integration with it.",
    ),
    Problem.APPLICATION_UNKNOWN: _Advice(
        "The application is unknown",
        "Microsoft knows no application with this client ID that this tenant could use.",
        "Compare the client ID with the app registration, and see that it is multitenant and consented to.",
    ),
    Problem.APPLICATION_DISABLED: _Advice(
        "The application is disabled",
        "The application exists, but signing in with it has been turned off.",
        "Turn the enterprise application on again in the Microsoft Entra admin center.",
    ),
    Problem.TENANT_UNKNOWN: _Advice(
        "The tenant was not found",
        "Microsoft knows no tenant with this ID in the chosen cloud, or it was deleted or blocked.",
        "Check the tenant ID and the cloud of the integration.",
    ),
    Problem.PERMISSION_MISSING: _Advice(
        "A permission is missing",
        "Microsoft Graph refused to show the application some of this tenant's data.",
        "Grant the application permissions Organization.Read.All and User.Read.All, "
        "give admin consent in this tenant again, and check its Conditional Access policies.",
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
        "Check the tenant ID of this match. If it is right, report this as a security incident.",
    ),
    Problem.WORKER_LOST: _Advice(
        "The worker stopped",
        "The process that was reading this tenant ended before it was done.",
        "Nothing to do: another worker takes over. If it repeats, check the workers' memory and logs.",
    ),
    Problem.DEADLINE: _Advice(
        "The sync ran out of time",
        "This tenant was not finished within the time allowed for the whole run.",
        "Start the sync again. If it repeats, add workers.",
    ),
    Problem.SUSPICIOUS: _Advice(
        "Held for review",
        "Unusually many licenses vanished from Microsoft's answer at once, so nothing was removed.",
        "Compare with the tenant's licenses in the Microsoft 365 admin center. What Microsoft still reports is up to date; "
        "the next sync judges anew what it does not.",
    ),
    Problem.UNEXPECTED: _Advice(
        "Something unexpected happened",
        "The sync of this tenant failed in a way the portal does not know.",
        "Start the sync again. If it repeats, look for this tenant in the workers' log and report what it says.",
    ),
}
