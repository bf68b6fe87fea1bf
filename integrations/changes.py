"""Changes as tenant syncs keep them: lines of a preview, or of what a held sync would take away. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any


def totals_by_kind(changes: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """In the order in which the kinds first turn up, which is that of the steps."""
    totals: Counter[str] = Counter()
    for change in changes:
        totals[change["kind"]] += change["count"]
    return dict(totals)
