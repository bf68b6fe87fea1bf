"""Texts that a spreadsheet would take for a formula: an apostrophe before them, as spreadsheets write it, keeps them text.
What exports put there, imports take away again. Pure."""

_QUOTE = "'"
#: Also in the full width of East Asian keyboards, which some spreadsheets take for the same.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")  # noqa: RUF001 - these are meant


def defused(text: str) -> str:
    """Texts alone: a negative number is no formula. A text that stands behind apostrophes already gets one more, so that
    it comes back as it was."""
    return f"{_QUOTE}{text}" if is_risky(text) else text


def is_risky(text: str) -> bool:
    return text.lstrip(_QUOTE).startswith(_STARTS)


def undefused(text: str) -> str:
    return text[1:] if text.startswith(_QUOTE) and is_risky(text) else text
