from django.urls import path

from integrations.views import (
    connecting,
    consent,
    credentials,
    disconnecting,
    health,
    inquiries,
    listing,
    matching,
    run_list,
    runs,
    settings,
    tenant_syncs,
    tenants,
)

app_name = "integrations"

urlpatterns = [
    path("<slug:account>/admin/integrations/", listing.integration_list, name="integration-list"),
    path("<slug:account>/admin/integrations/health/", health.sync_health, name="sync-health"),
    path("<slug:account>/admin/integrations/new/", connecting.integration_new, name="integration-new"),
    path("<slug:account>/admin/integrations/new/microsoft/", connecting.microsoft_new, name="microsoft-new"),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/edit/",
        credentials.integration_edit,
        name="integration-edit",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/credentials/",
        credentials.credentials,
        name="credentials",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/credentials/test/",
        credentials.credential_test,
        name="credential-test",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/credentials/next/",
        credentials.credential_next,
        name="credential-next",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/credentials/switch/",
        credentials.credential_switch,
        name="credential-switch",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/credentials/discard/",
        credentials.credential_discard,
        name="credential-discard",
    ),
    path(
        "<slug:account>/admin/credentials/<int:credential_id>/certificate/",
        credentials.certificate,
        name="certificate",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/status/",
        listing.integration_status,
        name="integration-status",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/sync-settings/",
        settings.sync_settings,
        name="sync-settings",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/start-sync/",
        runs.start_manual_sync,
        name="start-sync",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/start-preview/",
        runs.start_preview,
        name="start-preview",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/cancel-sync/",
        runs.cancel,
        name="cancel-sync",
    ),
    path("<slug:account>/admin/integrations/<int:integration_id>/pause-sync/", runs.pause, name="pause-sync"),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/resume-sync/",
        runs.resume,
        name="resume-sync",
    ),
    path("<slug:account>/admin/integrations/<int:integration_id>/runs/", run_list.run_list, name="run-list"),
    path("<slug:account>/admin/sync-runs/<int:run_id>/", runs.run_detail, name="run-detail"),
    path("<slug:account>/admin/sync-runs/<int:run_id>/log/", runs.run_log, name="run-log"),
    path(
        "<slug:account>/admin/sync-runs/<int:run_id>/retry-failed/",
        runs.retry_failed_tenants,
        name="retry-failed",
    ),
    path("<slug:account>/admin/tenant-syncs/<int:sync_id>/", tenant_syncs.tenant_sync, name="tenant-sync"),
    path("<slug:account>/admin/tenant-syncs/<int:sync_id>/retry/", tenant_syncs.retry, name="retry-tenant"),
    path("<slug:account>/admin/tenant-syncs/<int:sync_id>/accept/", tenant_syncs.accept, name="accept-held"),
    path(
        "<slug:account>/admin/tenant-syncs/<int:sync_id>/discard/", tenant_syncs.discard, name="discard-held"
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/disconnect/",
        disconnecting.disconnect,
        name="disconnect",
    ),
    path(
        "<slug:account>/admin/disconnections/<int:disconnection_id>/",
        disconnecting.disconnection_detail,
        name="disconnection-detail",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/inquiries/<int:inquiry_id>/",
        inquiries.inquiry,
        name="inquiry",
    ),
    path("<slug:account>/admin/integrations/<int:integration_id>/tenants/", tenants.tenants, name="tenants"),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/find-customers/",
        tenants.find_customers,
        name="find-customers",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/consents/new/",
        consent.consent_new,
        name="consent-new",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/consents/<int:consent_id>/",
        consent.consent_detail,
        name="consent-detail",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/consents/<int:consent_id>/confirm/",
        consent.consent_confirm,
        name="consent-confirm",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/consents/<int:consent_id>/discard/",
        consent.consent_discard,
        name="consent-discard",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/consents/<int:consent_id>/check/",
        consent.consent_check,
        name="consent-check",
    ),
    path("microsoft/consent/", consent.consent_callback, name="consent-callback"),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/matching/",
        matching.matching,
        name="matching",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/matching/<int:match_id>/",
        matching.match_tenant,
        name="match-tenant",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/matching/<int:match_id>/revert/",
        matching.revert,
        name="revert-match",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/matching/<int:match_id>/create-organization/",
        matching.create_organization,
        name="create-organization-for-tenant",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/matching/<int:match_id>/ignore/",
        matching.ignore,
        name="ignore-tenant",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/matching/<int:match_id>/stop-ignoring/",
        matching.stop_ignoring,
        name="stop-ignoring-tenant",
    ),
]
