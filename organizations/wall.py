"""The database wall: migration operations that fence an account-owned table with row-level security and composite keys."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

OWNER_ROLE = "app_owner"
RUNTIME_ROLE = "app_runtime"
SCHEDULER_ROLE = "app_scheduler"

# The sub-select makes PostgreSQL read the setting once per query instead of once per row. After a transaction
# that set it, the setting is '' and not NULL, which a bare cast would refuse.
_IN_ACCOUNT = "account_id = (SELECT NULLIF(current_setting('app.account_id', true), '')::bigint)"


class _Statements(Operation):
    """Runs SQL both ways; the model state stays as it is."""

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing changes in the models."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for statement in self.forwards(app_label, to_state):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for statement in self.backwards(app_label, from_state):
            schema_editor.execute(statement, params=None)

    def forwards(self, app_label: str, state: ProjectState) -> Iterator[str]:
        raise NotImplementedError

    def backwards(self, app_label: str, state: ProjectState) -> Iterator[str]:
        raise NotImplementedError


class _TableOperation(_Statements):
    """Statements about the table of one of the app's models."""

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def forwards(self, app_label: str, state: ProjectState) -> Iterator[str]:
        return self.statements(state.apps.get_model(app_label, self.model_name))

    def backwards(self, app_label: str, state: ProjectState) -> Iterator[str]:
        return self.reverse_statements(state.apps.get_model(app_label, self.model_name))

    def statements(self, model: type[models.Model]) -> Iterator[str]:
        raise NotImplementedError

    def reverse_statements(self, model: type[models.Model]) -> Iterator[str]:
        raise NotImplementedError


class Protect(_TableOperation):
    """Fences an account-owned table: policies, grants, and for every foreign key to another such table a composite one."""

    def __init__(self, model_name: str, *, grants: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
        super().__init__(model_name)
        self.grants = grants

    def describe(self) -> str:
        return f"Protect {self.model_name} by row-level security"

    def statements(self, model: type[models.Model]) -> Iterator[str]:
        table = model._meta.db_table
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY account ON {table} TO {RUNTIME_ROLE} USING ({_IN_ACCOUNT}) WITH CHECK ({_IN_ACCOUNT})"
        yield f"CREATE POLICY owner ON {table} TO {OWNER_ROLE} USING (true) WITH CHECK (true)"
        yield f"GRANT {self.grants} ON {table} TO {RUNTIME_ROLE}"
        for field in account_foreign_keys(model):
            yield _add_composite(field)
            if field.unique:
                yield _replace_unique(field, f"account_id, {field.column}")

    def reverse_statements(self, model: type[models.Model]) -> Iterator[str]:
        table = model._meta.db_table
        for field in account_foreign_keys(model):
            if field.unique:
                yield _replace_unique(field, field.column)
            yield _drop_composite(field)
        yield f"REVOKE ALL ON {table} FROM {RUNTIME_ROLE}"
        yield f"DROP POLICY owner ON {table}"
        yield f"DROP POLICY account ON {table}"
        yield f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"


class ProtectForeignKey(_TableOperation):
    """Gives a foreign key that a protected table got later the composite one of `Protect`."""

    def __init__(self, model_name: str, field_name: str) -> None:
        super().__init__(model_name)
        self.field_name = field_name

    def describe(self) -> str:
        return f"Keep {self.field_name} of {self.model_name} inside its account"

    def statements(self, model: type[models.Model]) -> Iterator[str]:
        yield _add_composite(self._field(model))

    def reverse_statements(self, model: type[models.Model]) -> Iterator[str]:
        yield _drop_composite(self._field(model))

    def _field(self, model: type[models.Model]) -> "models.ForeignKey[Any, Any]":
        return next(field for field in account_foreign_keys(model) if field.name == self.field_name)


class ForgetWhenDeleted(ProtectForeignKey):
    """Lets PostgreSQL empty a foreign key when its target is deleted, where the runtime role may not update the row."""

    def describe(self) -> str:
        return f"Empty {self.field_name} of {self.model_name} when its target is deleted"

    def statements(self, model: type[models.Model]) -> Iterator[str]:
        field = self._field(model)
        yield _drop_composite(field)
        yield _add_composite(field, on_delete=f"SET NULL ({field.column})")

    def reverse_statements(self, model: type[models.Model]) -> Iterator[str]:
        field = self._field(model)
        yield _drop_composite(field)
        yield _add_composite(field)


class LetSchedulerRead(_TableOperation):
    """The scheduler reads these columns of every account's rows, and nothing else of them."""

    def __init__(self, model_name: str, columns: Sequence[str]) -> None:
        super().__init__(model_name)
        self.columns = columns

    def describe(self) -> str:
        return f"Let the scheduler read {', '.join(self.columns)} of {self.model_name}"

    def statements(self, model: type[models.Model]) -> Iterator[str]:
        table = model._meta.db_table
        yield f"CREATE POLICY scheduler ON {table} FOR SELECT TO {SCHEDULER_ROLE} USING (true)"
        yield f"GRANT SELECT ({', '.join(self.columns)}) ON {table} TO {SCHEDULER_ROLE}"

    def reverse_statements(self, model: type[models.Model]) -> Iterator[str]:
        table = model._meta.db_table
        yield f"REVOKE ALL ON {table} FROM {SCHEDULER_ROLE}"
        yield f"DROP POLICY scheduler ON {table}"


class ProtectThroughUser(_Statements):
    """Fences a table of another package that belongs to an account only through its user; by name, for the same reason.

    What the user's own policy hides, this hides as well: the sub-select runs under it.
    """

    def __init__(self, table: str, *, grants: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
        self.table = table
        self.grants = grants

    def describe(self) -> str:
        return f"Protect {self.table} by row-level security, through its user"

    def forwards(self, app_label: str, state: ProjectState) -> Iterator[str]:
        through = (
            f"EXISTS (SELECT FROM organizations_user WHERE organizations_user.id = {self.table}.user_id)"
        )
        yield f"ALTER TABLE {self.table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {self.table} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY account ON {self.table} TO {RUNTIME_ROLE} USING ({through}) WITH CHECK ({through})"
        yield f"CREATE POLICY owner ON {self.table} TO {OWNER_ROLE} USING (true) WITH CHECK (true)"
        yield f"GRANT {self.grants} ON {self.table} TO {RUNTIME_ROLE}"

    def backwards(self, app_label: str, state: ProjectState) -> Iterator[str]:
        yield f"REVOKE ALL ON {self.table} FROM {RUNTIME_ROLE}"
        yield f"DROP POLICY owner ON {self.table}"
        yield f"DROP POLICY account ON {self.table}"
        yield f"ALTER TABLE {self.table} NO FORCE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {self.table} DISABLE ROW LEVEL SECURITY"


class ShareTable(_Statements):
    """Grants on a table that belongs to no account, such as the sessions; by name, since other packages own some."""

    def __init__(self, table: str, grants: str) -> None:
        self.table = table
        self.grants = grants

    def describe(self) -> str:
        return f"Grant {self.grants} on {self.table}"

    def forwards(self, app_label: str, state: ProjectState) -> Iterator[str]:
        yield f"GRANT {self.grants} ON {self.table} TO {RUNTIME_ROLE}"

    def backwards(self, app_label: str, state: ProjectState) -> Iterator[str]:
        yield f"REVOKE ALL ON {self.table} FROM {RUNTIME_ROLE}"


def is_account_owned(model: type[models.Model]) -> bool:
    return any(field.name == "account" for field in model._meta.concrete_fields)


def account_foreign_keys(model: type[models.Model]) -> list["models.ForeignKey[Any, Any]"]:
    """Foreign keys to other account-owned tables: an ordinary one would accept another account's row."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and is_account_owned(field.related_model)
    ]


def _replace_unique(field: "models.ForeignKey[Any, Any]", columns: str) -> str:
    """A one-to-one field is unique among all accounts, so that a conflict would tell what another account has."""
    table, name = field.model._meta.db_table, f"{field.model._meta.db_table}_{field.column}_key"
    return f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} UNIQUE ({columns})"


def _drop_composite(field: "models.ForeignKey[Any, Any]") -> str:
    return f"ALTER TABLE {field.model._meta.db_table} DROP CONSTRAINT {_composite_name(field)}"


def _add_composite(field: "models.ForeignKey[Any, Any]", *, on_delete: str = "NO ACTION") -> str:
    return (
        f"ALTER TABLE {field.model._meta.db_table} ADD CONSTRAINT {_composite_name(field)} "
        f"FOREIGN KEY (account_id, {field.column}) REFERENCES {field.related_model._meta.db_table} (account_id, id) "
        f"ON DELETE {on_delete} DEFERRABLE INITIALLY DEFERRED"
    )


def _composite_name(field: "models.ForeignKey[Any, Any]") -> str:
    return f"{field.model._meta.db_table}_{field.column}_same_account"
