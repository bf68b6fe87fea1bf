"""New integration and Edit Credentials, as an administrator of an MSP goes through them."""

import logging
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from cryptography import x509
from django.contrib.sessions.models import Session
from django.utils import timezone

from integrations.credentials import open_credential
from integrations.engine.inquiries import answer
from integrations.microsoft.credentials import ClientCertificate, ClientSecret
from integrations.models import CredentialKind, Inquiry, Integration, IntegrationCredential, TenantMatch
from integrations.states import CredentialRole, IntegrationKind
from organizations.access import account_transaction
from organizations.models import Activity
from organizations.roles import Role
from tests.factories import connect, connect_to
from tests.integrations.test_credentials import _tables_with
from tests.pages import page_of

APPLICATION, TENANT = str(UUID(int=11)), str(UUID(int=22))
SECRET = "kanari-Secret~8Q.value"
FORM = {
    "kind": "multi-tenant",
    "name": "Microsoft",
    "application_id": APPLICATION,
    "home_tenant_id": "",
    "cloud": "global",
    "credential": "certificate",
}
WITH_SECRET = {**FORM, "credential": "secret", "secret": SECRET, "secret_ends_on": "2099-03-31"}


@pytest.fixture
def admin(account, client_of):
    return Visitor(account, client_of())


class Visitor:
    """Somebody at the account's integration pages."""

    def __init__(self, account, client) -> None:
        self.account, self.client = account, client

    def url(self, path: str = "") -> str:
        return f"/{self.account.slug}/admin/integrations/{path}"

    def see(self, path: str = "", *, status: int = 200):
        return page_of(self.client.get(self.url(path)), status=status)

    def send(self, path: str, **form):
        return self.client.post(self.url(path), form)

    def connect(self, **changes) -> Integration:
        """Through the first step of the wizard."""
        response = self.send("new/microsoft/", **{**FORM, **changes})
        assert response.status_code == 302, page_of(response, status=422).texts(class_="form-error")
        with account_transaction(self.account.pk):
            integration = Integration.objects.latest("pk")
        assert response.headers["Location"] == self.url(f"{integration.pk}/credentials/")
        return integration


@pytest.fixture
def credential_of(inside):
    def read(integration, role=CredentialRole.CURRENT) -> IntegrationCredential | None:
        with inside():
            return IntegrationCredential.objects.of_integration(integration).filter(role=role).first()

    return read


@pytest.fixture
def work(inside):
    """A worker answers everything that pages have asked."""

    def answer_all(account) -> None:
        with account_transaction(account.pk):
            asked = list(Inquiry.objects.open().values_list("pk", flat=True))
        for pk in asked:
            answer(account.pk, pk)

    return answer_all


@pytest.fixture
def simulated_connection(simulated, admin, credential_of):
    """Connected by the wizard to a simulator that knows the certificate."""
    simulator = simulated(tenants=2)
    integration = admin.connect(
        application_id=simulator.application_id, home_tenant_id=simulator.world.tenants[0].tenant_id
    )
    simulator.register_certificate(credential_of(integration).certificate)
    return simulator, integration


def test_way_to_the_wizard(admin):
    page = admin.see("new/")
    assert [link.attributes["href"] for link in page.one(class_="cards").all("a")] == [
        admin.url("new/microsoft/")
    ]
    wizard = admin.see("new/microsoft/")
    assert wizard.one("ol", class_="wizard").texts("li") == ["Connect", "Test", "Tenants", "Sync Settings"]
    assert [each.text for each in wizard.one("ol", class_="wizard").all(**{"aria-current": "step"})] == [
        "Connect"
    ]
    checked = [
        each.attributes["value"] for each in wizard.all("input", type="radio") if "checked" in each.attributes
    ]
    assert checked == ["multi-tenant", "certificate"]


def test_clouds_come_from_a_fixed_list(admin):
    options = admin.see("new/microsoft/").one("select", name="cloud").all("option")
    assert [each.attributes["value"] for each in options] == ["global", "us-gov", "us-dod", "china"]
    assert admin.send("new/microsoft/", **{**FORM, "cloud": "https://evil.test"}).status_code == 422


def test_certificate_is_made_and_its_public_part_downloaded(admin, credential_of):
    integration = admin.connect()
    row = credential_of(integration)
    opened = open_credential(row)
    assert isinstance(opened, ClientCertificate)
    assert (opened.application_id, opened.is_usable) == (APPLICATION, True)
    lasts = row.expires_at - timezone.now()
    assert timedelta(days=729) < lasts < timedelta(days=731)
    page = admin.see(f"{integration.pk}/credentials/")
    [download] = [link for link in page.all("a") if "download" in link.attributes]
    response = admin.client.get(download.attributes["href"])
    assert response.content.decode() == row.certificate
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="microsoft-{row.hint[:8].lower()}.cer"'
    )
    assert x509.load_pem_x509_certificate(response.content).subject.rfc4514_string() == (
        "CN=Documentation Portal Microsoft"
    )
    assert "PRIVATE KEY" not in response.content.decode()


def test_secret_is_stored_with_the_end_that_was_given(admin, credential_of):
    row = credential_of(admin.connect(**WITH_SECRET))
    assert open_credential(row) == ClientSecret(APPLICATION, SECRET)
    assert (row.kind, row.hint, row.expires_at.date()) == (
        CredentialKind.SECRET,
        "...alue",
        date(2099, 3, 31),
    )


def test_secret_has_no_public_part(account, admin, credential_of):
    row = credential_of(admin.connect(**WITH_SECRET))
    assert admin.client.get(f"/{account.slug}/admin/credentials/{row.pk}/certificate/").status_code == 404
    assert not [
        link
        for link in admin.see(f"{row.integration_id}/credentials/").all("a")
        if "download" in link.attributes
    ]


@pytest.mark.parametrize(
    ("field", "changes", "words"),
    [
        ("name", {"name": ""}, "Give the integration a name."),
        ("name", {"name": "x" * 101}, "Ensure this value has at most 100 characters (it has 101)."),
        ("application_id", {"application_id": ""}, "An application ID is a GUID"),
        ("application_id", {"application_id": "portal"}, "An application ID is a GUID"),
        ("home_tenant_id", {"home_tenant_id": "contoso.com"}, "A tenant ID is a GUID"),
        ("home_tenant_id", {"home_tenant_id": APPLICATION}, "This is the application ID once more."),
        ("home_tenant_id", {"kind": "single-tenant"}, "Enter the tenant's ID."),
        ("secret", {"secret": ""}, "Enter the secret's value."),
        ("secret", {"secret": str(uuid4())}, "That looks like the secret's ID, not its value."),
        ("secret_ends_on", {"secret_ends_on": ""}, "Enter the day on which the secret expires."),
        ("secret_ends_on", {"secret_ends_on": "soon"}, "Write the day as year, month and day"),
        ("secret_ends_on", {"secret_ends_on": "2020-01-01"}, "This secret has expired already."),
    ],
)
def test_mistake_is_told_beside_its_field_and_nothing_else_is_lost(admin, inside, field, changes, words):
    response = admin.send("new/microsoft/", **{**WITH_SECRET, **changes})
    page = page_of(response, status=422)
    [error] = page.all("p", class_="form-error", id=f"id_{field}_error")
    assert error.text.startswith(words)
    assert page.one("input", name=field).attributes["aria-invalid"] == "true"
    typed = {**WITH_SECRET, **changes}
    for name in ("name", "application_id", "home_tenant_id", "secret_ends_on"):
        assert page.one("input", name=name).attributes.get("value", "") == typed[name]
    assert "value" not in page.one("input", name="secret").attributes
    assert SECRET not in response.content.decode()
    with inside():
        assert not Integration.objects.exists()


def test_page_says_that_a_secret_has_to_be_typed_again(admin):
    page = page_of(admin.send("new/microsoft/", **{**WITH_SECRET, "name": ""}), status=422)
    assert "enter it once more" in page.one(class_="when-secret").text
    page = page_of(admin.send("new/microsoft/", **{**FORM, "name": ""}), status=422)
    assert "enter it once more" not in page.one(class_="when-secret").text


def test_secret_that_is_not_chosen_is_not_judged(admin, credential_of):
    row = credential_of(admin.connect(secret="", secret_ends_on="2020-01-01"))
    assert row.kind == CredentialKind.CERTIFICATE


def test_name_that_is_taken_is_told_beside_it(admin, account):
    connect(account, [])
    page = page_of(admin.send("new/microsoft/", **FORM), status=422)
    assert page.one(id="id_name_error").text == "An integration of this name exists already."


def test_several_integrations_stand_side_by_side(admin, inside):
    admin.connect()
    admin.connect(name="Contoso", kind="single-tenant", home_tenant_id=TENANT, cloud="us-gov")
    with inside():
        kept = list(Integration.objects.order_by("pk").values_list("name", "kind", "cloud", "home_tenant_id"))
    assert kept == [
        ("Microsoft", IntegrationKind.MULTI_TENANT, "global", None),
        ("Contoso", IntegrationKind.SINGLE_TENANT, "us-gov", UUID(TENANT)),
    ]


def test_test_connection_really_tests(simulated_connection, admin, account, work):
    simulator, integration = simulated_connection
    tenant = simulator.world.tenants[0]
    asked = len(simulator.requests)
    assert admin.send(f"{integration.pk}/credentials/test/", tenant=tenant.tenant_id).status_code == 302
    assert len(simulator.requests) == asked, "the page has called Microsoft itself"
    waiting = admin.see(f"{integration.pk}/credentials/").one(id="current")
    assert "Testing the connection..." in waiting.text
    work(account)
    page = admin.see(f"{integration.pk}/credentials/")
    assert tenant.display_name in page.one(class_="inquiry").text
    assert "Organization.Read.All" in page.one(class_="inquiry").text
    assert len(simulator.requests) > asked
    [go_on] = [link for link in page.all("a") if link.text == "Continue to Tenants"]
    assert go_on.attributes["href"] == admin.url(f"{integration.pk}/tenants/")


def test_test_of_a_certificate_that_microsoft_does_not_know_says_so(simulated, admin, account, work):
    simulator = simulated()
    integration = admin.connect(
        application_id=simulator.application_id, home_tenant_id=simulator.world.tenants[0].tenant_id
    )
    admin.send(f"{integration.pk}/credentials/test/", tenant=simulator.world.tenants[0].tenant_id)
    work(account)
    page = admin.see(f"{integration.pk}/credentials/")
    assert "The credential was not accepted" in page.one(class_="inquiry").text


def test_single_tenant_is_known_once_it_has_answered(simulated, admin, account, credential_of, work, inside):
    simulator = simulated()
    tenant = simulator.world.tenants[0]
    integration = admin.connect(
        kind="single-tenant", application_id=simulator.application_id, home_tenant_id=tenant.tenant_id
    )
    with inside():
        assert not TenantMatch.objects.exists()
    simulator.register_certificate(credential_of(integration).certificate)
    admin.send(f"{integration.pk}/credentials/test/", tenant=tenant.tenant_id)
    work(account)
    with inside():
        [match] = TenantMatch.objects.values_list("tenant_name", "default_domain", "state")
    assert match == (tenant.display_name, tenant.default_domain, "unmatched")


def test_only_tenants_of_the_integration_are_tested_in(admin, account, inside):
    integration = admin.connect(home_tenant_id=TENANT)
    page = page_of(
        admin.client.post(
            admin.url(f"{integration.pk}/credentials/test/"), {"tenant": str(uuid4())}, follow=True
        )
    )
    assert "That tenant is none of this integration's." in page.one(class_="alerts").text
    with inside():
        assert not Inquiry.objects.exists()


def test_tenants_to_test_in_are_the_own_one_and_those_that_are_known(admin, simulated, account):
    simulator = simulated(tenants=2)
    connected = connect_to(simulator, account)
    page = admin.see(f"{connected.integration.pk}/credentials/")
    offered = page.one("select", name="tenant").texts("option")
    assert sorted(offered) == sorted(each.display_name for each in simulator.world.tenants)


def test_page_without_a_tenant_to_test_in_says_what_to_do(admin):
    integration = admin.connect()
    page = admin.see(f"{integration.pk}/credentials/")
    assert "There is no tenant to test in yet." in page.one(id="current").text
    assert page.all("select", name="tenant") == []


def test_steps_are_shown_until_something_is_ticked_to_sync(admin, account):
    integration = admin.connect()
    [now] = admin.see(f"{integration.pk}/credentials/").one(class_="wizard").all(**{"aria-current": "step"})
    assert now.text == "Test"
    ready = connect(account, [], name="Ready").integration
    assert admin.see(f"{ready.pk}/credentials/").all(class_="wizard") == []


def test_renewal_from_beginning_to_end(simulated_connection, admin, account, credential_of, work):
    simulator, integration = simulated_connection
    tenant = simulator.world.tenants[0].tenant_id
    before = credential_of(integration)
    path = f"{integration.pk}/credentials/"
    form = admin.see(f"{path}next/?kind=certificate")
    assert form.one("input", name="application_id").attributes["value"] == simulator.application_id
    prepared = admin.send(f"{path}next/", application_id=simulator.application_id, credential="certificate")
    assert prepared.status_code == 302
    page = admin.see(path)
    assert page.one(id="next").texts("h2") == ["Next credential"]
    assert "Switch over" not in page.one(id="next").texts("button")
    assert credential_of(integration).pk == before.pk

    admin.send(f"{path}test/", tenant=tenant, role="next")
    work(account)
    assert "Switch over" not in admin.see(path).one(id="next").texts("button"), (
        "Microsoft does not know it yet"
    )
    assert "Test the next credential first" in told_after(admin, f"{path}switch/")

    simulator.register_certificate(credential_of(integration, CredentialRole.NEXT).certificate)
    admin.send(f"{path}test/", tenant=tenant, role="next")
    work(account)
    assert "Switch over" in admin.see(path).one(id="next").texts("button")
    assert "Switched over." in told_after(admin, f"{path}switch/")
    after = credential_of(integration)
    assert (after.pk != before.pk, credential_of(integration, CredentialRole.NEXT)) == (True, None)
    assert admin.see(path).one(id="next").texts("h2") == ["Renew without a gap"]


def told_after(admin, path: str) -> str:
    """What the page says after this button."""
    return page_of(admin.client.post(admin.url(path), follow=True)).one(class_="alerts").text


def test_next_credential_is_discarded(admin, credential_of):
    integration = admin.connect()
    admin.send(
        f"{integration.pk}/credentials/next/",
        application_id=APPLICATION,
        credential="secret",
        secret=SECRET,
        secret_ends_on="2099-01-01",
    )
    assert credential_of(integration, CredentialRole.NEXT).hint == "...alue"
    assert "Discarded." in told_after(admin, f"{integration.pk}/credentials/discard/")
    assert credential_of(integration, CredentialRole.NEXT) is None
    assert "There is no next credential any more." in told_after(
        admin, f"{integration.pk}/credentials/discard/"
    )


def test_end_that_is_near_is_told_on_the_page(admin, inside):
    integration = admin.connect()
    with inside():
        IntegrationCredential.objects.update(expires_at=timezone.now() + timedelta(days=13, hours=2))
    [callout] = admin.see(f"{integration.pk}/credentials/").one(id="current").all(class_="callout")
    assert callout.attributes["data-tone"] == "danger"
    assert callout.one("strong").text == "The certificate expires in 13 days"


def test_page_says_that_no_mail_server_is_set(admin, settings):
    integration = admin.connect()
    settings.EMAIL_HOST = ""
    assert "This portal has no mail server yet" in admin.see(f"{integration.pk}/credentials/").text
    settings.EMAIL_HOST = "smtp.msp.test"
    assert "This portal has no mail server yet" not in admin.see(f"{integration.pk}/credentials/").text


def test_name_and_own_tenant_are_edited(admin, inside):
    integration = admin.connect()
    form = admin.see(f"{integration.pk}/edit/")
    assert form.one("input", name="name").attributes["value"] == "Microsoft"
    assert admin.send(f"{integration.pk}/edit/", name="Clients", home_tenant_id=TENANT).status_code == 302
    with inside():
        assert list(Integration.objects.values_list("name", "home_tenant_id")) == [("Clients", UUID(TENANT))]
    admin.connect()
    page = page_of(admin.send(f"{integration.pk}/edit/", name="Microsoft", home_tenant_id=""), status=422)
    assert page.one(id="id_name_error").text == "An integration of this name exists already."


def test_tenant_of_a_single_tenant_integration_can_not_be_taken_away(admin):
    integration = admin.connect(kind="single-tenant", home_tenant_id=TENANT)
    page = page_of(admin.send(f"{integration.pk}/edit/", name="Microsoft", home_tenant_id=""), status=422)
    assert (
        page.one(id="id_home_tenant_id_error").text
        == "A single-tenant integration needs the ID of its tenant."
    )


def test_secret_is_nowhere_but_sealed(admin, account, caplog, inside):
    """Typed twice, once with a mistake beside it; asked of every table, as the owner, who sees all of it."""
    caplog.set_level(logging.DEBUG)
    admin.send("new/microsoft/", **{**WITH_SECRET, "name": ""})
    integration = admin.connect(**WITH_SECRET)
    admin.send(
        f"{integration.pk}/credentials/next/",
        application_id=APPLICATION,
        credential="secret",
        secret=SECRET,
        secret_ends_on="2099-01-01",
    )
    shown = [
        admin.client.get(admin.url(path)).content.decode()
        for path in (
            "",
            f"{integration.pk}/credentials/",
            f"{integration.pk}/credentials/next/",
            f"{integration.pk}/edit/",
        )
    ]
    assert SECRET not in "".join(shown)
    assert SECRET not in caplog.text
    assert _tables_with(SECRET) == []
    assert _tables_with(integration.application_id) != [], "the search finds nothing, so it proves nothing"
    with inside():
        told = str(list(Activity.objects.values_list("action", "subject", "details")))
        sessions = str([session.get_decoded() for session in Session.objects.all()])
    assert "integration.connected" in told
    assert SECRET[-4:] not in told + sessions


def test_private_key_is_nowhere_but_sealed(admin, credential_of):
    integration = admin.connect()
    key = open_credential(credential_of(integration)).private_key.splitlines()[5]
    assert _tables_with(key) == []
    assert key not in admin.client.get(admin.url(f"{integration.pk}/credentials/")).content.decode()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.READ_ONLY, Role.LITE])
def test_only_managers_and_administrators_connect(account, client_of, inside, role):
    visitor = Visitor(account, client_of(role))
    for path in ("new/", "new/microsoft/"):
        assert visitor.client.get(visitor.url(path)).status_code == 403
    assert visitor.send("new/microsoft/", **FORM).status_code == 403
    with inside():
        assert not Integration.objects.exists()
