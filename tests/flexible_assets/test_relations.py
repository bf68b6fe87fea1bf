"""Related items: put beside an asset with a note, seen from both sides, and only by those who may see both ends."""

import pytest
from django.urls import reverse

from flexible_assets import relations
from flexible_assets.actions import FieldSpec, archive_assets, delete_assets, restrict_asset
from flexible_assets.actions.relations import RelationRefusedError, annotate, relate, unrelate
from flexible_assets.actions.tags import set_tags
from flexible_assets.models import AssetRelation
from flexible_assets.picking import related_picking
from flexible_assets.relations import related_items
from organizations.actions import ContactDetails, create_contacts
from organizations.models import Activity, OrganizationAccess
from organizations.roles import Role
from tests.factories import NOW, make_organization, make_user
from tests.flexible_assets.documentation import make_assets, make_type
from tests.pages import page_of


@pytest.fixture
def client_firm(account):
    return make_organization(account, "Client")


@pytest.fixture
def elsewhere(account):
    return make_organization(account, "Elsewhere")


@pytest.fixture
def schema(account, inside):
    with inside():
        return make_type(account, "Servers", [FieldSpec("Role", "Text")])


@pytest.fixture
def assets(schema, client_firm, inside):
    with inside():
        return make_assets(schema, client_firm, "Alpha", "Beta", "Gamma")


@pytest.fixture
def ann(client_firm, inside):
    with inside():
        return create_contacts(client_firm, [ContactDetails(name="Ann", email="ann@client.test")], now=NOW)[0]


@pytest.fixture
def editor(account):
    return make_user(account, Role.EDITOR)


def told(user, record):
    return [(item.kind, item.name, item.notes) for item in related_items(user, record, slug="x").items]


def test_related_items_are_seen_from_both_sides(assets, ann, client_firm, editor, inside):
    alpha, beta, _ = assets
    with inside():
        relate(alpha, to=beta, notes="fails over", now=NOW, actor=editor)
        relate(alpha, to=ann, now=NOW, actor=editor)
        relate(alpha, to=client_firm, now=NOW, actor=editor)
        assert told(editor, alpha) == [
            ("Contact", "Ann", ""),
            ("Organization", "Client", ""),
            ("Servers", "Beta", "fails over"),
        ]
        for record, note in ((beta, "fails over"), (ann, ""), (client_firm, "")):
            assert told(editor, record) == [("Servers", "Alpha", note)]


def test_relating_again_from_either_side_changes_the_note_alone(assets, editor, inside):
    alpha, beta, _ = assets
    with inside():
        first = relate(alpha, to=beta, notes="one", now=NOW, actor=editor)
        again = relate(beta, to=alpha, notes="two", now=NOW, actor=editor)
        same = relate(alpha, to=beta, notes="two", now=NOW, actor=editor)
        assert {first.pk, again.pk, same.pk} == {first.pk}
        assert told(editor, alpha) == [("Servers", "Beta", "two")]
        assert Activity.objects.filter(action="flexible-asset.related").count() == 2


def test_adding_what_is_there_already_without_a_note_keeps_its_note(
    account, assets, client_of, editor, inside
):
    alpha, beta, gamma = assets
    with inside():
        relate(alpha, to=beta, notes="fails over", now=NOW, actor=editor)
    url = reverse("flexible_assets:asset-relate", args=[account.slug, alpha.pk])
    sent = {"items": [f"target:{beta.pk}", f"target:{gamma.pk}"], "notes": ""}
    assert client_of(Role.EDITOR).post(url, sent).status_code == 302
    with inside():
        assert told(editor, alpha) == [("Servers", "Beta", "fails over"), ("Servers", "Gamma", "")]


def test_two_people_who_relate_the_same_two_from_either_side_make_one(assets, inside, in_threads):
    alpha, beta, _ = assets

    def join(asset, to):
        def act():
            with inside():
                relate(asset, to=to, now=NOW)

        return act

    for _ in range(3):
        in_threads(join(alpha, beta), join(beta, alpha))
        with inside():
            assert AssetRelation.objects.count() == 1
            unrelate(AssetRelation.objects.get(), now=NOW)


def test_two_people_who_take_the_same_off_are_one_line_of_the_log(assets, inside):
    alpha, beta, _ = assets
    with inside():
        relation = relate(alpha, to=beta, now=NOW)
        same = AssetRelation.objects.get(pk=relation.pk)
        unrelate(relation, now=NOW)
        unrelate(same, now=NOW)
        assert Activity.objects.filter(action="flexible-asset.unrelated").count() == 1


def test_note_of_what_was_taken_off_meanwhile_brings_nothing_back(assets, inside):
    alpha, beta, _ = assets
    with inside():
        relation = relate(alpha, to=beta, notes="why", now=NOW)
        same = AssetRelation.objects.get(pk=relation.pk)
        unrelate(relation, now=NOW)
        with pytest.raises(RelationRefusedError, match="off the related items meanwhile"):
            annotate(same, notes="because", now=NOW)
        assert AssetRelation.objects.count() == 0


def test_note_is_cleared_where_it_is_edited(account, assets, client_of, editor, inside):
    with inside():
        relation = relate(assets[0], to=assets[1], notes="old", now=NOW)
    url = reverse("flexible_assets:relation-edit", args=[account.slug, relation.pk])
    assert client_of(Role.EDITOR).post(url, {"notes": ""}).status_code == 302
    with inside():
        assert told(editor, assets[0]) == [("Servers", "Beta", "")]


def test_asset_is_not_related_to_itself(assets, inside):
    with inside(), pytest.raises(RelationRefusedError, match="itself"):
        relate(assets[0], to=assets[0], now=NOW)


def test_unrelating_is_logged_without_what_not_everyone_may_know(assets, ann, elsewhere, editor, inside):
    alpha, beta, _ = assets
    with inside():
        for to in (ann, beta, elsewhere):
            unrelate(relate(alpha, to=to, notes="why", now=NOW, actor=editor), now=NOW, actor=editor)
        assert AssetRelation.objects.filter(asset=alpha).count() == 0
        lines = Activity.objects.filter(action="flexible-asset.unrelated").order_by("id")
        assert [line.details["item"] for line in lines] == [
            {"kind": "Contact", "name": "Ann"},
            {"kind": "Flexible asset"},
            {"kind": "Organization"},
        ]
        assert {(line.subject, line.subject_id) for line in lines} == {("Alpha", alpha.pk)}


def test_related_items_out_of_sight_are_counted_as_nothing(
    *, account, schema, assets, elsewhere, client_firm, administrator, editor, inside
):
    alpha, beta, gamma = assets
    near = make_user(account, Role.EDITOR)
    with inside():
        near.all_organizations = False
        near.save()
        OrganizationAccess.objects.create(account_id=account.pk, organization=client_firm, user=near)
        [far] = make_assets(schema, elsewhere, "Far")
        for to in (beta, gamma, far, elsewhere):
            relate(alpha, to=to, now=NOW)
        restrict_asset(beta, users=[], now=NOW)
        archive_assets([gamma.pk], now=NOW)
        names = {user.role + str(user.pk): told(user, alpha) for user in (administrator, editor, near)}
        assert [[name for _, name, _ in each] for each in names.values()] == [
            ["Elsewhere", "Beta", "Far", "Gamma"],
            ["Elsewhere", "Far", "Gamma"],
            ["Gamma"],
        ]
        delete_assets([gamma.pk], now=NOW)
        assert told(near, alpha) == []


def test_page_offers_own_organization_first_and_others_by_name(
    schema, assets, ann, elsewhere, editor, inside
):
    with inside():
        make_assets(schema, elsewhere, "Alphabet")
        picking = related_picking(editor, assets[1], assets[1].organization)

        def offered(term):
            return [(each.name, each.subtitle) for each in picking.suggest(term, limit=9)]

        assert offered("") == [
            ("Alpha", "Servers"),
            ("Gamma", "Servers"),
            ("Ann", "ann@client.test"),
            ("Client", ""),
            ("Elsewhere", ""),
        ]
        assert offered("alpha") == [("Alpha", "Servers"), ("Alphabet", "Servers · Elsewhere")]
        of_contact = related_picking(editor, ann, ann.organization)
        assert [each.name for each in of_contact.suggest("a", limit=9)][:3] == ["Alpha", "Beta", "Gamma"]


def test_items_are_added_and_taken_off_in_the_browser(account, assets, ann, client_of, inside):
    alpha, beta, _ = assets
    client = client_of(Role.EDITOR)
    page_url = reverse("flexible_assets:asset-detail", args=[account.slug, alpha.pk])
    url = reverse("flexible_assets:asset-relate", args=[account.slug, alpha.pk])
    assert client.get(url).status_code == 200
    sent = {"items": [f"target:{beta.pk}"], "items-find": "ann", "notes": " see both "}
    assert client.post(url, sent)["Location"] == f"{page_url}#related"
    panel = page_of(client.get(page_url)).one("section", id="related")
    assert panel.one("h2").text == "Related items 2"
    assert names_in(panel) == ["Ann", "Beta"]
    assert panel.texts("p", class_="beside-note") == ["see both", "see both"]
    contact_url = reverse("organizations:contact-detail", args=[account.slug, ann.pk])
    of_contact = page_of(client.get(contact_url)).one("section", id="related")
    remove = of_contact.one("form").attributes["action"]
    assert client.post(remove, {"back": contact_url, "remove": "yes"})["Location"] == f"{contact_url}#related"
    assert page_of(client.get(contact_url)).one("section", id="related").all("li") == []
    assert names_in(page_of(client.get(page_url)).one("section", id="related")) == ["Beta"]


def names_in(panel):
    return [item.one("div").one("a").text for item in panel.one("ul").all("li")]


@pytest.mark.parametrize("kind", ["contact", "organization"])
def test_assets_are_added_from_the_other_side(
    *, account, assets, ann, client_firm, client_of, kind, editor, inside
):
    record = {"contact": ann, "organization": client_firm}[kind]
    url = reverse(f"flexible_assets:{kind}-relate", args=[account.slug, record.pk])
    client = client_of(Role.EDITOR)
    assert client.post(url, {"items": [f"target:{assets[0].pk}"], "notes": ""}).status_code == 302
    with inside():
        assert told(editor, record) == [("Servers", "Alpha", "")]
        assert told(editor, assets[0]) == [(kind.capitalize(), record.name, "")]
    assert client.post(url, {"items": [f"{kind}:{record.pk}"]}).status_code == 422


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "This field is required."),
        ({"items": ["target:0"]}, "Something you chose is not here any more. Choose again."),
        ({"items": ["nonsense"]}, "Something you chose is not here any more. Choose again."),
        ({"items-find": "zzz"}, "Nothing here is called “zzz”. Check the spelling."),
    ],
)
def test_form_says_what_is_wrong_and_keeps_the_note(account, assets, client_of, sent, words):
    url = reverse("flexible_assets:asset-relate", args=[account.slug, assets[0].pk])
    page = page_of(client_of(Role.EDITOR).post(url, {**sent, "notes": "kept"}), status=422)
    assert page.one("p", class_="form-error").text == words
    assert page.one("input", name="notes").attributes["value"] == "kept"


@pytest.mark.parametrize(
    "back", ["https://evil.test/", "//evil.test/", "/other-account/", "javascript:x", ""]
)
def test_taking_off_leads_back_to_this_portal_alone(account, assets, client_of, inside, back):
    with inside():
        relation = relate(assets[0], to=assets[1], now=NOW)
    url = reverse("flexible_assets:relation-edit", args=[account.slug, relation.pk])
    response = client_of(Role.EDITOR).post(url, {"back": back, "remove": "yes"})
    assert response["Location"] == f"/{account.slug}/assets/{assets[0].pk}/#related"


def test_note_is_edited_on_its_own_page(account, assets, client_of, editor, inside):
    with inside():
        relation = relate(assets[0], to=assets[1], notes="old", now=NOW)
    client, url = (
        client_of(Role.EDITOR),
        reverse("flexible_assets:relation-edit", args=[account.slug, relation.pk]),
    )
    page = page_of(client.get(url))
    assert page.one("input", name="notes").attributes["value"] == "old"
    assert page_of(client.post(url, {"notes": "x" * 501}), status=422).one("p", class_="form-error").text
    assert client.post(url, {"notes": " new "}).status_code == 302
    with inside():
        assert told(editor, assets[1]) == [("Servers", "Alpha", "new")]


def test_readers_change_nothing(account, assets, client_of, inside):
    with inside():
        relation = relate(assets[0], to=assets[1], now=NOW)
    client = client_of(Role.READ_ONLY)
    remove = reverse("flexible_assets:relation-edit", args=[account.slug, relation.pk])
    add = reverse("flexible_assets:asset-relate", args=[account.slug, assets[0].pk])
    assert (client.post(remove).status_code, client.get(add).status_code) == (403, 403)
    page = page_of(client.get(reverse("flexible_assets:asset-detail", args=[account.slug, assets[0].pk])))
    panel = page.one("section", id="related")
    assert (panel.all("form"), len(panel.all("a"))) == ([], 1)


def test_picker_of_related_items_answers_what_is_typed(account, assets, client_of):
    url = reverse("flexible_assets:asset-relate", args=[account.slug, assets[0].pk])
    response = client_of(Role.EDITOR).get(url, {"q": "bet"}, headers={"Accept": "application/json"})
    assert [each["name"] for each in response.json()["choices"]] == ["Beta"]


@pytest.fixture
def one_shown(monkeypatch):
    """Pages of records name one item of each sort."""
    monkeypatch.setattr(relations, "SHOWN", 1)


@pytest.mark.usefixtures("one_shown")
@pytest.mark.parametrize("kind", ["asset", "contact", "organization"])
def test_all_related_items_are_reached_from_the_first_of_them(
    *, account, assets, ann, client_firm, client_of, kind, inside
):
    alpha, beta, gamma = assets
    record = {"asset": alpha, "contact": ann, "organization": client_firm}[kind]
    hidden = {"asset": "flexible_assets:asset-detail"}.get(kind, f"organizations:{kind}-detail")
    with inside():
        for asset in (beta, gamma):
            relate(asset, to=record, notes=f"Note of {asset}", now=NOW)
    client = client_of(Role.EDITOR)
    panel = page_of(client.get(reverse(hidden, args=[account.slug, record.pk]))).one("section", id="related")
    assert (panel.one("h2").text, names_in(panel)) == ("Related items 1+", ["Beta"])
    url = panel.one("p", class_="card-footer").one("a").attributes["href"]
    page = page_of(client.get(url))
    assert [row[:4] for row in page.rows] == [
        ["Gamma", "Servers", "Client", "Note of Gamma"],
        ["Beta", "Servers", "Client", "Note of Beta"],
    ]
    edit = page.one("tbody").all("a")[1].attributes["href"]
    form = page_of(client.get(edit)).one("form", id="relation")
    assert form.one("input", name="back").attributes["value"] == url


@pytest.mark.usefixtures("one_shown")
def test_list_of_related_items_names_what_its_reader_may_see(account, assets, client_of, inside):
    alpha, beta, gamma = assets
    with inside():
        for asset in (beta, gamma):
            relate(asset, to=alpha, now=NOW)
        restrict_asset(gamma, users=[], now=NOW)
    url = reverse("flexible_assets:asset-related", args=[account.slug, alpha.pk])
    rows = page_of(client_of(Role.READ_ONLY).get(url)).rows
    assert [row[:4] for row in rows] == [["Beta", "Servers", "Client", ""]]


@pytest.mark.usefixtures("one_shown")
def test_all_assets_that_tag_a_record_are_reached_from_the_first_of_them(
    account, assets, client_firm, client_of, inside
):
    with inside():
        sites = make_type(account, "Sites", [FieldSpec("Serves", "Tag", tag_type="Organizations")])
        offices = make_assets(sites, client_firm, "North", "South", "Vault")
        for office in offices:
            set_tags(office, sites.by_key["serves"], [client_firm.pk], now=NOW)
        restrict_asset(offices[2], users=[], now=NOW)
    client = client_of(Role.READ_ONLY)
    page_url = reverse("organizations:organization-detail", args=[account.slug, client_firm.pk])
    panel = page_of(client.get(page_url)).one("section", id="related")
    assert panel.one("h3").text == "Tagged in 1+"
    url = panel.one("p", class_="card-footer").one("a").attributes["href"]
    listed = [row[:3] for row in page_of(client.get(url)).rows]
    assert listed == [["North", "Sites", "Client"], ["South", "Sites", "Client"]]
    assert page_of(client.get(url, {"q": "nor"})).rows == [["North", "Sites", "Client", ""]]
