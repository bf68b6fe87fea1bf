from django.apps import AppConfig


class FlexibleAssetsConfig(AppConfig):
    name = "flexible_assets"
