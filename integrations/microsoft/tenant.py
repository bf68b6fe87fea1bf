"""One tenant for the time of its sync: what several steps need is read from Microsoft once."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from types import MappingProxyType, TracebackType
from typing import Self
from uuid import UUID

from integrations.microsoft.belonging import require_own_users
from integrations.microsoft.client import GraphClient
from integrations.microsoft.readings import (
    read_sign_ins,
    read_subscribed_skus,
    read_subscriptions,
    read_users,
)
from integrations.microsoft.records import CompanySubscription, SubscribedSku, TenantOrganization
from integrations.microsoft.spool import UserSpool


class TenantReader:
    """`organization` is the tenant's own, read and proven before. A reading that failed is tried anew when asked for
    again."""

    def __init__(self, client: GraphClient, organization: TenantOrganization) -> None:
        self.client = client
        self.organization = organization
        self._users: UserSpool | None = None

    def subscribed_skus(self) -> tuple[SubscribedSku, ...]:
        return self._subscribed_skus

    def subscriptions(self) -> tuple[CompanySubscription, ...]:
        return self._subscriptions

    def users(self) -> UserSpool:
        """Open until the reader is closed."""
        if self._users is None:
            self._users = self._own_users()
        return self._users

    def sign_ins(self) -> Mapping[UUID, date]:
        return self._sign_ins

    def close(self) -> None:
        if self._users is not None:
            self._users.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def _subscribed_skus(self) -> tuple[SubscribedSku, ...]:
        return read_subscribed_skus(self.client)

    @cached_property
    def _subscriptions(self) -> tuple[CompanySubscription, ...]:
        return read_subscriptions(self.client)

    @cached_property
    def _sign_ins(self) -> Mapping[UUID, date]:
        return MappingProxyType(read_sign_ins(self.client))

    def _own_users(self) -> UserSpool:
        users = read_users(self.client)
        try:
            require_own_users(users, self.organization)
        except BaseException:
            users.close()
            raise
        return users
