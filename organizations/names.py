"""How names compare: sort keys that put "Server 9" before "server 10", and search keys without case."""

import re
import unicodedata

_DIGITS = re.compile(r"\d+")
# Letters that Unicode does not take apart into a base letter and a mark, but that people file under one.
_FILED_UNDER = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ħ": "h",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ð": "d",
    }
)
SORT_KEY_LENGTH = 255


def search_key(text: str) -> str:
    """Casefolded and compatibility-normalized, for substring search and equality."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def sort_key(text: str) -> str:
    """Bytewise comparison of two keys orders as people expect: accents beside their letter, numbers by value."""
    return _DIGITS.sub(lambda digits: digits[0].zfill(10), base_letters(text))[:SORT_KEY_LENGTH]


def base_letters(text: str) -> str:
    """Casefolded and without accents, as people file it."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().strip()
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return letters.translate(_FILED_UNDER)
