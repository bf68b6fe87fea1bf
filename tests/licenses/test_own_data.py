"""What people write on a synced asset is theirs: own fields, notes and security outlast whatever Microsoft reports."""

import random

from flexible_assets.actions import FieldSpec, add_own_field, edit_asset, restrict_asset
from flexible_assets.models import AssetGrant, FlexibleAsset
from flexible_assets.schema import schema_of
from integrations.microsoft.records import DirectoryUser, SubscribedSku
from organizations.roles import Role
from tests.factories import NOW, connect, give_licenses, make_user, person, sku
from tests.integrations.places import tenant_named

PRODUCTS = [f"PRODUCT_{number}" for number in range(8)]
PEOPLE = [f"Person {number}" for number in range(6)]


def _random_licenses(dice: random.Random) -> tuple[list[SubscribedSku], list[DirectoryUser]]:
    """Some of the products with any numbers, held by anybody: products vanish and come back, people too."""
    skus = [
        sku(part, enabled=dice.randrange(50), consumed=dice.randrange(50), suspended=dice.randrange(3))
        for part in dice.sample(PRODUCTS, dice.randint(1, len(PRODUCTS)))
    ]
    people = [person(name, holds=[each for each in skus if dice.random() < 0.5]) for name in PEOPLE]
    return skus, people


def _own_data() -> dict[int, tuple[str, str, bool, set[int]]]:
    grants: dict[int, set[int]] = {}
    for asset_id, user_id in AssetGrant.objects.values_list("asset_id", "user_id"):
        grants.setdefault(asset_id, set()).add(user_id)
    return {
        asset.pk: (asset.notes, asset.traits["owner"], asset.is_restricted, grants[asset.pk])
        for asset in FlexibleAsset.objects.exclude(notes="")
    }


def test_own_fields_notes_and_security_outlast_fifty_random_syncs(account, inside, administrator):
    technician = make_user(account, Role.EDITOR)
    match = connect(account, [tenant_named("Harbor")]).matches[0]
    give_licenses(match, [sku(part, enabled=5) for part in PRODUCTS], [person(name) for name in PEOPLE])
    with inside():
        add_own_field(
            schema_of(FlexibleAsset.objects.first().asset_type),
            FieldSpec("Owner", "Text", show_in_list=True),
            now=NOW,
            actor=administrator,
        )
        for number, asset in enumerate(FlexibleAsset.objects.order_by("pk")):
            edit_asset(
                asset,
                changes={"owner": f"Team {number}"},
                notes=f"Ask {number}",
                now=NOW,
                actor=administrator,
            )
            restrict_asset(asset, users=[technician], now=NOW, actor=administrator)
        mine = _own_data()
    assert len(mine) == len(PRODUCTS)
    dice, seen = random.Random(7), set()  # noqa: S311 - the same syncs in every run
    for _ in range(50):
        give_licenses(match, *_random_licenses(dice))
        with inside():
            assert _own_data() == mine
            seen.add(tuple(FlexibleAsset.objects.order_by("pk").values_list("number_1", "orphaned_at")))
    assert len(seen) > 40  # the syncs did write the assets
