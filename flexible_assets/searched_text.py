"""What search looks through beside names: all that stands in an asset's fields and notes, folded into one text."""

from collections.abc import Iterable

from organizations.names import base_letters

#: Of an asset that holds more, search knows the beginning of its longest texts only: each search reads through all of it.
LONGEST = 8_000


def searched_text(values: Iterable[str]) -> str:
    """Words as `organizations.matching.Pattern` has them. The shortest first, so that no long text pushes a serial number
    out."""
    # Cut before as well, since folding a hundred thousand characters takes its time.
    kept = (value[:LONGEST] for value in sorted(filter(None, values), key=len))
    return base_letters("\n".join(kept)[:LONGEST])[:LONGEST]
