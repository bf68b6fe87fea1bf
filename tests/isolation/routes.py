"""Every route of the portal and whom it answers. A new route fails the matrix until it is declared here.

To declare one, add its name with what differs from an ordinary page: the methods it allows and their answers to
someone who may (`answers`), the right it needs, whether strangers may open it (`strangers`: their answers), what a
form sends (`form`), query strings that name rows (`queries`) and whose name the page shows (`shows`). Rows are named by
their ids in sides.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.urls import URLPattern, URLResolver, get_resolver

from organizations.roles import Right

METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
PAGE = {"GET": 200, "HEAD": 200}
ELSEWHERE = {"GET": 302, "HEAD": 302}


@dataclass(frozen=True)
class Route:
    answers: Mapping[str, int] = field(default_factory=lambda: PAGE)
    needs: Right | None = None
    strangers: Mapping[str, int] | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    queries: tuple[str, ...] = ()
    shows: str = ""
    ends_session: bool = False


LIST = ("q={token}", "sort=-name&from={cursor}")
INTEGRATIONS = Right.MANAGE_INTEGRATIONS

ROUTES = {
    "healthz": Route(strangers=PAGE),
    "organizations:home": Route(
        answers={**PAGE, "POST": 422},
        strangers={**PAGE, "POST": 422},
        form={"slug": "no-such-account"},
    ),
    "organizations:account-home": Route(answers=ELSEWHERE),
    "organizations:sign-in": Route(
        answers={**ELSEWHERE, "POST": 302},
        strangers={**PAGE, "POST": 422},
        form={"email": "nobody@example.test", "password": "wrong"},
    ),
    "organizations:sign-out": Route(answers={"POST": 302}, ends_session=True),
    "organizations:theme": Route(answers={"POST": 302}, strangers={"POST": 302}, form={"theme": "dark"}),
    "organizations:organization-list": Route(shows="organization_id", queries=LIST),
    "organizations:organization-detail": Route(shows="organization_id"),
    "organizations:contact-list": Route(shows="contact_id", queries=LIST),
    "organizations:contact-detail": Route(shows="contact_id"),
    "organizations:contact-edit": Route(
        shows="contact_id",
        answers={**PAGE, "POST": 302},
        needs=Right.EDIT,
        form={"contact_type": "End User", "notes": "n"},
    ),
    "flexible_assets:asset-list": Route(
        shows="asset_id", queries=(*LIST, "organization={organization_id}", "status={token}")
    ),
    "flexible_assets:global-list": Route(
        shows="asset_id",
        needs=Right.VIEW_GLOBAL,
        queries=(*LIST, "organization={organization_id}", "status={token}"),
    ),
    "flexible_assets:asset-detail": Route(shows="asset_id"),
    "flexible_assets:asset-edit": Route(
        shows="asset_id",
        answers={**PAGE, "POST": 302},
        needs=Right.EDIT,
        form={"notes": "n", "audience": "everyone"},
    ),
    "flexible_assets:tagged-contacts": Route(shows="contact_id", queries=LIST),
    "integrations:integration-list": Route(shows="integration_id", needs=INTEGRATIONS),
    "integrations:integration-new": Route(needs=INTEGRATIONS),
    "integrations:microsoft-new": Route(answers={**PAGE, "POST": 422}, needs=INTEGRATIONS),
    "integrations:integration-edit": Route(
        shows="integration_id", answers={**PAGE, "POST": 422}, needs=INTEGRATIONS
    ),
    "integrations:credentials": Route(shows="integration_id", needs=INTEGRATIONS),
    "integrations:credential-test": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:credential-next": Route(
        shows="integration_id", answers={**PAGE, "POST": 422}, needs=INTEGRATIONS
    ),
    "integrations:credential-switch": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:credential-discard": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:certificate": Route(needs=INTEGRATIONS),
    "integrations:integration-status": Route(shows="integration_id", needs=INTEGRATIONS),
    "integrations:sync-settings": Route(
        shows="integration_id",
        answers={**PAGE, "POST": 302},
        needs=INTEGRATIONS,
        form={"licenses": "on", "schedule": "hourly", "notify": "never"},
    ),
    "integrations:start-sync": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:start-preview": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:cancel-sync": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:pause-sync": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:resume-sync": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:run-list": Route(
        shows="integration_id", needs=INTEGRATIONS, queries=("sort=run&from={cursor}",)
    ),
    "integrations:disconnect": Route(
        shows="integration_id", answers={**PAGE, "POST": 422}, needs=INTEGRATIONS, form={"choice": "delete"}
    ),
    "integrations:disconnection-detail": Route(shows="disconnection_id", needs=INTEGRATIONS),
    "integrations:run-detail": Route(shows="integration_id", needs=INTEGRATIONS),
    "integrations:run-log": Route(shows="organization_id", needs=INTEGRATIONS),
    "integrations:retry-failed": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:tenant-sync": Route(shows="integration_id", needs=INTEGRATIONS),
    "integrations:retry-tenant": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:accept-held": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:discard-held": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:inquiry": Route(shows="integration_id", needs=INTEGRATIONS),
    "integrations:tenants": Route(shows="integration_id", needs=INTEGRATIONS),
    "integrations:find-customers": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:consent-new": Route(
        shows="integration_id",
        answers={**PAGE, "POST": 422},
        needs=INTEGRATIONS,
        form={"tenant_id": "nowhere"},
        queries=("tenant={match_id}",),
    ),
    "integrations:consent-detail": Route(shows="integration_id", needs=INTEGRATIONS),
    "integrations:consent-confirm": Route(
        answers={"POST": 422}, needs=INTEGRATIONS, form={"destination": "nowhere"}
    ),
    "integrations:consent-discard": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:consent-check": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:consent-callback": Route(answers={"GET": 400}, strangers={"GET": 400}),
    "integrations:matching": Route(
        shows="integration_id",
        answers={**PAGE, "POST": 302},
        needs=INTEGRATIONS,
        form={"bulk": "ignore", "scope": "all"},
        queries=("show=matched&q={token}", "show=matched&from={cursor}"),
    ),
    "integrations:match-tenant": Route(
        shows="integration_id",
        answers={**PAGE, "POST": 422},
        needs=INTEGRATIONS,
        queries=("q={token}", "organization={organization_id}"),
    ),
    "integrations:revert-match": Route(
        shows="integration_id", answers={**PAGE, "POST": 422}, needs=INTEGRATIONS
    ),
    "integrations:create-organization-for-tenant": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:ignore-tenant": Route(answers={"POST": 302}, needs=INTEGRATIONS),
    "integrations:stop-ignoring-tenant": Route(answers={"POST": 302}, needs=INTEGRATIONS),
}


@dataclass(frozen=True)
class Found:
    """A route as the URL resolver knows it."""

    name: str
    parameters: frozenset[str]
    pattern: URLPattern


def all_routes() -> dict[str, Found]:
    found = list(_walk(get_resolver().url_patterns, (), frozenset()))
    by_name = {each.name: each for each in found}
    assert len(by_name) == len(found), "Two routes share a name; the matrix would see only one of them."
    return by_name


def _walk(
    patterns: list[URLPattern | URLResolver], namespaces: tuple[str, ...], parameters: frozenset[str]
) -> Iterator[Found]:
    for each in patterns:
        own = parameters | set(each.pattern.converters)
        if isinstance(each, URLResolver):
            inside = (*namespaces, each.namespace) if each.namespace else namespaces
            yield from _walk(each.url_patterns, inside, own)
        else:
            yield Found(":".join([*namespaces, each.name or str(each.pattern)]), own, each)
