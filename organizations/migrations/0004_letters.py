import django.db.models.deletion
from django.db import migrations, models

from organizations.wall import LetSchedulerRead, Protect


class Migration(migrations.Migration):

    dependencies = [('organizations', '0003_contact_details')]

    operations = [
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.CharField(max_length=320)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField()),
                ('dedupe_key', models.CharField(help_text='Names what the letter tells, so that nobody is told twice.', max_length=200)),
                ('created_at', models.DateTimeField(editable=False)),
                ('next_at', models.DateTimeField(editable=False, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('sent_at', models.DateTimeField(editable=False, null=True)),
                ('detail', models.CharField(blank=True, help_text='Why the last try failed.', max_length=500)),
                ('account', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(condition=models.Q(('next_at__isnull', False)), fields=['account', 'next_at'], name='letters_open'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='organizations_letter_account_id'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(fields=('account', 'dedupe_key', 'to'), name='organizations_letter_told_once'),
        ),
        Protect("Letter"),
        LetSchedulerRead("Letter", ["id", "account_id", "next_at"]),
    ]
