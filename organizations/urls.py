from django.urls import path

from organizations.views import (
    account_settings,
    activity,
    client_changes,
    clients,
    contact_changes,
    contacts,
    dashboard,
    first_run,
    groups,
    imports,
    invitations,
    labels,
    people,
    provider,
    proving,
    search,
    second_steps,
    security,
    sessions,
    sidebar_settings,
    signing_in,
)

app_name = "organizations"

urlpatterns = [
    path("", signing_in.home, name="home"),
    path("first-run/", first_run.first_run, name="first-run"),
    path("sign-in/answer/", provider.provider_answer, name="provider-answer"),
    path("<slug:account>/", dashboard.dashboard, name="account-home"),
    path("<slug:account>/recent/", dashboard.recent, name="recent"),
    path("<slug:account>/search/", search.search, name="search"),
    path("<slug:account>/palette/", search.palette, name="palette"),
    path("<slug:account>/activity/", activity.account_activity, name="account-activity"),
    path("<slug:account>/activity/<int:activity_id>/", activity.activity_detail, name="activity-detail"),
    path(
        "<slug:account>/organizations/<int:organization_id>/activity/",
        activity.organization_activity,
        name="organization-activity",
    ),
    path(
        "<slug:account>/contacts/<int:contact_id>/activity/",
        activity.contact_activity,
        name="contact-activity",
    ),
    path("<slug:account>/admin/sidebar/", sidebar_settings.sidebar_settings, name="sidebar-settings"),
    path("<slug:account>/admin/sidebar/reset/", sidebar_settings.sidebar_reset, name="sidebar-reset"),
    path(
        "<slug:account>/admin/sidebar/groups/<int:group_id>/",
        sidebar_settings.sidebar_group_settings,
        name="sidebar-group-settings",
    ),
    path(
        "<slug:account>/admin/sidebar/groups/<int:group_id>/reset/",
        sidebar_settings.sidebar_group_reset,
        name="sidebar-group-reset",
    ),
    path("<slug:account>/sign-in/", signing_in.sign_in, name="sign-in"),
    path("<slug:account>/sign-in/passkey/", second_steps.passkey_sign_in, name="passkey-sign-in"),
    path("<slug:account>/sign-in/second-factor/", second_steps.second_factor, name="second-factor"),
    path("<slug:account>/sign-in/provider/", provider.provider_start, name="provider-start"),
    path("<slug:account>/sign-out/", signing_in.sign_out, name="sign-out"),
    path("<slug:account>/theme/", signing_in.theme, name="theme"),
    path("<slug:account>/profile/security/", security.security, name="security"),
    path(
        "<slug:account>/profile/second-factor/",
        security.second_factor_required,
        name="second-factor-required",
    ),
    path("<slug:account>/profile/confirm/", proving.confirm, name="confirm"),
    path("<slug:account>/profile/password/", security.password_change, name="password-change"),
    path("<slug:account>/profile/authenticator-app/", security.app_add, name="app-add"),
    path("<slug:account>/profile/authenticator-app/remove/", security.app_remove, name="app-remove"),
    path("<slug:account>/profile/passkeys/new/", security.passkey_add, name="passkey-add"),
    path("<slug:account>/profile/passkeys/rename/", security.passkey_rename, name="passkey-rename"),
    path("<slug:account>/profile/passkeys/remove/", security.passkey_remove, name="passkey-remove"),
    path("<slug:account>/profile/recovery-codes/", security.recovery_codes, name="recovery-codes"),
    path("<slug:account>/profile/identity/release/", security.identity_release, name="identity-release"),
    path("<slug:account>/profile/sessions/", sessions.session_list, name="session-list"),
    path("<slug:account>/profile/sessions/end/", sessions.session_end, name="session-end"),
    path(
        "<slug:account>/profile/sessions/end-others/",
        sessions.session_end_others,
        name="session-end-others",
    ),
    path("<slug:account>/organizations/", clients.organization_list, name="organization-list"),
    path(
        "<slug:account>/organizations/<int:organization_id>/",
        clients.organization_detail,
        name="organization-detail",
    ),
    path("<slug:account>/organizations/new/", client_changes.organization_new, name="organization-new"),
    path(
        "<slug:account>/organizations/<int:organization_id>/edit/",
        client_changes.organization_edit,
        name="organization-edit",
    ),
    path(
        "<slug:account>/organizations/<int:organization_id>/latest/",
        clients.organization_latest,
        name="organization-latest",
    ),
    path(
        "<slug:account>/organizations/<int:organization_id>/quick-notes/",
        clients.quick_notes,
        name="organization-quick-notes",
    ),
    path(
        "<slug:account>/organizations/<int:organization_id>/archive/",
        client_changes.organization_archive,
        name="organization-archive",
    ),
    path(
        "<slug:account>/organizations/<int:organization_id>/delete/",
        client_changes.organization_delete,
        name="organization-delete",
    ),
    path(
        "<slug:account>/organizations/<int:organization_id>/contacts/",
        contacts.contact_list,
        name="contact-list",
    ),
    path(
        "<slug:account>/organizations/<int:organization_id>/contacts/new/",
        contact_changes.contact_new,
        name="contact-new",
    ),
    path("<slug:account>/contacts/", contacts.global_contact_list, name="global-contact-list"),
    path("<slug:account>/contacts/<int:contact_id>/", contacts.contact_detail, name="contact-detail"),
    path("<slug:account>/contacts/<int:contact_id>/edit/", contact_changes.contact_edit, name="contact-edit"),
    path(
        "<slug:account>/contacts/<int:contact_id>/archive/",
        contact_changes.contact_archive,
        name="contact-archive",
    ),
    path(
        "<slug:account>/contacts/<int:contact_id>/delete/",
        contact_changes.contact_delete,
        name="contact-delete",
    ),
    path("<slug:account>/admin/organization-labels/", labels.label_list, name="label-list"),
    path("<slug:account>/admin/organization-types/new/", labels.type_new, name="organization-type-new"),
    path(
        "<slug:account>/admin/organization-types/<int:organization_type_id>/",
        labels.type_edit,
        name="organization-type-edit",
    ),
    path(
        "<slug:account>/admin/organization-types/<int:organization_type_id>/delete/",
        labels.type_delete,
        name="organization-type-delete",
    ),
    path(
        "<slug:account>/admin/organization-statuses/new/", labels.status_new, name="organization-status-new"
    ),
    path(
        "<slug:account>/admin/organization-statuses/<int:organization_status_id>/",
        labels.status_edit,
        name="organization-status-edit",
    ),
    path(
        "<slug:account>/admin/organization-statuses/<int:organization_status_id>/delete/",
        labels.status_delete,
        name="organization-status-delete",
    ),
    path("<slug:account>/invitation/", invitations.invitation, name="invitation"),
    path("<slug:account>/admin/users/", people.user_list, name="user-list"),
    path("<slug:account>/admin/users/new/", people.user_new, name="user-new"),
    path("<slug:account>/admin/users/<int:user_id>/", people.user_detail, name="user-detail"),
    path(
        "<slug:account>/admin/users/<int:user_id>/deactivate/", people.user_deactivate, name="user-deactivate"
    ),
    path(
        "<slug:account>/admin/users/<int:user_id>/reactivate/", people.user_reactivate, name="user-reactivate"
    ),
    path(
        "<slug:account>/admin/users/<int:user_id>/second-factors/reset/",
        people.second_factors_reset,
        name="second-factors-reset",
    ),
    path(
        "<slug:account>/admin/users/<int:user_id>/invitation/", people.invitation_send, name="invitation-send"
    ),
    path(
        "<slug:account>/admin/users/<int:user_id>/invitation/revoke/",
        people.invitation_revoke,
        name="invitation-revoke",
    ),
    path("<slug:account>/admin/groups/", groups.group_list, name="group-list"),
    path("<slug:account>/admin/groups/new/", groups.group_new, name="group-new"),
    path("<slug:account>/admin/groups/<int:group_id>/", groups.group_detail, name="group-detail"),
    path("<slug:account>/admin/groups/<int:group_id>/delete/", groups.group_delete, name="group-delete"),
    path("<slug:account>/admin/account/", account_settings.account_settings, name="account-settings"),
    path("<slug:account>/admin/import/", imports.import_new, name="import-new"),
    path("<slug:account>/admin/import/template/", imports.import_template, name="import-template"),
    path("<slug:account>/admin/import/<int:draft_id>/", imports.import_detail, name="import-detail"),
    path(
        "<slug:account>/admin/import/<int:draft_id>/discard/", imports.import_discard, name="import-discard"
    ),
]
