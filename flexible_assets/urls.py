from django.urls import path

from flexible_assets import views

app_name = "flexible_assets"

urlpatterns = [
    path(
        "<slug:account>/organizations/<int:organization_id>/assets/<int:type_id>/",
        views.asset_list,
        name="asset-list",
    ),
    path("<slug:account>/global/<int:type_id>/", views.global_list, name="global-list"),
    path("<slug:account>/assets/<int:asset_id>/", views.asset_detail, name="asset-detail"),
    path("<slug:account>/assets/<int:asset_id>/edit/", views.asset_edit, name="asset-edit"),
    path(
        "<slug:account>/assets/<int:asset_id>/tags/<int:field_id>/",
        views.tagged_contacts,
        name="tagged-contacts",
    ),
]
