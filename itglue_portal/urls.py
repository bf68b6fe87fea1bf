from django.urls import include, path

from itglue_portal import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("", include("integrations.urls")),
    path("", include("flexible_assets.urls")),
    path("", include("organizations.urls")),
]
