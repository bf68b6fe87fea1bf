"""The migration operations behind the wall; what they make of a database is in tests/isolation."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections

from integrations.models import Integration, SyncSettings
from itglue_portal.database.router import OwnerMigrates
from organizations.models import Account, Activity, Contact, Group, GroupMember, Organization
from organizations.wall import LetSchedulerRead, Protect, ShareTable, account_foreign_keys, is_account_owned


def test_account_owned_is_what_has_an_account():
    assert [is_account_owned(model) for model in (Account, Organization, Activity)] == [False, True, True]


def test_references_inside_an_account_are_found_and_the_one_to_the_account_is_not():
    assert [field.name for field in account_foreign_keys(GroupMember)] == ["group", "user"]
    assert [field.name for field in account_foreign_keys(Contact)] == ["organization"]
    assert account_foreign_keys(Group) == []


def test_operations_say_what_they_do():
    assert Protect("Contact").describe() == "Protect Contact by row-level security"
    assert (
        LetSchedulerRead("SyncRun", ["id", "state"]).describe()
        == "Let the scheduler read id, state of SyncRun"
    )
    assert ShareTable("django_session", "SELECT").describe() == "Grant SELECT on django_session"


@pytest.mark.parametrize(
    ("operation", "model"),
    [
        (Protect("Contact"), Contact),
        (Protect("SyncSettings"), SyncSettings),
        (LetSchedulerRead("Integration", ["id"]), Integration),
    ],
    ids=["contact", "one-to-one", "scheduler"],
)
def test_every_statement_is_taken_back(operation, model):
    """In a number of statements at least; tests/isolation/test_migrations.py compares the outcome."""
    forwards, backwards = list(operation.statements(model)), list(operation.reverse_statements(model))
    assert sum("ADD CONSTRAINT" in each for each in forwards) == sum(
        "DROP CONSTRAINT" in each for each in backwards
    )
    assert sum("POLICY" in each for each in forwards) == sum("POLICY" in each for each in backwards)
    assert any(each.startswith("REVOKE ALL") for each in backwards)


def test_one_to_one_reference_is_unique_inside_the_account_only():
    statements = "\n".join(Protect("SyncSettings").statements(SyncSettings))
    assert "UNIQUE (account_id, integration_id)" in statements


def test_activity_log_can_only_grow():
    assert "GRANT SELECT, INSERT ON organizations_activity TO app_runtime" in list(
        Protect("Activity", grants="SELECT, INSERT").statements(Activity)
    )


def test_only_the_owner_migrates():
    allowed = {alias: OwnerMigrates().allow_migrate(alias, "organizations") for alias in connections}
    assert allowed == {"default": False, "owner": True, "scheduler": False}


@pytest.mark.usefixtures("committed")
def test_migrations_know_every_model():
    told = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=told)
    assert told.getvalue() == "No changes detected\n"
