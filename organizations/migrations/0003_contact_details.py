import django.db.models.deletion
from django.db import migrations, models

from organizations.wall import Protect


class Migration(migrations.Migration):
    dependencies = [('organizations', '0002_wall')]

    operations = [
        migrations.AddField(
            model_name='contact',
            name='phones',
            field=models.JSONField(blank=True, default=list, help_text='Of each its label and its number.'),
        ),
        migrations.AddField(
            model_name='contact',
            name='contact_type',
            field=models.CharField(blank=True, default='', max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='contact',
            name='notes',
            field=models.TextField(blank=True, default=''),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name='ContactAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.CharField(max_length=320)),
                ('email_key', models.CharField(db_collation='C', editable=False, max_length=320)),
                ('account', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account')),
                ('contact', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='organizations.contact')),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organizations.organization')),
            ],
            options={
                'verbose_name_plural': 'contact addresses',
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='contactaddress',
            index=models.Index(fields=['account', 'organization', 'email_key'], name='addresses_by_email'),
        ),
        migrations.AddConstraint(
            model_name='contactaddress',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='organizations_contactaddress_account_id'),
        ),
        migrations.AddConstraint(
            model_name='contactaddress',
            constraint=models.UniqueConstraint(fields=('account', 'contact', 'email_key'), name='organizations_contactaddress_once'),
        ),
        Protect("ContactAddress"),
    ]
