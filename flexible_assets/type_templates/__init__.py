"""Ready-made types to start from."""

from flexible_assets.type_templates.infrastructure import INFRASTRUCTURE
from flexible_assets.type_templates.parts import TypeTemplate
from flexible_assets.type_templates.services import SERVICES

#: By key, in the order of their names.
TEMPLATES: dict[str, TypeTemplate] = {
    template.key: template
    for template in sorted((*INFRASTRUCTURE, *SERVICES), key=lambda template: template.details.name)
}

__all__ = ["TEMPLATES", "TypeTemplate"]
