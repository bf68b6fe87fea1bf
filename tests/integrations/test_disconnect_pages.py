"""The Disconnect page: three choices with what they touch, the proofs asked for, and the receipt."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from flexible_assets.models import FlexibleAsset
from integrations.actions.disconnecting import begin_disconnect
from integrations.engine import disconnecting
from integrations.models import Disconnection, Integration, IntegrationCredential
from integrations.states import DisconnectMode, IntegrationStatus
from organizations.models import Activity
from organizations.recent_sign_in import MOST_FAILURES, RECENT
from organizations.roles import Role
from tests.factories import NOW, PASSWORD, connect, give_licenses, make_user, person, sku
from tests.integrations.places import two_tenants
from tests.pages import page_of

DELETE = {"choice": "delete", "name": "Microsoft"}


@pytest.fixture
def connected(account):
    connected = connect(account, two_tenants())
    skus = [sku("SPB", enabled=5, consumed=1), sku("SPE_E3", enabled=5)]
    for match in connected.matches:
        give_licenses(match, skus, [person(f"{match.tenant_name} holder", holds=skus[:1])])
    return connected


@pytest.fixture
def url(account, connected):
    return f"/{account.slug}/admin/integrations/{connected.integration.pk}/disconnect/"


@pytest.fixture
def admin(client_of):
    return client_of(Role.ADMINISTRATOR)


@pytest.fixture
def long_signed_in(client_of):
    """A client whose sign-in was a while ago."""
    with time_machine.travel(timezone.now() - RECENT - timedelta(seconds=1), tick=True):
        return client_of(Role.ADMINISTRATOR)


@pytest.fixture
def untouched(inside):
    """Nothing has been disconnected, paused or logged."""

    def check() -> None:
        with inside():
            assert not Disconnection.objects.exists()
            assert IntegrationCredential.objects.count() == 1
            assert Integration.objects.get().status == IntegrationStatus.CONNECTED
            assert not Activity.objects.filter(action__startswith="integration.dis").exists()

    return check


def test_choices_tell_in_figures_what_they_touch(admin, url, untouched):
    page = page_of(admin.get(url))
    cards = page.all("div", class_="choice-card")
    assert [card.one("label", **{"for": card.one("input", type="radio").attributes["id"]}).text for card in cards] == [
        "Pause syncing and keep all data",
        "Permanently disconnect records from Microsoft but keep all data",
        "Permanently delete all data including all related/child records",
    ]  # fmt: skip
    records, stay = "4 license assets and 2 tags in 2 organizations", "2 contacts and 2 organizations stay."
    links = "2 tenant links and the log of syncs are deleted."
    assert [card.texts("li") for card in cards] == [
        [f"{records} stay as last synced.", stay],
        [f"{records} stay and unlock, and so do their types.", stay, links],
        [f"{records} are deleted, and so are types that nothing else uses.", stay, links],
    ]
    [checked] = [each for each in page.all("input", type="radio") if "checked" in each.attributes]
    assert checked.attributes["value"] == "pause"
    untouched()


def test_pause_keeps_everything_and_asks_for_no_proof(long_signed_in, url, account, inside):
    response = long_signed_in.post(url, {"choice": "pause"}, follow=True)
    assert page_of(response).texts("p", class_="alert") == [
        "Syncing of Microsoft is paused. Resume it from its Actions menu. Dismiss"
    ]
    with inside():
        assert Integration.objects.get().status == IntegrationStatus.PAUSED
        assert IntegrationCredential.objects.count() == 1
        assert FlexibleAsset.objects.locked().count() == 4


def test_keep_begins_at_once_and_leads_to_the_receipt(admin, url, account, inside):
    response = admin.post(url, {"choice": "keep"})
    with inside():
        begun = Disconnection.objects.get()
        assert (begun.mode, IntegrationCredential.objects.count()) == (DisconnectMode.KEEP, 0)
    assert (response.status_code, response.url) == (
        302,
        f"/{account.slug}/admin/disconnections/{begun.pk}/",
    )


@pytest.mark.parametrize("name", ["", "microsoft", "Microsoft 365"])
def test_delete_asks_for_the_name_as_it_is(admin, url, name, untouched):
    page = page_of(admin.post(url, {"choice": "delete", "name": name}), status=422)
    assert page.one("p", id="name-error").text == ("Type the integration's name exactly as it is: Microsoft")
    untouched()


def test_delete_with_the_name_and_a_recent_sign_in_begins(admin, url, inside):
    assert admin.post(url, DELETE).status_code == 302
    with inside():
        assert Disconnection.objects.get().mode == DisconnectMode.DELETE


@pytest.mark.parametrize("choice", [{"choice": "keep"}, DELETE], ids=["keep", "delete"])
def test_old_sign_in_has_to_be_proved_by_the_password(long_signed_in, url, choice, inside, untouched):
    assert page_of(long_signed_in.get(url)).all("input", name="password") != []
    for password in ({}, {"password": ""}, {"password": "wrong horse battery"}):
        page = page_of(long_signed_in.post(url, choice | password), status=422)
        assert page.one("p", id="password-error").text == (
            "Enter the password that you sign in with; this one is not yours."
        )
        assert "wrong horse" not in str(page.texts("form"))
    untouched()
    assert long_signed_in.post(url, choice | {"password": PASSWORD}).status_code == 302
    with inside():
        assert Disconnection.objects.count() == 1


def test_password_is_not_asked_for_after_a_recent_sign_in(admin, url):
    assert page_of(admin.get(url)).all("input", name="password") == []


def test_password_given_counts_for_ten_minutes(long_signed_in, url, account):
    second = connect(account, [], name="Second").integration
    long_signed_in.post(url, {"choice": "keep", "password": PASSWORD})
    page = page_of(long_signed_in.get(f"/{account.slug}/admin/integrations/{second.pk}/disconnect/"))
    assert page.all("input", name="password") == []


def test_another_users_password_proves_nothing(account, url, untouched, sign_in, inside):
    with time_machine.travel(timezone.now() - RECENT - timedelta(seconds=1), tick=True):
        manager = make_user(account, Role.MANAGER)
        client = sign_in(manager)
    with inside():
        manager.set_password("a password of one's own")
        manager.save()
    # The session of a changed password is over, so this one signs in anew, a while ago.
    with time_machine.travel(timezone.now() - RECENT - timedelta(seconds=1), tick=True):
        client.post(
            f"/{account.slug}/sign-in/", {"email": manager.email, "password": "a password of one's own"}
        )
    assert client.post(url, {"choice": "keep", "password": PASSWORD}).status_code == 422
    untouched()


def test_right_password_with_a_wrong_name_tells_nothing_of_the_password(long_signed_in, url, untouched):
    told = [
        _without_token(long_signed_in.post(url, {"choice": "delete", "name": "no", "password": password}))
        for password in (PASSWORD, "wrong horse battery")
    ]
    assert told[0] == told[1]
    untouched()


def _without_token(response) -> tuple[int, str]:
    text = response.content.decode()
    return response.status_code, re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def test_session_ends_after_too_many_wrong_passwords(long_signed_in, url, account, untouched):
    wrong = {"choice": "keep", "password": "wrong"}
    answers = [long_signed_in.post(url, wrong) for _ in range(MOST_FAILURES)]
    assert [answer.status_code for answer in answers] == [422] * (MOST_FAILURES - 1) + [302]
    assert answers[-1].url == f"/{account.slug}/sign-in/"
    assert long_signed_in.get(url).status_code == 302
    assert long_signed_in.post(url, wrong | {"password": PASSWORD}).url.startswith(
        f"/{account.slug}/sign-in/"
    )
    untouched()


@pytest.mark.parametrize("choice", ["", "purge"])
def test_unknown_choice_is_refused_with_a_word(admin, url, choice, untouched):
    page = page_of(admin.post(url, {"choice": choice}), status=422)
    assert page.texts("p", class_="form-error") in (
        ["Choose what happens to the data."],
        ["Choose one of these three."],
    )
    untouched()


def test_page_of_an_integration_that_is_leaving_leads_to_its_receipt(admin, url, account, connected, inside):
    with inside():
        begun = begin_disconnect(connected.integration.pk, mode=DisconnectMode.KEEP, now=NOW)
    receipt = f"/{account.slug}/admin/disconnections/{begun.pk}/"
    assert admin.get(url).url == receipt
    assert admin.post(url, DELETE).url == receipt
    with inside():
        assert Disconnection.objects.get().mode == DisconnectMode.KEEP


def test_receipt_is_looked_at_again_until_it_is_finished(admin, account, connected, inside, administrator):
    with inside():
        begun = begin_disconnect(
            connected.integration.pk,
            mode=DisconnectMode.DELETE,
            now=timezone.now(),
            actor=administrator,
        )
    url = f"/{account.slug}/admin/disconnections/{begun.pk}/"
    page = page_of(admin.get(url))
    receipt = page.one("section", id="disconnection")
    assert page.one("h1").text == "Disconnecting Microsoft"
    assert (receipt.attributes["hx-get"], receipt.one("span", class_="badge").text) == (
        url,
        "Disconnecting...",
    )
    assert receipt.texts("h2") == ["Deleted so far", "Kept, no longer linked to Microsoft"]
    disconnecting.proceed(account.pk, begun.pk)
    page = page_of(admin.get(url))
    receipt = page.one("section", id="disconnection")
    assert page.one("h1").text == "Microsoft is disconnected"
    assert "hx-get" not in receipt.attributes
    assert receipt.texts("h2") == ["Deleted", "Kept, no longer linked to Microsoft"]
    told = receipt.pairs
    assert told["Chosen"] == "Permanently delete all data including all related/child records"
    assert told["By"] == f"{administrator.name} ({administrator.email})"
    assert (told["License assets"], told["Tags"], told["Contacts"], told["Organizations"]) == (
        "4", "2", "2", "2",
    )  # fmt: skip
    assert connected.integration.application_id in page.texts("code")
    assert "(2 were linked here)" in page.text


def test_receipt_of_keep_tells_what_became_ordinary(admin, account, connected, inside):
    with inside():
        begun = begin_disconnect(connected.integration.pk, mode=DisconnectMode.KEEP, now=timezone.now())
    disconnecting.proceed(account.pk, begun.pk)
    receipt = page_of(admin.get(f"/{account.slug}/admin/disconnections/{begun.pk}/")).one(
        "section", id="disconnection"
    )
    assert receipt.texts("h2") == [
        "Kept as ordinary records",
        "Deleted",
        "Kept, no longer linked to Microsoft",
    ]
    assert (receipt.pairs["License assets"], receipt.pairs["By"]) == (
        "4",
        "From the server's command line",
    )


def test_receipts_are_linked_from_active_integrations(admin, account, connected, inside):
    with inside():
        begun = begin_disconnect(connected.integration.pk, mode=DisconnectMode.KEEP, now=timezone.now())
    listing = f"/{account.slug}/admin/integrations/"
    assert page_of(admin.get(listing)).rows[0][2] == "Disconnecting..."
    disconnecting.proceed(account.pk, begun.pk)
    past = page_of(admin.get(listing)).one("section", class_="past-disconnections")
    assert past.one("a").attributes["href"] == f"/{account.slug}/admin/disconnections/{begun.pk}/"
    assert past.one("a").text == "Microsoft"


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CREATOR, Role.READ_ONLY, Role.LITE])
def test_who_may_not_manage_integrations_may_not_disconnect(client_of, url, role, untouched):
    client = client_of(role)
    assert [client.get(url).status_code, client.post(url, DELETE).status_code] == [403, 403]
    untouched()
