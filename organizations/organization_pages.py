"""Registry of what higher apps add to the overview of an organization."""

from collections.abc import Callable

from django.utils.safestring import SafeString

from organizations.access import AccountRequest
from organizations.models import Organization

Panel = Callable[[AccountRequest, Organization], SafeString | None]
_panels: list[Panel] = []


def register_organization_panel(panel: Panel) -> None:
    _panels.append(panel)


def panels_of(request: AccountRequest, organization: Organization) -> list[SafeString]:
    return [fragment for panel in _panels if (fragment := panel(request, organization)) is not None]
