import django.db.models.deletion
from django.db import migrations, models

from organizations.wall import ForgetWhenDeleted


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0005_people_and_preferences'),
    ]

    operations = [
        migrations.AddField(
            model_name='contact',
            name='is_important',
            field=models.BooleanField(default=False, help_text="Stands on the organization's overview."),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['account', 'sort_key', 'id'], name='contacts_of_all_by_name'),
        ),
        migrations.AlterField(
            model_name='activity',
            name='organization',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organizations.organization'),
        ),
        ForgetWhenDeleted('Activity', 'organization'),
    ]
