"""What a form carries of what was stored when its page was made, and says where somebody else wrote into the same field."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import Truncator

from organizations.contact_details import FIELD_LABELS, Phone
from organizations.stale_forms import Marks, StaleFormError, marks_of, read_marks

_LONGEST = 1_000


class Seen:
    """`text` is the value of the form's hidden input called `seen`."""

    def __init__(self, data: QueryDict | None, *, values: Mapping[str, Any]) -> None:
        self.text = marks_of(values) if data is None else data.get("seen", "")

    @property
    def marks(self) -> Marks:
        return read_marks(self.text)

    def tell(self, form: forms.Form, stale: StaleFormError) -> None:
        """Beside the fields; what was typed stays in them, and counts if it is sent again."""
        for name, stored in stale.stored.items():
            if name in form.fields:
                form.add_error(name, _told(stored))
            else:
                form.add_error(None, f"{FIELD_LABELS[name]}: {_told(stored)}")
        self.text = stale.marks_after(self.marks)


def _told(stored: Any) -> str:
    text = Truncator(_text(stored)).chars(_LONGEST)
    told = (
        f"Meanwhile somebody else wrote “{text}” here." if text else "Meanwhile somebody else cleared this."
    )
    return f"{told} Take over what you want to keep of it, and save again."


def _text(stored: Any) -> str:
    match stored:
        case None:
            return ""
        case bool():
            return "yes" if stored else "no"
        case tuple():
            return ", ".join(_text(each) for each in stored)
        case Phone():
            return f"{stored.number} ({stored.label})"
        case _:
            return str(stored)
