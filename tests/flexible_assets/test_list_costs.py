"""What a list costs whose reader has turned everything on: archived rows, a view, each filter, each order."""

import pytest
from django.core.files.base import ContentFile

from flexible_assets.actions import (
    FieldSpec,
    archive_assets,
    lock_totals,
    refresh_totals,
    restrict_asset,
)
from flexible_assets.actions.files import attach_files
from flexible_assets.actions.tags import set_tags
from flexible_assets.models import FlexibleAsset
from organizations.actions import ContactDetails, archive_organizations, create_contacts
from organizations.actions.groups import GroupProfile, create_group
from organizations.actions.reach import Reach
from organizations.models import User
from organizations.roles import Role
from tests.factories import NOW, make_organization, make_user
from tests.flexible_assets.documentation import make_assets, make_type
from tests.itglue_portal.test_database_queries import queries_of
from tests.pages import page_of

MOST = 15
#: Filled in and not, each: a page begins among the ones and ends among the others.
HALF = 30
FILLED = {"vendor": "Acme", "state": "Live", "size": "1.5", "ends": "2026-04-01", "signed": True}


@pytest.fixture
def organizations(account):
    return [make_organization(account, name) for name in ("Harbor", "Lake", "Closed")]


@pytest.fixture
def technician(account, organizations, inside):
    """Reaches the organizations through a group, which is also who may see what is restricted."""
    user = make_user(account, Role.EDITOR)
    with inside():
        User.objects.filter(pk=user.pk).update(all_organizations=False)
        reach = Reach(organizations=frozenset(each.pk for each in organizations))
        profile = GroupProfile("Helpdesk", members=frozenset({user.pk}), reach=reach)
        create_group(account, profile=profile, now=NOW, actor=make_user(account, Role.ADMINISTRATOR))
    return user


@pytest.fixture
def server(account, organizations, inside):
    with inside():
        [server] = make_assets(make_type(account, "Servers"), organizations[0], "Server")
    return server


@pytest.fixture
def schema(account, server, inside):
    """Lists show every kind of field, and each kind of record that a field may name."""
    tags = {
        "Owners": "Contacts",
        "Sites": "Organizations",
        "Keepers": "AccountsUsers",
        "Hosts": f"FlexibleAssetType: {server.asset_type_id}",
    }
    fields = (
        FieldSpec("Vendor", "Text", show_in_list=True),
        FieldSpec("State", "Select", show_in_list=True, options=(("Live", "ok"), ("Gone", "neutral"))),
        FieldSpec("Size", "Number", show_in_list=True, decimals=1),
        FieldSpec("Share", "Percent", show_in_list=True),
        FieldSpec("Ends", "Date", show_in_list=True, is_expiration=True),
        FieldSpec("Signed", "Checkbox", show_in_list=True),
        *(FieldSpec(name, "Tag", show_in_list=True, tag_type=kind) for name, kind in tags.items()),
        FieldSpec("Contract", "Upload", show_in_list=True),
    )
    with inside():
        return make_type(account, "Applications", fields)


@pytest.fixture
def assets(schema, organizations, technician, server, inside):
    """Of each organization some are archived; the last organization is archived itself."""
    with inside():
        for organization in organizations:
            totals = lock_totals(schema, organization)
            filled = make_assets(schema, organization, *["Filled"] * HALF, **FILLED)
            bare = make_assets(schema, organization, *["Bare"] * HALF)
            for asset in (filled[0], filled[-1]):
                fill_beside(asset, schema, technician, server)
            archive_assets([asset.pk for asset in [*filled[-3:], *bare[-3:]]], now=NOW)
            refresh_totals(schema, totals)
            restrict_asset(filled[1], users=[technician], now=NOW)
        archive_organizations([organizations[-1].pk], now=NOW)


def fill_beside(asset: FlexibleAsset, schema, user: User, server: FlexibleAsset) -> None:
    people = create_contacts(asset.organization, [ContactDetails("Ann"), ContactDetails("Ben")], now=NOW)
    ids = {
        "owners": [each.pk for each in people],
        "sites": [asset.organization_id],
        "keepers": [user.pk],
        "hosts": [server.pk],
    }
    for key, targets in ids.items():
        set_tags(asset, schema.by_key[key], targets, now=NOW)
    files = [ContentFile(b"x", name=name) for name in ("a.txt", "b.txt")]
    attach_files(asset, files, field=schema.by_key["contract"], now=NOW)


@pytest.fixture
def addresses(account, schema, organizations):
    type_id = schema.asset_type.pk
    return {
        "global": f"/{account.slug}/global/{type_id}/",
        "type": f"/{account.slug}/organizations/{organizations[0].pk}/assets/{type_id}/",
    }


#: One of each kind of filter that leaves some rows, and all of them at once.
FILTERS = (
    "",
    "q=filled",
    "name=filled",
    "vendor=acme",
    "state=Live",
    "state.is=empty",
    "size.min=1&size.max=2",
    "share.is=empty",
    "ends.after=2026-01-01",
    "signed=no",
    "owners=any",
    "contract=none",
    "q=filled&vendor=acme&state=Live&size.min=1&ends.after=2026-01-01&signed=yes&sites=any&hosts=any&contract=any",
)
ORDERS = ("", "-name", "vendor", "-size", "ends", "-signed")


@pytest.mark.usefixtures("assets")
@pytest.mark.parametrize("which", ["global", "type"])
@pytest.mark.parametrize("archived", ["", "included", "only"])
def test_list_asks_little_however_much_is_asked_of_it(
    sign_in, technician, organizations, addresses, which, archived
):
    client, reached = sign_in(technician), organizations[0].pk
    asked = [(each, "") for each in ORDERS] + [("-size", each) for each in FILTERS]
    # Of the menu's organizations one is chosen that stands in it, and one that doesn't.
    asked += [("size", f"organization={reached}&organization={organizations[-1].pk}")]
    costs = {}
    for order, narrowed in asked:
        address = f"{addresses[which]}?archived={archived}&sort={order}&view=1&{narrowed}"
        costs[address], response = queries_of(client, address)
        assert response.context["page"].rows, address
    dearest = max(costs.values(), key=len)
    assert len(dearest) <= MOST, "\n".join(dearest)


@pytest.mark.usefixtures("assets")
def test_rows_without_a_value_follow_those_of_every_part(sign_in, technician, addresses, schema, inside):
    """Of active rows, archived ones and those of archived organizations alike, on whichever page they meet."""
    client, met = sign_in(technician), []
    address = f"{addresses['global']}?archived=included&sort=vendor"
    while address:
        page = page_of(client.get(address))
        met += [row[0].split()[0] for row in page.rows]
        further = page.all("a", rel="next")
        address = further[0].attributes["href"] if further else ""
    assert met == ["Filled"] * 3 * HALF + ["Bare"] * 3 * HALF


@pytest.mark.usefixtures("assets")
def test_cells_name_every_kind_of_record(sign_in, technician, addresses):
    page = page_of(sign_in(technician).get(addresses["type"], {"owners": "any"}))
    [shown] = page.rows
    assert shown[-5:] == ["Ann + 1", "Harbor", "Editor", "Server", "a.txt + 1"]
