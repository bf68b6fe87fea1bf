"""Ready-made types: each can be made as it is, and is worth starting from."""

import pytest

from flexible_assets.actions import FieldSpec
from flexible_assets.actions.building import create_type
from flexible_assets.icons import COMMON, find_icons, icon_names
from flexible_assets.schema import schema_of
from flexible_assets.type_templates import TEMPLATES
from tests.factories import NOW

WANTED = {
    "Applications", "Backup", "Email", "File Sharing", "Internet/WAN", "LAN", "Printing", "Security", "Site Summary",
    "Vendors", "Voice/PBX", "Wireless",
}  # fmt: skip


def test_templates_cover_what_most_clients_have():
    assert {template.details.name for template in TEMPLATES.values()} == WANTED


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_template_becomes_a_type_as_it_stands(account, inside, template):
    with inside():
        schema = schema_of(create_type(account.pk, template.details, fields=template.fields, now=NOW))
    assert [field.name for field in schema.fields] == [spec.name for spec in template.fields]
    assert len({field.key for field in schema.fields}) == len(schema.fields)
    assert [field.key for field in schema.fields if field.key != spec_key(field.name)] == []
    assert sum(field.use_for_title for field in schema.fields) == 1
    assert schema.fields[0].use_for_title
    assert 3 <= len(schema.in_list) <= 7
    assert template.details.icon in icon_names()
    assert template.details.description.endswith(".")


def spec_key(name):
    return FieldSpec(name, "Text").key


def test_common_icons_are_drawings_that_exist():
    assert set(COMMON) <= icon_names()
    assert len(set(COMMON)) == len(COMMON)


def test_icons_are_found_by_words_the_nearest_first():
    assert find_icons("server")[0] == "server"
    assert find_icons("server off") == ["server-off"]
    assert (find_icons("zzz"), find_icons(" ")) == ([], list(COMMON))
