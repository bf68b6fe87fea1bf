"""Names come from other people's directories: whatever they hold, pages show it as the text it is."""

import uuid

import pytest

from flexible_assets.models import FlexibleAsset, FlexibleAssetType
from integrations.actions.matching import Tenant
from integrations.actions.runs import start_sync
from integrations.models import TenantSync
from integrations.problems import Problem
from integrations.states import SyncState, Trigger
from organizations.actions import NewUser, create_account, create_user
from organizations.models import Contact
from organizations.roles import Role
from tests.factories import NOW, PASSWORD, connect, give_licenses, person, sku
from tests.pages import page_of

NAMES = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"><img src=x onerror='alert(1)'>",
    "entity": "Müller &amp; Söhne & Co",
    "template": "{{ 7*7 }}{% now 'Y' %}${7*7}",
    "formula": '=HYPERLINK("https://evil.example";"click")',
    "right-to-left": "\u202eexe.cod \u05de\u05e2\u05d1\u05d3\u05d5\u05ea",
    "joined": "e\u0301\U0001f469\u200d\U0001f4bb \u6771\u4eac",
    "url": "javascript:alert(1)//%00?q=1#x",
    "long": "W" * 100,
}


@pytest.fixture(params=list(NAMES.values()), ids=list(NAMES))
def name(request):
    return request.param


@pytest.fixture
def hostile(_database, name):
    """An account in which everything that has a name has this one."""
    account = create_account(name, slug=f"h-{uuid.uuid4().hex[:12]}", now=NOW)
    tenant = Tenant(uuid.uuid4(), name, name)
    connected = connect(account, [tenant], name=name)
    plan = sku(name, enabled=2, consumed=3)
    give_licenses(connected.matches[0], [plan], [person(name, holds=[plan], mail=name, title=name)])
    return connected


@pytest.fixture
def reader(hostile, inside, sign_in, name):
    with inside(hostile.account):
        administrator = NewUser("admin@client.test", name, Role.ADMINISTRATOR, PASSWORD)
        user = create_user(hostile.account, administrator, now=NOW)
    return sign_in(user)


@pytest.fixture
def pages(hostile, inside, reader, name):
    """Each kind of page, parsed, by its name."""
    account, integration = hostile.account, hostile.integration
    with inside(account):
        run = start_sync(integration.pk, trigger=Trigger.MANUAL, now=NOW)
        TenantSync.objects.update(
            state=SyncState.FAILED, problem=Problem.UNEXPECTED, detail=name, request_id=name[:60]
        )
        contact, asset = Contact.objects.get(), FlexibleAsset.objects.get()
        field = FlexibleAssetType.objects.get().fields.get(key="users")
    organization = f"organizations/{asset.organization_id}/"
    paths = {
        "organizations": "organizations/",
        "organization": organization,
        "contacts": f"{organization}contacts/",
        "contact": f"contacts/{contact.pk}/",
        "licenses": f"{organization}assets/{asset.asset_type_id}/",
        "global": f"global/{asset.asset_type_id}/",
        "asset": f"assets/{asset.pk}/",
        "tagged": f"assets/{asset.pk}/tags/{field.pk}/",
        "integrations": "admin/integrations/",
        "settings": f"admin/integrations/{integration.pk}/sync-settings/",
        "run": f"admin/sync-runs/{run.pk}/",
    }
    return {key: page_of(reader.get(f"/{account.slug}/{path}")) for key, path in paths.items()}


def test_hostile_names_are_shown_as_they_are_and_add_nothing_to_the_page(pages, name):
    shown = " ".join(name.split())
    assert {key: shown in page.text for key, page in pages.items()} == dict.fromkeys(pages, True)
    for page in pages.values():
        elements = list(page.everything())
        assert [each.tag for each in elements if each.tag in ("img", "iframe", "object", "style")] == []
        assert [each for each in elements if each.tag == "script" and "src" not in each.attributes] == []
        assert [key for each in elements for key in each.attributes if key.startswith("on")] == []
        schemes = {
            each.attributes["href"].partition(":")[0]
            for each in elements
            if ":" in each.attributes.get("href", "")
        }
        assert schemes <= {"mailto"}


def test_hostile_names_stand_where_names_belong(pages, name):
    shown = " ".join(name.split())
    assert [row[0] for row in pages["organizations"].rows] == [shown]
    assert [row[:2] for row in pages["global"].rows] == [[shown, shown]]
    assert pages["contacts"].rows == [[shown, shown, "", shown, "", "Listed"]]
    assert pages["contact"].one("h1").text == shown
    assert pages["asset"].one("h1").text == shown
    assert pages["asset"].one("section", class_="usage").pairs["SKU"] == shown
    assert pages["run"].one("pre").text == f"{shown} Request id {' '.join(name[:60].split())}"


def test_hostile_words_in_the_search_box_come_back_as_they_were(reader, hostile, name):
    page = page_of(reader.get(f"/{hostile.account.slug}/organizations/", {"q": name}))
    assert page.one("input", id="list-search").attributes["value"] == name[:200].strip()
    assert [row[0] for row in page.rows] == [" ".join(name.split())]
