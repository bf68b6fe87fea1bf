from django.apps import AppConfig


class LicensesConfig(AppConfig):
    name = "licenses"

    def ready(self) -> None:
        from flexible_assets.mentions import register_jump  # noqa: PLC0415 - models load first
        from flexible_assets.panels import register_keepers, register_notice, register_panel  # noqa: PLC0415 - as above
        from integrations.steps import register_step  # noqa: PLC0415 - as above
        from licenses.asset_type import MICROSOFT_LICENSES  # noqa: PLC0415 - as above
        from licenses.cards import license_cards, license_columns  # noqa: PLC0415 - as above
        from licenses.keepers import license_keepers  # noqa: PLC0415 - as above
        from licenses.notices import license_notice  # noqa: PLC0415 - as above
        from licenses.panel import license_panel  # noqa: PLC0415 - as above
        from licenses.step import LicenseStep  # noqa: PLC0415 - as above
        from organizations.navigation import register_cards, register_organization_columns  # noqa: PLC0415 - as above

        register_step(LicenseStep())
        register_panel("license", license_panel)
        register_notice(license_notice)
        register_keepers(license_keepers)
        register_cards(license_cards)
        register_jump("l", system_key=MICROSOFT_LICENSES.system_key)
        register_organization_columns(license_columns)
