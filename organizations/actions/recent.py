"""What a user opened lately."""

from datetime import datetime

from django.db import connection

from organizations.models import AccountOwned, Organization, User

#: As many as IT Glue remembers.
KEPT = 9

# In one statement, for it is part of every page of a record. Its second half does not see what the first has written.
_UPSERT_AND_TRIM = """
WITH viewed AS (
    INSERT INTO organizations_recentview (account_id, user_id, subject_kind, subject_id, organization_id, at)
    VALUES (%(account)s, %(user)s, %(kind)s, %(row)s, %(organization)s, %(at)s)
    ON CONFLICT (account_id, user_id, subject_kind, subject_id) DO UPDATE SET at = EXCLUDED.at
)
DELETE FROM organizations_recentview WHERE account_id = %(account)s AND id IN (
    SELECT id FROM organizations_recentview
    WHERE account_id = %(account)s AND user_id = %(user)s AND (subject_kind, subject_id) <> (%(kind)s, %(row)s)
    ORDER BY at DESC, id DESC OFFSET %(others)s
)
"""


def record_view(
    row: AccountOwned, *, user: User, now: datetime, organization: Organization | None = None
) -> None:
    values = {
        "account": user.account_id,
        "user": user.pk,
        "kind": row._meta.model_name,
        "row": row.pk,
        "organization": organization.pk if organization is not None else None,
        "at": now,
        "others": KEPT - 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT_AND_TRIM, values)
