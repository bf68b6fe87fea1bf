from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from flexible_assets.field_kinds import FIELD_KINDS, FieldKind
from flexible_assets.searched_text import searched_text

BATCH = 1000


def fill_search_texts(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    using = editor.connection.alias
    kinds = _kinds_by_type(apps.get_model("flexible_assets", "FlexibleAssetField").objects.using(using))
    assets = apps.get_model("flexible_assets", "FlexibleAsset").objects.using(using)
    rows = assets.only("pk", "asset_type_id", "traits", "notes").order_by("pk")
    for batch in _batches(rows.iterator(chunk_size=BATCH)):
        for asset in batch:
            kinds_by_key = kinds[asset.asset_type_id]
            words = (kind.to_words(asset.traits.get(key)) for key, kind in kinds_by_key.items())
            asset.search_text = searched_text((*words, asset.notes))
        assets.bulk_update(batch, ["search_text"])


def _kinds_by_type(fields: Any) -> dict[int, dict[str, FieldKind]]:
    kinds: dict[int, dict[str, FieldKind]] = defaultdict(dict)
    for field in fields.order_by("order"):
        kinds[field.asset_type_id][field.key] = FIELD_KINDS[field.kind](decimals=field.decimals)
    return kinds


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch


class Migration(migrations.Migration):
    dependencies = [
        ("flexible_assets", "0005_field_kinds"),
    ]

    operations = [
        migrations.AddField(
            model_name="flexibleasset",
            name="search_text",
            field=models.TextField(db_collation="C", default="", editable=False),
            preserve_default=False,
        ),
        migrations.RunPython(fill_search_texts, migrations.RunPython.noop, elidable=True),
    ]
