"""What this app adds to the pages, menus, logs and searches of the apps below it."""

from flexible_assets import (
    beside,
    commands,
    dashboard,
    log_fields,
    log_words,
    mentions,
    search,
    subjects,
)
from flexible_assets.group_panel import AssetGroupPanel
from flexible_assets.holdings import held_assets
from flexible_assets.imports import type_targets
from flexible_assets.menu import type_entries
from flexible_assets.panels import SIDE, register_panel
from organizations.commands import register_commands
from organizations.contact_pages import register_contact_panel, register_mentions
from organizations.dashboard import (
    register_dashboard_cards,
    register_dashboard_figures,
    register_overview_cards,
)
from organizations.group_panels import register_group_panel
from organizations.holdings import register_holdings
from organizations.imports.targets import register_import_targets
from organizations.log_fields import register_log_fields
from organizations.log_rules import register_log_right
from organizations.log_words import register_log_words
from organizations.navigation import (
    register_admin_entries,
    register_arrangeable,
    register_navigation,
)
from organizations.organization_pages import register_organization_panel
from organizations.roles import Right
from organizations.search import register_search
from organizations.subjects import register_subject


def register() -> None:
    register_panel("related", beside.related_panel_of_asset, slot=SIDE)
    register_panel("files", beside.files_panel, slot=SIDE)
    register_contact_panel(beside.related_panel_of_contact)
    register_organization_panel(beside.related_panel_of_organization)
    register_commands(commands.asset_commands)
    register_dashboard_cards(dashboard.expiring_soon)
    register_overview_cards(dashboard.expiring_soon_in)
    register_dashboard_figures(dashboard.asset_figures)
    register_log_fields("flexibleasset", log_fields.asset_fields)
    register_log_words(log_words.WORDS)
    register_log_right("group.denied-types", Right.DENY_TYPES)
    for subject in subjects.SUBJECTS:
        register_subject(subject)
    register_search("Flexible assets", search.find_assets)
    register_search("Flexible asset types", search.find_types)
    register_arrangeable(mentions.arrangeable_sections)
    register_navigation(mentions.sidebar_sections, mentions.global_entries)
    register_mentions(mentions.mentions_of_contact)
    register_group_panel(AssetGroupPanel())
    register_holdings(held_assets)
    register_admin_entries(type_entries)
    register_import_targets(type_targets)
