from django.db import migrations

from organizations.wall import LetSchedulerRead, Protect


class Migration(migrations.Migration):
    dependencies = [('integrations', '0001_initial'), ('organizations', '0002_wall')]

    operations = [
        Protect("Integration"),
        Protect("IntegrationCredential"),
        Protect("TenantMatch"),
        Protect("SyncSettings"),
        Protect("SyncRun"),
        Protect("TenantSync"),
        Protect("ContactLink"),
        LetSchedulerRead("Integration", ["id", "account_id", "status", "next_due_at"]),
        LetSchedulerRead("SyncRun", ["id", "account_id", "state", "deadline_at"]),
        LetSchedulerRead("TenantSync", ["id", "account_id", "run_id", "state", "next_at", "lease_until"]),
    ]
