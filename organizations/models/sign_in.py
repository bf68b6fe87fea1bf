"""Who a user is elsewhere. Second factors and sessions are allauth's tables, behind the wall through their user."""

from django.db import models

from organizations.models.accounts import AccountOwned
from organizations.models.people import User


class ExternalIdentity(AccountOwned):
    """A user as their company's sign-in service knows them.

    Ours and not allauth's table: there, a subject is unique among all accounts of the server, so that one account
    would learn who is known in another.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="identities", db_constraint=False, db_index=False
    )
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    email = models.EmailField(help_text="As it was when the two were bound; the subject is what counts.")
    bound_at = models.DateTimeField(editable=False)

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "issuer", "subject"], name="organizations_identity_of_subject"
            ),
            models.UniqueConstraint(
                fields=["account", "user", "issuer"], name="organizations_identity_of_user"
            ),
        ]
        verbose_name_plural = "external identities"

    def __str__(self) -> str:
        return f"{self.user_id}: {self.email}"
