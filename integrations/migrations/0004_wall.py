from django.db import migrations

from organizations.wall import LetSchedulerRead, Protect, ProtectForeignKey


class Migration(migrations.Migration):
    dependencies = [('integrations', '0003_complete_integration'), ('organizations', '0002_wall')]

    operations = [
        Protect("TenantClaim"),
        Protect("Inquiry"),
        Protect("ConsentRequest"),
        Protect("Disconnection"),
        ProtectForeignKey("TenantSync", "resolved_by"),
        LetSchedulerRead("Inquiry", ["id", "account_id", "finished_at", "lease_until"]),
        LetSchedulerRead("Disconnection", ["id", "account_id", "finished_at"]),
        LetSchedulerRead("IntegrationCredential", ["id", "account_id", "expires_at", "warned_days"]),
        # Tenants matched before there were claims; of two accounts with the same one, the first keeps it.
        migrations.RunSQL(
            "INSERT INTO integrations_tenantclaim (account_id, tenant_id, claimed_at)"
            " SELECT DISTINCT ON (tenant_id) account_id, tenant_id, now() FROM integrations_tenantmatch"
            " WHERE state = 'matched' ORDER BY tenant_id, id",
            migrations.RunSQL.noop,
        ),
    ]
