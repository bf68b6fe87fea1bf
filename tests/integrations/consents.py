"""What managers, clients' administrators and strangers do with consent links."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from django.test import Client
from django.utils import timezone

from integrations.actions.consent import create_consent_link
from integrations.engine.inquiries import answer
from integrations.models import ConsentRequest, Inquiry, Integration
from organizations.access import account_transaction

CALLBACK = "/microsoft/consent/"


@dataclass(frozen=True)
class Link:
    consent: ConsentRequest
    address: str

    @property
    def state(self) -> str:
        return parse_qs(urlsplit(self.address).query)["state"][0]

    def row(self) -> ConsentRequest:
        with account_transaction(self.consent.account_id):
            return ConsentRequest.objects.select_related("inquiry", "organization", "integration").get(
                pk=self.consent.pk
            )


def make_link(integration: Integration, **more) -> Link:
    with account_transaction(integration.account_id):
        known = Integration.objects.select_related("account").get(pk=integration.pk)
        return Link(*create_consent_link(known, **{"actor": None, "now": timezone.now(), **more}))


def come_back(client: Client | None = None, **query: str):
    """A browser arrives at the callback with these parameters, signed in or not."""
    return (client or Client(HTTP_HOST="localhost")).get(f"{CALLBACK}?{urlencode(query)}")


def accepted(link: Link, tenant_id: object, client: Client | None = None):
    """As Microsoft sends an administrator back who has accepted for this tenant."""
    return come_back(client, admin_consent="True", tenant=str(tenant_id), state=link.state, scope="any")


def decide_at_microsoft(simulator, address: str, decision: str, **more: str) -> str:
    """Opens the link in a browser and decides on Microsoft's page; returns where that leads, without its host."""
    question = requests.get(address, verify=simulator.ca_path, timeout=10)
    assert question.status_code == 200
    parts = urlsplit(address)
    answered = requests.post(
        parts._replace(query="").geturl(),
        data={name: values[0] for name, values in parse_qs(parts.query).items()}
        | {"decision": decision}
        | more,
        verify=simulator.ca_path,
        allow_redirects=False,
        timeout=10,
    )
    assert answered.status_code == 302
    target = urlsplit(answered.headers["Location"])
    return f"{target.path}?{target.query}"


def answer_inquiries(account) -> None:
    """As a worker would."""
    with account_transaction(account.pk):
        open_ones = list(Inquiry.objects.of_account(account.pk).open().values_list("pk", flat=True))
    for inquiry_id in open_ones:
        answer(account.pk, inquiry_id)
