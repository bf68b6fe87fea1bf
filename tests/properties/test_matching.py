"""Tenants that are matched, synced, changed, reverted and ignored in any order: no organization ever shows licenses of a
tenant that it does not stand for, and nothing that a person wrote or a sync made is lost."""

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from flexible_assets.actions import edit_asset, restrict_asset
from flexible_assets.models import AssetTag, FlexibleAsset, OrganizationTotals
from integrations.actions.matching import match_tenants
from integrations.actions.rematching import change_match, ignore_tenants, revert_match, stop_ignoring_tenants
from integrations.models import TenantClaim, TenantMatch
from integrations.states import MatchState
from licenses.models import LicenseRecord
from organizations.access import account_transaction
from tests.factories import (
    NOW,
    connect,
    give_licenses,
    make_account,
    make_organization,
    make_user,
    person,
    sku,
)
from tests.integrations.places import tenant_found

TENANTS = st.sampled_from(["Alder", "Birch"])
ORGANIZATIONS = st.sampled_from(["One", "Two", "Three"])
SKUS = st.sets(st.sampled_from(["SPE_E3", "AAD_PREMIUM", "VISIO"]), max_size=3)
PEOPLE = st.sets(st.sampled_from(["Ada", "Bob", "Cleo"]), max_size=3)


class Matching(RuleBasedStateMachine):
    """The portal beside a model of it: where each tenant's licenses must stand, and what people wrote on them."""

    def __init__(self) -> None:
        super().__init__()
        self.account = make_account()
        self.user = make_user(self.account)
        self.connected = connect(self.account, [])
        self.organizations = {name: make_organization(self.account, name) for name in ("One", "Two", "Three")}
        self.tenants = {name: tenant_found(self.connected, name).pk for name in ("Alder", "Birch")}
        #: Of each tenant: the organization it stands for now, and the one its licenses were last brought to.
        self.matched: dict[str, str] = {}
        self.home: dict[str, str] = {}
        self.ignored: set[str] = set()
        #: Asset ids of each tenant by SKU, as syncs created them.
        self.assets: dict[str, dict[str, int]] = {}
        self.notes: dict[int, str] = {}
        self.granted: set[int] = set()

    def match_of(self, tenant: str) -> TenantMatch:
        return TenantMatch.objects.select_related("integration", "organization").get(pk=self.tenants[tenant])

    @rule(tenant=TENANTS, organization=ORGANIZATIONS)
    def match_or_change(self, tenant: str, organization: str) -> None:
        chosen = self.organizations[organization]
        with account_transaction(self.account.pk):
            outcome = match_tenants(self.connected.integration, {self.tenants[tenant]: chosen}, now=NOW)
            assert len(outcome.done) == (tenant not in self.matched)
            if tenant in self.matched:
                change_match(self.match_of(tenant), organization=chosen, now=NOW)
        self.matched[tenant] = self.home[tenant] = organization
        self.ignored.discard(tenant)

    @precondition(lambda self: self.matched)
    @rule(data=st.data())
    def revert(self, data: st.DataObject) -> None:
        tenant = data.draw(st.sampled_from(sorted(self.matched)))
        with account_transaction(self.account.pk):
            revert_match(self.match_of(tenant), now=NOW)
        del self.matched[tenant]

    @rule(tenant=TENANTS)
    def ignore_or_not(self, tenant: str) -> None:
        decide = stop_ignoring_tenants if tenant in self.ignored else ignore_tenants
        with account_transaction(self.account.pk):
            outcome = decide(self.connected.integration, [self.tenants[tenant]], now=NOW)
        assert len(outcome.done) == (tenant not in self.matched)
        if outcome.done:
            self.ignored ^= {tenant}

    @precondition(lambda self: self.matched)
    @rule(data=st.data(), parts=SKUS, people=PEOPLE)
    def sync(self, data: st.DataObject, parts: set[str], people: set[str]) -> None:
        tenant = data.draw(st.sampled_from(sorted(self.matched)))
        with account_transaction(self.account.pk):
            match = self.match_of(tenant)
        skus = [sku(part, enabled=5, consumed=len(people)) for part in sorted(parts)]
        give_licenses(match, skus, [person(f"{tenant} {each}", holds=skus) for each in sorted(people)])
        with account_transaction(self.account.pk):
            records = LicenseRecord.objects.of_tenant(match.pk).values_list("part_number", "asset_id")
            known = self.assets.setdefault(tenant, {})
            for part, asset_id in records:
                assert known.setdefault(part, asset_id) == asset_id

    @precondition(lambda self: any(self.assets.values()))
    @rule(data=st.data())
    def write_notes(self, data: st.DataObject) -> None:
        asset_id = self._drawn_asset(data)
        self.notes[asset_id] = f"Note {len(self.notes)}"
        with account_transaction(self.account.pk):
            asset = FlexibleAsset.objects.get(pk=asset_id)
            edit_asset(asset, changes={}, notes=self.notes[asset_id], now=NOW, actor=self.user)

    @precondition(lambda self: any(self.assets.values()))
    @rule(data=st.data())
    def restrict(self, data: st.DataObject) -> None:
        asset_id = self._drawn_asset(data)
        self.granted.add(asset_id)
        with account_transaction(self.account.pk):
            restrict_asset(
                FlexibleAsset.objects.get(pk=asset_id), users=[self.user], now=NOW, actor=self.user
            )

    def _drawn_asset(self, data: st.DataObject) -> int:
        """By name, since ids differ from run to run."""
        known = {(tenant, part) for tenant, parts in self.assets.items() for part in parts}
        tenant, part = data.draw(st.sampled_from(sorted(known)))
        return self.assets[tenant][part]

    @invariant()
    def licenses_stand_where_their_tenant_stands_and_nowhere_else(self) -> None:
        wanted = {
            asset_id: self.organizations[self.home[tenant]].pk
            for tenant, parts in self.assets.items()
            for asset_id in parts.values()
        }
        with account_transaction(self.account.pk):
            assert dict(FlexibleAsset.objects.values_list("pk", "organization_id")) == wanted

    @invariant()
    def what_nobody_updates_is_marked(self) -> None:
        left = {
            asset_id
            for tenant, parts in self.assets.items()
            if tenant not in self.matched
            for asset_id in parts.values()
        }
        with account_transaction(self.account.pk):
            unmarked = FlexibleAsset.objects.filter(pk__in=left, orphaned_at=None)
            assert list(unmarked) == []
            drifted = LicenseRecord.objects.exclude(orphaned_at=None).filter(asset__orphaned_at=None)
            assert list(drifted) == []

    @invariant()
    def tagged_contacts_are_of_the_assets_organization(self) -> None:
        with account_transaction(self.account.pk):
            pairs = AssetTag.objects.values_list("asset__organization_id", "contact__organization_id")
            assert [pair for pair in pairs if pair[0] != pair[1]] == []

    @invariant()
    def notes_and_grants_are_kept(self) -> None:
        with account_transaction(self.account.pk):
            noted = FlexibleAsset.objects.exclude(notes="").values_list("pk", "notes")
            assert dict(noted) == self.notes
            restricted = FlexibleAsset.objects.filter(is_restricted=True, grants__user=self.user)
            assert set(restricted.values_list("pk", flat=True)) == self.granted

    @invariant()
    def totals_are_counted_anew(self) -> None:
        with account_transaction(self.account.pk):
            for totals in OrganizationTotals.objects.all():
                here = FlexibleAsset.objects.filter(
                    organization_id=totals.organization_id, is_restricted=False
                )
                assert totals.assets == here.count()

    @invariant()
    def matches_and_claims_are_as_decided(self) -> None:
        with account_transaction(self.account.pk):
            stored = {
                name: (state, organization)
                for name, state, organization in TenantMatch.objects.values_list(
                    "tenant_name", "state", "organization__name"
                )
            }
            claimed = set(TenantClaim.objects.values_list("tenant_id", flat=True))
            matched_ids = set(TenantMatch.objects.matched().values_list("tenant_id", flat=True))
        assert stored == {name: (self._state(name), self.matched.get(name)) for name in self.tenants}
        assert claimed == matched_ids

    def _state(self, tenant: str) -> MatchState:
        if tenant in self.matched:
            return MatchState.MATCHED
        return MatchState.IGNORED if tenant in self.ignored else MatchState.UNMATCHED


@pytest.mark.usefixtures("committed")
def test_nothing_is_lost_or_shown_elsewhere_whatever_people_decide():
    # Unshrunk: every step commits, and a few dozen of them are still read in a minute.
    phases = (Phase.explicit, Phase.generate)
    run_state_machine_as_test(
        Matching, settings=settings(max_examples=15, stateful_step_count=30, phases=phases)
    )
