"""What became of a batch that a person asked for: what was done, and what was left alone and why."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from flexible_assets.models import FlexibleAsset


@dataclass(frozen=True)
class Outcome:
    """`done` holds ids; `skipped` counts, by the reason in words, such as "already archived"."""

    done: tuple[int, ...] = ()
    skipped: Counter[str] = field(default_factory=Counter)


def sort_out(
    assets: Iterable[FlexibleAsset], why_not: Callable[[FlexibleAsset], str]
) -> tuple[list[FlexibleAsset], Counter[str]]:
    """Those there is nothing against, and how many there is what against."""
    fit, skipped = [], Counter[str]()
    for asset in assets:
        reason = why_not(asset)
        if reason:
            skipped[reason] += 1
        else:
            fit.append(asset)
    return fit, skipped
