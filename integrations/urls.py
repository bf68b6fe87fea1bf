from django.urls import path

from integrations.views import listing, runs, settings

app_name = "integrations"

urlpatterns = [
    path("<slug:account>/admin/integrations/", listing.integration_list, name="integration-list"),
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
    path("<slug:account>/admin/sync-runs/<int:run_id>/", runs.run_detail, name="run-detail"),
]
