import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from organizations.wall import Protect, ProtectThroughUser


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0006_important_contacts"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExternalIdentity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer", models.CharField(max_length=255)),
                ("subject", models.CharField(max_length=255)),
                (
                    "email",
                    models.EmailField(
                        help_text="As it was when the two were bound; the subject is what counts.",
                        max_length=254,
                    ),
                ),
                ("bound_at", models.DateTimeField(editable=False)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.account",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "external identities",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "id"), name="organizations_externalidentity_account_id"
                    ),
                    models.UniqueConstraint(
                        fields=("account", "issuer", "subject"), name="organizations_identity_of_subject"
                    ),
                    models.UniqueConstraint(
                        fields=("account", "user", "issuer"), name="organizations_identity_of_user"
                    ),
                ],
            },
        ),
        Protect("ExternalIdentity"),
        ProtectThroughUser("mfa_authenticator"),
        ProtectThroughUser("usersessions_usersession"),
        # Nothing is kept in it; but Django looks there before it deletes a user.
        ProtectThroughUser("account_emailaddress", grants="SELECT, DELETE"),
    ]
