from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from organizations.names import sort_key

BATCH = 1000


def fill_sort_keys(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    users = apps.get_model("organizations", "User").objects.using(editor.connection.alias)
    for batch in _batches(users.only("pk", "name").order_by("pk").iterator()):
        for user in batch:
            user.sort_key = sort_key(user.name)
        users.bulk_update(batch, ["sort_key"])


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0007_sign_in"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="sort_key",
            field=models.CharField(db_collation="C", default="", editable=False, max_length=255),
            preserve_default=False,
        ),
        migrations.RunPython(fill_sort_keys, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["account", "sort_key", "id"], name="users_by_name"),
        ),
    ]
