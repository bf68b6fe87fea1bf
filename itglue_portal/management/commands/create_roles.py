"""Makes the database and its login roles on a production server, once before the first migration and after changes."""

from typing import Any

import psycopg2
from django.core.management.base import BaseCommand, CommandError
from environs import Env, EnvError
from psycopg2.extensions import parse_dsn

from itglue_portal.database import roles

VARIABLES = {
    roles.OWNER: "DATABASE_OWNER_URL",
    roles.RUNTIME: "DATABASE_URL",
    roles.SCHEDULER: "DATABASE_SCHEDULER_URL",
}


class Command(BaseCommand):
    help = (
        "Makes the roles app_owner, app_runtime and app_scheduler, with the passwords of DATABASE_OWNER_URL, DATABASE_URL"
        " and DATABASE_SCHEDULER_URL, and the database they name. Connects by DATABASE_SUPERUSER_URL. Safe to repeat."
    )
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        try:
            superuser_url = Env().str("DATABASE_SUPERUSER_URL")
            logins = {role: _login(role, variable) for role, variable in VARIABLES.items()}
            roles.ensure_roles(superuser_url, {role: login["password"] for role, login in logins.items()})
            roles.ensure_database(superuser_url, logins[roles.OWNER]["dbname"])
        except (EnvError, psycopg2.Error) as error:
            raise CommandError(str(error).strip()) from error
        self.stdout.write(f"The database {logins[roles.OWNER]['dbname']} and its roles are ready.")


def _login(role: str, variable: str) -> dict[str, str]:
    login: dict[str, str] = parse_dsn(Env().str(variable))
    if login.get("user") != role or not login.get("password") or not login.get("dbname"):
        raise CommandError(f"{variable} must read postgresql://{role}:PASSWORD@HOST:PORT/DATABASE.")
    return login
