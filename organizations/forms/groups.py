"""Forms of groups, and of what is set for the whole account."""

from django import forms
from django.http import QueryDict

from organizations.actions.groups import GroupProfile
from organizations.actions.reach import NOTHING, reach_of
from organizations.delegation import grantable_roles
from organizations.forms.people import Box, ReachField, ticked
from organizations.models import Group, User
from organizations.models.accounts import SecondFactorPolicy
from organizations.policies import visible_users


class GroupForm(ReachField):
    name = forms.CharField(
        label="Name", max_length=100, error_messages={"required": "Give the group a name."}
    )
    description = forms.CharField(label="Description", max_length=500, required=False)
    members = forms.MultipleChoiceField(
        required=False, error_messages={"invalid_choice": "One of the users is gone, or not yours to change."}
    )

    def __init__(self, data: QueryDict | None, *, actor: User, group: Group | None = None) -> None:
        initial = {"name": group.name, "description": group.description} if group else {}
        super().__init__(data, actor=actor, reach=reach_of(group) if group else NOTHING, initial=initial)
        joined = set(group.members.values_list("user_id", flat=True)) if group else set()
        self.initial["members"] = [str(pk) for pk in sorted(joined)]
        roles = {role.value for role in grantable_roles(actor)}
        known = [user for user in visible_users(actor).by_name() if user.is_active or user.pk in joined]
        self._users = [user for user in known if user.role in roles]
        self._fixed = [user for user in known if user.role not in roles and user.pk in joined]
        self.fields["members"].choices = [(str(user.pk), user.name) for user in self._users]  # type: ignore[attr-defined]  # of a choice field

    @property
    def profile(self) -> GroupProfile:
        cleaned = self.cleaned_data
        members = frozenset(map(int, cleaned["members"]))
        return GroupProfile(cleaned["name"], cleaned["description"], members, self.reach)

    @property
    def member_boxes(self) -> list[Box]:
        """Those the actor may change, and those that stay as they are."""
        chosen = ticked(self, "members")
        return [
            *(_box(user, checked=str(user.pk) in chosen) for user in self._users),
            *(_box(user, checked=True, disabled=True) for user in self._fixed),
        ]


class AccountSettingsForm(forms.Form):
    name = forms.CharField(
        label="Name", max_length=200, error_messages={"required": "Give the account a name."}
    )
    second_factor = forms.ChoiceField(
        label="Who must have a second factor",
        choices=SecondFactorPolicy.choices,
        error_messages={"required": "Choose who must have one."},
    )


def _box(user: User, *, checked: bool, disabled: bool = False) -> Box:
    subtitle = user.email if user.is_active else f"{user.email}, deactivated"
    return Box(f"member-{user.pk}", str(user.pk), user.name, checked, subtitle, disabled)
