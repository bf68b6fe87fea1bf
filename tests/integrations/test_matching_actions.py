"""Linking tenants, changing one's mind, and what becomes of what syncs have written."""

from datetime import timedelta
from threading import Event

import pytest
from django.utils import timezone

from flexible_assets.actions import edit_asset, restrict_asset
from flexible_assets.models import AssetTag, FlexibleAsset, OrganizationTotals
from integrations import match_rows
from integrations.actions import matching
from integrations.actions.consent import create_consent_link
from integrations.actions.matching import (
    TAKEN,
    AlreadyMatchedError,
    OrganizationGoneError,
    TenantTakenError,
    accept_suggestions,
    create_organizations_for,
    match_exact_names,
    match_tenant,
    match_tenants,
)
from integrations.actions.rematching import (
    NotMatchedError,
    change_match,
    ignore_tenants,
    revert_match,
    stop_ignoring_tenants,
)
from integrations.actions.runs import start_sync
from integrations.engine.claims import LeaseLostError, claim, fenced
from integrations.matching import Suggestion
from integrations.models import ContactLink, Inquiry, Integration, TenantClaim, TenantMatch, TenantSync
from integrations.refusals import LeavingError
from integrations.states import InquiryKind, IntegrationStatus, MatchState, SyncState, Trigger
from integrations.steps import TenantContext
from licenses.models import LicenseRecord
from licenses.portions import AtOnce
from licenses.reading import Holders, LicenseReading
from organizations.access import account_transaction
from organizations.actions import (
    ContactDetails,
    OrganizationInUseError,
    archive_organizations,
    create_contacts,
    delete_organization,
)
from organizations.models import Activity, Contact, Organization
from tests.factories import NOW, connect, give_licenses, make_organization, make_user, person, sku
from tests.integrations.places import tenant_found, tenant_named, tenant_of, two_tenants

LATER = NOW + timedelta(hours=1)
E3, P1 = sku("SPE_E3", enabled=10, consumed=2), sku("AAD_PREMIUM", enabled=5)


@pytest.fixture
def connected(account):
    """Alder Dental and Birch Legal, matched."""
    return connect(account, two_tenants())


@pytest.fixture
def synced(connected):
    """Two licenses and two contacts at Alder, one license and one contact at Birch."""
    alder, birch = connected.matches
    give_licenses(alder, [E3, P1], [person("Ada", holds=[E3]), person("Bob", holds=[E3, P1])])
    give_licenses(birch, [P1], [person("Cleo", holds=[P1])])
    return connected


@pytest.fixture
def state_of(inside):
    def read(match):
        with inside():
            fresh = TenantMatch.objects.select_related("organization").get(pk=match.pk)
        return (fresh.state, fresh.organization.name if fresh.organization else None)

    return read


@pytest.fixture
def logged(inside):
    """Lines of the log about tenants, oldest first, without those of setting up."""

    def read(*, since=LATER):
        with inside():
            rows = Activity.objects.filter(action__startswith="tenant.", at__gte=since).order_by("id")
            return list(rows.values_list("action", "subject", "organization__name", "user_id"))

    return read


def assets_of(organization):
    with account_transaction(organization.account_id):
        assets = FlexibleAsset.objects.in_organization(organization).order_by("name")
        return [(asset.name, asset.orphaned_at is not None) for asset in assets]


def totals_of(organization):
    with account_transaction(organization.account_id):
        totals = OrganizationTotals.objects.in_organization(organization).first()
        return totals and totals.assets


# Linking


def test_tenant_is_matched_and_claimed_and_the_log_says_who_did_it(
    connected, account, administrator, inside, state_of, logged
):
    found, organization = tenant_found(connected, "Cedar"), make_organization(account, "Cedar Foods")
    with inside():
        outcome = match_tenants(
            connected.integration, {found.pk: organization}, now=LATER, actor=administrator
        )
        assert TenantClaim.objects.filter(tenant_id=found.tenant_id).count() == 1
    assert [match.pk for match in outcome.done] == [found.pk]
    assert state_of(found) == (MatchState.MATCHED, "Cedar Foods")
    assert logged() == [("tenant.matched", "Cedar", "Cedar Foods", administrator.pk)]


def test_two_tenants_stand_for_one_organization(connected, inside):
    alder, _ = connected.matches
    found = tenant_found(connected, "Alder Dental Lab")
    with inside():
        match_tenants(connected.integration, {found.pk: alder.organization}, now=LATER)
        found.refresh_from_db()
    give_licenses(alder, [E3])
    give_licenses(found, [E3])
    assert assets_of(alder.organization) == [("SPE_E3", False)] * 2


def test_tenant_matched_meanwhile_stays_where_it_is(connected, inside, state_of, logged):
    alder, birch = connected.matches
    with inside():
        outcome = match_tenants(connected.integration, {alder.pk: birch.organization}, now=LATER)
    assert (outcome.done, outcome.refused) == ([], 0)
    assert state_of(alder) == (MatchState.MATCHED, "Alder Dental")
    assert logged() == []


def test_tenant_of_another_account_is_refused_in_words_that_tell_nothing(
    connected, account, rival, inside, state_of, logged
):
    found, organization = tenant_found(connected, "Cedar"), make_organization(account, "Cedar")
    connect(rival, [tenant_of(found)])
    with inside():
        outcome = match_tenants(connected.integration, {found.pk: organization}, now=LATER)
        assert [match.pk for match in outcome.taken] == [found.pk]
        with pytest.raises(TenantTakenError) as caught:
            match_tenant(connected.integration, tenant_of(found), organization=organization, now=LATER)
    assert str(caught.value) == TAKEN == "This tenant can't be linked here. Ask the operator of this server."
    assert state_of(found) == (MatchState.UNMATCHED, None)
    assert logged() == [("tenant.refused", "Cedar", None, None)]


def test_taken_tenant_does_not_keep_others_from_being_matched(connected, rival, inside, state_of):
    taken, free = tenant_found(connected, "Cedar"), tenant_found(connected, "Delta")
    connect(rival, [tenant_of(taken)])
    with inside():
        outcome = create_organizations_for(connected.integration, [taken.pk, free.pk], now=LATER)
        assert not Organization.objects.filter(name="Cedar").exists()
    assert ([each.pk for each in outcome.taken], [each.pk for each in outcome.done]) == (
        [taken.pk],
        [free.pk],
    )
    assert state_of(free) == (MatchState.MATCHED, "Delta")


def test_tenant_matched_through_another_integration_is_left_there(connected, account, inside, state_of):
    alder, _ = connected.matches
    other = connect(account, [], name="Second")
    with inside():
        seen = TenantMatch.objects.create(
            account_id=account.pk,
            integration=other.integration,
            tenant_id=alder.tenant_id,
            tenant_name="Alder",
        )
        outcome = match_tenants(other.integration, {seen.pk: alder.organization}, now=LATER)
    assert [each.pk for each in outcome.elsewhere] == [seen.pk]
    assert state_of(seen) == (MatchState.UNMATCHED, None)


def test_two_integrations_that_link_a_tenant_at_once_do_not_both_have_it(
    connected, account, inside, in_threads
):
    """The second waits for the claim, and then finds the tenant matched instead of tripping over a constraint."""
    other, tenant = connect(account, [], name="Second"), tenant_named("Cedar")
    organization = make_organization(account, "Cedar")

    def link(integration):
        def attempt():
            with account_transaction(account.pk):
                try:
                    match_tenant(integration, tenant, organization=organization, now=LATER)
                except AlreadyMatchedError:
                    return "refused"
                return "linked"

        return attempt

    assert sorted(in_threads(link(connected.integration), link(other.integration))) == ["linked", "refused"]


def test_two_accounts_that_link_the_same_tenants_at_once_share_them_without_deadlock(
    connected, account, rival, inside, in_threads
):
    tenants = [tenant_named(f"Tenant {number}") for number in range(20)]
    theirs = connect(rival, [])
    for each in (connected, theirs):
        with account_transaction(each.account.pk):
            TenantMatch.objects.bulk_create(
                TenantMatch(
                    account_id=each.account.pk,
                    integration=each.integration,
                    tenant_id=tenant.tenant_id,
                    tenant_name=tenant.name,
                )
                for tenant in (tenants if each is theirs else reversed(tenants))
            )

    def link(connected):
        def attempt():
            with account_transaction(connected.account.pk):
                ids = list(TenantMatch.objects.unmatched().values_list("pk", flat=True))
                outcome = create_organizations_for(connected.integration, ids, now=LATER)
                return len(outcome.done), len(outcome.taken)

        return attempt

    assert sorted(in_threads(link(connected), link(theirs))) == [(0, 20), (20, 0)]


def test_disconnecting_integration_is_not_matched_any_more(connected, account, inside, state_of):
    found, organization = tenant_found(connected, "Cedar"), make_organization(account)
    alder, _ = connected.matches
    with inside():
        Integration.objects.update(status=IntegrationStatus.DISCONNECTING)
        for decide in (
            lambda: match_tenants(connected.integration, {found.pk: organization}, now=LATER),
            lambda: accept_suggestions(connected.integration, [found.pk], now=LATER),
            lambda: match_exact_names(connected.integration, now=LATER),
            lambda: ignore_tenants(connected.integration, [found.pk], now=LATER),
            lambda: change_match(alder, organization=organization, now=LATER),
            lambda: revert_match(alder, now=LATER),
        ):
            with pytest.raises(LeavingError, match="is being disconnected"):
                decide()
    assert (state_of(found), state_of(alder)[1]) == ((MatchState.UNMATCHED, None), "Alder Dental")


# Suggestions, new organizations, exact names


def test_match_that_a_person_took_away_does_not_come_back_by_itself(connected, inside, state_of):
    alder = connected.matches[0]
    with inside():
        revert_match(alder, now=LATER)
        assert match_exact_names(connected.integration, now=LATER) == []
        assert state_of(alder) == (MatchState.UNMATCHED, None)
        accept_suggestions(connected.integration, [alder.pk], now=LATER)
        assert state_of(alder) == (MatchState.MATCHED, "Alder Dental")
        assert TenantMatch.objects.get(pk=alder.pk).reverted_at is None


def test_suggestions_are_accepted_unless_several_fit(
    connected, account, administrator, inside, state_of, logged
):
    cedar, delta, echo = (tenant_found(connected, name) for name in ("Cedar Ltd", "Delta", "Echo Unknown"))
    for name in ("Cedar", "Delta", "Delta"):
        make_organization(account, name)
    with inside():
        outcome = accept_suggestions(
            connected.integration, [cedar.pk, delta.pk, echo.pk], now=LATER, actor=administrator
        )
    assert [each.pk for each in outcome.done] == [cedar.pk]
    assert [state_of(each) for each in (cedar, delta, echo)] == [
        (MatchState.MATCHED, "Cedar"), (MatchState.UNMATCHED, None), (MatchState.UNMATCHED, None),
    ]  # fmt: skip
    assert logged() == [("tenant.matched", "Cedar Ltd", "Cedar", administrator.pk)]


def test_archived_organizations_are_matched_by_nobody_but_people(connected, account, inside, state_of):
    cedar, delta = tenant_found(connected, "Cedar"), tenant_found(connected, "Delta")
    for name in ("Cedar", "Delta"):
        make_organization(account, name)
    with inside():
        archive_organizations([Organization.objects.get(name="Cedar").pk], now=LATER)
        accept_suggestions(connected.integration, [cedar.pk], now=LATER)
        match_exact_names(connected.integration, now=LATER)
    assert [state_of(each) for each in (cedar, delta)] == [
        (MatchState.UNMATCHED, None), (MatchState.MATCHED, "Delta"),
    ]  # fmt: skip


def test_suggestion_rests_on_contacts_and_on_domains_that_the_tenant_told(
    connected, account, inside, state_of
):
    organization = make_organization(account, "Smile Factory")
    found = tenant_found(connected, "Production", "prod.onmicrosoft.com")
    with inside():
        create_contacts(organization, [ContactDetails("Ada", email="ada@Smiles.example")], now=NOW)
        Inquiry.objects.create(
            account_id=account.pk,
            integration=connected.integration,
            kind=InquiryKind.TENANT,
            tenant_id=found.tenant_id,
            epoch=1,
            created_at=NOW,
            finished_at=NOW,
            result={"ok": True, "tenant": {"name": "P", "verified_domains": ["smiles.example"]}},
        )
        accept_suggestions(connected.integration, [found.pk], now=LATER)
    assert state_of(found) == (MatchState.MATCHED, "Smile Factory")


def test_organizations_are_created_for_tenants_that_are_not_matched(
    connected, administrator, inside, state_of, logged
):
    cedar, delta = (
        tenant_found(connected, "Cedar"),
        tenant_found(connected, "Delta", state=MatchState.IGNORED),
    )
    alder, _ = connected.matches
    with inside():
        create_organizations_for(
            connected.integration, [delta.pk, cedar.pk, alder.pk], now=LATER, actor=administrator
        )
        assert sorted(Organization.objects.values_list("name", flat=True)) == [
            "Alder Dental", "Birch Legal", "Cedar", "Delta",
        ]  # fmt: skip
        created = Activity.objects.filter(action="organization.created", at=LATER)
        assert set(created.values_list("subject", "user_id")) == {
            ("Cedar", administrator.pk), ("Delta", administrator.pk),
        }  # fmt: skip
    assert (state_of(cedar), state_of(delta)) == (
        (MatchState.MATCHED, "Cedar"),
        (MatchState.MATCHED, "Delta"),
    )
    assert [line[:3] for line in logged()] == [
        ("tenant.matched", "Cedar", "Cedar"), ("tenant.matched", "Delta", "Delta"),
    ]  # fmt: skip


def test_exact_names_are_matched_by_themselves_when_nothing_else_can_be_meant(
    connected, account, inside, state_of
):
    names = ["cedar foods", "Delta Inc", "Twin", "Twin", "Double", "Alder Dental"]
    found = [tenant_found(connected, name) for name in names]
    ignored = tenant_found(connected, "Echo", state=MatchState.IGNORED)
    for name in ("Cedar Foods", "Delta", "Twin", "Double", "Double", "Echo"):
        make_organization(account, name)
    with inside():
        matched = match_exact_names(connected.integration, now=LATER)
        assert match_exact_names(connected.integration, now=LATER) == []
    assert [each.pk for each in matched] == [found[0].pk]
    assert state_of(found[0]) == (MatchState.MATCHED, "Cedar Foods")
    assert {state_of(each) for each in found[1:]} == {(MatchState.UNMATCHED, None)}
    assert state_of(ignored) == (MatchState.IGNORED, None)


# Leaving out


def test_tenant_is_ignored_and_comes_back(connected, administrator, inside, state_of, logged):
    found, (alder, _) = tenant_found(connected, "Cedar"), connected.matches
    with inside():
        ignore_tenants(connected.integration, [found.pk, alder.pk], now=LATER, actor=administrator)
    assert (state_of(found)[0], state_of(alder)[0]) == (MatchState.IGNORED, MatchState.MATCHED)
    with inside():
        stop_ignoring_tenants(connected.integration, [found.pk, alder.pk], now=LATER, actor=administrator)
    assert (state_of(found)[0], state_of(alder)[0]) == (MatchState.UNMATCHED, MatchState.MATCHED)
    assert logged() == [
        ("tenant.ignored", "Cedar", None, administrator.pk),
        ("tenant.ignored-no-more", "Cedar", None, administrator.pk),
    ]


def test_decisions_are_about_tenants_of_their_integration_only(connected, account, inside, state_of):
    other = connect(account, [], name="Second")
    found = tenant_found(connected, "Cedar")
    with inside():
        for outcome in (
            ignore_tenants(other.integration, [found.pk], now=LATER),
            create_organizations_for(other.integration, [found.pk], now=LATER),
            match_tenants(other.integration, {found.pk: connected.matches[0].organization}, now=LATER),
        ):
            assert outcome.done == []
    assert state_of(found) == (MatchState.UNMATCHED, None)


# Changing


def test_change_takes_assets_along_and_leaves_contacts_behind(
    synced, account, administrator, inside, state_of, logged
):
    alder, _ = synced.matches
    old, new = alder.organization, make_organization(account, "Alder Group")
    with inside():
        before = set(FlexibleAsset.objects.values_list("pk", flat=True))
        change_match(alder, organization=new, now=LATER, actor=administrator)
        assert set(FlexibleAsset.objects.values_list("pk", flat=True)) == before
        assert AssetTag.objects.filter(asset__organization=new).count() == 0
        assert AssetTag.objects.count() == 1
        assert ContactLink.objects.of_tenant(alder.pk).count() == 0
        assert Contact.objects.in_organization(old).count() == 2
        assert TenantMatch.objects.get(pk=alder.pk).last_synced_at is None
        [details] = Activity.objects.filter(action="tenant.match-changed").values_list("details", flat=True)
    assert state_of(alder) == (MatchState.MATCHED, "Alder Group")
    assert (assets_of(old), totals_of(old)) == ([], 0)
    assert assets_of(new) == [("AAD_PREMIUM", False), ("SPE_E3", False)]
    assert totals_of(new) == 2
    assert logged() == [("tenant.match-changed", "Alder Dental", "Alder Group", administrator.pk)]
    assert (details["before"]["name"], details["after"]["name"]) == ("Alder Dental", "Alder Group")


def test_next_sync_after_a_change_tags_contacts_of_the_new_organization(synced, account, inside):
    alder, _ = synced.matches
    new = make_organization(account, "Alder Group")
    with inside():
        alder = change_match(alder, organization=new, now=LATER)
        before = set(FlexibleAsset.objects.values_list("pk", flat=True))
    give_licenses(alder, [E3, P1], [person("Ada", holds=[E3]), person("Bob", holds=[E3, P1])])
    with inside():
        tagged = AssetTag.objects.filter(asset__license_record__match=alder)
        assert set(tagged.values_list("contact__organization_id", flat=True)) == {new.pk}
        assert tagged.count() == 3
        assert set(FlexibleAsset.objects.values_list("pk", flat=True)) == before
        assert Contact.objects.in_organization(new).count() == 2


def test_change_to_the_same_organization_changes_nothing(synced, inside, stored, logged):
    alder, _ = synced.matches
    before = stored()
    with inside():
        change_match(alder, organization=alder.organization, now=LATER)
    assert (stored(), logged()) == (before, [])


def test_change_leaves_other_tenants_of_both_organizations_alone(synced, account, inside):
    alder, birch = synced.matches
    with inside():
        theirs = list(FlexibleAsset.objects.in_organization(birch.organization).values_list())
        moved = change_match(alder, organization=birch.organization, now=LATER)
        back = change_match(moved, organization=alder.organization, now=LATER)
        assert list(FlexibleAsset.objects.in_organization(birch.organization).values_list()) == theirs
        assert back.organization == alder.organization
    assert totals_of(birch.organization) == 1


def test_notes_and_security_come_along(synced, account, administrator, inside):
    alder, _ = synced.matches
    new, reader = make_organization(account), make_user(account)
    with inside():
        asset = FlexibleAsset.objects.get(license_record__match=alder, name="SPE_E3")
        edit_asset(asset, changes={}, notes="Renew in May", now=NOW, actor=administrator)
        restrict_asset(asset, users=[reader], now=NOW, actor=administrator)
        change_match(alder, organization=new, now=LATER)
        moved = FlexibleAsset.objects.get(pk=asset.pk)
        assert (moved.organization_id, moved.notes, moved.is_restricted) == (new.pk, "Renew in May", True)
        assert list(moved.grants.values_list("user_id", flat=True)) == [reader.pk]
    assert totals_of(new) == 1


def test_match_that_is_gone_meanwhile_is_neither_changed_nor_reverted(connected, account, inside):
    alder, _ = connected.matches
    with inside():
        revert_match(alder, now=NOW)
        with pytest.raises(NotMatchedError, match="has changed meanwhile"):
            change_match(alder, organization=alder.organization, now=LATER)
        with pytest.raises(NotMatchedError, match="has changed meanwhile"):
            revert_match(alder, now=LATER)


def test_match_that_was_changed_meanwhile_is_neither_changed_nor_reverted(synced, account, inside, state_of):
    """Of two who look at a match and then decide, the second decides about another one than was shown."""
    alder, _ = synced.matches
    new = make_organization(account, "Alder Group")
    with inside():
        change_match(alder, organization=new, now=LATER)
        with pytest.raises(NotMatchedError, match="has changed meanwhile"):
            change_match(alder, organization=make_organization(account), now=LATER)
        with pytest.raises(NotMatchedError, match="has changed meanwhile"):
            revert_match(alder, now=LATER)
    assert state_of(alder) == (MatchState.MATCHED, "Alder Group")


# Reverting


def test_revert_marks_assets_and_loses_none(synced, administrator, inside, state_of, logged):
    alder, _ = synced.matches
    with inside():
        before = set(FlexibleAsset.objects.values_list("pk", flat=True))
        revert_match(alder, now=LATER, actor=administrator)
        assert set(FlexibleAsset.objects.values_list("pk", flat=True)) == before
        assert LicenseRecord.objects.of_tenant(alder.pk).filter(orphaned_at=LATER).count() == 2
        assert not TenantClaim.objects.filter(tenant_id=alder.tenant_id).exists()
    assert state_of(alder) == (MatchState.UNMATCHED, None)
    assert assets_of(alder.organization) == [("AAD_PREMIUM", True), ("SPE_E3", True)]
    assert logged() == [("tenant.match-reverted", "Alder Dental", "Alder Dental", administrator.pk)]


def test_reverted_tenant_can_be_linked_in_another_account(connected, rival, inside):
    alder, _ = connected.matches
    with inside():
        revert_match(alder, now=LATER)
    assert connect(rival, [tenant_of(alder)]).matches[0].state == MatchState.MATCHED


def test_tenant_matched_to_its_old_organization_again_is_revived_by_the_next_sync(synced, inside, stored):
    alder, _ = synced.matches
    organization, before = alder.organization, stored()
    with inside():
        alder = revert_match(alder, now=LATER)
        match_tenants(synced.integration, {alder.pk: organization}, now=LATER)
        alder.refresh_from_db()
    assert assets_of(organization) == [("AAD_PREMIUM", True), ("SPE_E3", True)]
    give_licenses(alder, [E3, P1], [person("Ada", holds=[E3]), person("Bob", holds=[E3, P1])])
    assert assets_of(organization) == [("AAD_PREMIUM", False), ("SPE_E3", False)]
    after = stored()
    unchanged = ("AssetTag", "Contact", "ContactLink", "OrganizationTotals")
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}


def test_tenant_matched_to_another_organization_takes_along_what_it_left(synced, account, inside):
    alder, _ = synced.matches
    old, new = alder.organization, make_organization(account)
    with inside():
        revert_match(alder, now=LATER)
        match_tenants(synced.integration, {alder.pk: new}, now=LATER)
        alder.refresh_from_db()
    assert assets_of(old) == []
    assert assets_of(new) == [("AAD_PREMIUM", True), ("SPE_E3", True)]
    give_licenses(alder, [E3])
    assert assets_of(new) == [("AAD_PREMIUM", True), ("SPE_E3", False)]


def test_matching_again_what_is_matched_keeps_links_and_the_time_of_the_last_sync(synced, inside, stored):
    alder, _ = synced.matches
    with inside():
        TenantMatch.objects.filter(pk=alder.pk).update(last_synced_at=NOW)
    before = stored()
    with inside():
        again = match_tenant(synced.integration, tenant_of(alder), organization=alder.organization, now=LATER)
    assert (again.last_synced_at, stored()) == (NOW, before)


# While a sync is running


def running(connected):
    """A worker's claim of Alder's part in a run."""
    with account_transaction(connected.account.pk):
        run = start_sync(connected.integration.pk, trigger=Trigger.MANUAL, now=timezone.now())
        others = run.tenant_syncs.exclude(match=connected.matches[0])
        others.update(state=SyncState.DONE)
    return claim(connected.account.pk, run.pk)


def test_worker_in_the_middle_of_a_tenant_loses_it_and_the_next_one_writes_for_the_new_organization(
    connected, account, inside
):
    """Half of its contacts may be written already, for the old organization."""
    work, new = running(connected), make_organization(account)
    with inside():
        change_match(connected.matches[0], organization=new, now=LATER)
    with pytest.raises(LeaseLostError), fenced(work):
        pytest.fail("let in")
    again = claim(account.pk, work.run_id)
    assert (again.sync_id, again.attempts) == (work.sync_id, 1)
    with fenced(again) as match:
        assert match.organization_id == new.pk


def test_worker_whose_tenant_is_reverted_writes_nothing(connected, inside):
    work = running(connected)
    with inside():
        revert_match(connected.matches[0], now=LATER)
        assert TenantSync.objects.get(pk=work.sync_id).state == SyncState.CANCELLED
    with pytest.raises(LeaseLostError), fenced(work):
        pytest.fail("let in")


def test_worker_whose_tenant_is_reverted_and_matched_elsewhere_writes_nothing(connected, account, inside):
    """It was claimed for another organization; the next run is the new one's."""
    work, new = running(connected), make_organization(account)
    alder, _ = connected.matches
    with inside():
        revert_match(alder, now=LATER)
        match_tenants(connected.integration, {alder.pk: new}, now=LATER)
    with pytest.raises(LeaseLostError), fenced(work):
        pytest.fail("let in")


def test_change_waits_for_a_worker_that_is_writing_and_takes_along_what_it_wrote(
    connected, account, inside, in_threads
):
    """Each on a connection of its own: the assets that are being created are moved, not left behind."""
    work, new = running(connected), make_organization(account)
    alder, _ = connected.matches
    writing, asked = Event(), Event()

    def write():
        with fenced(work) as match:
            writing.set()
            asked.wait(10)
            context = TenantContext(match.account_id, match.pk, match.organization_id, NOW)
            AtOnce(LicenseReading(skus=(E3,), subscriptions=(), holders=Holders(()))).apply(context)

    def change():
        writing.wait(10)
        with account_transaction(account.pk):
            asked.set()
            change_match(alder, organization=new, now=LATER)

    in_threads(write, change)
    assert (assets_of(alder.organization), assets_of(new)) == ([], [("SPE_E3", False)])


# Organizations that go


@pytest.mark.parametrize("decide", ["match", "change", "link"])
def test_organization_that_is_being_deleted_is_not_matched(connected, account, in_threads, state_of, decide):
    """Each on a connection of its own: whoever decides waits, and is told."""
    found, doomed = tenant_found(connected, "Cedar"), make_organization(account, "Cedar Foods")
    deleting, told = Event(), []
    decisions = {
        "match": lambda: match_tenants(connected.integration, {found.pk: doomed}, now=LATER),
        "change": lambda: change_match(connected.matches[0], organization=doomed, now=LATER),
        "link": lambda: create_consent_link(
            connected.integration, actor=None, organization=doomed, now=LATER
        ),
    }

    def delete():
        with account_transaction(account.pk):
            archive_organizations([doomed.pk], now=LATER)
            delete_organization(doomed, now=LATER)
            deleting.set()
            Event().wait(0.3)

    def match():
        deleting.wait(10)
        with account_transaction(account.pk):
            try:
                decisions[decide]()
            except OrganizationGoneError as gone:
                told.append(str(gone))

    in_threads(delete, match)
    assert told == ["Cedar Foods has been deleted in the meantime. Choose another organization."]
    assert (state_of(found)[0], state_of(connected.matches[0])[1]) == (MatchState.UNMATCHED, "Alder Dental")


def test_organization_that_is_being_matched_is_not_deleted(connected, account, in_threads, state_of):
    found, cedar = tenant_found(connected, "Cedar"), make_organization(account, "Cedar Foods")
    with account_transaction(account.pk):
        archive_organizations([cedar.pk], now=LATER)
    matched, told = Event(), []

    def match():
        with account_transaction(account.pk):
            match_tenants(connected.integration, {found.pk: cedar}, now=LATER)
            matched.set()
            Event().wait(0.3)

    def delete():
        matched.wait(10)
        with account_transaction(account.pk):
            try:
                delete_organization(cedar, now=LATER)
            except OrganizationInUseError as used:
                told.append(used.holdings)

    in_threads(match, delete)
    assert told == [("it holds the matched Microsoft tenant Cedar",)]
    assert state_of(found) == (MatchState.MATCHED, "Cedar Foods")


def test_suggestion_whose_organization_was_deleted_at_this_moment_is_left_out(
    connected, account, inside, monkeypatch
):
    found, gone = tenant_found(connected, "Cedar"), make_organization(account, "Cedar")
    suggested = {found.pk: [Suggestion(gone.pk, 100, "Same name")]}
    with inside():
        archive_organizations([gone.pk], now=LATER)
        delete_organization(gone, now=LATER)
        for place in (matching, match_rows):
            monkeypatch.setattr(place, "suggestions_for", lambda *_: suggested)
        assert accept_suggestions(connected.integration, [found.pk], now=LATER).done == []
        assert [row.suggested for row in match_rows.match_rows([found])] == [None]
        assert match_rows.suggested_for(found) == []
