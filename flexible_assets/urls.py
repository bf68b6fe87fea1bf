from django.urls import path

from flexible_assets.views import assets, lists

app_name = "flexible_assets"

urlpatterns = [
    path(
        "<slug:account>/organizations/<int:organization_id>/assets/<int:type_id>/",
        lists.asset_list,
        name="asset-list",
    ),
    path("<slug:account>/global/<int:type_id>/", lists.global_list, name="global-list"),
    path("<slug:account>/assets/<int:asset_id>/", assets.asset_detail, name="asset-detail"),
    path("<slug:account>/assets/<int:asset_id>/edit/", assets.asset_edit, name="asset-edit"),
    path(
        "<slug:account>/assets/<int:asset_id>/tags/<int:field_id>/",
        assets.tagged_contacts,
        name="tagged-contacts",
    ),
]
