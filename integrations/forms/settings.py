"""Sync Settings as a form: one checkbox for each registered step, whose users become contacts, when, and whom to tell."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict

from integrations.actions.settings import SyncChoices
from integrations.models import SyncSettings
from integrations.states import Notify, Schedule
from integrations.steps import registered_steps
from integrations.subscriptions import FoundSku

ALL, CHOSEN = "all", "chosen"
#: Whom one sync may tell: more are a distribution list's work.
MAX_EMAILS = 20

_SCHEDULES = (
    (Schedule.HOURLY, "Every hour"),
    (Schedule.DAILY, "Once a day"),
    (Schedule.MANUAL, "Only when someone starts it"),
)
_NOTIFIES = (
    (Notify.NEVER, "Never"),
    (Notify.PROBLEMS, "When a sync had problems"),
    (Notify.ALWAYS, "After every sync"),
)


class SyncSettingsForm(forms.Form):
    """`found` are the subscriptions on offer, `email` whom to tell when nobody is named."""

    contact_scope = forms.ChoiceField(
        choices=[
            (ALL, "Holders of any license, also of subscriptions found later"),
            (CHOSEN, "Holders of these subscriptions only"),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    include_disabled = forms.BooleanField(required=False)
    include_guests = forms.BooleanField(required=False)
    contact_type = forms.CharField(max_length=60, required=False)
    sign_in_activity = forms.BooleanField(required=False)
    schedule = forms.ChoiceField(choices=_SCHEDULES, widget=forms.RadioSelect)
    daily_at = forms.TypedChoiceField(
        choices=[(hour, f"{hour:02}:00") for hour in range(24)], coerce=int, required=False
    )
    notify = forms.ChoiceField(choices=_NOTIFIES, widget=forms.RadioSelect)
    notify_emails = forms.CharField(max_length=4000, required=False)

    def __init__(
        self, data: QueryDict | None, *, saved: SyncSettings, found: Sequence[FoundSku], email: str
    ) -> None:
        super().__init__(data, initial=_initial(saved, email=email))
        self.saved, self.found, self.email = saved, found, email
        self.fields["contact_skus"] = forms.MultipleChoiceField(
            choices=[(str(sku.sku_id), sku.name) for sku in found], required=False
        )
        for step in registered_steps():
            self.fields[step.key] = forms.BooleanField(
                label=step.label,
                help_text=step.description,
                required=False,
                initial=step.key in saved.steps,
            )

    @property
    def steps(self) -> dict[str, forms.BoundField]:
        """By key, as far as apps registered them."""
        return {step.key: self[step.key] for step in registered_steps()}

    @property
    def skus(self) -> list[dict[str, Any]]:
        ticked = set(self["contact_skus"].value() or ())
        return [{"sku": sku, "checked": str(sku.sku_id) in ticked} for sku in self.found]

    def clean_notify_emails(self) -> tuple[str, ...]:
        addresses = list(dict.fromkeys(re.split(r"[\s,;]+", self.cleaned_data["notify_emails"].strip())))
        addresses = [address for address in addresses if address]
        if len(addresses) > MAX_EMAILS:
            raise ValidationError(
                f"Name {MAX_EMAILS} addresses at most; a distribution list reaches more people."
            )
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(f"“{address}” is no e-mail address.") from None
        return tuple(addresses)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        only_some = cleaned.get("contact_scope") == CHOSEN
        if cleaned.get("contacts") and only_some and not cleaned.get("contact_skus"):
            self.add_error("contact_skus", "Tick at least one subscription, or choose all of them.")
        if cleaned.get("notify") != Notify.NEVER and not cleaned.get("notify_emails"):
            cleaned["notify_emails"] = (self.email,)
        return cleaned

    @property
    def chosen_steps(self) -> list[str]:
        return [key for key in self.steps if self.cleaned_data[key]]

    @property
    def choices(self) -> SyncChoices:
        chosen = self.cleaned_data
        only_some = chosen["contact_scope"] == CHOSEN
        return SyncChoices(
            contact_skus=frozenset(map(UUID, chosen["contact_skus"])) if only_some else None,
            include_disabled=chosen["include_disabled"],
            include_guests=chosen["include_guests"],
            contact_type=chosen["contact_type"].strip(),
            sign_in_activity=chosen["sign_in_activity"],
            schedule=Schedule(chosen["schedule"]),
            daily_at=self.saved.daily_at if chosen["daily_at"] == "" else chosen["daily_at"],
            notify=Notify(chosen["notify"]),
            notify_emails=chosen["notify_emails"],
        )


def _initial(saved: SyncSettings, *, email: str) -> dict[str, Any]:
    return {
        "contact_scope": ALL if saved.contact_skus is None else CHOSEN,
        "contact_skus": saved.contact_skus or [],
        "include_disabled": saved.include_disabled,
        "include_guests": saved.include_guests,
        "contact_type": saved.contact_type,
        "sign_in_activity": saved.sign_in_activity,
        "schedule": saved.schedule,
        "daily_at": saved.daily_at,
        "notify": saved.notify,
        "notify_emails": "\n".join(saved.notify_emails or [email]),
    }
