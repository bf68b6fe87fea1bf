from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "organizations"

    def ready(self) -> None:
        from organizations import log_fields, log_words, own_search, own_subjects  # noqa: PLC0415 - models load first
        from organizations.admin_menu import people_entries  # noqa: PLC0415 - models load first
        from organizations.commands import own_commands, register_commands  # noqa: PLC0415 - as above
        from organizations.imports.providers import client_targets  # noqa: PLC0415 - as above
        from organizations.imports.targets import register_import_targets  # noqa: PLC0415 - as above
        from organizations.navigation import register_admin_entries  # noqa: PLC0415 - as above
        from organizations.search import register_search  # noqa: PLC0415 - as above
        from organizations.subjects import register_subject  # noqa: PLC0415 - as above

        register_admin_entries(people_entries)
        register_commands(own_commands)
        log_words.register_log_words(log_words.WORDS)
        log_fields.register_log_fields("organization", log_fields.organization_fields)
        log_fields.register_log_fields("contact", log_fields.contact_fields)
        for subject in own_subjects.SUBJECTS:
            register_subject(subject)
        register_search("Organizations", own_search.find_organizations)
        register_search("Contacts", own_search.find_contacts)
        register_import_targets(client_targets)
