"""Directory users for tests that need no Microsoft behind them."""

from uuid import UUID

from integrations.microsoft.records import DirectoryUser

SPB = UUID("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46")


def somebody(number, **changes):
    address = f"person{number}@birch.test"
    members = {
        "id": UUID(int=number),
        "user_principal_name": address,
        "display_name": f"Zoë {number}",
        "given_name": "Zoë",
        "surname": "Müller",
        "mail": address,
        "job_title": "Dentist",
        "account_enabled": True,
        "user_type": "Member",
        "sku_ids": frozenset({SPB}),
        "aliases": (address, f"zoe{number}@birch.test"),
        "business_phones": ("+43 1 555 0100",),
        "mobile_phone": "",
    }
    return DirectoryUser(**(members | changes))
