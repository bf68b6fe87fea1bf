"""Why licenses are no longer updated, for the top of their lists and pages."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q

from flexible_assets.models import FlexibleAssetType
from flexible_assets.policies import visible_assets
from integrations.models import Integration, TenantMatch
from integrations.querysets import MatchQuerySet
from integrations.states import IntegrationStatus, MatchState
from licenses.asset_type import MICROSOFT_LICENSES
from licenses.models import LicenseRecord
from licenses.step import LicenseStep
from organizations.models import Organization, User

#: Tenants that a notice names; more are a number.
TENANTS_NAMED = 3


def license_notice(user: User, asset_type: FlexibleAssetType, organization: Organization | None) -> str:
    """Empty as long as everything that the user sees there is kept up to date."""
    if asset_type.system_key != MICROSOFT_LICENSES.system_key:
        return ""
    known = _matches_with_licenses(user, organization)
    stopped, concerned = _of_all(user, known) if organization is None else _of_one(known)
    reasons = [
        reason for pk, reason in stopped.items() if pk in {match.integration_id for match in concerned}
    ]
    left = [match.tenant_name for match in concerned if match.integration_id not in stopped]
    if left:
        reasons.append(f"{_tenants(left)} not matched to an organization any more")
    if not reasons:
        return ""
    is_all = known.count() == len(concerned)
    opening = "No longer updated" if is_all else "Not all of these are updated any more"
    return f"{opening}: {'; '.join(reasons)}."


def _of_all(user: User, known: MatchQuerySet) -> tuple[dict[int, str], list[TenantMatch]]:
    """An account may have thousands of matches: those that are updated stay where they are."""
    stopped = _stopped(user)
    concerned = known.filter(Q(integration__in=stopped) | ~Q(state=MatchState.MATCHED))
    return stopped, list(concerned.order_by("pk"))


def _of_one(known: MatchQuerySet) -> tuple[dict[int, str], list[TenantMatch]]:
    """An organization has few, read in one query with their integrations: it stands on every page of a license."""
    matches = list(known.select_related("integration__settings").order_by("integration__name", "pk"))
    reasons = {match.integration_id: _why_stopped(match.integration) for match in matches}
    stopped = {pk: reason for pk, reason in reasons.items() if reason}
    concerned = [
        match for match in matches if match.integration_id in stopped or match.state != MatchState.MATCHED
    ]
    return stopped, sorted(concerned, key=lambda match: match.pk)


def _stopped(user: User) -> dict[int, str]:
    """Integrations that update no licenses at present, by id, and why."""
    integrations = Integration.objects.visible_to(user).select_related("settings").order_by("name", "pk")
    return {each.pk: reason for each in integrations if (reason := _why_stopped(each))}


def _why_stopped(integration: Integration) -> str:
    if integration.status == IntegrationStatus.DISCONNECTING:
        return f"the integration {integration.name} is being disconnected"
    if integration.status == IntegrationStatus.PAUSED:
        return f"syncing of {integration.name} is paused"
    if LicenseStep.key not in integration.settings.steps:
        return f"Licenses is not ticked in Sync Settings of {integration.name}"
    return ""


def _matches_with_licenses(user: User, organization: Organization | None) -> MatchQuerySet:
    """After a revert the organization is known by the assets alone."""
    shown = visible_assets(user).active()
    if organization is not None:
        shown = shown.in_organization(organization)
    records = LicenseRecord.objects.of_account(user.account_id).filter(match=OuterRef("pk"), asset__in=shown)
    return TenantMatch.objects.of_account(user.account_id).filter(Exists(records))


def _tenants(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"the tenant {names[0]} is"
    if len(names) > TENANTS_NAMED:
        return f"{len(names):,} tenants are"
    return f"the tenants {', '.join(names[:-1])} and {names[-1]} are"
