"""The form of a contact."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.http import QueryDict

from organizations.contact_details import FIELD_LABELS, LONGEST_ADDRESS, LONGEST_NUMBER, Phone


class PhoneForm(forms.Form):
    label = forms.CharField(required=False, max_length=40)
    number = forms.CharField(required=False, max_length=LONGEST_NUMBER)


PhoneFormSet = forms.formset_factory(PhoneForm, extra=2, max_num=20, absolute_max=20)


class ContactForm(forms.Form):
    """What a person may write of a contact: without the fields that are locked."""

    name = forms.CharField(max_length=255)
    title = forms.CharField(required=False, max_length=255)
    first_name = forms.CharField(required=False, max_length=255)
    last_name = forms.CharField(required=False, max_length=255)
    email = forms.EmailField(required=False, max_length=LONGEST_ADDRESS)
    aliases = forms.CharField(required=False, max_length=20_000, help_text="One on each line.")
    contact_type = forms.CharField(required=False, max_length=60)
    notes = forms.CharField(required=False, max_length=20_000)
    is_important = forms.BooleanField(required=False, help_text="Stands on the organization's overview.")

    def __init__(
        self, data: QueryDict | None, *, values: Mapping[str, Any], locked: Collection[str] = ()
    ) -> None:
        super().__init__(data, initial={**values, "aliases": "\n".join(values["aliases"])})
        for name in locked:
            self.fields.pop(name, None)
        for name, field in self.fields.items():
            field.label = FIELD_LABELS[name]
        phones = [phone.as_json() for phone in values["phones"]]
        self.phones = None if "phones" in locked else PhoneFormSet(data, prefix="phones", initial=phones)

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.phones is None or self.phones.is_valid()])

    def clean_aliases(self) -> tuple[str, ...]:
        lines = [line.strip() for line in self.cleaned_data["aliases"].splitlines()]
        aliases = tuple(line for line in lines if line)
        for alias in aliases:
            try:
                validate_email(alias)
            except forms.ValidationError:
                raise forms.ValidationError(f"“{alias}” is no e-mail address.") from None
        return aliases

    def clean_notes(self) -> str:
        """Browsers send the ends of lines as two characters."""
        return str(self.cleaned_data["notes"]).replace("\r\n", "\n")

    @property
    def changes(self) -> dict[str, Any]:
        """What stands in the form, by the contact's field names."""
        return {**self.cleaned_data, **({} if self.phones is None else {"phones": self._phones})}

    @property
    def _phones(self) -> tuple[Phone, ...]:
        rows = self.phones.cleaned_data if self.phones else ()
        return tuple(Phone(row["label"], row["number"]) for row in rows if row.get("number"))
