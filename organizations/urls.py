from django.urls import path

from organizations.views import clients, contacts, signing_in

app_name = "organizations"

urlpatterns = [
    path("", signing_in.home, name="home"),
    path("<slug:account>/", signing_in.account_home, name="account-home"),
    path("<slug:account>/sign-in/", signing_in.sign_in, name="sign-in"),
    path("<slug:account>/sign-out/", signing_in.sign_out, name="sign-out"),
    path("<slug:account>/theme/", signing_in.theme, name="theme"),
    path("<slug:account>/organizations/", clients.organization_list, name="organization-list"),
    path(
        "<slug:account>/organizations/<int:organization_id>/",
        clients.organization_detail,
        name="organization-detail",
    ),
    path(
        "<slug:account>/organizations/<int:organization_id>/contacts/",
        contacts.contact_list,
        name="contact-list",
    ),
    path("<slug:account>/contacts/<int:contact_id>/", contacts.contact_detail, name="contact-detail"),
    path("<slug:account>/contacts/<int:contact_id>/edit/", contacts.contact_edit, name="contact-edit"),
]
