"""The pages that stay open to whoever must get a second factor first: those that give one, and the way out."""

from collections.abc import Callable
from typing import Any, TypeVar

_View = TypeVar("_View", bound=Callable[..., Any])


def open_without_second_factor(view: _View) -> _View:
    view.is_open_without_second_factor = True  # type: ignore[attr-defined]  # read below
    return view


def is_open_without_second_factor(view: Callable[..., Any]) -> bool:
    return getattr(view, "is_open_without_second_factor", False)
