"""Accounts: one per MSP, the hard boundary, and what it is to belong to one."""

from django.db import models
from django.utils import timezone


class SecondFactorPolicy(models.TextChoices):
    """Who must have a second factor to go on after signing in."""

    NOBODY = "nobody", "Nobody"
    MANAGERS = "managers", "Administrators and Managers"
    EVERYONE = "everyone", "Everyone"


class Account(models.Model):
    """Global: the only table read before an account is known, so it holds no secret."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=60, unique=True)
    second_factor = models.CharField(
        max_length=20, choices=SecondFactorPolicy.choices, default=SecondFactorPolicy.MANAGERS
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name


class AccountOwned(models.Model):
    """A row of one account.

    Foreign keys to other account-owned tables say `db_constraint=False`: the migration operation `Protect` gives
    them a composite key (account_id, id) instead, because PostgreSQL's own check would accept another account's row.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, editable=False
    )

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["account", "id"], name="%(app_label)s_%(class)s_account_id"),
        ]
