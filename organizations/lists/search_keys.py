"""Texts compared in the database as `organizations.names.search_key` compares them in Python."""

from typing import Any

from django.db.models import CharField, F, Func, Value
from django.db.models.functions import Collate, Lower, Replace


class _Normalized(Func):
    function = "normalize"
    template = "%(function)s(%(expressions)s, NFKC)"
    output_field = CharField()


def search_key_of(column: str) -> Any:
    """The column's search key, for columns that keep none. Slots have the collation "C", which knows no case beyond
    ASCII; PostgreSQL's own C.UTF-8 does, on every platform. Folding differs from lowering in these two letters."""
    lowered: Any = Lower(Collate(_Normalized(F(column)), "pg_c_utf8"))
    for letter, folded in (
        ("ß", "ss"),
        ("\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}"),
    ):
        lowered = Replace(lowered, Value(letter), Value(folded))
    return lowered
