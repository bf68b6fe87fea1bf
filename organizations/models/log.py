"""The activity log, and letters to be sent."""

from django.db import models

from organizations.models.accounts import AccountOwned
from organizations.models.clients import Organization
from organizations.models.people import User
from organizations.querysets import ActivityQuerySet, LetterQuerySet


class Activity(AccountOwned):
    """One line of the activity log: appended by actions, never changed (the runtime role has no grant to)."""

    at = models.DateTimeField(editable=False)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=255)
    # Lines outlive the organization. They can't be changed, so the database itself lets go of it: see migration 0006.
    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    #: The row it is about, which may be gone: readers see the line if they may see the row (organizations/log_rules.py).
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)

    objects = ActivityQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [*AccountOwned.Meta.constraints]
        indexes = [
            models.Index(fields=["account", "-at", "-id"], name="activity_by_time"),
            models.Index(
                fields=["account", "organization", "-at", "-id"],
                condition=models.Q(organization__isnull=False),
                name="activity_of_organization",
            ),
            models.Index(
                fields=["account", "subject_kind", "subject_id", "-at", "-id"],
                condition=models.Q(subject_id__isnull=False),
                name="activity_of_subject",
            ),
        ]
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return f"{self.action}: {self.subject}"


class Letter(AccountOwned):
    """An e-mail to one address. It is still to be sent while it has a `next_at`, and was given up without one."""

    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    dedupe_key = models.CharField(
        max_length=200, help_text="Names what the letter tells, so that nobody is told twice."
    )
    created_at = models.DateTimeField(editable=False)
    next_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    detail = models.CharField(max_length=500, blank=True, help_text="Why the last try failed.")

    objects = LetterQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "dedupe_key", "to"], name="organizations_letter_told_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "next_at"], condition=models.Q(next_at__isnull=False), name="letters_open"
            )
        ]

    def __str__(self) -> str:
        return self.subject
