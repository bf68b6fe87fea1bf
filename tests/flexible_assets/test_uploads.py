"""Files in the form of an asset: saved with it, asked for, and held on to while something else of the form is wrong."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from flexible_assets.actions import AssetContent, FieldSpec, create_asset
from flexible_assets.actions.files import FileRefusedError, attach_files, delete_attachment
from flexible_assets.files import StorageUnavailableError, storage
from flexible_assets.forms import uploads
from flexible_assets.models import Attachment, FlexibleAsset
from flexible_assets.staging import file_of, store_file, ticket_of
from organizations.models import Activity
from organizations.roles import Role
from tests.factories import NOW, make_user
from tests.flexible_assets.documentation import make_assets, make_type
from tests.pages import page_of

SENT = {"field-name": "Fiber", "field-speed": "100", "notes": "Keep", "audience": "everyone"}
FIELDS = (
    FieldSpec("Contract", "Upload", required=True, hint="Signed by both."),
    FieldSpec("Photos", "Upload"),
    FieldSpec("Speed", "Number"),
)


@pytest.fixture
def lines(account, inside):
    with inside():
        return make_type(account, "Lines", FIELDS)


@pytest.fixture
def new_url(account, organization, lines):
    return reverse("flexible_assets:asset-new", args=[account.slug, organization.pk, lines.asset_type.pk])


@pytest.fixture
def client(client_of):
    return client_of(Role.CREATOR)


@pytest.fixture
def line(lines, organization, inside):
    """With a contract, as it was before contracts were files."""
    with inside():
        [made] = make_assets(lines, organization, "Copper")
        attach_files(made, [file("old.pdf")], field=lines.by_key["contract"], now=NOW)
    return made


@pytest.fixture
def edit_url(account, line):
    return reverse("flexible_assets:asset-edit", args=[account.slug, line.pk])


def file(name="contract.pdf", content=b"%PDF-1.7 signed"):
    return SimpleUploadedFile(name, content)


def form_of(page):
    return page.one("main").one("form", class_="settings")


def tickets_in(page, key="contract"):
    kept = form_of(page).all("input", type="checkbox", name=f"field-{key}-kept")
    assert all("checked" in each.attributes for each in kept)
    return [each.attributes["value"] for each in kept]


def stored_files(inside):
    with inside():
        rows = Attachment.objects.order_by("name").values_list("asset__name", "field__key", "name", "size")
        return list(rows)


def test_files_are_saved_with_a_new_asset(client, new_url, inside):
    form = form_of(page_of(client.get(new_url)))
    assert form.attributes["enctype"] == "multipart/form-data"
    contract = form.one("input", id="id_field-contract")
    assert {"required", "multiple"} <= contract.attributes.keys()
    sent = SENT | {"field-contract": file(), "field-photos": [file("a.png", b"a"), file("b.png", b"bc")]}
    assert client.post(new_url, sent).status_code == 302
    assert stored_files(inside) == [
        ("Fiber", "photos", "a.png", 1),
        ("Fiber", "photos", "b.png", 2),
        ("Fiber", "contract", "contract.pdf", 15),
    ]
    with inside():
        told = Activity.objects.filter(action="flexible-asset.files-added").order_by("pk")
        assert [line.details["files"] for line in told] == [["contract.pdf"], ["a.png", "b.png"]]
        assert {line.subject for line in told} == {"Fiber"}


def test_required_file_is_asked_for_and_nothing_is_made(client, new_url, inside):
    page = page_of(client.post(new_url, SENT), status=422)
    assert page.one("div", id="id_field-contract-error").text == "This field is required."
    assert page.one("input", id="id_field-contract").attributes["aria-invalid"] == "true"
    with inside():
        assert not FlexibleAsset.objects.exists()


def test_refused_form_holds_on_to_its_files(client, new_url, inside):
    sent = SENT | {"field-contract": file(), "field-photos": file("a.png", b"a"), "field-speed": "fast"}
    page = page_of(client.post(new_url, sent), status=422)
    assert form_of(page).one("label", **{"for": "id_field-contract-kept-1"}).text == "contract.pdf 15 bytes"
    assert "required" not in page.one("input", id="id_field-contract").attributes
    again = SENT | {"field-contract-kept": tickets_in(page), "field-photos": file("b.png", b"bc")}
    # The picture was unticked, and another chosen.
    page = page_of(client.post(new_url, again | {"field-speed": "slow"}), status=422)
    again = SENT | {"field-contract-kept": tickets_in(page), "field-photos-kept": tickets_in(page, "photos")}
    assert client.post(new_url, again).status_code == 302
    assert stored_files(inside) == [
        ("Fiber", "photos", "b.png", 2),
        ("Fiber", "contract", "contract.pdf", 15),
    ]
    with inside():
        contract = Attachment.objects.get(name="contract.pdf")
    with storage().open(contract.key) as content:
        assert content.read() == b"%PDF-1.7 signed"
    assert contract.content_type == "application/pdf"


def test_form_sent_twice_attaches_its_files_once(client, new_url, inside):
    refused = page_of(client.post(new_url, SENT | {"field-contract": file(), "field-speed": "x"}), status=422)
    again = SENT | {"field-contract-kept": tickets_in(refused)}
    assert client.post(new_url, again).status_code == 302
    page = page_of(client.post(new_url, again), status=422)
    assert page.one("div", id="id_field-contract-error").text == (
        "This was uploaded already. Choose the files again to add them twice."
    )
    assert len(stored_files(inside)) == 1
    with inside():
        assert FlexibleAsset.objects.count() == 1


def test_tickets_open_nothing_for_others_nor_for_long(account, client, new_url, inside, monkeypatch):
    owner, other = make_user(account, Role.CREATOR), make_user(account, Role.CREATOR)
    with inside():
        stored = store_file(account.pk, file())
    ticket = ticket_of(stored, user=owner)
    assert (file_of(ticket, user=owner), file_of(ticket, user=other)) == (stored, None)
    assert file_of(f"{ticket}x", user=owner) is None
    page = page_of(client.post(new_url, SENT | {"field-contract-kept": [ticket, "forged"]}), status=422)
    assert page.one("div", id="id_field-contract-error").text == (
        "Some files have waited too long to be saved. Choose them again."
    )
    assert tickets_in(page) == []
    monkeypatch.setattr("flexible_assets.staging._VALID", -1)
    assert file_of(ticket, user=owner) is None


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ([file("empty.txt", b"")], "“empty.txt” is empty. Choose a file with content."),
        ([file(f"{each}.txt", b"x") for each in range(51)], "Upload at most 50 files at once."),
    ],
)
def test_files_that_can_not_be_are_told_at_their_field(client, new_url, sent, words):
    page = page_of(client.post(new_url, SENT | {"field-contract": file(), "field-photos": sent}), status=422)
    assert page.one("div", id="id_field-photos-error").text == words
    assert len(tickets_in(page)) == 1


def test_file_over_the_limit_is_refused_and_the_rest_of_the_form_stays(client, new_url, settings):
    settings.ATTACHMENT_MAX_MB = 1
    large = file("large.iso", b"x" * (1024 * 1024 + 1))
    sent = {"field-contract": [file(), large], "field-photos": file("a.png", b"a")} | SENT
    page = page_of(client.post(new_url, sent), status=422)
    assert "“large.iso” is larger than 1 MB. Nothing was uploaded." in form_of(page).text
    assert page.one("input", id="id_field-speed").attributes["value"] == "100"
    assert page.one("textarea", name="notes").text == "Keep"
    assert (len(tickets_in(page)), len(tickets_in(page, "photos"))) == (1, 1)


def test_storage_that_is_gone_is_told_at_the_field(client, new_url, inside, monkeypatch):
    def fail(*_):
        raise StorageUnavailableError("It can't be reached.")

    monkeypatch.setattr(uploads, "store_file", fail)
    page = page_of(client.post(new_url, SENT | {"field-contract": file()}), status=422)
    assert page.one("div", id="id_field-contract-error").text == "It can't be reached."
    with inside():
        assert not FlexibleAsset.objects.exists()


def test_edited_asset_keeps_its_files_and_takes_more(client, edit_url, inside):
    form = form_of(page_of(client.get(edit_url)))
    assert "Has old.pdf. Files are deleted on the asset's page." in form.text
    assert "required" not in form.one("input", id="id_field-contract").attributes
    version = form.one("input", name="version").attributes["value"]
    sent = SENT | {"version": version, "field-contract": file("new.pdf")}
    assert client.post(edit_url, sent).status_code == 302
    assert [(name, key) for _, key, name, _ in stored_files(inside)] == [
        ("new.pdf", "contract"),
        ("old.pdf", "contract"),
    ]


def test_conflict_holds_on_to_the_files(client, client_of, edit_url, inside):
    version = form_of(page_of(client.get(edit_url))).one("input", name="version").attributes["value"]
    client_of(Role.EDITOR).post(edit_url, SENT | {"version": version, "notes": "Theirs"})
    page = page_of(
        client.post(edit_url, SENT | {"version": version, "field-contract": file("new.pdf")}), status=422
    )
    assert "while you were writing" in page.text
    fresh = form_of(page).one("input", name="version").attributes["value"]
    again = SENT | {"version": fresh, "field-contract-kept": tickets_in(page)}
    assert client.post(edit_url, again).status_code == 302
    assert [name for *_, name, _ in stored_files(inside)] == ["new.pdf", "old.pdf"]


def test_copy_asks_for_files_of_its_own(account, client, line, inside):
    url = reverse("flexible_assets:asset-duplicate", args=[account.slug, line.pk])
    form = form_of(page_of(client.get(url)))
    assert "old.pdf" not in form.text
    page_of(client.post(url, SENT), status=422)
    assert client.post(url, SENT | {"field-contract": file()}).status_code == 302
    assert [name for *_, name, _ in stored_files(inside)] == ["contract.pdf", "old.pdf"]


def test_last_file_of_a_required_field_stays(account, line, lines, client_of, inside):
    with inside():
        [only] = Attachment.objects.all()
        with pytest.raises(FileRefusedError, match="Contract is required"):
            delete_attachment(only, now=NOW)
    url = reverse("flexible_assets:attachment-delete", args=[account.slug, only.pk])
    page = page_of(client_of(Role.EDITOR).post(url, {"confirmed": "yes"}), status=422)
    assert "Contract is required. Upload another file into it before you delete this one." in page.text
    with inside():
        attach_files(line, [file("new.pdf")], field=lines.by_key["contract"], now=NOW)
    assert client_of(Role.EDITOR).post(url, {"confirmed": "yes"}).status_code == 302
    assert [name for *_, name, _ in stored_files(inside)] == ["new.pdf"]


def test_where_no_file_can_come_along_none_is_asked_for(lines, organization, inside):
    content = AssetContent({"name": "Imported"}, reason="imported")
    with inside():
        create_asset(lines, organization=organization, content=content, now=NOW)
        assert FlexibleAsset.objects.get().name == "Imported"
