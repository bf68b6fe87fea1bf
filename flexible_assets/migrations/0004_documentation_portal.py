import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from organizations.wall import Protect, ProtectForeignKey


class Migration(migrations.Migration):

    dependencies = [
        ('flexible_assets', '0003_own_fields_and_security'),
        ('organizations', '0005_people_and_preferences'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AssetExpiration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('expires_on', models.DateField()),
            ],
            options={
                'verbose_name_plural': 'expirations',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AssetRelation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('notes', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'verbose_name_plural': 'related items',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AssetRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text="Counts the asset's revisions from 1.")),
                ('at', models.DateTimeField(editable=False)),
                ('reason', models.CharField(help_text='As in the activity log: created, edited, restored, imported.', max_length=60)),
                ('name', models.CharField(max_length=255)),
                ('traits', models.JSONField(default=dict, help_text='By field key; never what a Password field holds.')),
                ('tags', models.JSONField(default=dict, help_text='Of Tag fields: by field key, of each its kind, id and then name.')),
                ('notes', models.TextField(blank=True)),
            ],
            options={
                'verbose_name_plural': 'revisions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AssetSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed', models.BinaryField()),
                ('changed_at', models.DateTimeField(editable=False)),
            ],
            options={
                'verbose_name_plural': 'passwords',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('key', models.CharField(editable=False, max_length=255)),
                ('size', models.PositiveBigIntegerField(editable=False)),
                ('content_type', models.CharField(editable=False, max_length=100)),
                ('sha256', models.CharField(editable=False, max_length=64)),
                ('uploaded_at', models.DateTimeField(editable=False)),
            ],
            options={
                'verbose_name_plural': 'attachments',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TypeDenial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='flexibleassetfield',
            name='flexible_assets_field_slot',
        ),
        migrations.AddField(
            model_name='assetgrant',
            name='group',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='asset_grants', to='organizations.group'),
        ),
        migrations.AddField(
            model_name='assettag',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organizations.organization'),
        ),
        migrations.AddField(
            model_name='assettag',
            name='target',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tagged_by', to='flexible_assets.flexibleasset'),
        ),
        migrations.AddField(
            model_name='assettag',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='flexibleasset',
            name='date_1',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='flexibleasset',
            name='date_2',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='flexibleasset',
            name='date_3',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='flexibleasset',
            name='date_4',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='flexibleasset',
            name='deleted_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='flexibleasset',
            name='deleted_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='flexibleasset',
            name='number_7',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='flexibleasset',
            name='number_8',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='flexibleasset',
            name='text_5',
            field=models.CharField(db_collation='C', editable=False, max_length=255, null=True),
        ),
        migrations.AddField(
            model_name='flexibleasset',
            name='text_6',
            field=models.CharField(db_collation='C', editable=False, max_length=255, null=True),
        ),
        migrations.AddField(
            model_name='flexibleasset',
            name='text_7',
            field=models.CharField(db_collation='C', editable=False, max_length=255, null=True),
        ),
        migrations.AddField(
            model_name='flexibleasset',
            name='text_8',
            field=models.CharField(db_collation='C', editable=False, max_length=255, null=True),
        ),
        migrations.AddField(
            model_name='flexibleassetfield',
            name='default',
            field=models.JSONField(blank=True, help_text='What a new asset starts with, as traits hold it; null for nothing.', null=True),
        ),
        migrations.AddField(
            model_name='flexibleassetfield',
            name='is_expiration',
            field=models.BooleanField(default=False, help_text='Of a Date field: its assets stand in the list of expirations by it.'),
        ),
        migrations.AddField(
            model_name='organizationtotals',
            name='number_7',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='organizationtotals',
            name='number_8',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='assetgrant',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='asset_grants', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='assettag',
            name='contact',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tags', to='organizations.contact'),
        ),
        migrations.AddIndex(
            model_name='assetgrant',
            index=models.Index(fields=['account', 'group', 'asset'], name='grants_of_group'),
        ),
        migrations.AddIndex(
            model_name='assettag',
            index=models.Index(condition=models.Q(('organization__isnull', False)), fields=['account', 'organization'], name='tags_of_organization'),
        ),
        migrations.AddIndex(
            model_name='assettag',
            index=models.Index(condition=models.Q(('target__isnull', False)), fields=['account', 'target'], name='tags_of_asset'),
        ),
        migrations.AddIndex(
            model_name='flexibleasset',
            index=models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['account', 'deleted_at'], name='assets_deleted'),
        ),
        migrations.AddIndex(
            model_name='flexibleasset',
            index=models.Index(condition=models.Q(('archived', True), ('deleted_at', None)), fields=['account', 'asset_type', 'sort_key', 'id'], name='assets_archived'),
        ),
        migrations.AddIndex(
            model_name='flexibleasset',
            index=models.Index(condition=models.Q(('archived', False), ('number_7__isnull', False)), fields=['account', 'asset_type', 'number_7', 'id'], name='assets_by_number_7'),
        ),
        migrations.AddIndex(
            model_name='flexibleasset',
            index=models.Index(condition=models.Q(('archived', False), ('number_8__isnull', False)), fields=['account', 'asset_type', 'number_8', 'id'], name='assets_by_number_8'),
        ),
        migrations.AddIndex(
            model_name='flexibleasset',
            index=models.Index(condition=models.Q(('archived', False), ('text_5__isnull', False)), fields=['account', 'asset_type', 'text_5', 'id'], name='assets_by_text_5'),
        ),
        migrations.AddIndex(
            model_name='flexibleasset',
            index=models.Index(condition=models.Q(('archived', False), ('text_6__isnull', False)), fields=['account', 'asset_type', 'text_6', 'id'], name='assets_by_text_6'),
        ),
        migrations.AddIndex(
            model_name='flexibleasset',
            index=models.Index(condition=models.Q(('archived', False), ('text_7__isnull', False)), fields=['account', 'asset_type', 'text_7', 'id'], name='assets_by_text_7'),
        ),
        migrations.AddIndex(
            model_name='flexibleasset',
            index=models.Index(condition=models.Q(('archived', False), ('text_8__isnull', False)), fields=['account', 'asset_type', 'text_8', 'id'], name='assets_by_text_8'),
        ),
        migrations.AddIndex(
            model_name='flexibleasset',
            index=models.Index(condition=models.Q(('archived', False), ('date_1__isnull', False)), fields=['account', 'asset_type', 'date_1', 'id'], name='assets_by_date_1'),
        ),
        migrations.AddIndex(
            model_name='flexibleasset',
            index=models.Index(condition=models.Q(('archived', False), ('date_2__isnull', False)), fields=['account', 'asset_type', 'date_2', 'id'], name='assets_by_date_2'),
        ),
        migrations.AddIndex(
            model_name='flexibleasset',
            index=models.Index(condition=models.Q(('archived', False), ('date_3__isnull', False)), fields=['account', 'asset_type', 'date_3', 'id'], name='assets_by_date_3'),
        ),
        migrations.AddIndex(
            model_name='flexibleasset',
            index=models.Index(condition=models.Q(('archived', False), ('date_4__isnull', False)), fields=['account', 'asset_type', 'date_4', 'id'], name='assets_by_date_4'),
        ),
        migrations.AddConstraint(
            model_name='assetgrant',
            constraint=models.UniqueConstraint(fields=('account', 'asset', 'group'), name='flexible_assets_grant_of_group'),
        ),
        migrations.AddConstraint(
            model_name='assetgrant',
            constraint=models.CheckConstraint(condition=models.Q(('user', None), ('group', None), _connector='XOR'), name='flexible_assets_grant_to_one'),
        ),
        migrations.AddConstraint(
            model_name='assettag',
            constraint=models.UniqueConstraint(condition=models.Q(('organization__isnull', False)), fields=('account', 'asset', 'field', 'organization'), name='flexible_assets_tag_organization'),
        ),
        migrations.AddConstraint(
            model_name='assettag',
            constraint=models.UniqueConstraint(condition=models.Q(('target__isnull', False)), fields=('account', 'asset', 'field', 'target'), name='flexible_assets_tag_target'),
        ),
        migrations.AddConstraint(
            model_name='assettag',
            constraint=models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('account', 'asset', 'field', 'user'), name='flexible_assets_tag_user'),
        ),
        migrations.AddConstraint(
            model_name='assettag',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('contact__isnull', False), ('organization__isnull', True), ('target__isnull', True), ('user__isnull', True)), models.Q(('contact__isnull', True), ('organization__isnull', False), ('target__isnull', True), ('user__isnull', True)), models.Q(('contact__isnull', True), ('organization__isnull', True), ('target__isnull', False), ('user__isnull', True)), models.Q(('contact__isnull', True), ('organization__isnull', True), ('target__isnull', True), ('user__isnull', False)), _connector='OR'), name='flexible_assets_tag_one_target'),
        ),
        migrations.AddConstraint(
            model_name='flexibleasset',
            constraint=models.CheckConstraint(condition=models.Q(('deleted_at', None), ('archived', True), _connector='OR'), name='flexible_assets_deleted_is_archived'),
        ),
        migrations.AddConstraint(
            model_name='flexibleassetfield',
            constraint=models.CheckConstraint(condition=models.Q(('slot__in', ['', 'number_1', 'number_2', 'number_3', 'number_4', 'number_5', 'number_6', 'number_7', 'number_8', 'text_1', 'text_2', 'text_3', 'text_4', 'text_5', 'text_6', 'text_7', 'text_8', 'date_1', 'date_2', 'date_3', 'date_4'])), name='flexible_assets_field_slot'),
        ),
        migrations.AddField(
            model_name='assetexpiration',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='assetexpiration',
            name='asset',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='expirations', to='flexible_assets.flexibleasset'),
        ),
        migrations.AddField(
            model_name='assetexpiration',
            name='field',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='flexible_assets.flexibleassetfield'),
        ),
        migrations.AddField(
            model_name='assetexpiration',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organizations.organization'),
        ),
        migrations.AddField(
            model_name='assetrelation',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='assetrelation',
            name='asset',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='relations', to='flexible_assets.flexibleasset'),
        ),
        migrations.AddField(
            model_name='assetrelation',
            name='contact',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='relations', to='organizations.contact'),
        ),
        migrations.AddField(
            model_name='assetrelation',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organizations.organization'),
        ),
        migrations.AddField(
            model_name='assetrelation',
            name='target',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='related_by', to='flexible_assets.flexibleasset'),
        ),
        migrations.AddField(
            model_name='assetrevision',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='assetrevision',
            name='asset',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='flexible_assets.flexibleasset'),
        ),
        migrations.AddField(
            model_name='assetrevision',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='assetsecret',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='assetsecret',
            name='asset',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='secrets', to='flexible_assets.flexibleasset'),
        ),
        migrations.AddField(
            model_name='assetsecret',
            name='field',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='flexible_assets.flexibleassetfield'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='asset',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='flexible_assets.flexibleasset'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='field',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='flexible_assets.flexibleassetfield'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='uploaded_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='typedenial',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='typedenial',
            name='asset_type',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='denials', to='flexible_assets.flexibleassettype'),
        ),
        migrations.AddField(
            model_name='typedenial',
            name='group',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='denials', to='organizations.group'),
        ),
        migrations.AddIndex(
            model_name='assetexpiration',
            index=models.Index(fields=['account', 'expires_on', 'id'], name='expirations_by_date'),
        ),
        migrations.AddIndex(
            model_name='assetexpiration',
            index=models.Index(fields=['account', 'organization', 'expires_on', 'id'], name='expirations_of_organization'),
        ),
        migrations.AddConstraint(
            model_name='assetexpiration',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='flexible_assets_assetexpiration_account_id'),
        ),
        migrations.AddConstraint(
            model_name='assetexpiration',
            constraint=models.UniqueConstraint(fields=('account', 'asset', 'field'), name='flexible_assets_expiration'),
        ),
        migrations.AddIndex(
            model_name='assetrelation',
            index=models.Index(condition=models.Q(('contact__isnull', False)), fields=['account', 'contact'], name='relations_of_contact'),
        ),
        migrations.AddIndex(
            model_name='assetrelation',
            index=models.Index(condition=models.Q(('organization__isnull', False)), fields=['account', 'organization'], name='relations_of_organization'),
        ),
        migrations.AddIndex(
            model_name='assetrelation',
            index=models.Index(condition=models.Q(('target__isnull', False)), fields=['account', 'target'], name='relations_of_target'),
        ),
        migrations.AddConstraint(
            model_name='assetrelation',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='flexible_assets_assetrelation_account_id'),
        ),
        migrations.AddConstraint(
            model_name='assetrelation',
            constraint=models.UniqueConstraint(condition=models.Q(('contact__isnull', False)), fields=('account', 'asset', 'contact'), name='flexible_assets_relation_contact'),
        ),
        migrations.AddConstraint(
            model_name='assetrelation',
            constraint=models.UniqueConstraint(condition=models.Q(('organization__isnull', False)), fields=('account', 'asset', 'organization'), name='flexible_assets_relation_organization'),
        ),
        migrations.AddConstraint(
            model_name='assetrelation',
            constraint=models.UniqueConstraint(condition=models.Q(('target__isnull', False)), fields=('account', 'asset', 'target'), name='flexible_assets_relation_target'),
        ),
        migrations.AddConstraint(
            model_name='assetrelation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('contact__isnull', False), ('organization__isnull', True), ('target__isnull', True)), models.Q(('contact__isnull', True), ('organization__isnull', False), ('target__isnull', True)), models.Q(('contact__isnull', True), ('organization__isnull', True), ('target__isnull', False)), _connector='OR'), name='flexible_assets_relation_one_target'),
        ),
        migrations.AddConstraint(
            model_name='assetrevision',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='flexible_assets_assetrevision_account_id'),
        ),
        migrations.AddConstraint(
            model_name='assetrevision',
            constraint=models.UniqueConstraint(fields=('account', 'asset', 'number'), name='flexible_assets_revision'),
        ),
        migrations.AddConstraint(
            model_name='assetsecret',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='flexible_assets_assetsecret_account_id'),
        ),
        migrations.AddConstraint(
            model_name='assetsecret',
            constraint=models.UniqueConstraint(fields=('account', 'asset', 'field'), name='flexible_assets_secret'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(fields=['account', 'asset'], name='attachments_of_asset'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='flexible_assets_attachment_account_id'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(fields=('account', 'key'), name='flexible_assets_attachment_key'),
        ),
        migrations.AddConstraint(
            model_name='typedenial',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='flexible_assets_typedenial_account_id'),
        ),
        migrations.AddConstraint(
            model_name='typedenial',
            constraint=models.UniqueConstraint(fields=('account', 'group', 'asset_type'), name='flexible_assets_denial'),
        ),
        Protect("AssetExpiration"),
        Protect("AssetRelation"),
        Protect("AssetSecret"),
        Protect("Attachment"),
        Protect("TypeDenial"),
        # What was, stays as it was; it goes with its asset.
        Protect("AssetRevision", grants="SELECT, INSERT, DELETE"),
        ProtectForeignKey("FlexibleAsset", "deleted_by"),
        ProtectForeignKey("AssetGrant", "group"),
        ProtectForeignKey("AssetTag", "organization"),
        ProtectForeignKey("AssetTag", "target"),
        ProtectForeignKey("AssetTag", "user"),
    ]
