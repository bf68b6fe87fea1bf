from django.urls import path

from organizations import views

app_name = "organizations"

urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:account>/", views.account_home, name="account-home"),
    path("<slug:account>/sign-in/", views.sign_in, name="sign-in"),
    path("<slug:account>/sign-out/", views.sign_out, name="sign-out"),
    path("<slug:account>/theme/", views.theme, name="theme"),
    path("<slug:account>/organizations/", views.organization_list, name="organization-list"),
    path(
        "<slug:account>/organizations/<int:organization_id>/",
        views.organization_detail,
        name="organization-detail",
    ),
    path(
        "<slug:account>/organizations/<int:organization_id>/contacts/",
        views.contact_list,
        name="contact-list",
    ),
    path("<slug:account>/contacts/<int:contact_id>/", views.contact_detail, name="contact-detail"),
    path("<slug:account>/contacts/<int:contact_id>/edit/", views.contact_edit, name="contact-edit"),
]
