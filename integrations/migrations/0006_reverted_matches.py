from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('integrations', '0005_premium_missing')]

    operations = [
        migrations.AddField(
            model_name='tenantmatch',
            name='reverted_at',
            field=models.DateTimeField(editable=False, help_text='When a person took its match away, which nothing undoes by itself.', null=True),
        ),
    ]
