"""A credential as its page shows it: what it is, how long it lasts, where it goes at Microsoft and how its test went."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from integrations.actions.credentials import is_proven, latest_test
from integrations.expiry import Notice, expiry_notice
from integrations.inquiry_pages import InquiryView
from integrations.models import CredentialKind, Integration, IntegrationCredential, TenantMatch
from integrations.states import IntegrationKind, MatchState

#: Tenants on offer for a test; any that is matched proves the credential as well as another.
TENANTS_OFFERED = 200


@dataclass(frozen=True)
class CredentialCard:
    row: IntegrationCredential
    now: datetime

    @property
    def id(self) -> int:
        return self.row.pk

    @property
    def role(self) -> str:
        return self.row.role

    @property
    def kind_label(self) -> str:
        return self.row.get_kind_display()

    @property
    def is_certificate(self) -> bool:
        return self.row.kind == CredentialKind.CERTIFICATE

    @property
    def hint(self) -> str:
        """A fingerprint in groups, as people compare it."""
        hint = self.row.hint
        return " ".join(hint[at : at + 4] for at in range(0, len(hint), 4)) if self.is_certificate else hint

    @property
    def made_at(self) -> datetime:
        return self.row.created_at

    @property
    def expires_at(self) -> datetime | None:
        return self.row.expires_at

    @property
    def notice(self) -> Notice | None:
        return expiry_notice(self.row, now=self.now)

    @cached_property
    def test(self) -> InquiryView | None:
        inquiry = latest_test(self.row)
        return InquiryView(inquiry) if inquiry else None

    @property
    def tested_in(self) -> str:
        return str(self.test.inquiry.tenant_id) if self.test else ""

    @cached_property
    def is_proven(self) -> bool:
        return is_proven(self.row)


def credential_cards(integration: Integration, *, now: datetime) -> dict[str, CredentialCard]:
    """By role; a next one only while somebody is renewing."""
    rows = IntegrationCredential.objects.of_integration(integration).select_related("integration")
    return {row.role: CredentialCard(row, now) for row in rows}


def tenants_to_test(integration: Integration) -> list[tuple[str, str]]:
    """Id and name: the integration's own tenant first, then those that clients have let it into."""
    matches = TenantMatch.objects.of_integration(integration).exclude(state=MatchState.IGNORED)
    named = {
        str(match.tenant_id): match.tenant_name
        for match in matches.order_by("state", "tenant_name", "id")[:TENANTS_OFFERED]
    }
    home = integration.home_tenant_id
    if home is None:
        return list(named.items())
    own = "The tenant" if integration.kind == IntegrationKind.SINGLE_TENANT else "Your own tenant"
    return [(str(home), named.pop(str(home), own)), *named.items()]


def is_being_set_up(integration: Integration) -> bool:
    """As long as nothing is ticked to sync, the pages lead on to the next step."""
    return not integration.settings.steps
