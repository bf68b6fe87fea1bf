"""Reaching for another account's rows in SQL, where no queryset helps: PostgreSQL itself refuses."""

import pytest
from django.db import DatabaseError, IntegrityError, connection

from flexible_assets.models import AssetGrant, AssetRelation, AssetTag, FlexibleAsset
from integrations.models import IntegrationCredential, SyncRun, SyncSettings
from licenses.models import LicenseRecord
from organizations.access import account_transaction
from organizations.models import Contact, Organization, OrganizationAccess
from organizations.wall import account_foreign_keys
from tests.factories import NOW
from tests.isolation.sides import account_owned_models

TABLES = {model._meta.db_table: model for model in account_owned_models()}
#: What nobody may change, and of the first not even delete.
FROZEN = {"organizations_activity", "flexible_assets_assetrevision"}
POINTING_AT_ONE = {AssetGrant, AssetRelation, AssetTag, OrganizationAccess}
REFERENCES = [(model, field) for model in TABLES.values() for field in account_foreign_keys(model)]


@pytest.fixture
def as_own(spoilable_sides):
    """Statements inside the own account, with the rival's number at hand."""
    own, _ = spoilable_sides

    def run(statement: str, *parameters) -> int:
        with account_transaction(own.account.pk), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.rowcount

    return run


@pytest.mark.parametrize("table", sorted(TABLES))
def test_rows_of_another_account_can_not_be_read_changed_or_deleted(table, as_own, spoilable_sides):
    _, rival = spoilable_sides
    before = rival.rows()[table]
    assert before
    where = f"{table} WHERE account_id = %s OR id = ANY(%s)"
    ids = _ids(rival, table)
    assert as_own(f"SELECT * FROM {where}", rival.account.pk, ids) == 0  # noqa: S608 - our own table's name
    for statement in (
        f"UPDATE {table} SET id = id WHERE id = ANY(%s)",  # noqa: S608 - as above
        f"DELETE FROM {table} WHERE id = ANY(%s)",  # noqa: S608 - as above
    ):
        if table == "organizations_activity" or (table in FROZEN and statement.startswith("UPDATE")):
            with pytest.raises(DatabaseError, match="permission denied"):
                as_own(statement, ids)
        else:
            assert as_own(statement, ids) == 0
    assert rival.rows()[table] == before


@pytest.mark.parametrize("table", sorted(TABLES))
def test_rows_can_not_be_created_in_another_account(table, as_own, spoilable_sides):
    _own, rival = spoilable_sides
    copied = [
        field.column
        for field in TABLES[table]._meta.concrete_fields
        if field.column not in {"id", "account_id"}
    ]
    columns = ", ".join(f'"{column}"' for column in copied)
    statement = f"INSERT INTO {table} (account_id, {columns}) SELECT %s, {columns} FROM {table} LIMIT 1"  # noqa: S608 - as above
    with pytest.raises(DatabaseError, match="violates row-level security policy"):
        as_own(statement, rival.account.pk)


@pytest.mark.parametrize("table", sorted(TABLES.keys() - FROZEN))
def test_rows_can_not_be_given_to_another_account(table, as_own, spoilable_sides):
    _, rival = spoilable_sides
    with pytest.raises(DatabaseError, match="violates row-level security policy"):
        as_own(f"UPDATE {table} SET account_id = %s", rival.account.pk)  # noqa: S608 - as above


@pytest.mark.parametrize(
    ("model", "field"), REFERENCES, ids=[f"{model.__name__}.{field.name}" for model, field in REFERENCES]
)
def test_reference_to_another_accounts_row_is_refused(model, field, as_own, spoilable_sides):
    _, rival = spoilable_sides
    foreign = _ids(rival, field.related_model._meta.db_table)[0]
    table = model._meta.db_table
    statement = _copy_of_any(model, field.column) if table in FROZEN else _change_of_one(model, field)
    with pytest.raises(IntegrityError, match=f"{field.column}_same_account"):
        as_own(statement, foreign)


def _copy_of_any(model, column: str) -> str:
    """A further row, alike but for the reference and its number."""
    table = model._meta.db_table
    copied = {each.column: f'"{each.column}"' for each in model._meta.concrete_fields if each.column != "id"}
    read = copied | {column: "%s"} | ({"number": "number + 1"} if "number" in copied else {})
    return f"INSERT INTO {table} ({', '.join(copied.values())}) SELECT {', '.join(read.values())} FROM {table} LIMIT 1"  # noqa: S608 - our own table's name


def _change_of_one(model, field) -> str:
    """Of one row, since two that came to be alike would be refused for that."""
    table = model._meta.db_table
    changed = f"{field.column} = %s {_without_rivals(model, field)}"
    return f"UPDATE {table} SET {changed} WHERE id = (SELECT min(id) FROM {table})"  # noqa: S608 - as above


def _without_rivals(model, field) -> str:
    """Of a row that points at exactly one other row, the reference takes the place of the others."""
    pointers = {each.name for each in account_foreign_keys(model) if each.null}
    if field.name not in pointers or model not in POINTING_AT_ONE:
        return ""
    return "".join(f", {name}_id = NULL" for name in sorted(pointers - {field.name}))


def test_row_that_others_refer_to_survives_what_the_own_account_deletes(spoilable_sides):
    own, rival = spoilable_sides
    before = rival.rows()
    with account_transaction(own.account.pk):
        LicenseRecord.objects.all().delete()
        FlexibleAsset.objects.all().delete()
        Contact.objects.all().delete()
    assert rival.rows() == before


@pytest.mark.parametrize("model", [IntegrationCredential, SyncSettings])
def test_conflict_does_not_tell_what_another_account_has(model, spoilable_sides):
    """With one unique index over all accounts this would fail at once for an id that exists elsewhere, and at the
    end for one that doesn't."""
    own, rival = spoilable_sides

    def claim(integration_id: int) -> None:
        with account_transaction(own.account.pk):
            model.objects.all().delete()
            model.objects.create(account=own.account, integration_id=integration_id, **_required(model))

    for integration_id in (rival.ids["integration_id"], 2**40):
        with pytest.raises(IntegrityError, match="integration_id_same_account"):
            claim(integration_id)


def test_upsert_does_not_reach_another_account(spoilable_sides):
    own, rival = spoilable_sides
    before = rival.rows()
    organization = Organization(pk=rival.ids["organization_id"], account=own.account, name="Mine now")
    with pytest.raises(DatabaseError), account_transaction(own.account.pk):
        Organization.objects.bulk_create(
            [organization], update_conflicts=True, unique_fields=["id"], update_fields=["name"]
        )
    with account_transaction(own.account.pk):
        assert Organization(pk=rival.ids["organization_id"]).delete()[0] == 0
    assert rival.rows() == before


def test_same_names_live_side_by_side(spoilable_sides):
    """What is unique is so inside an account: both may have a run going, and a user of one address."""
    for side in spoilable_sides:
        with account_transaction(side.account.pk):
            SyncRun.objects.create(
                account=side.account,
                integration_id=side.ids["integration_id"],
                epoch=1,
                created_at=NOW,
                deadline_at=NOW,
            )
            user = side.people["lite"]
            user.email = "same@example.test"
            user.save()
    assert [side.account.pk for side in spoilable_sides] == sorted(
        {side.account.pk for side in spoilable_sides}
    )


def _ids(side, table: str) -> list[int]:
    with account_transaction(side.account.pk):
        return sorted(TABLES[table]._base_manager.values_list("pk", flat=True))


def _required(model):
    return {"kind": "secret", "sealed": b"", "hint": ""} if model is IntegrationCredential else {}
