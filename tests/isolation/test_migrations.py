"""The wall goes up, comes down and goes up again the same, in a database of its own."""

import os

import pytest
from django.core.management import call_command
from django.db import connections, transaction

APPS = ("licenses", "integrations", "flexible_assets", "organizations", "sessions", "auth", "contenttypes")
STRUCTURE = """
SELECT 'column', table_name, column_name || ' ' || data_type || ' ' || is_nullable FROM information_schema.columns
    WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
UNION ALL SELECT 'index', tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'policy', tablename, concat_ws(' ', policyname, roles::text, cmd, qual, with_check) FROM pg_policies
UNION ALL SELECT 'grants', relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
UNION ALL SELECT 'column grant', attrelid::regclass::text, attname || attacl::text FROM pg_attribute WHERE attacl IS NOT NULL
    AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
UNION ALL SELECT 'fence', relname, relrowsecurity || ' ' || relforcerowsecurity FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""


@pytest.fixture
def scratch(_database, monkeypatch):
    """An empty database of the owner, behind the connection that migrates."""
    owner = connections["owner"]
    name = f"scratch_{os.getpid()}"
    _administer(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    owner.close()
    monkeypatch.setitem(owner.settings_dict, "NAME", name)
    yield owner
    owner.close()
    monkeypatch.undo()
    _administer(f"DROP DATABASE {name} WITH (FORCE)")


def test_migrations_come_down_and_go_up_again(scratch):
    call_command("migrate", verbosity=0)
    before = _structure(scratch)
    assert any(kind == "policy" for kind, _, _ in before)
    for app in APPS:
        call_command("migrate", app, "zero", verbosity=0)
    assert {table for _, table, _ in _structure(scratch)} == {"django_migrations"}
    call_command("migrate", verbosity=0)
    assert _structure(scratch) == before


def test_wall_comes_down_completely(scratch):
    call_command("migrate", verbosity=0)
    for app in APPS[:4]:
        call_command("migrate", app, "0001", verbosity=0)
    structure = _structure(scratch)
    assert [row for row in structure if row[0] in {"policy", "column grant"}] == []
    assert [
        row for row in structure if "app_runtime" in (row[2] or "") or "app_scheduler" in (row[2] or "")
    ] == []
    assert {fence for kind, _, fence in structure if kind == "fence"} == {"false false"}


def _structure(owner) -> list[tuple[str, str, str]]:
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        cursor.execute(STRUCTURE)
        return sorted(cursor.fetchall(), key=repr)


def _administer(*statements: str) -> None:
    with connections["owner"]._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
