"""Which contacts are directory users of a tenant."""

from django.db import models

from integrations.models.matches import TenantMatch
from integrations.querysets import ContactLinkQuerySet
from organizations.models import AccountOwned, Contact


class ContactLink(AccountOwned):
    """Which contact a directory user of a tenant is."""

    match = models.ForeignKey(
        TenantMatch,
        on_delete=models.CASCADE,
        related_name="contact_links",
        db_constraint=False,
        db_index=False,
    )
    user_id = models.UUIDField()
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="links", db_constraint=False)
    is_own = models.BooleanField(help_text="The sync made this contact, so it also keeps its name in step.")
    digest = models.CharField(max_length=32)
    removed_at = models.DateTimeField(
        null=True, help_text="Since when the directory no longer lists the user."
    )
    last_sign_in_on = models.DateField(null=True)

    objects = ContactLinkQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "match", "user_id"], name="integrations_link_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} -> {self.contact_id}"
