"""From traits to an asset's name, keys and slots."""

import pytest

from flexible_assets.actions import FieldSpec, TypeSpec, ensure_managed_type
from flexible_assets.models import FlexibleAsset, SidebarSection
from flexible_assets.schema import schema_of
from tests.factories import NOW

SERVERS = TypeSpec(
    system_key="servers",
    name="Servers",
    manager="Inventory",
    icon="server",
    description="For tests.",
    section=SidebarSection.CORE_ASSETS,
    fields=(
        FieldSpec("Vendor", "Text", use_for_title=True, show_in_list=True),
        FieldSpec("Model", "Text", use_for_title=True),
        FieldSpec("Site", "Text", show_in_list=True),
        FieldSpec("Price", "Number", show_in_list=True, decimals=2),
        FieldSpec("Cores", "Number", show_in_list=True),
        FieldSpec("Notes", "Text"),
    ),
)


@pytest.fixture
def schema(account, inside):
    with inside():
        return ensure_managed_type(account.pk, SERVERS, now=NOW)


def test_fields_that_lists_show_take_the_slots_of_their_family(schema):
    assert {field.key: field.slot for field in schema.fields} == {
        "vendor": "",
        "model": "",
        "site": "text_1",
        "price": "number_1",
        "cores": "number_2",
        "notes": "",
    }
    assert [field.key for field in schema.in_list] == ["vendor", "site", "price", "cores"]
    assert schema.number_slots == ["number_1", "number_2"]


def test_traits_fill_the_whole_asset(schema):
    traits = {
        "vendor": "Hétzner",
        "model": "AX 9",
        "site": "Graz",
        "price": "12.50",
        "cores": 8,
        "notes": "old",
    }
    asset = schema.fill(FlexibleAsset(), traits)
    assert (asset.name, asset.traits) == ("Hétzner AX 9", traits)
    assert (asset.sort_key, asset.search_key) == ("hetzner ax 0000000009", "hétzner ax 9")
    assert (asset.text_1, asset.number_1, asset.number_2) == ("Graz", 1250, 8)


def test_missing_traits_empty_their_slots(schema):
    asset = schema.fill(FlexibleAsset(text_1="Graz", number_1=5, number_2=8), {"vendor": "Dell"})
    assert (asset.name, asset.text_1, asset.number_1, asset.number_2) == ("Dell", None, None, None)


def test_asset_without_a_title_still_has_a_name(schema):
    assert schema.fill(FlexibleAsset(), {"vendor": "", "cores": 4}).name == "(untitled)"


def test_long_title_is_cut(schema):
    asset = schema.fill(FlexibleAsset(), {"vendor": "V" * 200, "model": "M" * 200})
    assert (len(asset.name), len(asset.sort_key)) == (255, 255)


def test_traits_are_a_copy(schema):
    traits = {"vendor": "Dell"}
    asset = schema.fill(FlexibleAsset(), traits)
    traits["vendor"] = "HP"
    assert asset.traits == {"vendor": "Dell"}


def test_fields_come_in_their_order(schema, inside):
    with inside():
        assert [field.name for field in schema_of(schema.asset_type).fields] == [
            field.name for field in SERVERS.fields
        ]
