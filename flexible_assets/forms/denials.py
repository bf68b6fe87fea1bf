"""The part of a group's form that says which types its members are denied."""

from datetime import datetime
from typing import cast

from django import forms
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from flexible_assets.actions.denials import deny_types
from flexible_assets.models import FlexibleAssetType
from flexible_assets.policies import visible_types
from organizations.models import Group, User
from organizations.roles import Right


class DeniedTypesForm(forms.Form):
    """For Administrators to choose from; others are told."""

    denied_types: "forms.ModelMultipleChoiceField[FlexibleAssetType]" = forms.ModelMultipleChoiceField(
        FlexibleAssetType.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "One of the types is gone. Choose again."},
    )

    def __init__(self, data: QueryDict | None, *, group: Group | None, actor: User) -> None:
        self.may_deny = actor.has(Right.DENY_TYPES)
        super().__init__(data if self.may_deny else None)
        denied = FlexibleAssetType.objects.filter(denials__group=group).order_by("sort_key", "id")
        self.denied = list(denied) if group else []
        self.initial["denied_types"] = [asset_type.pk for asset_type in self.denied]
        field = cast("forms.ModelMultipleChoiceField[FlexibleAssetType]", self.fields["denied_types"])
        field.queryset = visible_types(actor).order_by("sort_key", "id")

    def is_valid(self) -> bool:
        return not self.may_deny or super().is_valid()

    def save(self, group: Group, *, now: datetime, actor: User) -> None:
        if self.may_deny:
            deny_types(group, types=list(self.cleaned_data["denied_types"]), now=now, actor=actor)

    def fragment(self, request: HttpRequest) -> SafeString:
        return render_to_string("flexible_assets/partials/denied_types.html", {"form": self}, request=request)
