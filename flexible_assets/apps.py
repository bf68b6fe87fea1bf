from django.apps import AppConfig


class FlexibleAssetsConfig(AppConfig):
    name = "flexible_assets"

    def ready(self) -> None:
        from flexible_assets import mentions  # noqa: PLC0415 - models load first
        from organizations.contact_pages import register_mentions  # noqa: PLC0415 - as above
        from organizations.navigation import register_navigation  # noqa: PLC0415 - as above

        register_navigation(mentions.sidebar_sections, mentions.global_entries)
        register_mentions(mentions.mentions_of_contact)
