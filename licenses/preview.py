"""What a license plan comes to in words: for previews, and for what a held sync would have taken away."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any
from uuid import UUID

from flexible_assets.models import AssetTag, FlexibleAsset
from integrations.contacts.holders import Holder, known_contacts
from integrations.contacts.step import ContactStep
from integrations.microsoft.records import DirectoryUser
from integrations.microsoft.sku_names import sku_name
from integrations.models import TenantMatch
from integrations.steps import Change, TenantContext
from licenses.asset_type import HOLDERS, MICROSOFT_LICENSES
from licenses.models import LicenseRecord
from licenses.reconcile import License, Plan, Units, holders_key, license_key

CREATED, UPDATED, ORPHANED = "license created", "license updated", "license orphaned"
TAGS, UNTAGGED = "tags changed", "tags removed"
WOULD_BE_HELD = "would be held"

Records = Mapping[UUID, LicenseRecord]


def expected_contacts(context: TenantContext, users: Iterable[DirectoryUser]) -> Iterator[Holder]:
    """Which contacts users are after a sync; those whom it would make contacts have ids below zero."""
    matches = TenantMatch.objects.of_account(context.account_id).filter(pk=context.match_id)
    makes_contacts = matches.filter(integration__settings__steps__contains=[ContactStep.key]).exists()
    ids = count(-1, -1)
    for user, contact_id in known_contacts(context, users):
        is_newcomer = contact_id is None and makes_contacts and context.rules.cover(user)
        yield user, next(ids) if is_newcomer else contact_id


def planned_changes(plan: Plan, records: Records) -> Sequence[Change]:
    tags = _tags_of([records[each.sku_id] for each in plan.retag])
    traits = _traits_of([records[each.sku_id] for each in plan.update])
    return (
        *(_created(each) for each in plan.create),
        *(_updated(each, records[each.sku_id], traits) for each in plan.update),
        *_retagged(plan.retag, records, tags),
        *(_orphaned(records[sku_id]) for sku_id in plan.orphan),
        *(
            Change(each.key, WOULD_BE_HELD, each.subject, each.detail, each.count)
            for each in withheld_changes(plan, records)
        ),
    )


def withheld_changes(plan: Plan, records: Records) -> tuple[Change, ...]:
    """Their keys are what a person accepts."""
    return (
        *(_orphaned(records[sku_id]) for sku_id in plan.withheld),
        *(
            Change(
                holders_key(sku_id, gone=gone),
                UNTAGGED,
                _name(records[sku_id]),
                f"{gone:,} of {records[sku_id].holder_count:,} holders",
                gone,
            )
            for sku_id, gone in plan.withheld_holders
        ),
    )


def _created(license_: License) -> Change:
    figures = _figures(license_.units)
    holders = f", {_contacts(len(license_.holders))} tagged" if license_.holders else ""
    return Change(license_key(license_.sku_id), CREATED, license_.name, figures + holders)


def _updated(license_: License, record: LicenseRecord, traits: Mapping[int, Mapping[str, Any]]) -> Change:
    before, after = traits[record.asset_id], license_.traits
    told = [
        f"{name} {_text(before.get(key))} -> {_text(after[key])}"
        for key, name in _NAMES.items()
        if key in after and before.get(key) != after[key]
    ]
    if record.orphaned_at is not None:
        told.insert(0, "no longer orphaned")
    return Change(
        license_key(license_.sku_id), UPDATED, license_.name, ", ".join(told) or "details from Microsoft"
    )


def _orphaned(record: LicenseRecord) -> Change:
    return Change(license_key(record.sku_id), ORPHANED, _name(record), _figures(record.units))


def _retagged(
    licenses: Iterable[License], records: Records, tags: Mapping[int, set[int]]
) -> Iterator[Change]:
    """Nothing of those whose tags stay the same, because only people without a contact came or went."""
    for license_ in licenses:
        tagged = tags.get(records[license_.sku_id].asset_id, set())
        added, removed = len(license_.holders - tagged), len(tagged - license_.holders)
        told = [f"{_contacts(added)} tagged"] if added else []
        told += [f"{_contacts(removed)} no longer tagged"] if removed else []
        if told:
            yield Change(
                f"tags:{license_.sku_id}", TAGS, license_.name, ", ".join(told), count=added + removed
            )


def _tags_of(records: Iterable[LicenseRecord]) -> dict[int, set[int]]:
    """Contact ids by asset id."""
    tags: dict[int, set[int]] = {}
    rows = AssetTag.objects.filter(asset__in=[record.asset_id for record in records], field__key=HOLDERS)
    for asset_id, contact_id in rows.values_list("asset_id", "contact_id"):
        tags.setdefault(asset_id, set()).add(contact_id)
    return tags


def _traits_of(records: Iterable[LicenseRecord]) -> dict[int, Mapping[str, Any]]:
    """By asset id."""
    assets = FlexibleAsset.objects.filter(pk__in=[record.asset_id for record in records])
    return dict(assets.values_list("pk", "traits"))


#: By field key, in the order of the type.
_NAMES = {field.name.lower().replace(" ", "-"): field.name for field in MICROSOFT_LICENSES.fields}


def _name(record: LicenseRecord) -> str:
    return sku_name(record.sku_id, part_number=record.part_number)


def _figures(units: Units) -> str:
    return f"Active {units.active:,}, Consumed {units.consumed:,}"


def _text(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value or "none")


def _contacts(count: int) -> str:
    return "1 contact" if count == 1 else f"{count:,} contacts"
