"""What the demo's MSP documents of its clients by hand: lines to the Internet and backup jobs, from ready-made types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flexible_assets.actions.building import create_type
from flexible_assets.actions.content import AssetContent
from flexible_assets.actions.creating import create_asset
from flexible_assets.schema import schema_of
from flexible_assets.type_templates import TEMPLATES
from organizations.models import Organization


@dataclass(frozen=True)
class Document:
    """`expires` is the field of this many days from now; `client` counts in the order of the simulated tenants."""

    client: int
    values: Mapping[str, Any]
    expires: tuple[str, int] | None = None
    notes: str = ""


_INTERNET = (
    Document(
        0,
        {"line": "Main office fiber", "provider": "Copperline Internet", "medium": "Fiber", "role": "Primary",
         "download-mbits": 500, "upload-mbits": 100, "circuit-id": "CPL-20381", "monthly-cost": "149"},
        ("contract-ends", 41),
    ),
    Document(
        0,
        {"line": "Main office LTE", "provider": "Ridge Mobile", "medium": "Mobile", "role": "Backup", "download-mbits": 60,
         "upload-mbits": 20, "monthly-cost": "35"},
        ("contract-ends", 400),
    ),
    Document(
        2,
        {"line": "Harbor office fiber", "provider": "Copperline Internet", "medium": "Fiber", "role": "Primary",
         "download-mbits": 1000, "upload-mbits": 1000, "circuit-id": "CPL-11902", "monthly-cost": "320"},
        ("contract-ends", 12),
        "The handover is in the cellar behind the archive; Marlow has the key.",
    ),
    Document(
        2,
        {"line": "Ships over satellite", "provider": "Polestar", "medium": "Satellite", "role": "Primary",
         "download-mbits": 40, "upload-mbits": 8, "monthly-cost": "890"},
    ),
    Document(
        4,
        {"line": "Clinic fiber", "provider": "Metroline", "medium": "Fiber", "role": "Primary", "download-mbits": 1000,
         "upload-mbits": 500, "monthly-cost": "410"},
        ("contract-ends", 180),
    ),
)  # fmt: skip
_BACKUP = (
    Document(
        0,
        {"backup-job": "Imaging server, nightly", "product": "Veeam", "state": "Healthy", "schedule": "Daily",
         "kept-for-days": 30, "encrypted": True, "encryption-key": "demo-only-key"},
        ("subscription-ends", 75),
    ),
    Document(
        2,
        {"backup-job": "File server, hourly", "product": "Veeam", "state": "Needs attention", "schedule": "Hourly",
         "kept-for-days": 90, "encrypted": True},
        ("subscription-ends", 220),
        "Runs into the working day since the archive was moved.",
    ),
    Document(
        4,
        {"backup-job": "Patient records", "product": "Druva", "state": "Healthy", "schedule": "Continuous",
         "kept-for-days": 3650, "encrypted": True},
        ("subscription-ends", 25),
    ),
    Document(
        5,
        {"backup-job": "Microsoft 365", "product": "Druva", "state": "Failing", "schedule": "Daily", "kept-for-days": 365,
         "encrypted": True},
    ),
)  # fmt: skip


def add_documents(account_id: int, organizations: Sequence[Organization], *, now: datetime) -> None:
    for key, documents in (("internet", _INTERNET), ("backup", _BACKUP)):
        template = TEMPLATES[key]
        schema = schema_of(create_type(account_id, template.details, fields=template.fields, now=now))
        for document in documents:
            if document.client < len(organizations):
                create_asset(
                    schema,
                    organization=organizations[document.client],
                    content=AssetContent(_dated(document, now=now), document.notes, reason="created"),
                    now=now,
                )


def _dated(document: Document, *, now: datetime) -> dict[str, Any]:
    if document.expires is None:
        return dict(document.values)
    field, days = document.expires
    return {**document.values, field: (now + timedelta(days=days)).date().isoformat()}
