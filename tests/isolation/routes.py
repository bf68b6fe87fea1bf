"""Every route of the portal and whom it answers. A new route fails the matrix until it is declared here.

To declare one, add its name with what differs from an ordinary page: the methods it allows and their answers to
someone who may (`answers`), the right it needs, whether strangers may open it (`strangers`: their answers), what a
form sends (`form`), query strings that name rows (`queries`), whose name the page shows (`shows`) and the model whose
rows a POST leaves fewer of (`uses_up`). Rows are named by their ids in sides.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from organizations.models import AccountOwned, ImportDraft
from organizations.roles import Right
from tests.factories import PASSWORD

METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
PAGE = {"GET": 200, "HEAD": 200}
ELSEWHERE = {"GET": 302, "HEAD": 302}
GONE = {"GET": 404, "HEAD": 404, "POST": 404}


@dataclass(frozen=True)
class Route:
    answers: Mapping[str, int] = field(default_factory=lambda: PAGE)
    needs: Right | None = None
    strangers: Mapping[str, int] | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    queries: tuple[str, ...] = ()
    shows: str = ""
    ends_session: bool = False
    uses_up: type[AccountOwned] | None = None


LIST = ("q={token}", "sort=-name&from={cursor}")
#: A list that readers arrange, export and work on: all of it comes to its own address.
ARRANGED: dict[str, Any] = {"answers": {**PAGE, "POST": 302}, "form": {"do": "columns", "column": "name"}}
EXPORTS = ("export=csv&q={token}",)
INTEGRATIONS = Right.MANAGE_INTEGRATIONS
TYPES = Right.MANAGE_TYPES
USERS = Right.MANAGE_USERS

ROUTES = {
    "healthz": Route(strangers=PAGE),
    "organizations:home": Route(
        answers={**PAGE, "POST": 422},
        strangers={**PAGE, "POST": 422},
        form={"slug": "no-such-account"},
    ),
    "organizations:account-home": Route(),
    "organizations:recent": Route(),
    "organizations:search": Route(
        queries=("q={token}", "q={token}&archived=yes", "q={token}&organization={organization_id}"),
    ),
    "organizations:palette": Route(
        queries=("q={token}", "q={token}&near={organization_id}&inside=yes", "near={organization_id}")
    ),
    "organizations:account-activity": Route(
        answers={**PAGE, "POST": 302},
        form={"do": "columns", "column": "action"},
        needs=Right.VIEW_ACTIVITY,
        # Without a search an export tells of the export before it.
        queries=(*LIST, "export=csv&q={token}", "user={user_id}", "organization={organization_id}"),
    ),
    "organizations:activity-detail": Route(needs=Right.VIEW_HISTORY),
    "organizations:organization-activity": Route(
        answers={**PAGE, "POST": 302},
        form={"do": "columns", "column": "action"},
        needs=Right.VIEW_HISTORY,
        shows="organization_id",
        queries=(*LIST, "export=csv&q={token}", "user={user_id}"),
    ),
    "organizations:contact-activity": Route(
        answers={**PAGE, "POST": 302},
        form={"do": "columns", "column": "action"},
        needs=Right.VIEW_HISTORY,
        shows="contact_id",
        queries=EXPORTS,
    ),
    "flexible_assets:asset-activity": Route(
        answers={**PAGE, "POST": 302},
        form={"do": "columns", "column": "action"},
        needs=Right.VIEW_HISTORY,
        shows="asset_id",
        queries=EXPORTS,
    ),
    "organizations:sidebar-settings": Route(
        answers={**PAGE, "POST": 302}, needs=TYPES, form={"item": "contacts", "shown": "contacts"}
    ),
    "organizations:sidebar-reset": Route(answers={"POST": 302}, needs=TYPES),
    "organizations:sidebar-group-settings": Route(
        answers={**PAGE, "POST": 302},
        needs=TYPES,
        shows="group_id",
        form={"item": "contacts", "shown": "contacts"},
    ),
    "organizations:sidebar-group-reset": Route(answers={"POST": 302}, needs=TYPES),
    "integrations:sync-health": Route(shows="integration_id", needs=INTEGRATIONS),
    "organizations:sign-in": Route(
        answers={**ELSEWHERE, "POST": 302},
        strangers={**PAGE, "POST": 422},
        form={"email": "nobody@example.test", "password": "wrong"},
    ),
    "organizations:passkey-sign-in": Route(
        answers={"GET": 302, "POST": 302}, strangers={"GET": 200, "POST": 422}, form={"credential": "{}"}
    ),
    "organizations:second-factor": Route(
        answers={"GET": 302, "POST": 302}, strangers={"GET": 302, "POST": 302}, form={"code": "000000"}
    ),
    # No sign-in service is set up; tests/organizations/test_sign_in_provider.py has one.
    "organizations:provider-start": Route(answers={"GET": 404}, strangers={"GET": 404}),
    "organizations:provider-answer": Route(answers={"GET": 400}, strangers={"GET": 400}),
    "organizations:first-run": Route(answers=GONE, strangers=GONE),
    "organizations:security": Route(),
    "organizations:second-factor-required": Route(answers=ELSEWHERE),
    "organizations:confirm": Route(answers={**PAGE, "POST": 302}, form={"password": PASSWORD}),
    "organizations:password-change": Route(answers={**PAGE, "POST": 422}),
    "organizations:app-add": Route(answers={**PAGE, "POST": 422}, form={"code": "000000"}),
    "organizations:app-remove": Route(answers={"POST": 302}),
    "organizations:passkey-add": Route(answers={"GET": 200, "POST": 422}, form={"credential": "{}"}),
    "organizations:passkey-rename": Route(answers={"POST": 404}, form={"passkey": "1", "name": "n"}),
    "organizations:passkey-remove": Route(answers={"POST": 404}, form={"passkey": "1"}),
    "organizations:recovery-codes": Route(answers={"POST": 302}),
    "organizations:identity-release": Route(answers={"POST": 302}),
    "organizations:session-list": Route(),
    "organizations:session-end": Route(answers={"POST": 404}, form={"session": "1"}),
    "organizations:session-end-others": Route(answers={"POST": 302}),
    "organizations:sign-out": Route(answers={"POST": 302}, ends_session=True),
    "organizations:theme": Route(answers={"POST": 302}, strangers={"POST": 302}, form={"theme": "dark"}),
    "organizations:organization-list": Route(
        **ARRANGED,
        shows="organization_id",
        queries=(*LIST, *EXPORTS, "type={token}", "archived=included&q={token}"),
    ),
    "organizations:organization-detail": Route(shows="organization_id"),
    "organizations:organization-new": Route(
        answers={**PAGE, "POST": 422}, needs=Right.CREATE_ORGANIZATIONS, shows="organization_id"
    ),
    "organizations:organization-edit": Route(
        shows="organization_id", answers={**PAGE, "POST": 422}, needs=Right.EDIT
    ),
    "organizations:organization-latest": Route(shows="organization_id"),
    "organizations:organization-quick-notes": Route(
        shows="organization_id",
        answers={**PAGE, "POST": 302},
        needs=Right.EDIT,
        form={"quick_notes": "n"},
    ),
    "organizations:organization-archive": Route(
        shows="organization_id", answers={**PAGE, "POST": 302}, needs=Right.DELETE, form={"archived": "no"}
    ),
    "organizations:organization-delete": Route(
        shows="organization_id", answers={**PAGE, "POST": 422}, needs=Right.DELETE_ORGANIZATIONS
    ),
    "organizations:contact-list": Route(**ARRANGED, shows="contact_id", queries=(*LIST, *EXPORTS)),
    "organizations:contact-detail": Route(shows="contact_id"),
    "organizations:contact-edit": Route(
        shows="contact_id",
        answers={**PAGE, "POST": 302},
        needs=Right.EDIT,
        form={"contact_type": "End User", "notes": "n"},
    ),
    "organizations:contact-new": Route(
        shows="organization_id", answers={**PAGE, "POST": 422}, needs=Right.CREATE
    ),
    "organizations:contact-archive": Route(
        answers={"POST": 302}, needs=Right.DELETE, form={"archived": "no"}
    ),
    "organizations:contact-delete": Route(
        shows="contact_id", answers={**PAGE, "POST": 422}, needs=Right.DELETE
    ),
    "organizations:global-contact-list": Route(
        **ARRANGED,
        shows="contact_id",
        needs=Right.VIEW_GLOBAL,
        queries=(*LIST, *EXPORTS, "organization={organization_id}"),
    ),
    "organizations:label-list": Route(shows="organization_type_id", needs=Right.MANAGE_TYPES),
    "organizations:organization-type-new": Route(answers={"POST": 422}, needs=Right.MANAGE_TYPES),
    "organizations:organization-type-edit": Route(
        shows="organization_type_id", answers={**PAGE, "POST": 422}, needs=Right.MANAGE_TYPES
    ),
    "organizations:organization-type-delete": Route(
        shows="organization_type_id", answers={**PAGE, "POST": 422}, needs=Right.MANAGE_TYPES
    ),
    "organizations:organization-status-new": Route(answers={"POST": 422}, needs=Right.MANAGE_TYPES),
    "organizations:organization-status-edit": Route(
        shows="organization_status_id", answers={**PAGE, "POST": 422}, needs=Right.MANAGE_TYPES
    ),
    "organizations:organization-status-delete": Route(
        shows="organization_status_id", answers={**PAGE, "POST": 422}, needs=Right.MANAGE_TYPES
    ),
    "organizations:invitation": Route(
        answers={"GET": 404, "HEAD": 404, "POST": 404},
        strangers={"GET": 404, "HEAD": 404, "POST": 404},
        queries=("token={token}",),
    ),
    "organizations:user-list": Route(
        answers={**PAGE, "POST": 404}, shows="user_id", needs=USERS, queries=(*LIST, "role={token}")
    ),
    "organizations:user-new": Route(answers={**PAGE, "POST": 422}, needs=USERS),
    "organizations:user-detail": Route(
        shows="user_id", answers={**PAGE, "POST": 422}, needs=USERS, form={"groups": "0"}
    ),
    "organizations:user-deactivate": Route(answers={"POST": 302}, needs=USERS),
    "organizations:second-factors-reset": Route(answers={"POST": 302}, needs=USERS),
    "organizations:user-reactivate": Route(answers={"POST": 302}, needs=USERS),
    "organizations:invitation-send": Route(answers={"POST": 302}, needs=USERS),
    "organizations:invitation-revoke": Route(answers={"POST": 302}, needs=USERS),
    "organizations:group-list": Route(
        answers={**PAGE, "POST": 404}, shows="group_id", needs=USERS, queries=LIST
    ),
    "organizations:group-new": Route(answers={**PAGE, "POST": 422}, needs=USERS),
    "organizations:group-detail": Route(
        shows="group_id", answers={**PAGE, "POST": 422}, needs=USERS, form={"members": "0"}
    ),
    "organizations:group-delete": Route(shows="group_id", answers={**PAGE, "POST": 422}, needs=USERS),
    "organizations:account-settings": Route(answers={**PAGE, "POST": 422}, needs=Right.MANAGE_ACCOUNT),
    "organizations:import-new": Route(
        answers={**PAGE, "POST": 422}, needs=Right.IMPORT, form={"target": "contacts"}
    ),
    "organizations:import-template": Route(answers={"GET": 404, "HEAD": 404}, needs=Right.IMPORT),
    "organizations:import-detail": Route(shows="draft_id", answers={**PAGE, "POST": 422}, needs=Right.IMPORT),
    "organizations:import-discard": Route(answers={"POST": 302}, needs=Right.IMPORT, uses_up=ImportDraft),
    "flexible_assets:asset-list": Route(
        **ARRANGED,
        shows="asset_id",
        queries=(*LIST, *EXPORTS, "sku={token}"),
    ),
    "flexible_assets:global-list": Route(
        **ARRANGED,
        shows="asset_id",
        needs=Right.VIEW_GLOBAL,
        queries=(*LIST, *EXPORTS, "organization={organization_id}", "status={token}", "archived=included"),
    ),
    "flexible_assets:asset-detail": Route(shows="asset_id"),
    "flexible_assets:asset-edit": Route(
        shows="asset_id",
        answers={**PAGE, "POST": 302},
        needs=Right.EDIT,
        form={"notes": "n", "audience": "everyone"},
    ),
    "flexible_assets:asset-new": Route(
        shows="organization_id",
        answers={**PAGE, "POST": 422},
        needs=Right.CREATE,
        form={"audience": "nobody"},
    ),
    "flexible_assets:asset-new-anywhere": Route(
        shows="organization_id", needs=Right.CREATE, queries=("q={token}",)
    ),
    "flexible_assets:asset-duplicate": Route(
        shows="asset_id", answers={**PAGE, "POST": 422}, needs=Right.CREATE, form={"audience": "nobody"}
    ),
    # No change of where it stands, or the other pages would show it no longer.
    "flexible_assets:asset-archive": Route(answers={"POST": 302}, needs=Right.EDIT, form={"archived": "no"}),
    "flexible_assets:asset-delete": Route(
        shows="asset_id", answers={**PAGE, "POST": 422}, needs=Right.DELETE
    ),
    "flexible_assets:deleted-list": Route(
        answers={**PAGE, "POST": 302},
        needs=Right.DELETE,
        form={"do": "bulk", "action": "restore"},
        queries=("q={token}", "sort=-deleted&from={cursor}"),
    ),
    "flexible_assets:revision-list": Route(
        shows="asset_id", needs=Right.VIEW_HISTORY, queries=("sort=-revision&from={cursor}",)
    ),
    "flexible_assets:revision-detail": Route(shows="asset_id", needs=Right.VIEW_HISTORY),
    "flexible_assets:revision-restore": Route(answers={"POST": 302}, needs=Right.EDIT),
    "flexible_assets:password-reveal": Route(answers={"POST": 200}),
    "flexible_assets:tagged-records": Route(shows="contact_id", queries=LIST),
    "flexible_assets:tag-choices": Route(shows="contact_id", needs=Right.EDIT, queries=("q={token}",)),
    "flexible_assets:asset-related": Route(shows="asset_id", queries=("sort=-added&from={cursor}",)),
    "flexible_assets:contact-related": Route(shows="contact_id", queries=("sort=-added&from={cursor}",)),
    "flexible_assets:organization-related": Route(
        shows="organization_id", queries=("sort=-added&from={cursor}",)
    ),
    "flexible_assets:asset-tagged-in": Route(shows="asset_id", queries=LIST),
    "flexible_assets:contact-tagged-in": Route(shows="contact_id", queries=LIST),
    "flexible_assets:organization-tagged-in": Route(shows="organization_id", queries=LIST),
    "flexible_assets:asset-relate": Route(
        shows="asset_id", answers={**PAGE, "POST": 422}, needs=Right.EDIT, queries=("q={token}",)
    ),
    "flexible_assets:contact-relate": Route(
        shows="contact_id", answers={**PAGE, "POST": 422}, needs=Right.EDIT, queries=("q={token}",)
    ),
    "flexible_assets:organization-relate": Route(
        shows="organization_id", answers={**PAGE, "POST": 422}, needs=Right.EDIT, queries=("q={token}",)
    ),
    "flexible_assets:relation-edit": Route(
        shows="asset_id", answers={**PAGE, "POST": 302}, needs=Right.EDIT, form={"notes": "n"}
    ),
    "flexible_assets:attachment-list": Route(shows="attachment_id", queries=LIST),
    "flexible_assets:attachment-upload": Route(answers={"POST": 422}, needs=Right.EDIT),
    "flexible_assets:attachment-download": Route(shows="attachment_id"),
    "flexible_assets:attachment-delete": Route(
        shows="attachment_id", answers={**PAGE, "POST": 422}, needs=Right.DELETE
    ),
    "flexible_assets:expiration-list": Route(
        **ARRANGED,
        shows="asset_id",
        queries=("q={token}", *EXPORTS, "sort=-expires&from={cursor}", "type={type_id}", "within=expired"),
    ),
    "flexible_assets:expiration-global-list": Route(
        **ARRANGED,
        shows="asset_id",
        needs=Right.VIEW_GLOBAL,
        queries=("q={token}", *EXPORTS, "type={type_id}", "organization={organization_id}"),
    ),
    "flexible_assets:type-list": Route(shows="type_id", needs=TYPES, queries=("show=all&q={token}",)),
    "flexible_assets:type-new": Route(answers={**PAGE, "POST": 422}, needs=TYPES),
    "flexible_assets:type-icons": Route(needs=TYPES),
    "flexible_assets:type-detail": Route(shows="type_id", needs=TYPES),
    "flexible_assets:type-edit": Route(
        shows="type_id",
        answers={**PAGE, "POST": 302},
        needs=TYPES,
        form={"icon": "box", "section": "core-assets", "show_in_menu": "on"},
    ),
    "flexible_assets:type-archive": Route(answers={"POST": 302}, needs=TYPES),
    "flexible_assets:type-unarchive": Route(answers={"POST": 302}, needs=TYPES),
    "flexible_assets:type-delete": Route(shows="type_id", answers={**PAGE, "POST": 422}, needs=TYPES),
    "flexible_assets:field-new": Route(shows="type_id", answers={**PAGE, "POST": 422}, needs=TYPES),
    "flexible_assets:field-order": Route(answers={"POST": 302}, needs=TYPES, form={"up": "1"}),
    "flexible_assets:field-edit": Route(shows="field_id", answers={**PAGE, "POST": 422}, needs=TYPES),
    "flexible_assets:field-delete": Route(shows="field_id", answers={**PAGE, "POST": 422}, needs=TYPES),
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
        **ARRANGED,
        shows="integration_id",
        needs=INTEGRATIONS,
        queries=("sort=run&from={cursor}", "export=csv"),
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
