"""Lists and pages of licenses say when nothing updates them any more, and why."""

import pytest

from flexible_assets.actions import restrict_asset
from flexible_assets.models import FlexibleAsset, FlexibleAssetType
from integrations.actions.matching import match_tenant
from integrations.actions.runs import pause_sync, resume_sync
from integrations.actions.settings import save_sync_settings
from integrations.models import Integration, TenantMatch
from integrations.states import IntegrationStatus, MatchState
from licenses.notices import license_notice
from organizations.models import Organization
from organizations.roles import Role
from tests.factories import NOW, connect, give_licenses, make_organization, make_user, sku
from tests.integrations.places import tenant_named
from tests.pages import page_of


@pytest.fixture
def connected(account):
    """Two clients with a license each."""
    connected = connect(account, [tenant_named("Alder Dental"), tenant_named("Birch Legal")])
    for match in connected.matches:
        give_licenses(match, [sku("SPB", enabled=3)])
    return connected


@pytest.fixture
def told(inside, connected, administrator):
    """What a user, the administrator unless another is named, is told of the first client, the second, and of all."""

    def read(user=administrator) -> tuple[str, str, str]:
        with inside():
            asset_type = FlexibleAssetType.objects.get(system_key="microsoft-licenses")
            organizations = [*Organization.objects.order_by("sort_key"), None]
            alder, birch, everybody = (license_notice(user, asset_type, each) for each in organizations)
        return alder, birch, everybody

    return read


@pytest.fixture
def unmatch(inside, connected):
    def revert(*matches: TenantMatch) -> None:
        with inside():
            rows = TenantMatch.objects.filter(pk__in=[match.pk for match in matches])
            rows.update(state=MatchState.UNMATCHED, organization=None)

    return revert


def test_nothing_is_said_while_all_is_kept_up_to_date(told):
    assert told() == ("", "", "")


def test_unticked_licenses(told, connected, inside):
    with inside():
        save_sync_settings(connected.integration, steps=["contacts"], now=NOW)
    reason = "Licenses is not ticked in Sync Settings of Microsoft."
    assert told() == (
        f"No longer updated: {reason}",
        f"No longer updated: {reason}",
        f"No longer updated: {reason}",
    )
    with inside():
        save_sync_settings(connected.integration, steps=["licenses"], now=NOW)
    assert told() == ("", "", "")


def test_paused_integration(told, connected, inside):
    with inside():
        pause_sync(connected.integration.pk, now=NOW)
    assert told()[0] == "No longer updated: syncing of Microsoft is paused."
    with inside():
        resume_sync(connected.integration.pk, now=NOW)
    assert told() == ("", "", "")


def test_integration_that_is_being_disconnected(told, inside):
    with inside():
        Integration.objects.update(status=IntegrationStatus.DISCONNECTING)
    assert told()[0] == "No longer updated: the integration Microsoft is being disconnected."


def test_reverted_match_concerns_its_organization_alone(told, connected, unmatch):
    unmatch(connected.matches[0])
    reason = "the tenant Alder Dental is not matched to an organization any more."
    assert told() == (
        f"No longer updated: {reason}",
        "",
        f"Not all of these are updated any more: {reason}",
    )


def test_one_of_two_tenants_of_an_organization(account, connected, told, unmatch, inside):
    alder, _ = connected.matches
    second = connect(account, [], name="Second").integration
    with inside():
        labs = match_tenant(second, tenant_named("Alder Labs"), organization=alder.organization, now=NOW)
    give_licenses(labs, [sku("SPE_E3", enabled=1)])
    unmatch(labs)
    assert told()[0] == (
        "Not all of these are updated any more: the tenant Alder Labs is not matched to an organization any more."
    )


def test_several_reasons_are_told_together(account, connected, told, unmatch, inside):
    unmatch(*connected.matches)
    with inside():
        pause_sync(connected.integration.pk, now=NOW)
    assert told()[2] == "No longer updated: syncing of Microsoft is paused."
    with inside():
        resume_sync(connected.integration.pk, now=NOW)
    assert told()[2] == (
        "No longer updated: the tenants Alder Dental and Birch Legal are not matched to an organization any more."
    )


def test_other_accounts_and_organizations_without_licenses_are_told_nothing(
    account, rival, connected, inside, administrator
):
    with inside():
        pause_sync(connected.integration.pk, now=NOW)
        asset_type = FlexibleAssetType.objects.get(system_key="microsoft-licenses")
    empty = make_organization(account)
    stranger = make_user(rival)
    with inside():
        assert license_notice(administrator, asset_type, empty) == ""
    with inside(rival):
        assert license_notice(stranger, asset_type, None) == ""


def test_who_may_not_see_the_licenses_is_told_nothing_of_them(
    account, connected, told, inside, administrator
):
    editor = make_user(account, Role.EDITOR)
    with inside():
        pause_sync(connected.integration.pk, now=NOW)
        asset = FlexibleAsset.objects.get(organization=connected.matches[0].organization_id)
        restrict_asset(asset, users=[], now=NOW)
    alder, birch, _ = told(editor)
    assert (alder, birch) == ("", "No longer updated: syncing of Microsoft is paused.")
    assert told()[0] == birch


def test_who_may_not_see_the_licenses_is_not_told_in_the_list_of_all_whose_they_are(
    account, connected, told, unmatch, inside
):
    editor = make_user(account, Role.EDITOR)
    alder, _ = connected.matches
    with inside():
        restrict_asset(FlexibleAsset.objects.get(organization=alder.organization_id), users=[], now=NOW)
    unmatch(alder)
    assert told(editor)[2] == ""
    assert "Alder Dental" in told()[2]


def test_pages_of_licenses_show_the_notice(account, sign_in, administrator, connected, inside):
    with inside():
        pause_sync(connected.integration.pk, now=NOW)
        asset = FlexibleAsset.objects.select_related("organization").earliest("pk")
    client = sign_in(administrator)
    below = f"/{account.slug}/"
    reason = "syncing of Microsoft is paused."
    told = {
        f"{below}assets/{asset.pk}/": f"No longer updated: {reason}",
        f"{below}organizations/{asset.organization_id}/assets/{asset.asset_type_id}/": f"No longer updated: {reason}",
        f"{below}global/{asset.asset_type_id}/": f"No longer updated: {reason}",
    }
    for address, words in told.items():
        assert page_of(client.get(address)).texts("div", class_="callout") == [words]
