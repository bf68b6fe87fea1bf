"""Records named in Tag fields: chosen on a form, shown as links, and only to those who may see them."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from flexible_assets.actions import FieldSpec, restrict_asset
from flexible_assets.actions.tags import TagRefusedError, set_tags
from flexible_assets.forms.pickers import MOST_PICKED, Picked, TagsField
from flexible_assets.models import AssetTag, FlexibleAsset, FlexibleAssetType
from flexible_assets.picking import tag_picking
from flexible_assets.relations import tagged_in
from flexible_assets.schema import schema_of
from flexible_assets.tagging import TAGS_SHOWN, shown_tags, tagged_ids, written_tags
from flexible_assets.targets import UnknownTagTypeError, target_of
from organizations.actions import ContactDetails, create_contacts
from organizations.models import Activity
from organizations.roles import Role
from tests.factories import NOW, make_organization, make_user
from tests.flexible_assets.documentation import make_assets, make_type
from tests.pages import page_of

OWNERS = FieldSpec("Owners", "Tag", tag_type="Contacts")


@pytest.fixture
def wan(account, inside):
    """Internet lines, with a field for each kind of record."""
    with inside():
        vendors = make_type(account, "Vendors")
        return make_type(
            account,
            "Internet",
            [
                OWNERS,
                FieldSpec("Vendor", "Tag", tag_type=f"FlexibleAssetType: {vendors.asset_type.pk}"),
                FieldSpec("Sites", "Tag", tag_type="Organizations"),
                FieldSpec("Engineers", "Tag", tag_type="AccountsUsers"),
            ],
        )


@pytest.fixture
def client_firm(account):
    return make_organization(account, "Client")


@pytest.fixture
def line(wan, client_firm, inside):
    with inside():
        [asset] = make_assets(wan, client_firm, "Fiber 1")
        return asset


@pytest.fixture
def vendor(account, client_firm, inside):
    """An asset of another type, in the same organization."""
    with inside():
        schema = make_type(account, "Other vendors")
        return make_assets(schema, client_firm, "Telco")[0]


@pytest.fixture
def contacts(client_firm, inside):
    with inside():
        people = [ContactDetails(name=name, email=f"{name}@client.test") for name in ("Ann", "Bob", "Cat")]
        return create_contacts(client_firm, people, now=NOW)


def vendors_of(wan, organization, *names):
    schema = schema_of(FlexibleAssetType.objects.get(account_id=organization.account_id, name="Vendors"))
    return make_assets(schema, organization, *names)


@pytest.fixture
def editor(account):
    return make_user(account, Role.EDITOR)


def names_of(user, asset, wan, key, slug="x"):
    field = wan.by_key[key]
    return [link.name for link in shown_tags(user, asset, [field], slug=slug)[field.pk].tags]


def test_tags_are_set_in_full_and_logged_by_name(wan, line, contacts, editor, inside):
    ann, bob, cat = (contact.pk for contact in contacts)
    with inside():
        assert set_tags(line, wan.by_key["owners"], [bob, ann], now=NOW, actor=editor) is True
        assert set_tags(line, wan.by_key["owners"], [ann, bob], now=NOW, actor=editor) is False
        assert set_tags(line, wan.by_key["owners"], [bob, cat], now=NOW, actor=editor) is True
        assert names_of(editor, line, wan, "owners") == ["Bob", "Cat"]
        lines = Activity.objects.filter(action="flexible-asset.tagged").order_by("id")
        assert [line.details["fields"] for line in lines] == [
            {"owners": {"before": "", "after": "Ann, Bob"}},
            {"owners": {"before": "Ann, Bob", "after": "Bob, Cat"}},
        ]
        assert {(each.subject_kind, each.subject_id) for each in lines} == {("flexibleasset", line.pk)}


def test_every_kind_of_record_can_be_tagged_and_is_shown_as_a_link(
    *, account, wan, line, contacts, client_firm, editor, inside
):
    with inside():
        [telco] = vendors_of(wan, client_firm, "Telco")
        chosen = {
            "owners": contacts[0].pk,
            "vendor": telco.pk,
            "sites": client_firm.pk,
            "engineers": editor.pk,
        }
        for key, target_id in chosen.items():
            set_tags(line, wan.by_key[key], [target_id], now=NOW, actor=editor)
        fields = [field for field in wan.fields if field.behavior.is_tag]
        shown = shown_tags(editor, line, fields, slug=account.slug)
        assert [
            [(link.name, link.url, link.subtitle) for link in shown[field.pk].tags] for field in fields
        ] == [
            [("Ann", f"/{account.slug}/contacts/{contacts[0].pk}/", "Ann@client.test")],
            [("Telco", f"/{account.slug}/assets/{telco.pk}/", "Vendors")],
            [("Client", f"/{account.slug}/organizations/{client_firm.pk}/", "")],
            [(editor.name, "", editor.email)],
        ]
        assert written_tags(AssetTag.objects.filter(asset=line), fields)[line.pk] == {
            "owners": [("contact", contacts[0].pk, "Ann")],
            "vendor": [("target", telco.pk, "Telco")],
            "sites": [("organization", client_firm.pk, "Client")],
            "engineers": [("user", editor.pk, editor.name)],
        }


def test_a_restricted_asset_is_named_to_nobody_who_may_not_see_it(
    *, account, wan, line, client_firm, editor, administrator, inside
):
    with inside():
        secret, plain = vendors_of(wan, client_firm, "Hidden vendor", "Telco")
        field = wan.by_key["vendor"]
        set_tags(line, field, [secret.pk, plain.pk], now=NOW, actor=administrator)
        restrict_asset(secret, users=[], now=NOW)
        assert names_of(administrator, line, wan, "vendor") == ["Hidden vendor", "Telco"]
        shown = shown_tags(editor, line, [field], slug=account.slug)[field.pk]
        assert ([link.name for link in shown.tags], shown.total) == (["Telco"], 1)
        assert tagged_ids(line, field, user=editor) == [plain.pk]
        picking = tag_picking(field, editor, client_firm)
        assert [choice.name for choice in picking.suggest("", limit=9)] == ["Telco"]
        assert picking.known([str(secret.pk)]) == []
        # The log does not even count what not every reader may know.
        [told] = Activity.objects.filter(action="flexible-asset.tagged").values_list("details", flat=True)
        assert told == {"field": "Vendor"}


def test_an_editor_keeps_the_tags_that_they_cannot_see(wan, line, client_firm, editor, administrator, inside):
    with inside():
        secret, plain, other = vendors_of(wan, client_firm, "Hidden", "Plain", "Other")
        field = wan.by_key["vendor"]
        set_tags(line, field, [secret.pk, plain.pk], now=NOW, actor=administrator)
        restrict_asset(secret, users=[], now=NOW)
        set_tags(line, field, [other.pk], now=NOW, actor=editor)
        assert tagged_ids(line, field, user=administrator) == [secret.pk, other.pk]


def test_tags_of_what_the_actor_cannot_choose_are_refused(
    *, account, rival, wan, line, client_firm, contacts, editor, inside
):
    elsewhere, foreign = make_organization(account, "Elsewhere"), make_organization(rival, "Theirs")
    with inside(rival):
        [theirs] = create_contacts(foreign, [ContactDetails(name="Spy")], now=NOW)
    with inside():
        [outsider] = create_contacts(elsewhere, [ContactDetails(name="Outsider")], now=NOW)
        for target_id in (outsider.pk, theirs.pk, 2**40):
            with pytest.raises(TagRefusedError, match="not here any more"):
                set_tags(line, wan.by_key["owners"], [contacts[0].pk, target_id], now=NOW, actor=editor)
        assert AssetTag.objects.filter(asset=line).count() == 0


def test_a_record_of_another_type_is_no_vendor(wan, line, vendor, editor, inside):
    with inside(), pytest.raises(TagRefusedError):
        set_tags(line, wan.by_key["vendor"], [vendor.pk], now=NOW, actor=editor)


def test_a_contact_archived_since_stays_tagged_and_cannot_be_chosen_anew(
    wan, line, contacts, client_firm, editor, inside
):
    ann, bob, _ = contacts
    with inside():
        field = wan.by_key["owners"]
        set_tags(line, field, [ann.pk], now=NOW, actor=editor)
        type(ann).objects.filter(pk__in=[ann.pk, bob.pk]).update(archived=True)
        assert names_of(editor, line, wan, "owners") == ["Ann"]
        assert set_tags(line, field, [ann.pk], now=NOW, actor=editor) is False
        with pytest.raises(TagRefusedError):
            set_tags(line, field, [ann.pk, bob.pk], now=NOW, actor=editor)
        assert [each.name for each in tag_picking(field, editor, client_firm).suggest("", limit=9)] == ["Cat"]


def test_field_that_names_many_shows_the_first_and_leads_to_the_rest(
    *, account, wan, line, client_firm, client_of, editor, inside
):
    with inside():
        people = create_contacts(
            client_firm, [ContactDetails(name=f"P {number:03}") for number in range(75)], now=NOW
        )
        field = wan.by_key["owners"]
        set_tags(line, field, [person.pk for person in people], now=NOW, actor=editor)
        shown = shown_tags(editor, line, [field], slug=account.slug)[field.pk]
        assert [link.name for link in shown.tags] == [f"P {number:03}" for number in range(TAGS_SHOWN)]
        assert shown.total == 75
    response = client_of(Role.READ_ONLY).get(shown.more_url)
    assert response.status_code == 200
    assert "75 contacts" in response.content.decode()


@pytest.mark.parametrize("key", ["vendor", "sites", "engineers"])
def test_tagged_records_of_every_kind_have_a_list(
    *, account, wan, line, client_firm, editor, client_of, key, inside
):
    with inside():
        [telco] = vendors_of(wan, client_firm, "Telco")
        target = {"vendor": telco, "sites": client_firm, "engineers": editor}[key]
        set_tags(line, wan.by_key[key], [target.pk], now=NOW, actor=editor)
    url = reverse("flexible_assets:tagged-records", args=[account.slug, line.pk, wan.by_key[key].pk])
    page = client_of(Role.READ_ONLY).get(url).content.decode()
    assert target.name in page


def test_tagged_record_tells_where_it_is_tagged(*, account, wan, line, client_firm, contacts, editor, inside):
    with inside():
        set_tags(line, wan.by_key["owners"], [contacts[0].pk], now=NOW, actor=editor)
        set_tags(line, wan.by_key["sites"], [client_firm.pk], now=NOW, actor=editor)
        for record in (contacts[0], client_firm):
            assert [item.name for item in tagged_in(editor, record, slug=account.slug).items] == ["Fiber 1"]
        restrict_asset(line, users=[], now=NOW)
        assert list(tagged_in(editor, contacts[0], slug=account.slug).items) == []


def test_picker_finds_as_one_types(account, wan, client_firm, contacts, client_of):
    url = reverse("flexible_assets:tag-choices", args=[account.slug, client_firm.pk, wan.by_key["owners"].pk])
    client = client_of(Role.EDITOR)

    def found(term):
        return [each["name"] for each in client.get(url, {"q": term}).json()["choices"]]

    assert found("") == ["Ann", "Bob", "Cat"]
    assert found("bO") == ["Bob"]
    assert found("cat@client") == ["Cat"]
    assert found("zzz") == []
    assert client_of(Role.READ_ONLY).get(url).status_code == 403


def test_picker_of_what_is_no_tag_field_does_not_exist(account, wan, client_firm, client_of):
    url = reverse("flexible_assets:tag-choices", args=[account.slug, client_firm.pk, wan.by_key["name"].pk])
    assert client_of(Role.EDITOR).get(url).status_code == 404


@pytest.fixture
def owners_field(wan, client_firm, contacts, editor):
    picking = tag_picking(wan.by_key["owners"], editor, client_firm)
    return TagsField(picking, search_url="/")


def test_picker_without_script_takes_an_exact_name(owners_field, contacts, inside):
    ann, bob, _ = (str(contact.pk) for contact in contacts)
    with inside():
        assert owners_field.clean(Picked((ann,), "bob")) == [int(ann), int(bob)]
        assert owners_field.clean(Picked((ann,), "ANN@client.test")) == [int(ann)]
        assert owners_field.clean(Picked((), "")) == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("zzz", "Nothing here is called “zzz”"),
        ("client.test", "“client.test” could be Ann, Bob or Cat"),
    ],
)
def test_picker_without_script_says_what_it_did_not_understand(owners_field, typed, words, inside):
    with inside(), pytest.raises(ValidationError, match=words):
        owners_field.clean(Picked((), typed))


@pytest.mark.parametrize("value", ["x", "-1", "9" * 30, "٣", "1.5"])
def test_picker_refuses_values_it_never_offered(owners_field, value, inside):
    with inside(), pytest.raises(ValidationError, match="Choose again"):
        owners_field.clean(Picked((value,)))


@pytest.fixture
def crowd(wan, line, client_firm, editor, inside):
    """More people than a form takes, as a disconnect may leave them in a field."""
    with inside():
        people = create_contacts(
            client_firm, [ContactDetails(name=f"P {number}") for number in range(MOST_PICKED + 1)], now=NOW
        )
        set_tags(line, wan.by_key["owners"], [person.pk for person in people], now=NOW, actor=editor)
        return people


def test_field_that_names_more_than_a_form_takes_stays_as_it_is(
    *, account, wan, line, crowd, client_of, inside
):
    client, url = client_of(Role.EDITOR), f"/{account.slug}/assets/{line.pk}/edit/"
    page = page_of(client.get(url))
    assert page.all("select", name="field-owners") == []
    assert "501 are tagged: too many to choose here, so they stay as they are." in page.one("main").text
    sent = {"field-name": "Fiber 2", "audience": "everyone", "notes": ""}
    assert client.post(url, sent).status_code == 302
    with inside():
        assert FlexibleAsset.objects.get(pk=line.pk).name == "Fiber 2"
        assert AssetTag.objects.filter(asset=line, field=wan.by_key["owners"]).count() == len(crowd)


def test_copy_of_an_asset_leaves_out_more_than_a_form_takes(*, account, wan, line, crowd, client_of):
    page = page_of(client_of(Role.EDITOR).get(f"/{account.slug}/assets/{line.pk}/duplicate/"))
    picker = page.one("select", name="field-owners")
    assert [each for each in picker.all("option") if "selected" in each.attributes] == []


def test_picking_more_than_a_form_takes_is_refused_and_nothing_lost(
    *, account, wan, line, crowd, client_of, inside
):
    with inside():
        AssetTag.objects.filter(asset=line).delete()
    client, url = client_of(Role.EDITOR), f"/{account.slug}/assets/{line.pk}/edit/"
    sent = {"field-name": "Fiber 1", "field-owners": [each.pk for each in crowd], "audience": "everyone"}
    page = page_of(client.post(url, sent), status=422)
    assert page.one("p", class_="form-error").text == "Choose at most 500 here."
    chosen = [
        each
        for each in page.one("select", name="field-owners").all("option")
        if "selected" in each.attributes
    ]
    assert len(chosen) == len(crowd)


def test_required_tag_field_cannot_be_emptied(account, client_firm, contacts, editor, inside):
    with inside():
        schema = make_type(account, "Backup", [FieldSpec("Owner", "Tag", tag_type="Contacts", required=True)])
        [asset] = make_assets(schema, client_firm, "Nightly")
        with pytest.raises(TagRefusedError, match="required"):
            set_tags(asset, schema.by_key["owner"], [], now=NOW, actor=editor)


@pytest.mark.parametrize("unknown", ["", "Passwords", "FlexibleAssetType:", "FlexibleAssetType: x"])
def test_unknown_tag_type_is_refused(unknown):
    with pytest.raises(UnknownTagTypeError):
        target_of(unknown)


def test_shown_tags_take_a_query_for_each_kind_however_many_there_are(
    *, wan, line, contacts, client_firm, editor, inside, django_assert_num_queries
):
    with inside():
        fields = [field for field in wan.fields if field.behavior.is_tag]
        assert editor.reaches_all
        assert editor.group_ids == ()
        for tagged in (contacts[:1], contacts):
            set_tags(line, wan.by_key["owners"], [each.pk for each in tagged], now=NOW)
            with django_assert_num_queries(4):
                shown_tags(editor, line, fields, slug="x")
        assert FlexibleAsset.objects.filter(pk=line.pk).exists()
