"""Organizations, the MSP's clients, and their contacts."""

from django.db import models
from django.utils import timezone

from organizations.models.accounts import AccountOwned
from organizations.querysets import AddressQuerySet, ContactQuerySet, LabelQuerySet, OrganizationQuerySet


class _Label(AccountOwned):
    """A word that an account puts its organizations under."""

    name = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=255, editable=False, db_collation="C")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LabelQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        abstract = True
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(fields=["account", "sort_key"], name="%(app_label)s_%(class)s_name"),
        ]

    def __str__(self) -> str:
        return self.name


class OrganizationType(_Label):
    """What an organization is to the MSP, such as a customer or a vendor."""


class OrganizationStatus(_Label):
    """How things stand with an organization, such as active or onboarding."""

    class Meta(_Label.Meta):
        verbose_name_plural = "organization statuses"


class Organization(AccountOwned):
    name = models.CharField(max_length=255)
    short_name = models.CharField(max_length=60, blank=True)
    description = models.TextField(blank=True)
    organization_type = models.ForeignKey(
        OrganizationType,
        null=True,
        on_delete=models.SET_NULL,
        related_name="organizations",
        db_constraint=False,
        db_index=False,
    )
    organization_status = models.ForeignKey(
        OrganizationStatus,
        null=True,
        on_delete=models.SET_NULL,
        related_name="organizations",
        db_constraint=False,
        db_index=False,
    )
    parent = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.SET_NULL,
        related_name="children",
        db_constraint=False,
        db_index=False,
    )
    alert = models.CharField(
        max_length=500, blank=True, help_text="Stands above each of its pages, for everyone."
    )
    quick_notes = models.TextField(blank=True)
    archived = models.BooleanField(default=False)
    sort_key = models.CharField(max_length=255, editable=False, db_collation="C")
    search_key = models.CharField(max_length=512, editable=False, db_collation="C")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [*AccountOwned.Meta.constraints]
        indexes = [
            models.Index(fields=["account", "sort_key", "id"], name="organizations_by_name"),
            models.Index(
                fields=["account", "parent"],
                condition=models.Q(parent__isnull=False),
                name="organizations_children",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(AccountOwned):
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="contacts", db_constraint=False, db_index=False
    )
    name = models.CharField(max_length=255)
    first_name = models.CharField(max_length=255, blank=True)
    last_name = models.CharField(max_length=255, blank=True)
    title = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=320, blank=True)
    email_key = models.CharField(max_length=320, blank=True, editable=False, db_collation="C")
    phones = models.JSONField(default=list, blank=True, help_text="Of each its label and its number.")
    contact_type = models.CharField(max_length=60, blank=True)
    notes = models.TextField(blank=True)
    is_important = models.BooleanField(default=False, help_text="Stands on the organization's overview.")
    archived = models.BooleanField(default=False)
    sort_key = models.CharField(max_length=255, editable=False, db_collation="C")
    search_key = models.CharField(max_length=512, editable=False, db_collation="C")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [*AccountOwned.Meta.constraints]
        indexes = [
            models.Index(fields=["account", "organization", "sort_key", "id"], name="contacts_by_name"),
            models.Index(fields=["account", "sort_key", "id"], name="contacts_of_all_by_name"),
            models.Index(fields=["account", "organization", "email_key"], name="contacts_by_email"),
        ]

    def __str__(self) -> str:
        return self.name


class ContactAddress(AccountOwned):
    """A further e-mail address of a contact, its organization beside it so that looking people up takes one index."""

    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="addresses", db_constraint=False, db_index=False
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    email = models.CharField(max_length=320)
    email_key = models.CharField(max_length=320, editable=False, db_collation="C")

    objects = AddressQuerySet.as_manager()

    class Meta(AccountOwned.Meta):
        constraints = [
            *AccountOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "contact", "email_key"], name="organizations_contactaddress_once"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "organization", "email_key"], name="addresses_by_email"),
        ]
        verbose_name_plural = "contact addresses"

    def __str__(self) -> str:
        return self.email
