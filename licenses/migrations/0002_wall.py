from django.db import migrations

from organizations.wall import Protect


class Migration(migrations.Migration):
    dependencies = [('licenses', '0001_initial'), ('integrations', '0002_wall'), ('flexible_assets', '0002_wall')]

    operations = [
        Protect("LicenseRecord"),
    ]
