"""Sync Settings: what is offered, what is kept, and what a mistake is told."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from integrations.actions.runs import pause_sync
from integrations.actions.settings import SyncChoices, save_sync_settings
from integrations.forms.settings import MAX_EMAILS
from integrations.models import Integration, SyncSettings, TenantMatch
from integrations.states import Notify, Schedule
from integrations.subscriptions import FoundSku, found_skus
from organizations.models import Activity
from organizations.roles import Role
from tests.factories import NOW, connect
from tests.integrations.places import tenant_named, two_tenants
from tests.pages import page_of

PREMIUM = {
    "sku_id": "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", "part_number": "SPB", "consumed": 11, "enabled": 13,
}  # fmt: skip
FREE = {
    "sku_id": "f30db892-07e9-47e9-837c-80727f46fd3d", "part_number": "FLOW_FREE", "consumed": 1200, "enabled": 10000,
}  # fmt: skip
BASIC = {
    "sku_id": "3b555118-da6a-4418-894f-7df1e2096870", "part_number": "O365_BUSINESS_ESSENTIALS", "consumed": 2,
    "enabled": 2,
}  # fmt: skip

#: What a browser sends of a form that nobody touched.
UNTOUCHED = {
    "contacts": "on", "licenses": "on", "contact_scope": "all", "include_disabled": "on", "include_guests": "on",
    "schedule": "hourly", "daily_at": "2", "notify": "never", "notify_emails": "",
}  # fmt: skip


@pytest.fixture
def admin(client_of):
    return client_of(Role.ADMINISTRATOR)


@pytest.fixture
def connected(account):
    return connect(account, two_tenants())


@pytest.fixture
def url(account, connected):
    return f"/{account.slug}/admin/integrations/{connected.integration.pk}/sync-settings/"


@pytest.fixture
def saved(inside, connected):
    def read() -> SyncSettings:
        with inside():
            return SyncSettings.objects.get(integration=connected.integration)

    return read


@pytest.fixture
def found(inside, connected):
    """What the last syncs found in each of the two tenants."""

    def remember(*tenants: list[dict[str, object]]) -> None:
        with inside():
            for match, subscriptions in zip(connected.matches, tenants, strict=True):
                TenantMatch.objects.filter(pk=match.pk).update(subscriptions=subscriptions)

    return remember


def ticked(page) -> dict[str, bool]:
    return {
        box.attributes["name"]: "checked" in box.attributes
        for box in page.all("input", type="checkbox")
        if box.attributes["name"] != "contact_skus"
    }


def chosen(page, name: str) -> list[str]:
    boxes = page.all("input", name=name)
    return [box.attributes["value"] for box in boxes if "checked" in box.attributes]


def test_page_shows_what_is_saved(admin, url):
    page = page_of(admin.get(url))
    assert page.one("h1").text == "Sync your data with Microsoft"
    assert ticked(page) == {
        "contacts": True, "licenses": True, "include_disabled": True, "include_guests": True,
        "sign_in_activity": False,
    }  # fmt: skip
    assert [chosen(page, name) for name in ("contact_scope", "schedule", "notify")] == [
        ["all"],
        ["hourly"],
        ["never"],
    ]
    labels = {label.attributes["for"]: label.text for label in page.all("label")}
    assert (labels["id_contacts"], labels["id_licenses"]) == ("Sync users as contacts", "Licenses")


def test_every_choice_has_a_label_of_its_own(admin, url, found):
    found([PREMIUM], [FREE])
    page = page_of(admin.get(url))
    inputs = [
        box
        for box in page.one("form", class_="settings").all("input")
        if box.attributes.get("type") != "hidden"
    ]
    ids = [box.attributes["id"] for box in inputs]
    assert len(set(ids)) == len(ids) == 17
    assert set(ids) <= {label.attributes["for"] for label in page.all("label")}


def test_page_says_what_unticking_licenses_does(admin, url):
    words = page_of(admin.get(url)).one("form", class_="settings").text
    assert "Unticking pauses them: everything stays where it is, and lists and pages say that" in words


def test_page_says_what_sign_in_activity_needs(admin, url):
    page = page_of(admin.get(url))
    box = page.one("input", name="sign_in_activity")
    help_text = page.one("p", id=box.attributes["aria-describedby"]).text
    assert ("AuditLog.Read.All" in help_text, "Entra ID P1" in help_text) == (True, True)


def test_subscriptions_of_all_tenants_are_offered_recommended_first(admin, url, found):
    found([FREE, PREMIUM], [PREMIUM | {"consumed": 4}, BASIC])
    page = page_of(admin.get(url))
    rows = [row for row in page.all("div", class_="choice") if "data-choice" in row.attributes]
    assert [(row.one("label").text, row.one("p").text) for row in rows] == [
        ("Microsoft 365 Business Basic Recommended", "O365_BUSINESS_ESSENTIALS · 1 tenant · 2 assigned"),
        ("Microsoft 365 Business Premium Recommended", "SPB · 2 tenants · 15 assigned"),
        ("Power Automate Free", "FLOW_FREE · 1 tenant · 1,200 assigned"),
    ]
    assert rows[1].attributes["data-choice"] == "microsoft 365 business premium spb"


def test_subscriptions_of_unmatched_tenants_are_not_offered(admin, url, connected, inside):
    with inside():
        TenantMatch.objects.create(
            account=connected.account,
            integration=connected.integration,
            tenant_id=UUID(int=7),
            tenant_name="Nobody's yet",
            subscriptions=[PREMIUM],
        )
    assert "SPB" not in page_of(admin.get(url)).text


def test_before_the_first_sync_the_page_says_why_there_is_nothing_to_choose(admin, url):
    assert "No subscriptions are known yet: the first sync finds them." in page_of(admin.get(url)).text


def test_everything_chosen_is_kept(admin, url, found, saved, connected, inside):
    found([PREMIUM], [FREE])
    form = {
        "contacts": "on", "contact_scope": "chosen", "contact_skus": [PREMIUM["sku_id"]], "contact_type": " End User ",
        "sign_in_activity": "on", "schedule": "daily", "daily_at": "5", "notify": "problems",
        "notify_emails": "noc@msp.test\nboss@msp.test, noc@msp.test",
    }  # fmt: skip
    answer = admin.post(url, form, follow=True)
    assert page_of(answer).texts("p", class_="alert") == [
        "Saved. The next sync follows these settings; start one from the Actions menu. Dismiss"
    ]
    row = saved()
    assert (row.steps, row.contact_skus) == (["contacts"], [PREMIUM["sku_id"]])
    assert (row.include_disabled, row.include_guests, row.sign_in_activity) == (False, False, True)
    assert (row.contact_type, row.schedule, row.daily_at) == ("End User", Schedule.DAILY, 5)
    assert (row.notify, row.notify_emails) == (Notify.PROBLEMS, ["noc@msp.test", "boss@msp.test"])
    page = page_of(admin.get(url))
    assert chosen(page, "contact_skus") == [PREMIUM["sku_id"]]
    assert page.one("textarea").text == "noc@msp.test boss@msp.test"
    with inside():
        due = Integration.objects.get(pk=connected.integration.pk).next_due_at
        line = Activity.objects.filter(action="sync-settings.saved").latest("pk")
    assert (due.hour, due.minute, due > timezone.now()) == (5, 0, True)
    assert line.details["before"] == {
        "steps": ["contacts", "licenses"], "contact_skus": None, "include_disabled": True, "include_guests": True,
        "contact_type": "", "sign_in_activity": False, "schedule": "hourly", "daily_at": 2, "notify": "never",
        "notify_emails": [],
    }  # fmt: skip
    assert line.details["after"]["schedule"] == "daily"


def test_chosen_subscription_that_no_tenant_has_any_more_stays_on_offer(admin, url, found, saved, inside):
    with inside():
        SyncSettings.objects.update(contact_skus=[PREMIUM["sku_id"]])
    found([FREE], [])
    page = page_of(admin.get(url))
    assert chosen(page, "contact_skus") == [PREMIUM["sku_id"]]
    assert "no tenant has it any more" in page.text
    admin.post(url, UNTOUCHED | {"contact_scope": "chosen", "contact_skus": [PREMIUM["sku_id"]]})
    assert saved().contact_skus == [PREMIUM["sku_id"]]


def test_all_subscriptions_means_those_found_later_too(admin, url, found, saved):
    found([PREMIUM], [FREE])
    admin.post(url, UNTOUCHED | {"contact_skus": [PREMIUM["sku_id"], FREE["sku_id"]]})
    assert saved().contact_skus is None


def test_manual_schedule_has_no_next_sync(admin, url, connected, inside):
    admin.post(url, UNTOUCHED | {"schedule": "manual"})
    with inside():
        assert Integration.objects.get(pk=connected.integration.pk).next_due_at is None
    table = page_of(admin.get(url.replace(f"{connected.integration.pk}/sync-settings/", "")))
    assert table.rows[0][4] == "By hand"


def test_who_saves_is_told_when_nobody_is_named(account, sign_in, url, administrator, saved):
    client = sign_in(administrator)
    page = page_of(client.get(url))
    assert page.one("textarea").text == administrator.email
    client.post(url, UNTOUCHED | {"notify": "always", "notify_emails": "  \n"})
    assert saved().notify_emails == [administrator.email]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        (
            {"notify_emails": "noc@msp.test, not an address"},
            "notify_emails",
            "“not” is no e-mail address.",
        ),
        (
            {"notify_emails": " ".join(f"n{number}@msp.test" for number in range(MAX_EMAILS + 1))},
            "notify_emails",
            "Name 20 addresses at most; a distribution list reaches more people.",
        ),
        (
            {"contact_scope": "chosen"},
            "contact_skus",
            "Tick at least one subscription, or choose all of them.",
        ),
        (
            {"contact_scope": "chosen", "contact_skus": str(UUID(int=9))},
            "contact_skus",
            f"Select a valid choice. {UUID(int=9)} is not one of the available choices.",
        ),
        (
            {"contact_type": "x" * 61},
            "contact_type",
            "Ensure this value has at most 60 characters (it has 61).",
        ),
        ({"schedule": "weekly"}, "schedule", None),
        ({"daily_at": "24"}, "daily_at", None),
        ({"notify": ""}, "notify", None),
    ],
)
def test_mistake_is_told_and_nothing_is_saved(admin, url, saved, changes, field, words):
    before = saved().__dict__ | {"_state": None}
    page = page_of(admin.post(url, UNTOUCHED | {"licenses": ""} | changes), status=422)
    told = page.texts("p", class_="form-error")
    assert len(told) >= 1
    assert words is None or words in told
    assert "checked" not in page.one("input", name="licenses").attributes, "what was typed stays"
    assert saved().__dict__ | {"_state": None} == before


def test_without_users_no_subscription_has_to_be_chosen(admin, url, saved):
    admin.post(url, {**UNTOUCHED, "contacts": "", "contact_scope": "chosen"})
    assert (saved().steps, saved().contact_skus) == (["licenses"], [])


def test_settings_of_a_paused_integration_schedule_nothing(connected, inside):
    with inside():
        pause_sync(connected.integration.pk, now=NOW)
        save_sync_settings(connected.integration, steps=["licenses"], choices=SyncChoices(), now=NOW)
        assert Integration.objects.get(pk=connected.integration.pk).next_due_at is None


def test_saving_starts_the_hour_anew(connected, inside):
    later = NOW + timedelta(minutes=50)
    with inside():
        save_sync_settings(connected.integration, steps=["licenses"], now=later)
        due = Integration.objects.get(pk=connected.integration.pk).next_due_at
    assert due == later + timedelta(hours=1)


def test_wizard_is_shown_until_something_is_ticked(admin, url, connected, inside):
    assert page_of(admin.get(url)).all("ol", class_="wizard") == []
    with inside():
        save_sync_settings(connected.integration, steps=[], now=NOW)
    steps = page_of(admin.get(url)).one("ol", class_="wizard").all("li")
    assert [step.text for step in steps if "aria-current" in step.attributes] == ["Sync Settings"]


def test_page_costs_the_same_for_many_tenants(admin, url, connected, inside, django_assert_num_queries):
    def add_tenants(count):
        with inside():
            TenantMatch.objects.bulk_create(
                TenantMatch(
                    account=connected.account,
                    integration=connected.integration,
                    tenant_id=tenant_named("x").tenant_id,
                    tenant_name="Another",
                    state="matched",
                    organization_id=connected.matches[0].organization_id,
                    subscriptions=[PREMIUM],
                )
                for _ in range(count)
            )

    with django_assert_num_queries(12):
        admin.get(url)
    add_tenants(3)
    with django_assert_num_queries(12):
        admin.get(url)


def test_found_subscriptions_add_up_whatever_the_order():
    tenants = [[PREMIUM, FREE], [FREE], [BASIC | {"part_number": ""}]]
    expected = [
        FoundSku(UUID(BASIC["sku_id"]), "", 1, 2),
        FoundSku(UUID(PREMIUM["sku_id"]), "SPB", 1, 11),
        FoundSku(UUID(FREE["sku_id"]), "FLOW_FREE", 2, 2400),
    ]
    assert found_skus(tenants) == found_skus(reversed(tenants)) == expected
