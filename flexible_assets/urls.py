from django.urls import path

from flexible_assets.views import (
    activity,
    assets,
    editing,
    expirations,
    fields,
    files,
    history,
    lifecycle,
    links,
    lists,
    passwords,
    related,
    types,
)

app_name = "flexible_assets"

urlpatterns = [
    path(
        "<slug:account>/organizations/<int:organization_id>/assets/<int:type_id>/",
        lists.asset_list,
        name="asset-list",
    ),
    path("<slug:account>/global/<int:type_id>/", lists.global_list, name="global-list"),
    path("<slug:account>/assets/<int:asset_id>/", assets.asset_detail, name="asset-detail"),
    path(
        "<slug:account>/organizations/<int:organization_id>/assets/<int:type_id>/new/",
        editing.asset_new,
        name="asset-new",
    ),
    path("<slug:account>/global/<int:type_id>/new/", editing.asset_new_anywhere, name="asset-new-anywhere"),
    path("<slug:account>/assets/<int:asset_id>/edit/", editing.asset_edit, name="asset-edit"),
    path("<slug:account>/assets/<int:asset_id>/duplicate/", editing.asset_duplicate, name="asset-duplicate"),
    path("<slug:account>/assets/<int:asset_id>/archive/", lifecycle.asset_archive, name="asset-archive"),
    path("<slug:account>/assets/<int:asset_id>/delete/", lifecycle.asset_delete, name="asset-delete"),
    path("<slug:account>/assets/<int:asset_id>/activity/", activity.asset_activity, name="asset-activity"),
    path("<slug:account>/assets/<int:asset_id>/history/", history.revision_list, name="revision-list"),
    path(
        "<slug:account>/assets/<int:asset_id>/history/<int:revision_id>/",
        history.revision_detail,
        name="revision-detail",
    ),
    path(
        "<slug:account>/assets/<int:asset_id>/history/<int:revision_id>/restore/",
        history.revision_restore,
        name="revision-restore",
    ),
    path("<slug:account>/deleted-assets/", lifecycle.deleted_list, name="deleted-list"),
    path(
        "<slug:account>/passwords/<int:secret_id>/reveal/",
        passwords.password_reveal,
        name="password-reveal",
    ),
    path(
        "<slug:account>/assets/<int:asset_id>/tags/<int:field_id>/",
        links.tagged_records,
        name="tagged-records",
    ),
    path(
        "<slug:account>/organizations/<int:organization_id>/fields/<int:field_id>/choices/",
        links.tag_choices,
        name="tag-choices",
    ),
    path("<slug:account>/assets/<int:asset_id>/related/add/", links.asset_relate, name="asset-relate"),
    path(
        "<slug:account>/contacts/<int:contact_id>/related/add/", links.contact_relate, name="contact-relate"
    ),
    path(
        "<slug:account>/organizations/<int:organization_id>/related/add/",
        links.organization_relate,
        name="organization-relate",
    ),
    path("<slug:account>/assets/<int:asset_id>/related/", related.asset_related, name="asset-related"),
    path(
        "<slug:account>/contacts/<int:contact_id>/related/", related.contact_related, name="contact-related"
    ),
    path(
        "<slug:account>/organizations/<int:organization_id>/related/",
        related.organization_related,
        name="organization-related",
    ),
    path("<slug:account>/assets/<int:asset_id>/tagged-in/", related.asset_tagged_in, name="asset-tagged-in"),
    path(
        "<slug:account>/contacts/<int:contact_id>/tagged-in/",
        related.contact_tagged_in,
        name="contact-tagged-in",
    ),
    path(
        "<slug:account>/organizations/<int:organization_id>/tagged-in/",
        related.organization_tagged_in,
        name="organization-tagged-in",
    ),
    path("<slug:account>/related/<int:relation_id>/", links.relation_edit, name="relation-edit"),
    path("<slug:account>/assets/<int:asset_id>/files/", files.attachment_list, name="attachment-list"),
    path(
        "<slug:account>/assets/<int:asset_id>/files/upload/",
        files.attachment_upload,
        name="attachment-upload",
    ),
    path("<slug:account>/files/<int:attachment_id>/", files.attachment_download, name="attachment-download"),
    path(
        "<slug:account>/files/<int:attachment_id>/delete/",
        files.attachment_delete,
        name="attachment-delete",
    ),
    path(
        "<slug:account>/global/expirations/",
        expirations.expiration_global_list,
        name="expiration-global-list",
    ),
    path(
        "<slug:account>/organizations/<int:organization_id>/expirations/",
        expirations.expiration_list,
        name="expiration-list",
    ),
    path("<slug:account>/flexible-asset-types/", types.type_list, name="type-list"),
    path("<slug:account>/flexible-asset-types/new/", types.type_new, name="type-new"),
    path("<slug:account>/flexible-asset-types/icons/", types.type_icons, name="type-icons"),
    path("<slug:account>/flexible-asset-types/<int:type_id>/", types.type_detail, name="type-detail"),
    path("<slug:account>/flexible-asset-types/<int:type_id>/edit/", types.type_edit, name="type-edit"),
    path(
        "<slug:account>/flexible-asset-types/<int:type_id>/archive/", types.type_archive, name="type-archive"
    ),
    path(
        "<slug:account>/flexible-asset-types/<int:type_id>/unarchive/",
        types.type_unarchive,
        name="type-unarchive",
    ),
    path("<slug:account>/flexible-asset-types/<int:type_id>/delete/", types.type_delete, name="type-delete"),
    path("<slug:account>/flexible-asset-types/<int:type_id>/fields/new/", fields.field_new, name="field-new"),
    path(
        "<slug:account>/flexible-asset-types/<int:type_id>/fields/order/",
        fields.field_order,
        name="field-order",
    ),
    path(
        "<slug:account>/flexible-asset-types/<int:type_id>/fields/<int:field_id>/",
        fields.field_edit,
        name="field-edit",
    ),
    path(
        "<slug:account>/flexible-asset-types/<int:type_id>/fields/<int:field_id>/delete/",
        fields.field_delete,
        name="field-delete",
    ),
]
