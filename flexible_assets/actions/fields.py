"""Fields of a type: those its manager writes, and those that people add beside them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import slugify

from flexible_assets.field_kinds import FIELD_KINDS, SLOTS
from flexible_assets.models import FlexibleAsset, FlexibleAssetField, FlexibleAssetType
from flexible_assets.schema import Schema, schema_of
from organizations.actions import record_activity
from organizations.models import User


class SlotsUsedUpError(ValueError):
    """More fields are shown in lists than an asset row has typed slots for."""


class FieldRefusedError(ValueError):
    """A type can't have this field; the message says why, fit for a person."""


@dataclass(frozen=True)
class FieldSpec:
    name: str
    kind: str
    hint: str = ""
    required: bool = False
    use_for_title: bool = False
    show_in_list: bool = False
    decimals: int = 0
    tag_type: str = ""
    options: tuple[tuple[str, str], ...] = ()
    meter_of: str = ""

    @property
    def key(self) -> str:
        return slugify(self.name)


def add_own_field(schema: Schema, spec: FieldSpec, *, now: datetime, actor: User | None = None) -> Schema:
    """Gives the type a field of its people, which no sync writes; the schema with it is returned."""
    # Two people adding one name go one after the other; syncs, which only hold on to the type's key, pass by.
    asset_type = FlexibleAssetType.objects.select_for_update(no_key=True).get(pk=schema.asset_type.pk)
    schema = schema_of(asset_type)
    _require_possible(schema, spec)
    add_fields(schema, [spec])
    record_activity(
        asset_type.account_id,
        at=now,
        action="flexible-asset-field.created",
        subject=f"{asset_type.name}: {spec.name}",
        user=actor,
        details={"key": spec.key, "kind": spec.kind},
    )
    return schema_of(asset_type)


def _require_possible(schema: Schema, spec: FieldSpec) -> None:
    if not spec.key:
        raise FieldRefusedError("Give the field a name with letters or digits.")
    if spec.kind not in FIELD_KINDS:
        raise FieldRefusedError(f"There is no kind of field called {spec.kind}.")
    taken = schema.by_key.get(spec.key)
    if taken is not None:
        raise FieldRefusedError(f"{schema.asset_type.name} has a field {taken.name} already.")


def add_fields(schema: Schema, specs: Sequence[FieldSpec], *, managed: Collection[str] = ()) -> None:
    """Appends fields; one that lists show takes the next free typed slot of its family. `managed` holds the keys of
    those that the type's manager writes."""
    used = {field.slot for field in schema.fields}
    rows = []
    for order, spec in enumerate(specs, start=len(schema.fields) + 1):
        slot = _free_slot(spec, used)
        used.add(slot)
        rows.append(
            FlexibleAssetField(
                account_id=schema.asset_type.account_id,
                asset_type=schema.asset_type,
                order=order,
                name=spec.name,
                key=spec.key,
                kind=spec.kind,
                hint=spec.hint,
                required=spec.required,
                use_for_title=spec.use_for_title,
                show_in_list=spec.show_in_list,
                decimals=spec.decimals,
                tag_type=spec.tag_type,
                options=list(spec.options),
                meter_of=spec.meter_of,
                slot=slot,
                is_managed=spec.key in managed,
            )
        )
    FlexibleAssetField.objects.bulk_create(rows)


def _free_slot(spec: FieldSpec, used: Collection[str]) -> str:
    family = FIELD_KINDS[spec.kind].slot_family
    # The title needs no slot: the asset's own name column lists it.
    if not spec.show_in_list or family is None or spec.use_for_title:
        return ""
    for slot in SLOTS[family]:
        if slot not in used:
            return slot
    raise SlotsUsedUpError(f"A type shows at most {len(SLOTS[family])} {family} fields in lists.")


def make_way(schema: Schema, key: str) -> None:
    """An own field whose key a newer version of the manager needs keeps its values under another."""
    own = schema.by_key[key]
    own.key = _free_key(schema, f"{key}-own")
    own.name = f"{own.name[:90]} (own)"
    own.save(update_fields=["key", "name"])
    assets = FlexibleAsset.objects.of_type(schema.asset_type).filter(traits__has_key=key)
    held = list(assets.order_by("pk").select_for_update())
    for asset in held:
        asset.traits[own.key] = asset.traits.pop(key)
    FlexibleAsset.objects.bulk_update(held, ["traits"], batch_size=500)


def _free_key(schema: Schema, wanted: str) -> str:
    key, number = wanted[:90], 2
    while key in schema.by_key:
        key, number = f"{wanted[:90]}-{number}", number + 1
    return key
