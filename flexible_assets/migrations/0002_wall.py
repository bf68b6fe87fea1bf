from django.db import migrations

from organizations.wall import Protect


class Migration(migrations.Migration):
    dependencies = [('flexible_assets', '0001_initial'), ('organizations', '0002_wall')]

    operations = [
        Protect("FlexibleAssetType"),
        Protect("FlexibleAssetField"),
        Protect("FlexibleAsset"),
        Protect("AssetTag"),
        Protect("OrganizationTotals"),
    ]
