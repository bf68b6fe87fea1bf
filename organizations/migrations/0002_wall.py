from django.db import migrations

from organizations.wall import Protect, ShareTable


class Migration(migrations.Migration):
    dependencies = [('organizations', '0001_initial'), ('sessions', '0001_initial')]

    operations = [
        ShareTable("organizations_account", "SELECT, INSERT, UPDATE"),
        ShareTable("django_session", "SELECT, INSERT, UPDATE, DELETE"),
        Protect("User"),
        Protect("Organization"),
        Protect("Contact"),
        Protect("Activity", grants="SELECT, INSERT"),
    ]
