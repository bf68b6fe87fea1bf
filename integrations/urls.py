from django.urls import path

from integrations import views

app_name = "integrations"

urlpatterns = [
    path("<slug:account>/admin/integrations/", views.integration_list, name="integration-list"),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/status/",
        views.integration_status,
        name="integration-status",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/sync-settings/",
        views.sync_settings,
        name="sync-settings",
    ),
    path(
        "<slug:account>/admin/integrations/<int:integration_id>/start-sync/",
        views.start_manual_sync,
        name="start-sync",
    ),
    path("<slug:account>/admin/sync-runs/<int:run_id>/", views.run_detail, name="run-detail"),
]
