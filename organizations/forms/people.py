"""Forms of users: inviting and editing them, and accepting an invitation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import QueryDict

from organizations.actions.people import Profile
from organizations.actions.reach import EVERYTHING, Reach, reach_of
from organizations.delegation import changeable_groups, grantable_roles
from organizations.models import Group, User
from organizations.policies import visible_organizations
from organizations.roles import Role

ALL, CHOSEN = "all", "chosen"

#: What each role adds to the one below it, for those who choose.
ROLE_HINTS = {
    Role.ADMINISTRATOR: "Everything, and sees all data whatever is restricted or denied.",
    Role.MANAGER: "Users, groups, integrations, asset types, the activity log and imports.",
    Role.EDITOR: "Creates, edits and deletes, and decides who sees an asset.",
    Role.CREATOR: "Creates and edits, and decides who sees an asset.",
    Role.READ_ONLY: "Reads everything within reach.",
    Role.LITE: "For clients: reads up to five chosen organizations, and nothing across them.",
}


@dataclass(frozen=True)
class Box:
    """A checkbox or radio button of a list that people choose from."""

    id: str
    value: str
    label: str
    checked: bool
    subtitle: str = ""
    disabled: bool = False


class ReachField(forms.Form):
    """All organizations, or those ticked. What is ticked and out of the actor's reach is no choice at all."""

    access = forms.ChoiceField(
        choices=[(ALL, "All organizations"), (CHOSEN, "Chosen organizations")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose which organizations."},
    )
    organizations = forms.MultipleChoiceField(
        required=False,
        error_messages={"invalid_choice": "One of the organizations is gone. Choose again."},
    )

    def __init__(self, *args: Any, actor: User, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["access"] = ALL if reach.everything else CHOSEN
        self.initial["organizations"] = [str(pk) for pk in reach.organizations]
        known = visible_organizations(actor).order_by("sort_key", "id").values_list("pk", "name", "archived")
        self._organizations = [row for row in known if not row[2] or row[0] in reach.organizations]
        self.fields["organizations"].choices = [(str(pk), name) for pk, name, _ in self._organizations]  # type: ignore[attr-defined]  # of a choice field

    @property
    def reach(self) -> Reach:
        if self.cleaned_data["access"] == ALL:
            return EVERYTHING
        return Reach(organizations=frozenset(map(int, self.cleaned_data["organizations"])))

    @property
    def organization_boxes(self) -> list[Box]:
        chosen = ticked(self, "organizations")
        return [
            Box(f"organization-{pk}", str(pk), name, str(pk) in chosen, "archived" if archived else "")
            for pk, name, archived in self._organizations
        ]


class ProfileForm(ReachField):
    """What is decided about a user; `user` is None for a new one."""

    name = forms.CharField(
        label="Name", max_length=200, error_messages={"required": "Say what they are called."}
    )
    role = forms.ChoiceField(
        label="Role",
        error_messages={"required": "Choose a role.", "invalid_choice": "You can't give this role."},
    )
    groups = forms.MultipleChoiceField(
        required=False, error_messages={"invalid_choice": "One of the groups is gone, or not yours to give."}
    )

    def __init__(self, data: QueryDict | None, *, actor: User, user: User | None = None) -> None:
        initial = {"name": user.name, "role": user.role} if user else {"role": Role.EDITOR.value}
        super().__init__(data, actor=actor, reach=reach_of(user) if user else EVERYTHING, initial=initial)
        self._changeable = list(changeable_groups(actor).by_name())
        self._joined = list(Group.objects.filter(members__user=user).by_name()) if user else []
        self.initial["groups"] = [str(group.pk) for group in self._joined]
        self.fields["role"].choices = [(role.value, role.label) for role in grantable_roles(actor)]  # type: ignore[attr-defined]  # of a choice field
        self.fields["groups"].choices = [(str(group.pk), group.name) for group in self._changeable]  # type: ignore[attr-defined]  # as above
        self._own: User | None = user if user and user.pk == actor.pk else None
        if self._own:
            for name in ("role", "access", "organizations"):
                del self.fields[name]

    @property
    def is_own(self) -> bool:
        """Of whoever looks at it: nobody changes their own role and access."""
        return self._own is not None

    @property
    def profile(self) -> Profile:
        cleaned = self.cleaned_data
        groups = frozenset(map(int, cleaned["groups"]))
        if self._own:
            return Profile(cleaned["name"], Role(self._own.role), groups, reach_of(self._own))
        return Profile(cleaned["name"], Role(cleaned["role"]), groups, self.reach)

    @property
    def role_boxes(self) -> list[Box]:
        chosen = self["role"].value()
        choices: Sequence[tuple[str, str]] = self.fields["role"].choices  # type: ignore[attr-defined]  # as above
        return [
            Box(f"role-{value}", value, label, value == chosen, ROLE_HINTS[Role(value)])
            for value, label in choices
        ]

    @property
    def group_boxes(self) -> list[Box]:
        """Those the actor may change, and those that stay as they are."""
        chosen = ticked(self, "groups")
        changeable = {group.pk for group in self._changeable}
        fixed = [group for group in self._joined if group.pk not in changeable]
        return [
            *(
                Box(
                    f"group-{group.pk}", str(group.pk), group.name, str(group.pk) in chosen, group.description
                )
                for group in self._changeable
            ),
            *(Box(f"group-{group.pk}", "", group.name, True, group.description, True) for group in fixed),  # noqa: FBT003 - a row of a table
        ]


class InviteForm(ProfileForm):
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        error_messages={"required": "Say where to reach them.", "invalid": "This is no e-mail address."},
    )

    field_order = ["email", "name"]


class PasswordForm(forms.Form):
    """Typed twice, since nobody sees what they type."""

    password = forms.CharField(
        label="Password", strip=False, error_messages={"required": "Choose a password."}
    )
    again = forms.CharField(
        label="The same again", strip=False, error_messages={"required": "Type the password once more."}
    )

    def __init__(self, data: QueryDict | None, *, user: User) -> None:
        super().__init__(data)
        self._user = user

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password, self._user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", "The two passwords differ.")
        return cleaned


def ticked(form: forms.Form, name: str) -> set[str]:
    return {str(value) for value in form[name].value() or ()}
