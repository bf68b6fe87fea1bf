"""Revisions: kept after each change by a person, compared field by field, and restored as an edit like any other."""

import pytest

from flexible_assets.actions import (
    AssetConflictError,
    AssetContent,
    FieldSpec,
    InvalidAssetError,
    add_own_field,
    archive_assets,
    create_asset,
    edit_asset,
    replace_tags,
    restore_revision,
    update_assets,
)
from flexible_assets.models import AssetRevision, AssetSecret, AssetTag, FlexibleAsset, FlexibleAssetField
from flexible_assets.revisions import Line, Snapshot, differences, version_of
from organizations.models import Activity, Contact, OrganizationAccess
from organizations.roles import Role
from tests.factories import NOW, make_user
from tests.flexible_assets.conftest import LATER
from tests.pages import page_of


@pytest.fixture
def payroll(applications, organization, people, inside, administrator):
    """In its second revision: the vendor, the manual, the tags and the password changed."""
    first = {
        "name": "Payroll", "vendor": "Acme", "manual": "One\nTwo", "owners": people[:2], "admin-password": "old",
    }  # fmt: skip
    second = {"vendor": "Zed", "manual": "One\nThree", "owners": people[1:], "admin-password": "new"}
    with inside():
        content = AssetContent(first, "First", reason="created")
        asset = create_asset(
            applications, organization=organization, content=content, now=NOW, actor=administrator
        )
        return edit_asset(asset, changes=second, notes="Second", now=LATER, actor=administrator)


def revisions() -> list[AssetRevision]:
    return list(AssetRevision.objects.order_by("number"))


def test_each_change_by_a_person_is_kept_without_passwords(payroll, people, inside, administrator):
    with inside():
        first, second = revisions()
    assert (first.traits["vendor"], second.traits["vendor"]) == ("Acme", "Zed")
    assert second.tags == {"owners": [["contact", people[1], "B"], ["contact", people[2], "C"]]}
    assert (second.number, second.at, second.user_id, second.reason, second.notes) == (
        2, LATER, administrator.pk, "edited", "Second",
    )  # fmt: skip
    assert "admin-password" not in str([first.traits, second.traits])


def test_edit_that_changes_nothing_makes_no_revision(payroll, inside):
    with inside():
        edit_asset(payroll, changes={"vendor": " Zed "}, notes="Second", now=LATER)
        assert len(revisions()) == 2


def test_what_a_sync_wrote_is_laid_at_nobody_s_door(schema, servers, people, inside, administrator):
    dell = servers[0]
    with inside():
        replace_tags(schema.by_key["owners"], {dell.pk: people})
        edit_asset(dell, changes={}, notes="Mine", now=NOW, actor=administrator)
        update_assets(schema, {dell.pk: {"vendor": "Dell", "cores": 99}}, now=NOW)
        edit_asset(dell, changes={}, notes="Mine too", now=LATER, actor=administrator)
        kept = [(each.reason, each.user_id, each.notes, each.traits["cores"]) for each in revisions()]
        # Whom a sync tags may be a hundred thousand, so revisions leave them out.
        assert [each.tags for each in revisions()] == [{}] * 4
    assert kept == [
        ("found", None, "", 4),
        ("edited", administrator.pk, "Mine", 4),
        ("found", None, "Mine", 99),
        ("edited", administrator.pk, "Mine too", 99),
    ]


def test_differences_are_told_field_by_field_and_line_by_line(applications, payroll, people, inside):
    with inside():
        first, second = (Snapshot.of_revision(each) for each in revisions())
        seen = {("contact", pk) for pk in people}
        told = differences(applications, first, second, visible=seen)
        assert [(each.label, each.before, each.after) for each in told if not each.lines] == [
            ("Vendor", "Acme", "Zed"), ("Owners", "A, B", "B, C"), ("Notes", "First", "Second"),
        ]  # fmt: skip
        [manual] = [each for each in told if each.lines]
        assert [line for line in manual.lines if line.text] == [
            Line("One"), Line("Two", "removed"), Line("Three", "added"),
        ]  # fmt: skip
        hidden = differences(applications, first, second, visible=set())
    assert "Owners" not in {each.label for each in hidden}


def test_field_that_the_type_lost_is_still_told(applications, payroll, inside):
    with inside():
        FlexibleAssetField.objects.get(key="vendor").delete()
        schema = type(applications)(
            applications.asset_type, tuple(applications.asset_type.fields.order_by("order"))
        )
        first, second = (Snapshot.of_revision(each) for each in revisions())
        told = differences(schema, first, second, visible=set())
    assert ("vendor", "Acme", "Zed") in [(each.label, each.before, each.after) for each in told]


def test_restoring_brings_everything_back_but_the_password(payroll, people, inside, administrator):
    with inside():
        sealed = bytes(AssetSecret.objects.get().sealed)
        restore_revision(revisions()[0], now=LATER, actor=administrator)
        stored = FlexibleAsset.objects.get(pk=payroll.pk)
        assert (stored.traits["vendor"], stored.notes, stored.traits["admin-password"]) == (
            "Acme",
            "First",
            True,
        )
        assert sorted(AssetTag.objects.values_list("contact_id", flat=True)) == people[:2]
        assert bytes(AssetSecret.objects.get().sealed) == sealed
        last = revisions()[-1]
        assert (last.number, last.reason, Snapshot.of_revision(last).is_same(Snapshot.of_revision(revisions()[0]))) == (
            3, "restored", True,
        )  # fmt: skip
        assert Activity.objects.filter(action="flexible-asset.restored", subject_id=payroll.pk).count() == 1


def test_restoring_leaves_out_who_can_be_tagged_no_longer(payroll, people, inside, administrator):
    with inside():
        Contact.objects.filter(pk=people[0]).update(archived=True)
        restore_revision(revisions()[0], now=LATER, actor=administrator)
        assert sorted(AssetTag.objects.values_list("contact_id", flat=True)) == people[1:2]


def test_restoring_respects_what_a_sync_keeps(schema, servers, inside, administrator):
    dell = servers[0]
    with inside():
        edit_asset(dell, changes={}, notes="Mine", now=NOW)
        update_assets(schema, {dell.pk: {"vendor": "Dell", "cores": 99}}, now=NOW)
        restore_revision(revisions()[0], now=LATER, actor=administrator)
        stored = FlexibleAsset.objects.get(pk=dell.pk)
    assert (stored.notes, stored.traits["cores"]) == ("", 99)


def test_restoring_respects_what_fields_accept_today(applications, payroll, inside, administrator):
    with inside():
        edit_asset(payroll, changes={"state": "Live"}, now=NOW)
        edit_asset(payroll, changes={"state": "Retired"}, now=NOW)
        FlexibleAssetField.objects.filter(key="state").update(options=[["Retired", "neutral"]])
        with pytest.raises(InvalidAssetError) as refused:
            restore_revision(revisions()[2], now=LATER, actor=administrator)
        assert FlexibleAsset.objects.get(pk=payroll.pk).traits["state"] == "Retired"
    assert refused.value.errors == {"state": "This must be one of: Retired."}


def test_new_required_field_does_not_keep_old_revisions_from_being_restored(
    applications, payroll, inside, administrator
):
    with inside():
        add_own_field(applications, FieldSpec("Cost center", "Text", required=True), now=NOW)
        edit_asset(payroll, changes={"cost-center": "42"}, now=NOW)
        restore_revision(revisions()[0], now=LATER, actor=administrator)
        stored = FlexibleAsset.objects.get(pk=payroll.pk)
    assert (stored.traits["vendor"], stored.traits["cost-center"]) == ("Acme", "42")


# Two at once.


def test_second_of_two_editors_is_told_instead_of_overwriting(applications, payroll, inside):
    with inside():
        version = version_of(applications, payroll)
        edit_asset(payroll, changes={"vendor": "First"}, version=version, now=LATER)
        with pytest.raises(AssetConflictError):
            edit_asset(payroll, changes={"vendor": "Second"}, version=version, now=LATER)
        assert FlexibleAsset.objects.get(pk=payroll.pk).traits["vendor"] == "First"


def test_sync_beside_an_editor_is_no_conflict(schema, servers, inside):
    dell = servers[0]
    with inside():
        version = version_of(schema, dell)
        update_assets(schema, {dell.pk: {"vendor": "Dell", "cores": 99}}, now=NOW)
        archive_assets([dell.pk], now=NOW)
        edit_asset(dell, changes={}, notes="Mine", version=version, now=LATER)
        assert FlexibleAsset.objects.get(pk=dell.pk).notes == "Mine"


@pytest.fixture
def url(account, payroll):
    return f"/{account.slug}/assets/{payroll.pk}/"


def form_of(page) -> dict[str, object]:
    form = page.one("main").one("form", class_="settings")
    return {
        "version": form.one("input", name="version").attributes["value"],
        "field-name": "Payroll", "field-vendor": "Zed", "field-manual": "One\nThree", "notes": "Second",
        "audience": "everyone",
    }  # fmt: skip


def test_page_shows_both_versions_and_saves_at_the_second_try(url, payroll, people, inside, sign_in, account):
    ann, ben = make_user(account, Role.EDITOR), make_user(account, Role.EDITOR)
    tags = {"field-owners": people[1:]}
    here, there = sign_in(ann), sign_in(ben)
    mine, theirs = (
        form_of(page_of(here.get(f"{url}edit/"))) | tags,
        form_of(page_of(there.get(f"{url}edit/"))) | tags,
    )
    assert there.post(f"{url}edit/", theirs | {"field-vendor": "Theirs", "notes": "Both"}).status_code == 302
    told = page_of(here.post(f"{url}edit/", mine | {"field-vendor": "Mine", "notes": "Both"}), status=422)
    conflict = told.one("main").one("section", class_="callout")
    assert conflict.one("strong").text.startswith("Editor saved this")
    assert conflict.rows == [["Vendor", "Theirs", "Mine"]]
    assert told.one("input", name="field-vendor").attributes["value"] == "Mine"
    again = form_of(told) | tags | {"field-vendor": "Mine", "notes": "Both"}
    assert here.post(f"{url}edit/", again).status_code == 302
    with inside():
        assert FlexibleAsset.objects.get(pk=payroll.pk).traits["vendor"] == "Mine"
        assert [each.traits["vendor"] for each in revisions()] == ["Acme", "Zed", "Theirs", "Mine"]


def test_page_does_not_open_what_was_restricted_meanwhile(url, payroll, inside, client_of, administrator):
    client = client_of(Role.ADMINISTRATOR)
    sent = form_of(page_of(client.get(f"{url}edit/")))
    other = client_of(Role.ADMINISTRATOR)
    shut = form_of(page_of(other.get(f"{url}edit/"))) | {"audience": "users"}
    assert other.post(f"{url}edit/", shut).status_code == 302
    told = page_of(client.post(f"{url}edit/", sent), status=422)
    assert ["Who sees it", "Administrators alone", "Everyone"] in told.one("section", class_="callout").rows
    with inside():
        assert FlexibleAsset.objects.get(pk=payroll.pk).is_restricted


# The pages of revisions.


def test_list_tells_who_changed_what_newest_first(url, client_of):
    page = page_of(client_of(Role.READ_ONLY).get(f"{url}history/"))
    assert [[row.one("th").text, *row.texts("td")[1:]] for row in page.one("tbody").all("tr")] == [
        ["2", "Administrator", "Edited", "Vendor, Manual, Owners, Notes"],
        ["1", "Administrator", "Created", ""],
    ]


def test_page_of_a_revision_compares_and_restores(url, client_of, inside, payroll):
    with inside():
        first = revisions()[0]
    client = client_of(Role.EDITOR)
    page = page_of(client.get(f"{url}history/{first.pk}/"))
    card = page.one("section", **{"aria-labelledby": "restore-title"})
    assert [row for row in card.rows if row[0] in ("Vendor", "Notes")] == [
        ["Vendor", "Zed", "Acme"], ["Notes", "Second", "First"],
    ]  # fmt: skip
    version = card.one("input", name="version").attributes["value"]
    response = client.post(f"{url}history/{first.pk}/restore/", {"version": version})
    assert response.headers["Location"] == url
    again = page_of(client.post(f"{url}history/{first.pk}/restore/", {"version": version}), status=422)
    assert "Somebody changed this since" in again.one("div", class_="callout").text
    assert page_of(client.get(f"{url}history/{first.pk}/")).one("main").all("form") == []


def test_revision_of_another_asset_is_not_there(url, client_of, inside, applications, organization):
    with inside():
        content = AssetContent({"name": "Other", "vendor": "Acme"}, reason="created")
        create_asset(applications, organization=organization, content=content, now=NOW)
        other = AssetRevision.objects.get(name="Other")
    client = client_of(Role.EDITOR)
    assert client.get(f"{url}history/{other.pk}/").status_code == 404
    assert client.post(f"{url}history/{other.pk}/restore/").status_code == 404


def test_only_those_who_may_edit_restore(url, client_of, inside):
    with inside():
        first = revisions()[0]
    client = client_of(Role.READ_ONLY)
    assert page_of(client.get(f"{url}history/{first.pk}/")).one("main").all("form") == []
    assert client.post(f"{url}history/{first.pk}/restore/").status_code == 403


def test_restoring_tags_nothing_of_another_kind_that_has_the_same_id(
    applications, payroll, organization, people, inside, administrator
):
    """The field named contacts once, and names organizations now."""
    with inside():
        first = revisions()[0]
        field = applications.by_key["owners"]
        AssetTag.objects.filter(field=field).delete()
        FlexibleAssetField.objects.filter(pk=field.pk).update(tag_type="Organizations")
        tags = {"owners": [["contact", organization.pk, "A namesake by its id"]]}
        revision = AssetRevision(asset=first.asset, traits=first.traits, tags=tags, notes=first.notes)
        restore_revision(revision, now=LATER, actor=administrator)
        assert not AssetTag.objects.filter(field=field).exists()


def test_history_is_closed_to_those_who_may_not_know_who_changed_what(
    account, payroll, organization, sign_in, inside
):
    guest = make_user(account, Role.LITE)
    with inside():
        OrganizationAccess.objects.create(account_id=account.pk, organization=organization, user=guest)
        revision = revisions()[0]
    client, url = sign_in(guest), f"/{account.slug}/assets/{payroll.pk}/"
    links = [link.attributes["href"] for link in page_of(client.get(url)).one("main").all("a")]
    assert f"{url}history/" not in links
    assert client.get(f"{url}history/").status_code == 403
    assert client.get(f"{url}history/{revision.pk}/").status_code == 403
