from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from integrations.contacts.pages import contact_columns, contact_lock, contact_panel  # noqa: PLC0415 - models load first
        from integrations.contacts.step import ContactStep  # noqa: PLC0415 - as above
        from integrations.steps import register_step  # noqa: PLC0415 - as above
        from organizations.contact_locks import register_lock  # noqa: PLC0415 - as above
        from organizations.contact_pages import register_contact_columns, register_contact_panel  # noqa: PLC0415 - as above

        # The first of the steps: those that name contacts build on it.
        register_step(ContactStep())
        register_lock(contact_lock)
        register_contact_panel(contact_panel)
        register_contact_columns(contact_columns)
