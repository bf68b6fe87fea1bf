"""What inquiries found out, as JSON for their rows and as values for pages. Pure.

Rows outlive versions of the code, so reading one back takes what is there and stumbles over nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from integrations.microsoft.checks import DiscoveryCheck, Finding, TenantCheck
from integrations.microsoft.records import SubscribedSku
from integrations.microsoft.sku_names import sku_name
from integrations.problems import Problem


def tenant_result(check: TenantCheck) -> dict[str, Any]:
    found = check.organization
    tenant = {
        "id": str(found.id),
        "name": found.display_name,
        "default_domain": found.default_domain,
        "verified_domains": list(found.verified_domains),
    } if found else None  # fmt: skip
    return {
        "ok": check.ok,
        "findings": [asdict(each) for each in check.findings],
        "tenant": tenant,
        "subscriptions": kept_subscriptions(check.skus),
    }


def discovery_result(check: DiscoveryCheck, *, added: int, matched: int) -> dict[str, Any]:
    return {
        "ok": check.ok,
        "findings": [asdict(each) for each in check.findings],
        "customers": {"found": len(check.customers), "added": added, "matched": matched},
    }


def main_failure(findings: Iterable[Finding]) -> Finding | None:
    """What stands for a check that came to nothing: the first thing that failed, necessary ones before others."""
    failed = [each for each in findings if not each.ok]
    return min(failed, key=lambda each: each.optional, default=None)


def kept_subscriptions(skus: Iterable[SubscribedSku]) -> list[dict[str, Any]]:
    """As tenant matches keep them too, in an order of their own: Microsoft's tells nothing and may change."""
    return [
        {
            "sku_id": str(sku.sku_id),
            "part_number": sku.part_number,
            "consumed": sku.consumed,
            "enabled": sku.enabled,
        }
        for sku in sorted(skus, key=lambda sku: (sku.part_number, str(sku.sku_id)))
    ]


@dataclass(frozen=True, slots=True)
class FoundTenant:
    name: str
    default_domain: str
    verified_domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundSubscription:
    name: str
    part_number: str
    enabled: int
    consumed: int


@dataclass(frozen=True, slots=True)
class FoundCustomers:
    found: int
    added: int
    matched: int


@dataclass(frozen=True, slots=True)
class Failure:
    title: str
    explanation: str
    remedy: str
    detail: str


@dataclass(frozen=True, slots=True)
class TriedPermission:
    """One line of a test: what was tried, how it went, and what a failure costs."""

    label: str
    permission: str
    is_ok: bool
    is_optional: bool
    cost: str
    failure: Failure | None

    @property
    def word(self) -> str:
        if self.is_ok:
            return "OK"
        return "Not available" if self.is_optional else "Failed"

    @property
    def tone(self) -> str:
        if self.is_ok:
            return "ok"
        return "neutral" if self.is_optional else "danger"


@dataclass(frozen=True, slots=True)
class Answer:
    """`is_ok` when everything that syncs need came through; what is optional may still be missing."""

    is_ok: bool
    tried: tuple[TriedPermission, ...]
    tenant: FoundTenant | None
    subscriptions: tuple[FoundSubscription, ...]
    customers: FoundCustomers | None


def read_answer(result: Mapping[str, Any]) -> Answer:
    tenant, customers = result.get("tenant"), result.get("customers")
    return Answer(
        is_ok=result.get("ok") is True,
        tried=tuple(_tried(each) for each in result.get("findings", ())),
        tenant=_tenant(tenant) if tenant else None,
        subscriptions=tuple(found_subscription(each) for each in result.get("subscriptions", ())),
        customers=_customers(customers) if customers else None,
    )


def found_subscription(stored: Mapping[str, Any]) -> FoundSubscription:
    part_number = str(stored.get("part_number", ""))
    return FoundSubscription(
        name=_product(str(stored.get("sku_id", "")), part_number),
        part_number=part_number,
        enabled=int(stored.get("enabled", 0)),
        consumed=int(stored.get("consumed", 0)),
    )


def _product(sku_id: str, part_number: str) -> str:
    try:
        return sku_name(UUID(sku_id), part_number=part_number)
    except ValueError:
        return part_number


def _tried(stored: Mapping[str, Any]) -> TriedPermission:
    return TriedPermission(
        label=str(stored.get("label", "")),
        permission=str(stored.get("permission", "")),
        is_ok=stored.get("ok") is True,
        is_optional=stored.get("optional") is True,
        cost=str(stored.get("cost", "")),
        failure=failure_of(
            stored.get("problem"), str(stored.get("detail", "")), str(stored.get("request_id", ""))
        ),
    )


def failure_of(problem: object, detail: str, request_id: str) -> Failure | None:
    if not problem:
        return None
    known = Problem(str(problem)) if problem in set(Problem) else Problem.UNEXPECTED
    reference = f"Request id {request_id}" if request_id else ""
    return Failure(known.title, known.explanation, known.remedy, "\n".join(filter(None, (detail, reference))))


def _tenant(stored: Mapping[str, Any]) -> FoundTenant:
    return FoundTenant(
        name=str(stored.get("name", "")),
        default_domain=str(stored.get("default_domain", "")),
        verified_domains=tuple(str(each) for each in stored.get("verified_domains", ())),
    )


def _customers(stored: Mapping[str, Any]) -> FoundCustomers:
    return FoundCustomers(*(int(stored.get(name, 0)) for name in ("found", "added", "matched")))
