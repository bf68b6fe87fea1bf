"""Single values of traits in SQL. Django's `traits__key` takes a key of digits for the place in an array, and one with
two underscores for a path."""

from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, JSONField, TextField, Value
from django.db.models.functions import Cast


def trait(key: str) -> Func:
    return Func(
        F("traits"),
        Cast(Value(key), TextField()),
        template="(%(expressions)s)",
        arg_joiner=" -> ",
        output_field=JSONField(),
    )


def traits_without(keys: Sequence[str]) -> Func:
    return Func(
        F("traits"),
        Cast(Value(list(keys)), ArrayField(TextField())),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=JSONField(),
    )
