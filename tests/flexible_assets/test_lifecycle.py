"""Archived, deleted, restored, and gone for good: by action, on the pages, and by itself after thirty days."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from flexible_assets import tasks
from flexible_assets.actions import (
    archive_assets,
    delete_assets,
    edit_asset,
    mark_orphaned,
    purge_deleted_assets,
    release_assets,
    restore_assets,
    restrict_asset,
    unarchive_assets,
    update_assets,
)
from flexible_assets.actions.errors import DeletedAssetError
from flexible_assets.models import AssetRevision, FlexibleAsset, OrganizationTotals
from flexible_assets.policies import deleted_assets, visible_assets
from organizations.models import Activity
from organizations.roles import Role
from tests.factories import NOW, make_user
from tests.flexible_assets.conftest import LATER
from tests.pages import page_of


@pytest.fixture
def own(schema, servers, inside):
    """Two servers that a disconnect left to the people."""
    ids = [asset.pk for asset in servers]
    with inside():
        release_assets(ids, now=NOW)
    return ids


@pytest.fixture
def totals(inside):
    def read() -> tuple[int, int]:
        with inside():
            row = OrganizationTotals.objects.get()
        return row.assets, row.number_2

    return read


def names(rows) -> list[str]:
    return sorted(rows.values_list("name", flat=True))


def test_archived_assets_leave_lists_and_totals_and_come_back(own, inside, administrator, totals):
    dell, hp = own
    with inside():
        assert archive_assets([dell, hp], now=LATER, actor=administrator).done == (dell, hp)
        assert names(visible_assets(administrator).active()) == []
        assert names(visible_assets(administrator)) == ["Dell", "HP"]
    assert totals() == (0, 0)
    with inside():
        assert unarchive_assets([dell], now=LATER, actor=administrator).done == (dell,)
        told = Activity.objects.filter(subject="Dell", user=administrator).order_by("pk")
        assert list(told.values_list("action", "subject_kind", "subject_id")) == [
            ("flexible-asset.archived", "flexibleasset", dell),
            ("flexible-asset.unarchived", "flexibleasset", dell),
        ]
    assert totals() == (1, 4)


def test_batch_tells_what_it_left_alone_and_why(own, inside):
    dell, hp = own
    with inside():
        archive_assets([dell], now=NOW)
        archived = archive_assets(own, now=LATER)
        unarchived = unarchive_assets([hp], now=LATER)
        again = unarchive_assets([hp], now=LATER)
        restored = restore_assets(own, now=LATER)
    assert (archived.done, archived.skipped) == ((hp,), Counter({"already archived": 1}))
    assert (unarchived.done, again.done, again.skipped) == ((hp,), (), Counter({"not archived": 1}))
    assert (restored.done, restored.skipped) == ((), Counter({"not deleted": 2}))


def test_deleted_asset_is_gone_for_everybody_until_it_is_restored(own, inside, administrator, totals):
    dell, _ = own
    with inside():
        assert delete_assets([dell], now=LATER, actor=administrator).done == (dell,)
        assert names(visible_assets(administrator)) == ["HP"]
        [gone] = deleted_assets(administrator)
        assert (gone.pk, gone.deleted_at, gone.deleted_by, gone.archived) == (
            dell,
            LATER,
            administrator,
            True,
        )
        assert delete_assets([dell], now=LATER).skipped == Counter({"already deleted": 1})
        assert archive_assets([dell], now=LATER).skipped == Counter({"deleted": 1})
        with pytest.raises(DeletedAssetError, match="deleted meanwhile"):
            edit_asset(gone, changes={"vendor": "Mine"}, now=LATER)
    assert totals() == (1, 8)
    with inside():
        assert restore_assets([dell], now=LATER, actor=administrator).done == (dell,)
        assert names(visible_assets(administrator).active()) == ["Dell", "HP"]
    assert totals() == (2, 12)


def test_what_a_sync_keeps_in_step_is_deleted_only_once_it_is_orphaned(schema, servers, inside):
    dell, hp = (asset.pk for asset in servers)
    with inside():
        mark_orphaned(schema, [dell], now=NOW)
        outcome = delete_assets([dell, hp], now=LATER)
    assert outcome.done == (dell,)
    assert outcome.skipped == Counter({"kept in step by Inventory, which would bring it back": 1})


def test_deleted_orphan_that_its_source_reports_again_is_back(schema, servers, inside):
    dell = servers[0]
    with inside():
        mark_orphaned(schema, [dell.pk], now=NOW)
        delete_assets([dell.pk], now=NOW)
        update_assets(schema, {dell.pk: {"vendor": "Dell", "cores": 6}}, now=LATER)
        dell.refresh_from_db()
    assert (dell.archived, dell.deleted_at, dell.orphaned_at, dell.number_2) == (False, None, None, 6)


def test_deleted_assets_are_purged_after_their_time_and_no_sooner(account, own, inside, administrator):
    dell, hp = own
    with inside():
        delete_assets([dell], now=NOW, actor=administrator)
        delete_assets([hp], now=LATER, actor=administrator)
        edit = FlexibleAsset.objects.get(pk=dell)
        AssetRevision.objects.create(
            account=account, asset=edit, number=1, at=NOW, reason="edited", name="Dell"
        )
        assert purge_deleted_assets(account.pk, before=NOW - timedelta(seconds=1)) == Counter()
        assert purge_deleted_assets(account.pk, before=NOW) == Counter(assets=1, revisions=1)
        assert names(FlexibleAsset.objects.all()) == ["HP"]


def test_clock_purges_in_every_account_and_batch_by_batch(account, rival, own, inside, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks, "publish", lambda *call, expires: asked.append((*call, expires)))
    tasks.tick_deleted()
    # For as long as it takes a busy server to come to it.
    assert {("flexible_assets.purge_deleted", each.pk, 3600) for each in (account, rival)} <= set(asked)
    long_ago = timezone.now() - timedelta(days=31)
    with inside():
        delete_assets(own[:1], now=long_ago)
        delete_assets(own[1:], now=timezone.now())
    tasks.purge_deleted(rival.pk)
    tasks.purge_deleted(account.pk)
    with inside():
        assert names(FlexibleAsset.objects.all()) == ["HP"]


# The pages.


@pytest.fixture
def url(account, own):
    return f"/{account.slug}/assets/{own[0]}/"


@pytest.fixture
def trash(account):
    return f"/{account.slug}/deleted-assets/"


def test_page_archives_and_brings_back(client_of, url, inside, own):
    client = client_of(Role.EDITOR)
    assert client.post(f"{url}archive/", {"archived": "yes"}).headers["Location"] == url
    header = page_of(client.get(url)).one("header", class_="page-header")
    assert "Archived" in header.texts("span", class_="badge")
    assert client.post(f"{url}archive/", {"archived": "no"}).headers["Location"] == url
    with inside():
        assert not FlexibleAsset.objects.get(pk=own[0]).archived


def test_deleting_asks_first_and_can_be_undone(client_of, url, trash, own, schema, organization):
    client = client_of(Role.EDITOR)
    assert (
        page_of(client.get(f"{url}delete/")).one("main").one("button", class_="button-danger").text
        == "Delete"
    )
    siblings = url.replace(
        f"assets/{own[0]}/", f"organizations/{organization.pk}/assets/{schema.asset_type.pk}/"
    )
    assert client.post(f"{url}delete/").headers["Location"] == siblings
    assert client.get(url).status_code == 404
    row = page_of(client.get(trash)).one("tbody").one("tr")
    assert row.one("th").text == "Dell"
    assert row.texts("td")[-5:-3] == ["Servers", "Client"]
    response = client.post(trash, {"do": "bulk", "action": "restore", "row": [own[0]]})
    assert response.headers["Location"] == trash
    assert client.get(url).status_code == 200
    assert page_of(client.get(trash)).one("div", class_="empty").one("h2").text == "Nothing was deleted"


def test_page_says_why_something_can_not_be_deleted(account, client_of, servers, inside):
    url = f"/{account.slug}/assets/{servers[0].pk}/delete/"
    client = client_of(Role.MANAGER)
    shown = page_of(client.get(url)).one("main")
    assert shown.one("strong").text == "This can't be deleted"
    assert "kept in step by Inventory" in shown.one("div", class_="callout").text
    assert shown.all("button", class_="button-danger") == []
    assert client.post(url).status_code == 422
    with inside():
        assert FlexibleAsset.objects.get(pk=servers[0].pk).deleted_at is None


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.EDITOR, (302, 200, 200)), (Role.CREATOR, (302, 403, 403)), (Role.READ_ONLY, (403, 403, 403))],
)
def test_each_step_needs_its_right(client_of, url, trash, role, may):
    client = client_of(role)
    answers = (
        client.post(f"{url}archive/", {"archived": "no"}),
        client.get(f"{url}delete/"),
        client.get(trash),
    )
    assert tuple(answer.status_code for answer in answers) == may


def test_deleted_list_names_only_what_its_reader_could_see(account, sign_in, own, inside, trash):
    granted, excluded = make_user(account, Role.EDITOR), make_user(account, Role.EDITOR)
    with inside():
        restrict_asset(FlexibleAsset.objects.get(pk=own[0]), users=[granted], now=NOW)
        delete_assets(own, now=NOW)
    assert sorted(row.one("th").text for row in page_of(sign_in(granted).get(trash)).one("tbody").all("tr")) == [
        "Dell", "HP",
    ]  # fmt: skip
    client = sign_in(excluded)
    assert [row.one("th").text for row in page_of(client.get(trash)).one("tbody").all("tr")] == ["HP"]
    client.post(trash, {"do": "bulk", "action": "restore", "row": own})
    with inside():
        assert names(FlexibleAsset.objects.deleted()) == ["Dell"]
