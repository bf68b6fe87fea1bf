"""Registry of what keeps an organization from being deleted: what it still holds, in words."""

from collections.abc import Callable, Sequence

from organizations.models import Organization

_providers: list[Callable[[Organization], Sequence[str]]] = []


def register_holdings(provide: Callable[[Organization], Sequence[str]]) -> None:
    """`provide` tells what stands in the organization, each as a phrase such as "3 assets"; nothing if it is empty."""
    _providers.append(provide)


def holdings_of(organization: Organization) -> list[str]:
    return [phrase for provide in _providers for phrase in provide(organization)]
