"""The portal's pages as a signed-in reader asks for them, from the first middleware to the last byte."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import F
from django.test import Client
from django.urls import reverse

from flexible_assets.models import FlexibleAsset
from organizations.access import account_transaction
from organizations.models import User
from organizations.paging import Cursor
from tests.bench.portfolio import Portfolio
from tests.factories import PASSWORD


@dataclass(frozen=True)
class Reader:
    client: Client
    slug: str
    type_id: int
    organization: str

    @classmethod
    def of(cls, portfolio: Portfolio, user: User) -> "Reader":
        slug, client = portfolio.account.slug, Client(HTTP_HOST="localhost")
        answer = client.post(f"/{slug}/sign-in/", {"email": user.email, "password": PASSWORD})
        assert answer.status_code == 302, answer.status_code
        return cls(client, slug, portfolio.schema.asset_type.pk, str(portfolio.organization.pk))

    def asks(self, page: str, **parameters: str) -> Callable[[], None]:
        url = self._address(page)

        def ask() -> None:
            answer = self.client.get(url, parameters)
            assert answer.status_code == 200, f"{url}: {answer.status_code}"
            # An export is made while it is read.
            for _ in answer if answer.streaming else ():
                pass

        return ask

    def _address(self, page: str) -> str:
        name, *arguments = {
            "list": ("flexible_assets:global-list", self.type_id),
            "own": ("flexible_assets:asset-list", self.organization, self.type_id),
            "contacts": ("organizations:global-contact-list",),
            "organizations": ("organizations:organization-list",),
            "search": ("organizations:search",),
            "palette": ("organizations:palette",),
        }[page]
        return reverse(str(name), args=[self.slug, *arguments])


def slot_of(portfolio: Portfolio, key: str) -> str:
    return portfolio.schema.by_key[key].slot


def cursor_at(portfolio: Portfolio, percent: int, *, column: str = "sort_key") -> str:
    """A link to the page that deep in the active rows that have a value in the column."""
    with account_transaction(portfolio.account.pk):
        rows = FlexibleAsset.objects.of_type(portfolio.schema.asset_type).active()
        rows = rows.exclude(**{column: None}).order_by(F(column), "id")
        value, row_id = rows.values_list(column, "id")[rows.count() * percent // 100]
    return Cursor(backwards=False, in_nulls=False, value=value, id=row_id).encode()
