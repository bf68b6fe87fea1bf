"""What stands in a cell, made to fit where it goes: nothing is cut off without a word."""

from organizations.imports.targets import InvalidCellError
from organizations.models import Contact, Organization


def fitted(text: str, model: type[Organization | Contact], name: str) -> str:
    """In one line, where the field has no room for several."""
    longest = getattr(model._meta.get_field(name), "max_length", None)
    return text.replace("\r\n", "\n") if longest is None else one_line(text, longest=longest)


def one_line(text: str, *, longest: int) -> str:
    line = " ".join(filter(None, (part.strip() for part in text.splitlines())))
    if len(line) > longest:
        raise InvalidCellError(f"This is too long: at most {longest} characters fit.")
    return line
