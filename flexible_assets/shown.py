"""What a page shows of one asset: its fields in order, under the headings of its type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flexible_assets.models import AssetSecret, Attachment, FlexibleAsset, FlexibleAssetField
from flexible_assets.schema import Schema
from flexible_assets.tagging import ShownTags, shown_tags
from organizations.models import User

#: Tagged records that stand in a line among the other fields; more get a card of their own.
TAGS_IN_LINE = 5


@dataclass(frozen=True)
class ShownField:
    """As templates/flexible_assets/values draw it."""

    label: str
    hint: str
    template: str
    value: Any = None
    value_text: str = ""
    tone: str = ""
    #: Takes the page's whole width.
    is_wide: bool = False
    #: Names the password to reveal, where there is one.
    secret_id: int | None = None
    tags: ShownTags = field(default_factory=ShownTags)
    files: Sequence[Attachment] = ()
    is_blank: bool = True


@dataclass(frozen=True)
class ShownSection:
    """The fields under one heading."""

    title: str
    hint: str
    fields: list[ShownField] = field(default_factory=list)


@dataclass(frozen=True)
class ShownAsset:
    sections: Sequence[ShownSection]
    #: Tag fields that name too many records for a line.
    crowds: Sequence[ShownField]


def shown_asset(user: User, asset: FlexibleAsset, schema: Schema, *, slug: str) -> ShownAsset:
    """In as many queries for one field as for fifty."""
    beside = _Beside.of(user, asset, schema, slug)
    sections, crowds = [ShownSection("Fields", "")], []
    for each in schema.fields:
        if not each.behavior.has_value:
            sections.append(ShownSection(each.name, each.hint))
            continue
        shown = _shown(asset, each, beside)
        if len(shown.tags.tags) > TAGS_IN_LINE:
            crowds.append(shown)
        else:
            sections[-1].fields.append(shown)
    return ShownAsset([section for section in sections if section.fields], crowds)


@dataclass(frozen=True)
class _Beside:
    """What stands in rows of its own, by field id."""

    tags: Mapping[int, ShownTags]
    secrets: Mapping[int, int]
    files: Mapping[int, list[Attachment]]

    @classmethod
    def of(cls, user: User, asset: FlexibleAsset, schema: Schema, slug: str) -> "_Beside":
        of_asset = {"account_id": asset.account_id, "asset": asset}
        tagging = [each for each in schema.fields if each.behavior.is_tag]
        tags = shown_tags(user, asset, tagging, slug=slug) if tagging else {}
        secrets: dict[int, int] = {}
        if any(each.behavior.is_secret for each in schema.fields):
            secrets = dict(AssetSecret.objects.filter(**of_asset).values_list("field_id", "pk"))
        files: dict[int, list[Attachment]] = {}
        if any(each.behavior.is_file for each in schema.fields):
            for file in Attachment.objects.filter(**of_asset, field__isnull=False).order_by("name", "pk"):
                files.setdefault(file.field_id or 0, []).append(file)
        return cls(tags, secrets, files)


def _shown(asset: FlexibleAsset, each: FlexibleAssetField, beside: _Beside) -> ShownField:
    behavior, value = each.behavior, asset.traits.get(each.key)
    text = behavior.to_text(value)
    tags, files = beside.tags.get(each.pk, ShownTags()), beside.files.get(each.pk, [])
    return ShownField(
        label=each.name,
        hint=each.hint,
        template=behavior.value_template,
        value=value,
        value_text=text,
        tone=each.tones.get(text, ""),
        is_wide=behavior.is_rich_text,
        secret_id=beside.secrets.get(each.pk),
        tags=tags,
        files=files,
        is_blank=not (text or tags.tags or files or each.pk in beside.secrets),
    )
