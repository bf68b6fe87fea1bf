"""Before serving: does the role we connect as stand behind the wall?"""

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

# Of every role that we are a member of, our own included: its policies hold for us, and SET ROLE lends the rest.
_QUESTION = """
SELECT bool_or(role.rolsuper), bool_or(role.rolbypassrls),
       bool_or(EXISTS (SELECT FROM pg_class WHERE relkind = 'r' AND relowner = role.oid
                       AND relnamespace = 'public'::regnamespace)
               OR role.rolname <> current_user AND EXISTS (SELECT FROM pg_policies WHERE role.rolname = ANY (roles))),
       (SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname = 'organizations_contact' AND relrowsecurity
               AND relforcerowsecurity AND relnamespace = 'public'::regnamespace)
FROM pg_roles role WHERE pg_has_role(current_user, role.oid, 'MEMBER')
"""


def refuse_unsafe_role() -> None:
    """Raises ImproperlyConfigured when row-level security would not bind this process."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_QUESTION)
        is_superuser, bypasses, borrows, fenced = cursor.fetchone()
    if is_superuser or bypasses or borrows:
        raise ImproperlyConfigured(
            "DATABASE_URL connects as a role that row-level security does not bind (superuser, BYPASSRLS, owner of "
            "tables, or a member of such a role). Use app_runtime; `manage.py create_roles` makes it."
        )
    if not fenced:
        raise ImproperlyConfigured("The database has no fenced tables yet. Run `manage.py migrate` first.")
