from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from integrations import commands, dashboard, log_words, subjects  # noqa: PLC0415 - models load first
        from integrations.contacts.pages import contact_columns, contact_lock, contact_panel  # noqa: PLC0415 - models load first
        from integrations.contacts.step import ContactStep  # noqa: PLC0415 - as above
        from integrations.holdings import matched_tenants  # noqa: PLC0415 - as above
        from integrations.menu import integration_entries  # noqa: PLC0415 - as above
        from integrations.steps import register_step  # noqa: PLC0415 - as above
        from organizations.commands import register_commands  # noqa: PLC0415 - as above
        from organizations.contact_locks import register_lock  # noqa: PLC0415 - as above
        from organizations.contact_pages import register_contact_columns, register_contact_panel  # noqa: PLC0415 - as above
        from organizations.dashboard import register_dashboard_cards  # noqa: PLC0415 - as above
        from organizations.holdings import register_holdings  # noqa: PLC0415 - as above
        from organizations.log_words import register_log_words  # noqa: PLC0415 - as above
        from organizations.navigation import register_admin_entries  # noqa: PLC0415 - as above
        from organizations.subjects import register_subject  # noqa: PLC0415 - as above

        # The first of the steps: those that name contacts build on it.
        register_step(ContactStep())
        register_lock(contact_lock)
        register_contact_panel(contact_panel)
        register_contact_columns(contact_columns)
        register_admin_entries(integration_entries)
        register_commands(commands.integration_commands)
        register_dashboard_cards(dashboard.sync_health)
        register_log_words(log_words.WORDS)
        for subject in subjects.SUBJECTS:
            register_subject(subject)
        register_holdings(matched_tenants)
