"""Where the words stand that an asset was found by, if not in its name: "Serial number: 5CG1234XYZ"."""

from collections.abc import Collection, Iterator

from flexible_assets.models import FlexibleAsset
from flexible_assets.schema import schema_of
from organizations.names import base_letters

#: So much of a long text is shown before the word, and so much from there on.
BEFORE, AFTER = 30, 80


def found_in(asset: FlexibleAsset, words: Collection[str]) -> str:
    """The field that holds most of the words that the name lacks, in their own spelling; nothing where none does."""
    missing = _not_in(asset.name, words)
    label, text, found = "", "", 0
    for its_label, its_text, its_words in _texts(asset):
        holds = len(missing) - len(_not_in(its_words, missing))
        if holds > found:
            label, text, found = its_label, its_text, holds
    return f"{label}: {_around(text, missing)}" if found else ""


def _texts(asset: FlexibleAsset) -> Iterator[tuple[str, str, str]]:
    """Label, text as pages show it, and words as search looks through them; of no other kinds of field than it does."""
    for field in schema_of(asset.asset_type).fields:
        behavior, value = field.behavior, asset.traits.get(field.key)
        if words := behavior.to_words(value):
            yield field.name, behavior.to_text(value), words
    yield "Notes", asset.notes, asset.notes


def _not_in(text: str, words: Collection[str]) -> list[str]:
    folded = base_letters(text)
    return [word for word in words if word not in folded]


def _around(text: str, words: Collection[str]) -> str:
    """From a little before the first of the words. Folding may lengthen a text, so the place is looked for piece by piece."""
    pieces = text.split()
    places = ((number, _place_of(words, piece)) for number, piece in enumerate(pieces))
    number, at = next(((number, at) for number, at in places if at >= 0), (0, 0))
    before = " ".join([*pieces[:number], pieces[number][:at]])
    after = " ".join([pieces[number][at:], *pieces[number + 1 :]])
    if len(before) > BEFORE:
        before = f"… {before[-BEFORE:].partition(' ')[2]}"
    if len(after) > AFTER:
        after = f"{after[:AFTER].rstrip()} …"
    return before + after


def _place_of(words: Collection[str], piece: str) -> int:
    folded = base_letters(piece)
    return min((folded.index(word) for word in words if word in folded), default=-1)
