"""A form field that picks records: as one types with JavaScript, and without it from a menu or by their exact name."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.text import get_text_list

from flexible_assets.picking import LISTED, SUGGESTED, Choice, Picking
from organizations.names import search_key

#: What may be picked at once: many more than one looks through, and few enough for one statement.
MOST_PICKED = 500


@dataclass(frozen=True)
class Picked:
    """What the form sent: the values chosen, and what was typed into the box where no script looked it up."""

    values: tuple[str, ...] = ()
    typed: str = ""


@dataclass(frozen=True)
class Picker:
    """A picker as templates/flexible_assets/inputs/tag.html draws it."""

    name: str
    search_url: str
    chosen: Sequence[Choice]
    offered: Sequence[Choice]
    typed: str
    has_more: bool

    @property
    def find_name(self) -> str:
        return f"{self.name}-find"


class PickerWidget(forms.Widget):
    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> Picked:
        sent = data.getlist(name) if isinstance(data, MultiValueDict) else data.get(name, ())
        values = tuple(value for value in sent if "\0" not in value)
        typed = str(data.get(f"{name}-find", "")).replace("\0", "").strip()
        return Picked(values, typed[:200])


class PickerField(forms.Field):
    """Cleans to the choices picked. `initial` holds the values chosen before."""

    widget = PickerWidget

    def __init__(self, picking: Picking, *, search_url: str, required: bool = False, **options: Any) -> None:
        super().__init__(required=required, **options)
        self.picking, self.search_url = picking, search_url

    def clean(self, value: Picked) -> list[Choice]:
        if len(value.values) > MOST_PICKED:
            raise ValidationError(f"Choose at most {MOST_PICKED} here.")
        chosen = self._chosen(value.values)
        if value.typed:
            found = self._found(value.typed)
            chosen += [found] if found.value not in {each.value for each in chosen} else []
        if self.required and not chosen:
            raise ValidationError("This field is required.")
        return chosen

    def _chosen(self, values: Collection[str]) -> list[Choice]:
        chosen = self.picking.known(values)
        if len(chosen) < len(set(values)):
            raise ValidationError("Something you chose is not here any more. Choose again.")
        return chosen

    def _found(self, typed: str) -> Choice:
        """The one record that was meant; a person who typed half a name is told the whole ones."""
        matching = self.picking.suggest(typed, limit=SUGGESTED)
        wanted = search_key(typed)
        exact = [
            each for each in matching if wanted in (search_key(each.name), search_key(each.subtitle))
        ] or matching
        if not matching:
            raise ValidationError(f"Nothing here is called “{typed}”. Check the spelling.")
        if len(exact) > 1:
            names = get_text_list([each.name for each in exact[:5]], "or")
            raise ValidationError(f"“{typed}” could be {names}. Choose in the menu.")
        return exact[0]

    def picker(self, bound: forms.BoundField) -> Picker:
        """To draw the field with what the form holds."""
        value = bound.value()
        sent = value if isinstance(value, Picked) else Picked(tuple(str(each) for each in value or ()))
        chosen = self.picking.known(sent.values)
        offered = self.picking.suggest(sent.typed, limit=LISTED)
        held = {each.value for each in chosen}
        return Picker(
            name=bound.html_name,
            search_url=self.search_url,
            chosen=chosen,
            offered=[each for each in offered if each.value not in held],
            typed=sent.typed,
            has_more=len(offered) >= LISTED,
        )


class TagsField(PickerField):
    """Cleans to ids, as `set_tags` takes them."""

    def clean(self, value: Picked) -> list[int]:  # type: ignore[override]  # ids instead of choices
        return [int(each.value) for each in super().clean(value)]
