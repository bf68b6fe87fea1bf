"""Organizations: the clients of an account."""

from datetime import datetime

from django.db import transaction

from organizations.actions.activity import record_activity
from organizations.models import Organization, User
from organizations.names import search_key, sort_key


@transaction.atomic
def create_organization(
    account_id: int, *, name: str, now: datetime, actor: User | None = None
) -> Organization:
    organization = Organization.objects.create(
        account_id=account_id,
        name=name,
        sort_key=sort_key(name),
        search_key=search_key(name),
        created_at=now,
    )
    record_activity(
        account_id, at=now, action="organization.created", subject=name, user=actor, organization=organization
    )
    return organization
