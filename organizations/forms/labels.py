"""Forms of the types and statuses of organizations."""

from django import forms
from django.http import QueryDict

from organizations.labels import Label, LabelKind, kind_of
from organizations.models import User
from organizations.policies import visible_labels

NONE = "none"


class LabelForm(forms.Form):
    name = forms.CharField(max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data: QueryDict | None, *, kind: LabelKind, name: str = "") -> None:
        super().__init__(data, initial={"name": name}, auto_id=f"id_{kind.field}_%s")


class ReplacementForm(forms.Form):
    """What the organizations that bear a label bear once it is gone."""

    replacement = forms.ChoiceField()

    def __init__(self, data: QueryDict | None, *, label: Label, user: User) -> None:
        super().__init__(data)
        kind = kind_of(label)
        self._others = {str(each.pk): each for each in visible_labels(user, kind).exclude(pk=label.pk)}
        field = self.fields["replacement"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as declared above
        field.label = f"Their {kind.noun} from now on"
        field.error_messages["required"] = f"Choose a {kind.noun} for them, or none."
        field.choices = [
            ("", "Choose..."),
            (NONE, f"No {kind.noun}"),
            *((pk, each.name) for pk, each in self._others.items()),
        ]

    @property
    def chosen(self) -> Label | None:
        return self._others.get(self.cleaned_data["replacement"])
