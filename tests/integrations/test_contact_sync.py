"""Contacts through whole syncs from the simulator: settings, permissions, previews, and licenses that name contacts."""

import tracemalloc
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from django.utils import timezone

from flexible_assets.models import AssetTag
from integrations.actions.runs import start_sync
from integrations.actions.settings import save_sync_settings
from integrations.contacts.reading import BATCH, ContactReading
from integrations.contacts.step import ContactStep
from integrations.microsoft.simulator import AUDIT_LOG_READ, DEFAULT_ROLES
from integrations.microsoft.spool import UserSpool
from integrations.models import ContactLink, SyncSettings, TenantMatch
from integrations.problems import Problem
from integrations.states import RunKind, RunState, Trigger
from integrations.steps import TenantContext
from organizations.access import account_transaction
from organizations.actions import ContactDetails, create_contacts
from organizations.models import Contact
from tests.factories import NOW, connect, give_contacts, make_organization, person, sku
from tests.integrations.places import tenant_named

SPB = sku("SPB")


@pytest.fixture
def settle(one, inside):
    """Writes Sync Settings of the connection."""

    def change(**settings) -> None:
        with inside():
            SyncSettings.objects.filter(integration=one.connected.integration).update(**settings)

    return change


@pytest.fixture
def tick(one, inside):
    def steps(*keys) -> None:
        with inside():
            save_sync_settings(one.connected.integration, steps=keys, now=NOW)

    return steps


@pytest.fixture
def match(account):
    return connect(account, [tenant_named("Alder Dental")]).matches[0]


def _licensed(tenant) -> set[str]:
    return {user.user_principal_name for user in tenant.users if user.sku_ids}


def _emails(tenant) -> set[str]:
    return {user.mail or user.user_principal_name for user in tenant.users if user.sku_ids}


def test_licensed_users_become_contacts_and_the_unlicensed_do_not(one, sync, only_sync, inside):
    run = sync(one.connected)
    with inside():
        emails = set(Contact.objects.values_list("email", flat=True))
    assert run.state == RunState.OK
    assert emails == _emails(one.tenant)
    assert only_sync(run).contacts == len(emails) < len(one.tenant.users)


def test_second_sync_writes_nothing(one, sync, only_sync, stored):
    sync(one.connected)
    before = stored()
    assert only_sync(sync(one.connected)).contacts == 0
    assert stored() == before


def test_only_holders_of_ticked_subscriptions_become_contacts(one, sync, settle, inside):
    [pool] = [each for each in one.tenant.licenses() if each.part_number == "SPB"]
    settle(contact_skus=[str(pool.sku_id)])
    sync(one.connected)
    with inside():
        assert Contact.objects.count() == len(pool.holders) < len(_licensed(one.tenant))
        tagged = AssetTag.objects.filter(asset__license_record__part_number="SPB")
        assert tagged.count() == len(pool.holders)


def test_subscriptions_found_are_kept_for_sync_settings(one, sync, inside):
    sync(one.connected)
    with inside():
        found = TenantMatch.objects.get().subscriptions
    assert {each["sku_id"]: (each["part_number"], each["consumed"], each["enabled"]) for each in found} == {
        str(each.sku_id): (each.part_number, each.consumed, each.enabled) for each in one.tenant.licenses()
    }
    assert [each["part_number"] for each in found] == sorted(each["part_number"] for each in found)


def test_licenses_alone_make_no_contacts_and_tag_those_there_are(one, sync, tick, inside):
    organization = one.connected.matches[0].organization
    user = next(user for user in one.tenant.users if user.sku_ids)
    with inside():
        details = ContactDetails("Known", email=user.user_principal_name)
        [known] = create_contacts(organization, [details], now=NOW)
        known.refresh_from_db()
    tick("licenses")
    assert sync(one.connected).state == RunState.OK
    with inside():
        assert Contact.objects.get() == known
        assert Contact.objects.values().get() == Contact.objects.values().get(updated_at=NOW)
        assert AssetTag.objects.filter(contact=known).count() == len(user.sku_ids) == AssetTag.objects.count()


def test_contact_linked_by_licenses_alone_gains_its_blanks_once_users_are_ticked(one, sync, tick, inside):
    user = next(user for user in one.tenant.users if user.sku_ids and user.job_title)
    with inside():
        details = ContactDetails("Known", email=user.user_principal_name)
        create_contacts(one.connected.matches[0].organization, [details], now=NOW)
    tick("licenses")
    sync(one.connected)
    tick("contacts", "licenses")
    sync(one.connected)
    with inside():
        link = ContactLink.objects.select_related("contact").get(user_id=user.id)
    assert (link.contact.name, link.contact.title, link.is_own) == ("Known", user.job_title, False)


def test_person_deleting_contacts_holds_no_license_back(one, sync, tick, inside):
    """Microsoft lists the holders as before; that they are no contacts any more is nothing to doubt."""
    sync(one.connected)
    tick("licenses")
    with inside():
        Contact.objects.all().delete()
    assert sync(one.connected).state == RunState.OK
    with inside():
        assert (Contact.objects.count(), AssetTag.objects.count()) == (0, 0)


def test_sign_in_activity_is_read_when_asked_for(one, sync, settle, inside):
    one.simulator.grant_consent(one.tenant.tenant_id, roles=DEFAULT_ROLES | {AUDIT_LOG_READ})
    sync(one.connected)
    with inside():
        assert not ContactLink.objects.exclude(last_sign_in_on=None).exists()
    settle(sign_in_activity=True)
    assert sync(one.connected).state == RunState.OK
    with inside():
        stored = dict(ContactLink.objects.values_list("user_id", "last_sign_in_on"))
    there = {
        UUID(user.id): user.last_sign_in_at.date() if user.last_sign_in_at else None
        for user in one.tenant.users
        if user.sku_ids
    }
    assert stored == there
    assert any(isinstance(day, date) for day in there.values())


def test_missing_permission_for_sign_in_activity_is_told_and_fails_nothing(one, sync, settle, only_sync):
    settle(sign_in_activity=True)
    run = sync(one.connected)
    assert (run.state, only_sync(run).problem) == (RunState.OK, "")
    assert (
        only_sync(run).detail == "Sign-in activity was not read: the permission AuditLog.Read.All is missing."
    )


def test_tenant_without_premium_does_without_sign_in_activity(one, sync, settle, only_sync):
    one.simulator.grant_consent(one.tenant.tenant_id, roles=DEFAULT_ROLES | {AUDIT_LOG_READ})
    one.tenant.edit.remove_sku("SPB")
    settle(sign_in_activity=True)
    run = sync(one.connected)
    assert (run.state, only_sync(run).detail) == (RunState.OK, "")
    assert [request.status for request in one.simulator.requests if request.endpoint == "users"] == [200, 403]


def test_many_users_gone_are_held_while_licenses_are_kept_in_step(one, sync, only_sync, inside):
    sync(one.connected)
    for name in sorted(_licensed(one.tenant)):
        one.tenant.edit.remove_user(name)
    run = sync(one.connected)
    held = only_sync(run)
    with inside():
        assert not ContactLink.objects.exclude(removed_at=None).exists()
        names = set(Contact.objects.values_list("name", flat=True))
    assert (run.state, held.problem) == (RunState.HELD, Problem.SUSPICIOUS)
    assert {each["subject"] for each in held.changes if each["kind"] == "contact removed"} == names


def test_preview_tells_what_the_sync_then_does(one, sync, only_sync, inside, work_off):
    organization = one.connected.matches[0].organization
    user = next(user for user in one.tenant.users if user.sku_ids)
    with inside():
        create_contacts(organization, [ContactDetails("Known", email=user.user_principal_name)], now=NOW)
        save_sync_settings(one.connected.integration, steps=["contacts"], now=NOW)
        preview = start_sync(
            one.connected.integration.pk, trigger=Trigger.MANUAL, now=timezone.now(), kind=RunKind.PREVIEW
        )
    assert work_off(preview).state == RunState.OK
    told = only_sync(preview).changes
    with inside():
        assert (Contact.objects.count(), ContactLink.objects.count()) == (1, 0)
    sync(one.connected)
    with inside():
        made = set(Contact.objects.exclude(name="Known").values_list("name", "email"))
    assert {(each["subject"], each["detail"]) for each in told if each["kind"] == "contact created"} == made
    assert len([each for each in told if each["kind"] == "contact linked"]) == 1


def test_preview_names_some_and_counts_the_others(match, inside):
    people = [person(f"Person {number:04}", holds=[SPB]) for number in range(BATCH + 5)]
    context = TenantContext(match.account_id, match.pk, match.organization_id, NOW)
    with inside(), UserSpool(people) as users:
        changes = ContactStep().plan(context, ContactReading(users))
        assert not Contact.objects.exists()
    assert (len(changes), changes[-1].subject) == (101, "and 905 more")
    give_contacts(context, people)
    changed = [replace(people[0], job_title="Owner"), *people[2:], person("New", holds=[SPB])]
    with inside(), UserSpool(changed) as users:
        changes = ContactStep().plan(context, ContactReading(users))
    assert [(change.kind, change.subject) for change in changes] == [
        ("contact created", "New"),
        ("contact updated", "Person 0000"),
        ("contact removed", "Person 0001"),
    ]


def test_nobody_takes_by_name_the_contact_whose_address_a_later_batch_has(match, inside):
    """The two Annas stand in different batches of a large directory."""
    with inside():
        details = ContactDetails("Anna Berg", email="second@client.test")
        [known] = create_contacts(match.organization, [details], now=NOW)
    crowd = [person(f"Person {number:04}") for number in range(BATCH)]
    first = replace(person("Anna Berg", mail="first@client.test", holds=[SPB]), id=UUID(int=1))
    second = replace(person("A. Berg", mail="second@client.test", holds=[SPB]), id=UUID(int=2))
    context = TenantContext(match.account_id, match.pk, match.organization_id, NOW)
    give_contacts(context, [first, *crowd, second])
    with inside():
        contacts = dict(ContactLink.objects.values_list("user_id", "contact_id"))
    assert contacts[second.id] == known.pk
    assert contacts[first.id] != known.pk


def test_tenants_of_one_organization_make_one_contact_at_the_same_time(account, match, inside, in_threads):
    second = connect(account, [tenant_named("Birch Legal")], name="Second").matches[0]
    with inside():
        second.organization = match.organization
        second.save()
    mia = person("Mia Gruber", mail="mia@client.test", holds=[SPB])

    def sync(which, user):
        give_contacts(TenantContext(account.pk, which.pk, match.organization_id, NOW), [user])

    in_threads(lambda: sync(match, mia), lambda: sync(second, replace(mia, id=UUID(int=7))))
    with inside():
        assert Contact.objects.count() == 1
        assert sorted(ContactLink.objects.values_list("is_own", flat=True)) == [False, True]


def test_matching_elsewhere_and_disconnecting_leave_contacts_and_take_links(match, inside, account):
    other = make_organization(account)
    context = TenantContext(match.account_id, match.pk, match.organization_id, NOW)
    give_contacts(context, [person(name, holds=[SPB]) for name in ("Mia", "Jon", "Eva")])
    step = ContactStep()
    with inside():
        assert step.count(match.account_id, [match.pk]) == {"contact links": 3}
        assert step.release(match.account_id, [match.pk], limit=1, now=NOW) == {"contact links": 1}
        assert step.purge(match.account_id, [match.pk], limit=1) == {"contact links": 1}
        assert (step.move(context), step.move(replace(context, organization_id=other.pk))) == (0, 1)
        assert step.purge(match.account_id, [match.pk], limit=1) == {}
        assert (ContactLink.objects.count(), Contact.objects.count()) == (0, 3)


def test_large_directory_is_kept_out_of_memory(match, inside):
    """A batch is in memory, however many there are; a list of these users would take several times as much."""
    context = TenantContext(match.account_id, match.pk, match.organization_id, NOW)
    step, template = ContactStep(), person("Template", holds=[SPB])
    number_of_users = 20_000
    crowd = (
        replace(
            template,
            id=UUID(int=number),
            user_principal_name=f"user.{number}@client.test",
            mail=f"user.{number}@client.test",
            display_name=f"Person {number}",
            sku_ids=template.sku_ids if number % 20 == 0 else frozenset(),
        )
        for number in range(number_of_users)
    )
    tracemalloc.start()
    try:
        with UserSpool(crowd) as users:
            for portion in step.portions(ContactReading(users)):
                with account_transaction(match.account_id):
                    step.apply(context, portion)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    with inside():
        assert Contact.objects.count() == number_of_users // 20
    assert peak < 8 * 1024 * 1024
