"""Signing in as people do: an app's code, passkeys of Chromium's virtual device, recovery codes, a first account."""

import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.db import transaction
from playwright.sync_api import expect

from organizations import first_run as rules
from organizations.access import account_transaction
from organizations.actions.accounts import edit_account
from organizations.first_run import first_run_token
from organizations.models import Account, SecondFactorPolicy, User
from organizations.roles import Role
from organizations.views import first_run as first_run_page
from tests.e2e.conftest import PATIENCE, PHONE
from tests.e2e.test_every_page import violations
from tests.e2e.watching import Visit
from tests.factories import NOW, PASSWORD, make_account, make_user
from tests.organizations.second_factors import PERIOD, code_of

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Firm:
    account: Account
    user: User

    @property
    def slug(self):
        return self.account.slug


@pytest.fixture
def firm(_database):
    """Whose people must have a second factor."""
    account = make_account("Strict MSP")
    user = make_user(account, Role.ADMINISTRATOR, email=f"ada-{uuid.uuid4().hex[:6]}@msp.test")
    with account_transaction(account.pk):
        everyone = SecondFactorPolicy.EVERYONE
        edit_account(account, name=account.name, second_factor=everyone, now=NOW, actor=user)
    return Firm(account, user)


@pytest.fixture
def tab(browser, portal, firm):
    """A browser of its own that nobody is signed in to; nothing may have gone wrong in it by the end."""
    with _tab(browser, portal, firm) as visit:
        yield visit
        assert visit.complaints == []


@contextmanager
def _tab(browser, portal, firm, **options):
    context = browser.new_context(reduced_motion="reduce", **options)
    context.set_default_timeout(PATIENCE)
    yield Visit(context.new_page(), portal, firm)
    context.close()


@contextmanager
def device(tab, *, verifies=True):
    """A device with a fingerprint reader, whose owner touches it at once."""
    session = tab.page.context.new_cdp_session(tab.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield lambda: session.send("WebAuthn.getCredentials", made)["credentials"]


def sign_in(tab, *, email=None):
    tab.open("sign-in/")
    tab.page.get_by_label("E-mail address").fill(email or tab.office.user.email)
    tab.page.get_by_label("Password").fill(PASSWORD)
    tab.page.get_by_role("button", name="Sign in").click()


def sign_out(tab):
    tab.page.locator(".user-button").click()
    tab.page.get_by_role("button", name="Sign out").click()
    expect(heading(tab)).to_have_text("Sign in")


def heading(tab):
    return tab.page.get_by_role("heading", level=1)


def _early_in_a_period(tab):
    """The code before this one is taken for as long as this one lasts, which must not end on the way."""
    left = PERIOD - datetime.now(UTC).timestamp() % PERIOD
    if left < 8:
        tab.page.wait_for_timeout(left * 1000)


def add_app(tab):
    tab.page.get_by_role("link", name="Add an authenticator app").click()
    secret = tab.page.get_by_label("Or type this key into the app").input_value()
    _early_in_a_period(tab)
    tab.page.get_by_label("Code the app shows").fill(code_of(secret, datetime.now(UTC), periods=-1))
    tab.page.get_by_role("button", name="Add the app").click()
    expect(heading(tab)).to_have_text("Keep these recovery codes")
    return secret


def add_passkey(tab, name):
    tab.page.get_by_label("Name").fill(name)
    tab.page.get_by_role("button", name="Add the passkey").click()


def test_newcomer_adds_an_app_and_signs_in_by_its_code(tab):
    sign_in(tab)
    expect(heading(tab)).to_have_text("Set up a second factor")
    tab.open("organizations/")
    expect(heading(tab)).to_have_text("Set up a second factor")
    secret = add_app(tab)
    codes = tab.page.locator(".recovery-codes code").all_inner_texts()
    assert len(set(codes)) == 10
    tab.page.get_by_role("link", name="I have kept them").click()
    expect(heading(tab)).to_have_text("Security")
    sign_out(tab)
    sign_in(tab)
    expect(heading(tab)).to_have_text("One more step")
    tab.page.get_by_label("Code of your authenticator app").fill(code_of(secret, datetime.now(UTC)))
    tab.page.get_by_role("button", name="Continue").click()
    expect(tab.page.locator(".user-button")).to_be_visible()
    sign_out(tab)
    sign_in(tab)
    tab.page.get_by_label("Code of your authenticator app").fill(codes[0])
    tab.page.get_by_role("button", name="Continue").click()
    expect(tab.page.locator(".user-button")).to_be_visible()


def test_passkey_is_a_second_factor_and_stands_for_the_password(tab):
    with device(tab) as credentials:
        sign_in(tab)
        tab.page.get_by_role("link", name="Add a passkey").click()
        add_passkey(tab, "Work laptop")
        expect(heading(tab)).to_have_text("Keep these recovery codes")
        assert len(credentials()) == 1
        tab.page.get_by_role("link", name="I have kept them").click()
        expect(tab.page.get_by_label("Name of the passkey Work laptop")).to_be_visible()
        sign_out(tab)
        sign_in(tab)
        expect(heading(tab)).to_have_text("One more step")
        tab.page.get_by_role("button", name="Use a passkey").click()
        expect(tab.page.locator(".user-button")).to_be_visible()
        sign_out(tab)
        tab.page.get_by_role("button", name="Use a passkey").click()
        expect(tab.page.locator(".user-button")).to_be_visible()
        tab.open("profile/security/")
        tab.page.get_by_label("Name of the passkey Work laptop").fill("Old laptop")
        tab.page.get_by_role("button", name="Rename").click()
        expect(tab.page.get_by_label("Name of the passkey Old laptop")).to_be_visible()
        tab.page.get_by_role("button", name="Remove Old laptop").click()
        # The last one: the policy asks for another at once.
        expect(heading(tab)).to_have_text("Set up a second factor")


def test_passkey_of_another_account_opens_nothing(browser, portal, firm):
    """The two accounts share one server's name, so the browser offers both passkeys to both."""
    other = make_account("Other MSP")
    twin = Firm(other, make_user(other, email=firm.user.email))
    with _tab(browser, portal, twin) as tab, device(tab):
        sign_in(tab)
        tab.open("profile/passkeys/new/")
        add_passkey(tab, "Other")
        tab.page.get_by_role("link", name="I have kept them").click()
        sign_out(tab)
        tab.page.goto(f"{portal}/{firm.slug}/sign-in/")
        tab.page.get_by_role("button", name="Use a passkey").click()
        expect(tab.page.get_by_role("alert").first).to_have_text(
            "This passkey was not accepted. Try again, or use another way."
        )
        tab.page.goto(f"{portal}/{firm.slug}/organizations/")
        expect(heading(tab)).to_have_text("Sign in")


def test_device_that_does_not_know_its_owner_gives_no_passkey(tab):
    with device(tab, verifies=False) as credentials:
        sign_in(tab)
        tab.page.get_by_role("link", name="Add a passkey").click()
        add_passkey(tab, "Found on a bench")
        expect(tab.page.get_by_role("alert")).to_have_text(
            "This was ended or took too long. Try again, or use another way."
        )
        assert credentials() == []


def test_session_that_is_ended_elsewhere_ends_at_once(browser, portal, firm):
    account = make_account("Easy MSP")
    easy = Firm(account, make_user(account))
    with _tab(browser, portal, easy) as desk, _tab(browser, portal, easy) as phone:
        for each in (desk, phone):
            sign_in(each)
            expect(each.page.locator(".user-button")).to_be_visible()
        desk.open("profile/sessions/")
        desk.page.get_by_role("button", name="Sign out all others").click()
        expect(desk.page.get_by_text("1 other device is signed out.")).to_be_visible()
        phone.page.reload()
        expect(heading(phone)).to_have_text("Sign in")
        assert desk.complaints == []


def test_first_account_is_made_on_a_page(browser, portal, firm, monkeypatch):
    for module in (rules, first_run_page):
        monkeypatch.setattr(module, "is_fresh", lambda: True)
    slug = f"n-{uuid.uuid4().hex[:8]}"
    with _tab(browser, portal, firm) as tab:
        tab.page.goto(f"{portal}/first-run/?token={first_run_token()}")
        for label, text in (
            ("Name of your company", "Northwind IT"),
            ("Its name in addresses", slug),
            ("Your name", "Ada Lindqvist"),
            ("Your e-mail address", "ada@northwind.test"),
            ("A password", PASSWORD),
            ("The password, once more", PASSWORD),
        ):
            tab.page.get_by_label(label, exact=True).fill(text)
        assert violations(tab.page) == []
        tab.page.get_by_role("button", name="Create the account").click()
        expect(heading(tab)).to_have_text("Set up a second factor")
        add_app(tab)
        tab.page.get_by_role("link", name="I have kept them").click()
        tab.open("").goto(f"{portal}/{slug}/organizations/")
        expect(heading(tab)).to_have_text("Organizations")
    with transaction.atomic():
        assert Account.objects.filter(slug=slug).exists()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_step_is_accessible_and_fits_a_phone(browser, portal, firm, theme):
    found, wide = {}, []
    with _tab(browser, portal, firm, color_scheme=theme, viewport=PHONE) as tab, device(tab):

        def look(title):
            expect(heading(tab)).to_have_text(title)
            found[title] = violations(tab.page)
            if tab.scrolls_sideways():
                wide.append(title)

        sign_in(tab)
        look("Set up a second factor")
        tab.page.get_by_role("link", name="Add an authenticator app").click()
        look("Add an authenticator app")
        tab.page.go_back()
        add_app(tab)
        look("Keep these recovery codes")
        tab.open("profile/passkeys/new/")
        look("Add a passkey")
        add_passkey(tab, "Work laptop")
        look("Security")
        for path, title in (
            ("profile/password/", "Change your password"),
            ("profile/sessions/", "Where you are signed in"),
            ("profile/confirm/", "Confirm that it is you"),
        ):
            tab.open(path)
            look(title)
        tab.open("profile/security/")
        sign_out(tab)
        look("Sign in")
        sign_in(tab)
        look("One more step")
        assert tab.complaints == []
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert wide == []
