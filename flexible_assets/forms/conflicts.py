"""Two people wrote the same asset: what the other one saved, beside what this one has in the form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flexible_assets.field_kinds import InvalidValueError
from flexible_assets.forms.assets import AssetForm
from flexible_assets.forms.security import SecurityForm
from flexible_assets.models import AssetRevision, FlexibleAsset, FlexibleAssetField
from flexible_assets.revisions import Difference, Line, line_differences, version_of
from flexible_assets.schema import schema_of
from flexible_assets.tagging import tagged_ids
from flexible_assets.targets import target_of
from organizations.models import User


@dataclass(frozen=True)
class Conflict:
    """`before` of a difference is what is stored now, `after` what stands in the form. With `version` the form may be
    sent again."""

    version: str
    differences: Sequence[Difference]
    who: str
    at: datetime


def conflict_with(stored: FlexibleAsset, form: AssetForm, security: SecurityForm | None) -> Conflict:
    schema = schema_of(stored.asset_type)
    revisions = AssetRevision.objects.filter(account_id=stored.account_id, asset=stored)
    last = revisions.select_related("user").order_by("-number").first()
    return Conflict(
        version_of(schema, stored),
        [each for each in _compared(stored, form, security) if each.before != each.after],
        last.user.name if last and last.user else "",
        stored.updated_at,
    )


def _compared(stored: FlexibleAsset, form: AssetForm, security: SecurityForm | None) -> list[Difference]:
    compared = [
        _difference(field.name, _stored_text(stored, field, form.draft.user), _typed_text(form, name, field))
        for name, field in form.asset_fields.items()
        if not (field.behavior.is_secret or field.behavior.is_file)
    ]
    compared.append(
        _difference("Notes", stored.notes, form.cleaned_data["notes"].replace("\r\n", "\n").strip())
    )
    if security is not None:
        compared.append(_difference("Who sees it", _audience(stored), _chosen_audience(security)))
    return compared


def _difference(label: str, stored: str, typed: str) -> Difference:
    lines: Sequence[Line] = line_differences(stored, typed)
    return Difference(label, stored, typed, lines)


def _stored_text(stored: FlexibleAsset, field: FlexibleAssetField, user: User) -> str:
    if field.behavior.is_tag:
        return _names(field, tagged_ids(stored, field, user=user), user)
    return field.behavior.to_text(stored.traits.get(field.key))


def _typed_text(form: AssetForm, name: str, field: FlexibleAssetField) -> str:
    typed = form.cleaned_data[name]
    if field.behavior.is_tag:
        return _names(field, typed, form.draft.user)
    try:
        return field.behavior.to_text(field.behavior.from_text(typed) if typed.strip() else None)
    except InvalidValueError:
        return str(typed)


def _names(field: FlexibleAssetField, ids: Sequence[int], user: User) -> str:
    kind = target_of(field.tag_type)
    rows = kind.seen_by(user).filter(pk__in=ids).order_by(*kind.order)
    return ", ".join(row.name for row in rows)


def _audience(stored: FlexibleAsset) -> str:
    if not stored.is_restricted:
        return "Everyone"
    return _people([str(grant.group or grant.user) for grant in stored.grants.with_names()])


def _chosen_audience(security: SecurityForm) -> str:
    chosen = security.chosen
    if chosen is None:
        return "Everyone"
    return _people([*map(str, chosen.groups), *map(str, chosen.users)])


def _people(names: Sequence[str]) -> str:
    return ", ".join(sorted(names)) or "Administrators alone"
