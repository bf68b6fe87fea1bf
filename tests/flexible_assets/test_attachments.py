"""Files of assets: taken in whatever they are, kept on a disk or in a bucket, and handed out so that nothing runs."""

import hashlib
import io
import os
import tracemalloc
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from moto.server import ThreadedMotoServer

from flexible_assets.actions import DeletedAssetError, FieldSpec, delete_assets, purge_assets, restrict_asset
from flexible_assets.actions.files import FileRefusedError, attach_files, delete_attachment, sweep_files
from flexible_assets.files import StorageUnavailableError, clean_name, content_type_of, storage
from flexible_assets.models import Attachment
from flexible_assets.uploads import LimitedUploadHandler, clear_incoming
from itglue_portal.env import attachment_storage
from organizations.models import Activity
from organizations.roles import Role
from tests.factories import NOW, make_organization, make_user
from tests.flexible_assets.documentation import make_assets, make_type
from tests.pages import page_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PAGE = b"<!doctype html><script>alert(1)</script>"
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
MEGABYTE = 1024 * 1024


@pytest.fixture
def schema(account, inside):
    with inside():
        return make_type(account, "Sites", [FieldSpec("Floor plan", "Upload")])


@pytest.fixture
def site(account, schema, inside):
    client_firm = make_organization(account, "Client")
    with inside():
        return make_assets(schema, client_firm, "Head office")[0]


@pytest.fixture
def editor(account):
    return make_user(account, Role.EDITOR)


@pytest.fixture
def upload_url(account, site):
    return reverse("flexible_assets:attachment-upload", args=[account.slug, site.pk])


@pytest.fixture
def attach(site, inside, editor):
    """`attach("a.txt", b"...")`: a file beside the site."""

    def enter(name="notes.txt", content=b"hello", **options):
        with inside():
            [row] = attach_files(site, [SimpleUploadedFile(name, content)], now=NOW, actor=editor, **options)
        return row

    return enter


def url_of(account, attachment, action="download"):
    return reverse(f"flexible_assets:attachment-{action}", args=[account.slug, attachment.pk])


def content_of(response):
    return b"".join(response.streaming_content)


def kept_files(account):
    return [f"{folder}/{name}" for folder in listed(account)[0] for name in listed(account, folder)[1]]


def listed(account, folder=""):
    try:
        return storage().listdir(f"{account.pk}/{folder}".rstrip("/"))
    except FileNotFoundError:
        return [], []


def test_files_are_uploaded_together_and_listed(account, site, upload_url, client_of, inside):
    client = client_of(Role.CREATOR)
    sent = [SimpleUploadedFile("Plan A.png", PNG), SimpleUploadedFile("notes.txt", b"hello")]
    response = client.post(upload_url, {"files": sent})
    page_url = reverse("flexible_assets:asset-detail", args=[account.slug, site.pk])
    assert response["Location"] == f"{page_url}#files"
    panel = page_of(client.get(page_url)).one("section", id="files")
    assert panel.one("h2").text == "Files 2"
    assert sorted(each.text for each in panel.one("ul").all("a")) == ["Plan A.png", "notes.txt"]
    # A Creator may add files and not delete them.
    assert panel.all("button", title="Delete") == []
    with inside():
        row = Attachment.objects.get(name="notes.txt")
        assert (row.size, row.content_type, row.sha256) == (
            5,
            "text/plain",
            hashlib.sha256(b"hello").hexdigest(),
        )
        [line] = Activity.objects.filter(action="flexible-asset.files-added")
        assert (line.details, line.subject_id) == ({"files": ["Plan A.png", "notes.txt"]}, site.pk)


def test_upload_field_takes_files_of_its_own(account, site, schema, upload_url, client_of, inside):
    client = client_of(Role.EDITOR)
    field = schema.by_key["floor-plan"]
    client.post(upload_url, {"files": SimpleUploadedFile("plan.pdf", b"%PDF-1.7"), "field": str(field.pk)})
    client.post(upload_url, {"files": SimpleUploadedFile("other.txt", b"x"), "field": "999999"})
    with inside():
        assert sorted(Attachment.objects.filter(asset=site).values_list("name", "field")) == [
            ("other.txt", None),
            ("plan.pdf", field.pk),
        ]


def test_list_of_files_is_paged_sorted_and_searched(account, site, attach, client_of):
    for number in range(52):
        attach(f"Plan {number:02}.txt", b"x" * (number + 1))
    url = reverse("flexible_assets:attachment-list", args=[account.slug, site.pk])
    client = client_of(Role.READ_ONLY)
    first = page_of(client.get(url))
    [next_page] = first.all("a", rel="next")
    second = page_of(client.get(next_page.attributes["href"]))
    names = [row[0] for page in (first, second) for row in page.rows]
    assert names == [f"Plan {number:02}.txt" for number in reversed(range(52))]
    assert [row[0] for row in page_of(client.get(url, {"sort": "size", "q": "plan 1"})).rows] == [
        f"Plan {number}.txt" for number in range(10, 20)
    ]


def test_list_of_files_offers_what_its_reader_may_do(account, attach, client_of):
    attachment = attach()
    url = reverse("flexible_assets:attachment-list", args=[account.slug, attachment.asset_id])

    def offered(role):
        links = page_of(client_of(role).get(url)).one("main").all("a")
        return [each.text for each in links if each.text in ("Upload", "Delete...")]

    assert [offered(role) for role in (Role.READ_ONLY, Role.CREATOR, Role.EDITOR)] == [
        [],
        ["Upload"],
        ["Upload", "Delete..."],
    ]


def test_refused_upload_shows_the_files_that_an_assets_page_shows(account, attach, upload_url, client_of):
    for number in range(51):
        attach(f"{number}.txt")
    panel = page_of(client_of(Role.CREATOR).post(upload_url), status=422).one("section", id="files")
    assert panel.one("h2").text == "Files 50+"
    assert panel.one("div", role="alert").text == "Choose one or more files first."
    assert [each.text for each in panel.all("a", class_="button")] == ["Show all files"]


def test_file_comes_back_as_it_was_and_runs_nowhere(account, attach, client_of):
    attachment = attach("page.html", PAGE)
    response = client_of(Role.READ_ONLY).get(url_of(account, attachment))
    assert content_of(response) == PAGE
    assert {
        name: response[name]
        for name in (
            "Content-Type",
            "Content-Disposition",
            "Content-Length",
            "X-Content-Type-Options",
            "Content-Security-Policy",
            "Cache-Control",
        )
    } == {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": 'attachment; filename="page.html"',
        "Content-Length": str(len(PAGE)),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }


@pytest.mark.parametrize(
    ("name", "content", "content_type", "disposition"),
    [
        ("rack.png", PNG, "image/png", "inline"),
        ("rack.exe", PNG, "image/png", "inline"),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 20, "image/jpeg", "inline"),
        ("a.gif", b"GIF89a" + b"\0" * 20, "image/gif", "inline"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp", "inline"),
        ("fake.png", PAGE, "application/octet-stream", "attachment"),
        ("logo.svg", PICTURE, "application/octet-stream", "attachment"),
        ("setup.exe", b"MZ\x90\0" + b"\0" * 20, "application/octet-stream", "attachment"),
        ("scan.pdf", b"%PDF-1.7 ...", "application/pdf", "attachment"),
        ("backup.csv.gz", b"\x1f\x8b\x08", "application/octet-stream", "attachment"),
        ("list.csv", b"a,b", "text/csv", "attachment"),
    ],
)
def test_only_real_pictures_open_inside_the_browser(
    *, account, attach, client_of, name, content, content_type, disposition
):
    attachment = attach(name, content)
    response = client_of(Role.READ_ONLY).get(url_of(account, attachment))
    assert (response["Content-Type"], response["Content-Disposition"].partition(";")[0]) == (
        content_type,
        disposition,
    )
    assert content_type_of(name, content[:16]) == content_type
    assert content_of(response) == content


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\fakepath\\plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie: x=1.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("..", "file"),
        ("", "file"),
        ("n" * 300 + ".docx", "n" * 250 + ".docx"),
        ("Über Ünïcode 計画.txt", "Über Ünïcode 計画.txt"),
    ],
)
def test_names_keep_what_people_read_and_nothing_else(given, kept):
    assert clean_name(given) == kept


def test_key_says_nothing_of_the_name_and_begins_with_the_account(account, attach):
    attachment = attach("secret plan.txt")
    account_part, folder, token = attachment.key.split("/")
    assert (account_part, folder, len(token)) == (str(account.pk), token[:2], 40)
    path = Path(storage().path(attachment.key))
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_restricted_asset_hands_no_file_to_others(account, site, attach, client_of, inside):
    attachment = attach()
    with inside():
        restrict_asset(site, users=[], now=NOW)
    editor, administrator = client_of(Role.EDITOR), client_of(Role.ADMINISTRATOR)
    assert editor.get(url_of(account, attachment)).status_code == 404
    assert editor.post(url_of(account, attachment, "delete")).status_code == 404
    assert content_of(administrator.get(url_of(account, attachment))) == b"hello"


def test_deleted_file_is_gone_from_the_storage_once_that_is_certain(account, attach, inside):
    attachment, other = attach(), attach("kept.txt", b"kept")
    key = attachment.key
    with inside(), transaction.atomic():
        delete_attachment(attachment, now=NOW)
        assert storage().exists(key)
        transaction.set_rollback(True)
    assert storage().exists(key)
    with inside():
        delete_attachment(Attachment.objects.get(key=key), now=NOW)
        assert storage().exists(key)
    assert (storage().exists(key), storage().exists(other.key)) == (False, True)


def test_editor_deletes_a_file_in_the_browser(account, attach, client_of, inside):
    attachment = attach()
    assert client_of(Role.CREATOR).post(url_of(account, attachment, "delete")).status_code == 403
    client, url = client_of(Role.EDITOR), url_of(account, attachment, "delete")
    assert page_of(client.get(url)).one("h1").text == "Delete notes.txt"
    assert client.post(url).status_code == 422
    assert client.post(url, {"confirmed": "yes"}).status_code == 302
    with inside():
        assert not Attachment.objects.filter(pk=attachment.pk).exists()
    assert kept_files(account) == []


def test_sweep_removes_what_no_row_names(account, site, attach, inside):
    kept, gone = attach("kept.txt"), attach("gone.txt")
    fresh = storage().save(f"{account.pk}/aa/fresh", ContentFile(b"an upload that goes on"))
    with inside():
        Attachment.objects.filter(pk=gone.pk).delete()
    tomorrow = timezone.now() + timedelta(days=1, seconds=5)
    assert sweep_files(account.pk, now=timezone.now()) == 0
    os.utime(storage().path(fresh), (tomorrow.timestamp(),) * 2)
    assert sweep_files(account.pk, now=tomorrow) == 1
    assert [storage().exists(key) for key in (kept.key, gone.key, fresh)] == [True, False, True]
    with inside():
        assert purge_assets([site.pk])["attachments"] == 1
    assert sweep_files(account.pk, now=tomorrow + timedelta(days=2)) == 2
    assert kept_files(account) == []


def test_sweep_of_an_account_without_files_does_nothing(account):
    assert sweep_files(account.pk, now=NOW) == 0


@pytest.fixture
def one_megabyte():
    limit = settings.ATTACHMENT_MAX_MB
    settings.ATTACHMENT_MAX_MB = 1
    yield
    settings.ATTACHMENT_MAX_MB = limit


@pytest.mark.usefixtures("one_megabyte")
def test_file_at_the_limit_is_taken_and_one_above_it_refused_in_words(account, upload_url, client_of):
    client = client_of(Role.EDITOR)
    assert client.post(upload_url, {"files": SimpleUploadedFile("a.bin", b"x" * MEGABYTE)}).status_code == 302
    sent = [SimpleUploadedFile("ok.txt", b"x"), SimpleUploadedFile("big.bin", b"x" * (MEGABYTE + 1))]
    page = page_of(client.post(upload_url, {"files": sent}), status=422)
    assert page.one("div", class_="callout").text == "“big.bin” is larger than 1 MB. Nothing was uploaded."
    assert len(kept_files(account)) == 1


@pytest.mark.usefixtures("one_megabyte")
def test_too_many_bytes_together_are_refused_in_words(account, upload_url, client_of):
    sent = [SimpleUploadedFile(f"{number}.bin", b"x" * MEGABYTE) for number in range(6)]
    page = page_of(client_of(Role.EDITOR).post(upload_url, {"files": sent}), status=422)
    assert page.one("div", class_="callout").text == (
        "These files have more than 5 MB together. Upload fewer at once."
    )
    assert kept_files(account) == []


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose one or more files first."),
        ({"files": ("empty.txt", b"")}, "“empty.txt” is empty. Choose a file with content."),
    ],
)
def test_upload_without_content_is_refused_in_words(upload_url, client_of, sent, words):
    form = {name: SimpleUploadedFile(*value) for name, value in sent.items()}
    page = page_of(client_of(Role.EDITOR).post(upload_url, form), status=422)
    assert page.one("div", class_="callout").text == words


def test_readers_upload_nothing(account, upload_url, client_of):
    response = client_of(Role.READ_ONLY).post(upload_url, {"files": SimpleUploadedFile("a.txt", b"x")})
    assert (response.status_code, kept_files(account)) == (403, [])


def test_too_many_files_are_refused(site, inside):
    with inside(), pytest.raises(FileRefusedError, match="at most 50"):
        attach_files(site, [SimpleUploadedFile("a.txt", b"x")] * 51, now=NOW)


def test_large_upload_is_moved_and_never_in_memory(site, inside):
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(exist_ok=True)
    upload = TemporaryUploadedFile("disk.img", "application/octet-stream", 0, None)
    digest = hashlib.sha256()
    for _ in range(48):
        portion = os.urandom(MEGABYTE)
        digest.update(portion)
        upload.write(portion)
    upload.size = 48 * MEGABYTE
    tracemalloc.start()
    with inside():
        [row] = attach_files(site, [upload], now=NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (row.size, row.sha256) == (48 * MEGABYTE, digest.hexdigest())
    assert peak < 8 * MEGABYTE
    # It was moved to its place, so nothing is left where it arrived.
    assert not Path(upload.temporary_file_path()).exists()
    upload.close()


def test_upload_arrives_on_disk_beside_the_storage(account, upload_url, client_of, inside):
    content = io.BytesIO(os.urandom(5 * MEGABYTE))
    content.name = "disk.img"
    assert client_of(Role.EDITOR).post(upload_url, {"files": content}).status_code == 302
    assert Path(settings.FILE_UPLOAD_TEMP_DIR).parent == Path(storage().location)
    with inside():
        row = Attachment.objects.get(name="disk.img")
    assert row.sha256 == hashlib.sha256(content.getvalue()).hexdigest()


def test_file_that_is_missing_in_the_storage_is_told_in_words(account, attach, client_of):
    attachment = attach()
    storage().delete(attachment.key)
    response = client_of(Role.EDITOR).get(url_of(account, attachment))
    assert page_of(response, status=503).one("div", class_="callout").text == (
        "“notes.txt” is missing in the storage. Ask whoever runs this portal."
    )


@pytest.fixture(scope="module")
def s3():
    """Amazon's protocol, spoken by a server of our own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3, monkeypatch, account):
    """The portal keeps attachments in a bucket, named as operators name it."""
    name = f"attachments-{account.slug}"
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=s3, **keys)
    client.create_bucket(Bucket=name)
    for variable, value in (
        ("BUCKET", name),
        ("ENDPOINT", s3),
        ("KEY", "key"),
        ("SECRET", "secret"),
        ("REGION", "us-east-1"),
    ):
        monkeypatch.setenv(f"ATTACHMENTS_S3_{variable}", value)
    disk = settings.STORAGES["attachments"]
    _use(attachment_storage(Path("/nowhere")))
    yield client, name
    _use(disk)


def _use(described):
    settings.STORAGES["attachments"] = described
    storages._storages.pop("attachments", None)
    storages._backends = None
    vars(storages).pop("backends", None)


def objects_in(bucket):
    client, name = bucket
    return [each["Key"] for each in client.list_objects_v2(Bucket=name).get("Contents", ())]


def test_bucket_keeps_hands_out_deletes_and_is_swept(account, site, bucket, upload_url, client_of, inside):
    client, content = client_of(Role.EDITOR), os.urandom(9 * MEGABYTE)
    sent = [SimpleUploadedFile("plan.png", PNG), SimpleUploadedFile("disk.img", content)]
    assert client.post(upload_url, {"files": sent}).status_code == 302
    with inside():
        plan, disk = Attachment.objects.get(name="plan.png"), Attachment.objects.get(name="disk.img")
    assert sorted(objects_in(bucket)) == sorted([plan.key, disk.key])
    assert content_of(client.get(url_of(account, plan))) == PNG
    response = client.get(url_of(account, disk))
    assert (response["Content-Length"], hashlib.sha256(content_of(response)).hexdigest()) == (
        str(9 * MEGABYTE),
        disk.sha256,
    )
    client.post(url_of(account, plan, "delete"), {"confirmed": "yes"})
    assert objects_in(bucket) == [disk.key]
    with inside():
        purge_assets([site.pk])
    assert sweep_files(account.pk, now=timezone.now()) == 0
    assert sweep_files(account.pk, now=timezone.now() + timedelta(days=2)) == 1
    assert objects_in(bucket) == []


def test_bucket_that_is_gone_is_told_in_words_and_leaves_no_row(
    account, bucket, upload_url, client_of, inside
):
    client, name = bucket
    client.delete_bucket(Bucket=name)
    page = page_of(
        client_of(Role.EDITOR).post(upload_url, {"files": SimpleUploadedFile("a.txt", b"x")}), status=422
    )
    assert page.one("div", class_="callout").text == (
        "“a.txt” can't be reached in the storage at the moment. Try again in a few minutes."
    )
    with inside():
        assert Attachment.objects.count() == 0


def test_file_missing_in_the_bucket_is_told_in_words(account, site, bucket, attach, client_of):
    attachment = attach()
    client, name = bucket
    client.delete_object(Bucket=name, Key=attachment.key)
    response = client_of(Role.EDITOR).get(url_of(account, attachment))
    assert "is missing in the storage" in page_of(response, status=503).one("div", class_="callout").text


def test_files_saved_before_the_storage_failed_are_taken_back(account, site, inside, monkeypatch):
    real, calls = storage().save, []

    def save(key, content):
        calls.append(key)
        if len(calls) == 2:
            raise OSError("disk full")
        return real(key, content)

    monkeypatch.setattr(storage(), "save", save)
    files = [SimpleUploadedFile(name, b"x") for name in ("a.txt", "b.txt")]
    with inside(), pytest.raises(StorageUnavailableError):
        attach_files(site, files, now=NOW)
    assert (len(calls), kept_files(account)) == (2, [])


def test_upload_is_received_before_the_transaction_begins(upload_url, client_of, monkeypatch):
    """PostgreSQL ends a transaction that idles for a minute, and slow lines take longer."""
    client, seen = client_of(Role.EDITOR), []
    receive = LimitedUploadHandler.receive_data_chunk

    def watched(self, *args):
        seen.append(connection.in_atomic_block)
        return receive(self, *args)

    monkeypatch.setattr(LimitedUploadHandler, "receive_data_chunk", watched)
    assert client.post(upload_url, {"files": SimpleUploadedFile("a.txt", b"x")}).status_code == 302
    assert seen == [False]


def test_upload_of_too_many_parts_is_refused_before_the_transaction_as_well(upload_url, client_of):
    sent = {"files": [SimpleUploadedFile(f"{number}.txt", b"x") for number in range(101)]}
    assert client_of(Role.EDITOR).post(upload_url, sent).status_code == 400


def idle_time():
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        return cursor.fetchone()[0]


def test_slow_bucket_has_more_time_than_an_idle_transaction(
    *, account, site, attach, client_of, inside, monkeypatch
):
    times, real = {}, {"save": storage().save, "open": storage().open}

    def timed(name):
        def act(*args, **options):
            times[name] = idle_time()
            return real[name](*args, **options)

        return act

    for name in real:
        monkeypatch.setattr(storage(), name, timed(name))
    attachment = attach()
    assert content_of(client_of(Role.EDITOR).get(url_of(account, attachment))) == b"hello"
    assert times == {"save": "15min", "open": "15min"}
    with inside():
        assert idle_time() != "15min"


@pytest.mark.parametrize(
    "leave", [lambda site: delete_assets([site.pk], now=NOW), lambda site: purge_assets([site.pk])]
)
def test_files_for_an_asset_that_was_deleted_meanwhile_are_refused_and_taken_back(
    account, site, inside, leave
):
    with inside():
        leave(site)
    with inside(), pytest.raises(DeletedAssetError):
        attach_files(site, [SimpleUploadedFile("a.txt", b"x")], now=NOW)
    assert kept_files(account) == []


def test_two_people_who_delete_the_same_file_are_one_line_of_the_log(attach, inside):
    first = attach()
    with inside():
        second = Attachment.objects.get(pk=first.pk)
        delete_attachment(first, now=NOW)
        delete_attachment(second, now=NOW)
        assert Activity.objects.filter(action="flexible-asset.files-deleted").count() == 1


@pytest.fixture
def quota():
    """Of two megabytes for all files of an account."""
    settings.ATTACHMENT_QUOTA_MB = 2
    yield
    settings.ATTACHMENT_QUOTA_MB = 0


@pytest.mark.usefixtures("quota")
def test_files_beyond_the_quota_of_the_account_are_refused_in_words(account, attach, upload_url, client_of):
    attach("first.bin", b"x" * MEGABYTE)
    client = client_of(Role.EDITOR)
    sent = [SimpleUploadedFile("a.bin", b"x" * MEGABYTE), SimpleUploadedFile("b.bin", b"x")]
    page = page_of(client.post(upload_url, {"files": sent}), status=422)
    assert page.one("div", class_="callout").text == (
        "There is no room for this: all files together may have 2.0 MB, and 1.0 MB of that are taken. "
        "Delete files that nobody needs, or ask whoever runs this portal."
    )
    assert len(kept_files(account)) == 1
    fitting = SimpleUploadedFile("a.bin", b"x" * MEGABYTE)
    assert client.post(upload_url, {"files": fitting}).status_code == 302


def test_sweep_goes_on_where_a_file_vanishes_under_it(account, monkeypatch):
    for name in ("a", "b"):
        storage().save(f"{account.pk}/aa/{name}", ContentFile(b"left over"))
    real = storage().get_modified_time

    def modified(key):
        if key.endswith("/a"):
            storage().delete(key)
        return real(key)

    monkeypatch.setattr(storage(), "get_modified_time", modified)
    assert sweep_files(account.pk, now=timezone.now() + timedelta(days=2)) == 1
    assert kept_files(account) == []


def test_uploads_that_a_killed_process_left_on_the_way_are_cleared():
    incoming = Path(settings.FILE_UPLOAD_TEMP_DIR)
    incoming.mkdir(exist_ok=True)
    old, fresh = incoming / "old.upload", incoming / "fresh.upload"
    for path in (old, fresh):
        path.write_bytes(b"half a file")
    os.utime(old, (0, 0))
    assert clear_incoming(now=timezone.now()) == 1
    assert (old.exists(), fresh.exists()) == (False, True)
    fresh.unlink()
