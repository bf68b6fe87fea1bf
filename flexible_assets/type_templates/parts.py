"""The words that templates of types are written in."""

from dataclasses import dataclass, replace
from functools import partial

from flexible_assets.actions.building import TypeDetails
from flexible_assets.actions.field_specs import FieldSpec


@dataclass(frozen=True)
class TypeTemplate:
    """A type to start from. It is copied: what becomes of the template changes no type."""

    key: str
    details: TypeDetails
    fields: tuple[FieldSpec, ...]


header = partial(FieldSpec, kind="Header")
text = partial(FieldSpec, kind="Text")
textbox = partial(FieldSpec, kind="Textbox")
number = partial(FieldSpec, kind="Number")
percent = partial(FieldSpec, kind="Percent")
date = partial(FieldSpec, kind="Date")
checkbox = partial(FieldSpec, kind="Checkbox")
upload = partial(FieldSpec, kind="Upload")
password = partial(FieldSpec, kind="Password")
contacts = partial(FieldSpec, kind="Tag", tag_type="Contacts")
people = partial(FieldSpec, kind="Tag", tag_type="AccountsUsers")


def select(name: str, *options: str, hint: str = "", default: str | None = None) -> FieldSpec:
    """An option may name the tone of its badge after a bar: "Failing|danger"."""
    pairs = tuple((value, tone) for value, _, tone in (option.partition("|") for option in options))
    return FieldSpec(name, "Select", hint=hint, options=pairs, default=default)


def listed(field: FieldSpec) -> FieldSpec:
    return replace(field, show_in_list=True)


def title(field: FieldSpec) -> FieldSpec:
    return replace(field, use_for_title=True, show_in_list=True, required=True)


def expiring(field: FieldSpec) -> FieldSpec:
    return replace(field, is_expiration=True, show_in_list=True)
