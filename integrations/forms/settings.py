"""Sync Settings as a form: one checkbox for each registered step."""

from typing import Any

from django import forms

from integrations.steps import registered_steps


class SyncSettingsForm(forms.Form):
    def __init__(self, *args: Any, ticked: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step in registered_steps():
            self.fields[step.key] = forms.BooleanField(
                label=step.label, help_text=step.description, required=False, initial=step.key in ticked
            )

    @property
    def steps(self) -> list[dict[str, Any]]:
        return [
            {
                "name": bound.html_name,
                "id": bound.auto_id,
                "label": bound.label,
                "help": bound.help_text,
                "checked": bool(bound.value()),
            }
            for bound in self
        ]

    @property
    def chosen(self) -> list[str]:
        return [key for key, is_ticked in self.cleaned_data.items() if is_ticked]
