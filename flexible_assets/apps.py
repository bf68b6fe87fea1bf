from django.apps import AppConfig


class FlexibleAssetsConfig(AppConfig):
    name = "flexible_assets"

    def ready(self) -> None:
        from flexible_assets.registration import register  # noqa: PLC0415 - models load first

        register()
