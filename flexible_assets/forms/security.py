"""Who sees an asset, as a form."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from flexible_assets.models import FlexibleAsset
from flexible_assets.policies import grantable_groups, grantable_users
from organizations.models import Group, User

EVERYONE, CHOSEN = "everyone", "users"


@dataclass(frozen=True)
class Grantee:
    """One user or group who may be chosen, as the template draws them."""

    name: str
    value: int
    id: str
    label: str
    subtitle: str
    checked: bool


@dataclass(frozen=True)
class Chosen:
    """The audience that the form asks for; none stands for everyone."""

    users: tuple[User, ...]
    groups: tuple[Group, ...]


class AudienceForm(forms.Form):
    """Everyone, or some of the users and groups that it is given."""

    audience = forms.ChoiceField(
        choices=[
            (EVERYONE, "Everyone with access to the organization"),
            (CHOSEN, "Specific groups and users"),
        ]
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        users: QuerySet[User],
        groups: QuerySet[Group],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.grantable_users, self.grantable_groups = users, groups
        self.fields["users"] = forms.ModelMultipleChoiceField(users, required=False)
        self.fields["groups"] = forms.ModelMultipleChoiceField(groups, required=False)

    @property
    def grantees(self) -> list[Grantee]:
        """Groups first: there are few of them, and they are the better choice."""
        groups = self._drawn("groups", self.grantable_groups)
        return [*groups, *self._drawn("users", self.grantable_users)]

    @property
    def grantee_errors(self) -> list[str]:
        return [*self["users"].errors, *self["groups"].errors]

    @property
    def is_restricting(self) -> bool:
        return bool(self["audience"].value() == CHOSEN)

    @property
    def chosen(self) -> Chosen | None:
        if self.cleaned_data["audience"] == EVERYONE:
            return None
        return Chosen(tuple(self.cleaned_data["users"]), tuple(self.cleaned_data["groups"]))

    def _drawn(self, name: str, rows: Iterable[Any]) -> list[Grantee]:
        checked: Collection[str] = {str(pk) for pk in self[name].value() or ()}
        return [
            Grantee(
                name,
                row.pk,
                f"id_{name}_{row.pk}",
                row.name,
                row.email if isinstance(row, User) else "Group",
                str(row.pk) in checked,
            )
            for row in rows
        ]


class SecurityForm(AudienceForm):
    """Of one asset; `like` is another that an unstored one starts from."""

    def __init__(
        self, data: QueryDict | None, *, asset: FlexibleAsset, like: FlexibleAsset | None = None
    ) -> None:
        source = like or asset
        grants = list(source.grants.all()) if source.pk else []
        initial = {
            "audience": CHOSEN if source.is_restricted else EVERYONE,
            "users": [grant.user_id for grant in grants if grant.user_id],
            "groups": [grant.group_id for grant in grants if grant.group_id],
        }
        super().__init__(data, users=grantable_users(asset), groups=grantable_groups(asset), initial=initial)
