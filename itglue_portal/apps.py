from importlib import import_module

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "itglue_portal"

    def ready(self) -> None:
        import_module(
            "itglue_portal.celery"
        )  # so that actions find the app when they wake a worker by task name
