import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from organizations.wall import Protect, ProtectForeignKey


class Migration(migrations.Migration):

    dependencies = [
        ('organizations', '0004_letters'),
    ]

    operations = [
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('sort_key', models.CharField(db_collation='C', editable=False, max_length=255)),
                ('description', models.CharField(blank=True, max_length=500)),
                ('all_organizations', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='GroupMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ImportDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target', models.CharField(help_text='What its rows become: organizations, contacts, type:12.', max_length=60)),
                ('file_name', models.CharField(max_length=255)),
                ('content', models.TextField()),
                ('mapping', models.JSONField(default=dict, help_text='Key of the field by header of the column.')),
                ('created_at', models.DateTimeField(editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_digest', models.CharField(editable=False, max_length=64)),
                ('created_at', models.DateTimeField(editable=False)),
                ('expires_at', models.DateTimeField(editable=False)),
                ('accepted_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ListPreference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('list_key', models.CharField(help_text='As in ListSpec: organizations, contacts, type:12.', max_length=60)),
                ('columns', models.JSONField(default=list, help_text='Shown columns in order: [key, width in pixels or null] pairs.')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OrganizationAccess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'verbose_name_plural': 'organization access',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OrganizationStatus',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('sort_key', models.CharField(db_collation='C', editable=False, max_length=255)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'verbose_name_plural': 'organization statuses',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OrganizationType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('sort_key', models.CharField(db_collation='C', editable=False, max_length=255)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RecentView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_kind', models.CharField(max_length=40)),
                ('subject_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('list_key', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=100)),
                ('query', models.TextField(blank=True, help_text='The query string, without paging.')),
                ('columns', models.JSONField(default=list, help_text="As in ListPreference; empty: each reader's own.")),
                ('is_shared', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SidebarLayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sections', models.JSONField(default=list, help_text='In order: {title, entries: [entry keys]}; hidden entries stand in none.')),
                ('hidden', models.JSONField(default=list, help_text='Keys of entries not shown; new ones are shown.')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RemoveIndex(
            model_name='activity',
            name='activity_by_time',
        ),
        migrations.AddField(
            model_name='account',
            name='second_factor',
            field=models.CharField(choices=[('nobody', 'Nobody'), ('managers', 'Administrators and Managers'), ('everyone', 'Everyone')], default='managers', max_length=20),
        ),
        migrations.AddField(
            model_name='activity',
            name='subject_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='activity',
            name='subject_kind',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='contact',
            name='archived',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='organization',
            name='alert',
            field=models.CharField(blank=True, help_text='Stands above each of its pages, for everyone.', max_length=500),
        ),
        migrations.AddField(
            model_name='organization',
            name='archived',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='organization',
            name='description',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='organization',
            name='parent',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='children', to='organizations.organization'),
        ),
        migrations.AddField(
            model_name='organization',
            name='quick_notes',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='organization',
            name='short_name',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='organization',
            name='updated_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name='user',
            name='all_organizations',
            field=models.BooleanField(default=True, help_text='Reaches every organization; otherwise those chosen, for them or for a group.'),
        ),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(fields=['account', '-at', '-id'], name='activity_by_time'),
        ),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(condition=models.Q(('organization__isnull', False)), fields=['account', 'organization', '-at', '-id'], name='activity_of_organization'),
        ),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(condition=models.Q(('subject_id__isnull', False)), fields=['account', 'subject_kind', 'subject_id', '-at', '-id'], name='activity_of_subject'),
        ),
        migrations.AddField(
            model_name='group',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='groupmember',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='groupmember',
            name='group',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='members', to='organizations.group'),
        ),
        migrations.AddField(
            model_name='groupmember',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='importdraft',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='importdraft',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='created_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='listpreference',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='listpreference',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='organizationaccess',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='organizationaccess',
            name='group',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='organization_access', to='organizations.group'),
        ),
        migrations.AddField(
            model_name='organizationaccess',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organizations.organization'),
        ),
        migrations.AddField(
            model_name='organizationaccess',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='organization_access', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='organizationstatus',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='organization',
            name='organization_status',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='organizations', to='organizations.organizationstatus'),
        ),
        migrations.AddField(
            model_name='organizationtype',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='organization',
            name='organization_type',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='organizations', to='organizations.organizationtype'),
        ),
        migrations.AddIndex(
            model_name='organization',
            index=models.Index(condition=models.Q(('parent__isnull', False)), fields=['account', 'parent'], name='organizations_children'),
        ),
        migrations.AddField(
            model_name='recentview',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='recentview',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organizations.organization'),
        ),
        migrations.AddField(
            model_name='recentview',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='savedview',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='savedview',
            name='owner',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sidebarlayout',
            name='account',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.account'),
        ),
        migrations.AddField(
            model_name='sidebarlayout',
            name='group',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organizations.group'),
        ),
        migrations.AddConstraint(
            model_name='group',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='organizations_group_account_id'),
        ),
        migrations.AddConstraint(
            model_name='group',
            constraint=models.UniqueConstraint(fields=('account', 'sort_key'), name='organizations_group_name'),
        ),
        migrations.AddIndex(
            model_name='groupmember',
            index=models.Index(fields=['account', 'group'], name='members_of_group'),
        ),
        migrations.AddConstraint(
            model_name='groupmember',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='organizations_groupmember_account_id'),
        ),
        migrations.AddConstraint(
            model_name='groupmember',
            constraint=models.UniqueConstraint(fields=('account', 'user', 'group'), name='organizations_group_member'),
        ),
        migrations.AddIndex(
            model_name='importdraft',
            index=models.Index(fields=['account', 'created_at'], name='drafts_by_time'),
        ),
        migrations.AddConstraint(
            model_name='importdraft',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='organizations_importdraft_account_id'),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(fields=['account', 'user'], name='invitations_of_user'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='organizations_invitation_account_id'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(fields=('account', 'token_digest'), name='organizations_invitation_token'),
        ),
        migrations.AddConstraint(
            model_name='listpreference',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='organizations_listpreference_account_id'),
        ),
        migrations.AddConstraint(
            model_name='listpreference',
            constraint=models.UniqueConstraint(fields=('account', 'user', 'list_key'), name='organizations_list_preference'),
        ),
        migrations.AddConstraint(
            model_name='organizationaccess',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='organizations_organizationaccess_account_id'),
        ),
        migrations.AddConstraint(
            model_name='organizationaccess',
            constraint=models.UniqueConstraint(fields=('account', 'user', 'organization'), name='organizations_access_of_user'),
        ),
        migrations.AddConstraint(
            model_name='organizationaccess',
            constraint=models.UniqueConstraint(fields=('account', 'group', 'organization'), name='organizations_access_of_group'),
        ),
        migrations.AddConstraint(
            model_name='organizationaccess',
            constraint=models.CheckConstraint(condition=models.Q(('user', None), ('group', None), _connector='XOR'), name='organizations_access_of_one'),
        ),
        migrations.AddConstraint(
            model_name='organizationstatus',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='organizations_organizationstatus_account_id'),
        ),
        migrations.AddConstraint(
            model_name='organizationstatus',
            constraint=models.UniqueConstraint(fields=('account', 'sort_key'), name='organizations_organizationstatus_name'),
        ),
        migrations.AddConstraint(
            model_name='organizationtype',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='organizations_organizationtype_account_id'),
        ),
        migrations.AddConstraint(
            model_name='organizationtype',
            constraint=models.UniqueConstraint(fields=('account', 'sort_key'), name='organizations_organizationtype_name'),
        ),
        migrations.AddIndex(
            model_name='recentview',
            index=models.Index(fields=['account', 'user', '-at'], name='recent_views'),
        ),
        migrations.AddConstraint(
            model_name='recentview',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='organizations_recentview_account_id'),
        ),
        migrations.AddConstraint(
            model_name='recentview',
            constraint=models.UniqueConstraint(fields=('account', 'user', 'subject_kind', 'subject_id'), name='organizations_recent_view'),
        ),
        migrations.AddIndex(
            model_name='savedview',
            index=models.Index(fields=['account', 'list_key'], name='views_of_list'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='organizations_savedview_account_id'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('account', 'owner', 'list_key', 'name'), name='organizations_saved_view'),
        ),
        migrations.AddConstraint(
            model_name='sidebarlayout',
            constraint=models.UniqueConstraint(fields=('account', 'id'), name='organizations_sidebarlayout_account_id'),
        ),
        migrations.AddConstraint(
            model_name='sidebarlayout',
            constraint=models.UniqueConstraint(fields=('account', 'group'), name='organizations_sidebar_layout', nulls_distinct=False),
        ),
        Protect("OrganizationType"),
        Protect("OrganizationStatus"),
        Protect("Group"),
        Protect("GroupMember"),
        Protect("OrganizationAccess"),
        Protect("Invitation"),
        Protect("ListPreference"),
        Protect("SavedView"),
        Protect("SidebarLayout"),
        Protect("RecentView"),
        Protect("ImportDraft"),
        ProtectForeignKey("Organization", "organization_type"),
        ProtectForeignKey("Organization", "organization_status"),
        ProtectForeignKey("Organization", "parent"),
    ]
