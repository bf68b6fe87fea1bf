"""What a field is to be, as code, forms and templates of types say it."""

from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify

from flexible_assets.models import FlexibleAssetField
from organizations.versions import version_of

#: What a person decides of a field.
ATTRIBUTES = (
    "name",
    "kind",
    "hint",
    "required",
    "use_for_title",
    "show_in_list",
    "decimals",
    "tag_type",
    "options",
    "default",
    "is_expiration",
)


@dataclass(frozen=True)
class FieldSpec:
    name: str
    kind: str
    hint: str = ""
    required: bool = False
    use_for_title: bool = False
    show_in_list: bool = False
    decimals: int = 0
    tag_type: str = ""
    options: tuple[tuple[str, str], ...] = ()
    meter_of: str = ""
    #: What a new asset starts with, as traits hold it.
    default: Any = None
    is_expiration: bool = False

    @property
    def key(self) -> str:
        """In Latin letters; of a name that has none, one that says nothing."""
        return slugify(self.name) or "field"

    @property
    def columns(self) -> dict[str, Any]:
        """Of the field's row."""
        return {name: getattr(self, name) for name in ATTRIBUTES} | {
            "options": [list(pair) for pair in self.options],
            "meter_of": self.meter_of,
        }

    @property
    def version(self) -> str:
        """Names this state: another one means that somebody changed the field meanwhile."""
        return version_of(self.columns)


def spec_of(field: FlexibleAssetField) -> FieldSpec:
    told = {name: getattr(field, name) for name in ATTRIBUTES}
    options = tuple((value, tone) for value, tone in field.options)
    return FieldSpec(**(told | {"options": options}), meter_of=field.meter_of)
