"""`manage.py connect_microsoft` and `create_account`, as an administrator types them."""

import io
import uuid

import pytest
from django.core.management import CommandError, call_command

from integrations.models import Integration, IntegrationCredential, TenantMatch
from integrations.states import IntegrationStatus
from organizations.models import Account, Organization, User
from organizations.roles import Role
from tests.factories import PASSWORD

APPLICATION_ID = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def tenant_id() -> str:
    """Its own for every test: a tenant is linked in one account of a server only."""
    return str(uuid.uuid4())


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text("s3cret-value-of-length\n")
    return path


def connect(account, *arguments):
    out = io.StringIO()
    call_command("connect_microsoft", account.slug, *map(str, arguments), stdout=out)
    return out.getvalue()


def test_connect_creates_the_integration_and_its_matches(account, inside, secret_file, tenant_id):
    connect(
        account,
        "--application-id",
        APPLICATION_ID,
        "--secret-file",
        secret_file,
        "--tenant",
        f"{tenant_id}=Contoso",
    )
    with inside():
        [match] = TenantMatch.objects.select_related("integration", "organization")
        assert (match.integration.name, str(match.tenant_id), match.organization.name) == (
            "Microsoft",
            tenant_id,
            "Contoso",
        )
        assert match.integration.credentials.get().hint == "...ngth"


def test_credential_of_a_known_integration_is_replaced(account, inside, secret_file, tmp_path):
    connect(account, "--application-id", APPLICATION_ID, "--secret-file", secret_file)
    renewed = tmp_path / "renewed.txt"
    renewed.write_text("the-renewed-secret-2027")
    connect(account, "--application-id", APPLICATION_ID, "--secret-file", renewed)
    with inside():
        [integration] = Integration.objects.all()
        assert (integration.epoch, integration.credentials.get().hint) == (2, "...2027")


@pytest.mark.parametrize("adds_tenant", [False, True], ids=["credential", "tenant"])
def test_integration_that_is_being_disconnected_is_left_alone(
    account, inside, secret_file, tenant_id, adds_tenant
):
    credential = ["--application-id", APPLICATION_ID, "--secret-file", secret_file]
    connect(account, *credential)
    with inside():
        Integration.objects.update(status=IntegrationStatus.DISCONNECTING)
        IntegrationCredential.objects.all().delete()
    with pytest.raises(CommandError, match="is being disconnected"):
        connect(account, *(["--tenant", f"{tenant_id}=Contoso"] if adds_tenant else credential))
    with inside():
        assert (IntegrationCredential.objects.count(), TenantMatch.objects.count()) == (0, 0)


def test_more_tenants_are_added_to_an_integration_without_its_credential(
    account, inside, secret_file, tenant_id
):
    connect(account, "--application-id", APPLICATION_ID, "--secret-file", secret_file)
    connect(account, "--tenant", f"{tenant_id}=Contoso", "--tenant", f"{uuid.uuid4()}=Fabrikam")
    with inside():
        assert Integration.objects.count() == 1
        assert set(Organization.objects.values_list("name", flat=True)) == {"Contoso", "Fabrikam"}


def test_an_organization_of_the_name_is_used_and_not_doubled(account, inside, secret_file, tenant_id):
    connect(account, "--application-id", APPLICATION_ID, "--secret-file", secret_file)
    for _ in range(2):
        connect(account, "--tenant", f"{tenant_id}=Contoso")
    with inside():
        assert Organization.objects.filter(name="Contoso").count() == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Give --application-id with either"),
        (("--application-id", APPLICATION_ID), "Give --application-id with either"),
        (("--secret-file", "SECRET"), "Give --application-id with either"),
        (
            ("--application-id", APPLICATION_ID, "--secret-file", "SECRET", "--certificate", "SECRET"),
            "and not both",
        ),
        (("--application-id", APPLICATION_ID, "--secret-file", "BINARY"), "is not a text file"),
        (("--application-id", APPLICATION_ID, "--secret-file", "absent"), "can't be read"),
        (("--application-id", "portal", "--secret-file", "SECRET"), "must be a GUID"),
        (("--application-id", APPLICATION_ID, "--secret-file", "EMPTY"), "secret is empty"),
        (
            ("--application-id", APPLICATION_ID, "--certificate", "SECRET", "--private-key", "SECRET"),
            "belong together",
        ),
        (
            ("--application-id", APPLICATION_ID, "--secret-file", "SECRET", "--tenant", "contoso"),
            "tenant's GUID",
        ),
        (
            (
                "--application-id",
                APPLICATION_ID,
                "--secret-file",
                "SECRET",
                "--tenant",
                f"{uuid.UUID(int=1)}=",
            ),
            "tenant's GUID",
        ),
    ],
)
def test_bad_input_is_refused_in_words_and_leaves_nothing(
    account, inside, tmp_path, secret_file, arguments, words
):
    empty = tmp_path / "empty"
    empty.write_text("")
    binary = tmp_path / "certificate.der"
    binary.write_bytes(b"\x30\x82\xff\xfe")
    files = {"BINARY": binary, "SECRET": secret_file, "EMPTY": empty, "absent": tmp_path / "absent"}
    with pytest.raises(CommandError, match=words):
        connect(account, *(files.get(each, each) for each in arguments))
    with inside():
        assert not Integration.objects.exists()
        assert not Organization.objects.exists()


def test_unknown_account_is_named(account, secret_file):
    with pytest.raises(CommandError, match="no account 'nobody'"):
        call_command("connect_microsoft", "nobody")


def test_create_account_makes_an_administrator(account, inside, monkeypatch):
    slug = f"new-{uuid.uuid4().hex[:8]}"
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    call_command(
        "create_account", slug, "--name", "New MSP", "--admin", "ada@new.example", stdout=io.StringIO()
    )
    with inside():
        created = Account.objects.get(slug=slug)
    with inside(created):
        [user] = User.objects.all()
        assert (user.email, user.role, user.check_password(PASSWORD)) == (
            "ada@new.example",
            Role.ADMINISTRATOR,
            True,
        )


@pytest.mark.parametrize(
    ("slug", "email", "password", "words"),
    [
        ("static", "ada@new.example", PASSWORD, "can't name an account"),
        ("two words", "ada@new.example", PASSWORD, "can't name an account"),
        ("fine-slug", "nobody", PASSWORD, "valid email"),
        ("fine-slug", "ada@new.example", "short", "too short"),
    ],
)
def test_create_account_refuses_in_words(committed, monkeypatch, slug, email, password, words):
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    with pytest.raises(CommandError, match=words):
        call_command("create_account", slug, "--name", "New MSP", "--admin", email)


def test_create_account_refuses_a_taken_name(account, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    with pytest.raises(CommandError, match="already"):
        call_command("create_account", account.slug, "--name", "New MSP", "--admin", "ada@new.example")


def test_tenant_that_is_matched_stays_with_its_organization(account, inside, secret_file, tenant_id):
    connect(
        account,
        "--application-id",
        APPLICATION_ID,
        "--secret-file",
        secret_file,
        "--tenant",
        f"{tenant_id}=Contoso",
    )
    with pytest.raises(CommandError, match="is matched already"):
        connect(account, "--tenant", f"{tenant_id}=Fabrikam")
    with inside():
        [match] = TenantMatch.objects.select_related("organization")
        assert match.organization.name == "Contoso"
