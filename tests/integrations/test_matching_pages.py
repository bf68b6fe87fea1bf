"""Microsoft Tenant Matching as managers see it: tabs, suggestions, single and bulk decisions, and their refusals."""

import pytest

from integrations.actions.matching import TAKEN
from integrations.actions.rematching import revert_match
from integrations.models import Integration, SyncRun, SyncSettings, TenantMatch
from integrations.querysets import MatchCounts
from integrations.states import IntegrationStatus, MatchSource, MatchState
from organizations.models import Organization
from organizations.roles import Role
from tests.factories import NOW, connect, give_licenses, make_organization, person, sku
from tests.integrations.places import tenant_found, tenant_of, two_tenants
from tests.itglue_portal.test_database_queries import queries_of
from tests.pages import page_of

E3 = sku("SPE_E3", enabled=10, consumed=2)


@pytest.fixture
def manager(client_of):
    return client_of(Role.MANAGER)


@pytest.fixture
def connected(account):
    """Alder Dental and Birch Legal, matched."""
    return connect(account, two_tenants())


@pytest.fixture
def url(account, connected):
    return f"/{account.slug}/admin/integrations/{connected.integration.pk}/matching/"


@pytest.fixture
def cedar(connected):
    return tenant_found(connected, "Cedar Ltd", "cedar.example", source=MatchSource.PARTNER)


@pytest.fixture
def state_of(inside):
    def read(match):
        with inside():
            fresh = TenantMatch.objects.select_related("organization").get(pk=match.pk)
        return (fresh.state, fresh.organization.name if fresh.organization else None)

    return read


def tabs(page):
    return page.one("nav", class_="tabs").texts("a")


def tenants(page):
    return [row.one("th").children[0].strip() for row in page.one("tbody").all("tr")]


def told(response):
    """The alerts of the page that a decision leads to."""
    return [
        next(part.text for part in each.all("span") if "visually-hidden" not in part.classes)
        for each in page_of(response).all("p", class_="alert")
    ]


def menu(page):
    """What the Actions menu of the first row offers."""
    return [item.all("span")[0].children[0] for item in page.one("tbody").all("tr")[0].one("ul").all("li")]


def test_unmatched_tenants_are_shown_first_with_their_suggestion(manager, url, cedar, account):
    make_organization(account, "Cedar")
    page = page_of(manager.get(url))
    assert page.one("h1").text == "Microsoft Tenant Matching"
    assert tabs(page) == ["Unmatched 1", "Matched 2", "Ignored 0"]
    [row] = page.rows
    assert row[1:5] == [
        f"Cedar Ltd cedar.example {cedar.tenant_id}",
        "Not verified Partner's customer",
        'Cedar 99 % Accept Cedar for Cedar Ltd Same name but for "Ltd"; the domain cedar.example spells the name',
        "Not read yet",
    ]
    assert menu(page) == ["Accept Suggested Match", "Create Organization", "Match To...", "Ignore"]


def test_matched_tenants_show_their_organization_and_what_was_found(manager, url, connected, inside):
    alder, _ = connected.matches
    give_licenses(alder, [E3], [person("Ada", holds=[E3]), person("Bob", holds=[E3])])
    with inside():
        TenantMatch.objects.filter(pk=alder.pk).update(
            last_synced_at=NOW,
            verified_at=NOW,
            subscriptions=[{"sku_id": "x", "part_number": "SPE_E3", "enabled": 10, "consumed": 1200}],
        )
    page = page_of(manager.get(f"{url}?show=matched"))
    assert [row[1:4] for row in page.rows] == [
        ["Verified Added by hand", "Alder Dental Synced 1 Mar 2026", "1 license 1,200 assigned 2 contacts"],
        ["Not verified Added by hand", "Birch Legal Not synced yet", "Not read yet"],
    ]
    assert menu(page) == ["Change Match", "Revert Match"]


def test_ignored_tenants_can_come_back(manager, url, cedar, state_of):
    assert told(manager.post(f"{url}{cedar.pk}/ignore/", follow=True)) == [
        "Cedar Ltd is ignored from now on, and can be matched later."
    ]
    page = page_of(manager.get(f"{url}?show=ignored"))
    assert (tenants(page), menu(page)) == (["Cedar Ltd"], ["Match To...", "Stop Ignoring"])
    manager.post(f"{url}{cedar.pk}/stop-ignoring/")
    assert state_of(cedar) == (MatchState.UNMATCHED, None)


def test_several_that_fit_equally_well_are_not_suggested(manager, url, cedar, account):
    make_organization(account, "Cedar")
    make_organization(account, "Cedar GmbH")
    [row] = page_of(manager.get(url)).rows
    assert row[3] == "2 organizations fit equally well. Choose one for Cedar Ltd"


def test_tenant_of_another_integration_is_said_to_be_there(manager, account, connected):
    alder, _ = connected.matches
    other = connect(account, [], name="Second")
    tenant_found(other, "Alder Dental", tenant_id=alder.tenant_id)
    page = page_of(manager.get(f"/{account.slug}/admin/integrations/{other.integration.pk}/matching/"))
    assert page.rows[0][3] == "Matched through another integration: Microsoft"
    assert menu(page) == ["Match To...", "Ignore"]


@pytest.mark.parametrize(
    ("term", "found"),
    [("cedar", ["Cedar Ltd"]), ("CEDAR.EXA", ["Cedar Ltd"]), ("{id}", ["Cedar Ltd"]), ("nothing", None)],
)
def test_tenants_are_found_by_name_domain_and_id(manager, url, connected, cedar, term, found):
    tenant_found(connected, "Delta", "delta.example")
    page = page_of(manager.get(url, {"q": term.format(id=cedar.tenant_id)}))
    assert (tenants(page) if found else page.one("div", class_="empty").one("h2").text) == (
        found or "No tenants match"
    )


def test_matched_tenants_are_found_by_their_organization(manager, url, connected, inside):
    with inside():
        Organization.objects.filter(name="Birch Legal").update(search_key="birchwood")
    assert tenants(page_of(manager.get(url, {"show": "matched", "q": "Birchwood"}))) == ["Birch Legal"]


def test_pages_follow_each_other(manager, url, connected):
    names = [f"Tenant {number:02}" for number in range(60)]
    for name in names:
        tenant_found(connected, name)
    first = page_of(manager.get(url))
    [following] = first.all("a", id="page-next")
    second = page_of(manager.get(following.attributes["href"]))
    assert (tenants(first), tenants(second)) == (names[:50], names[50:])
    assert first.one("form", class_="matching").one("option", value="all").text == "All 60 tenants"


@pytest.mark.parametrize("show", ["", "?show=matched", "?show=ignored"])
def test_empty_tabs_say_what_to_do(manager, account, show):
    bare = connect(account, [], name="Bare")
    page = page_of(manager.get(f"/{account.slug}/admin/integrations/{bare.integration.pk}/matching/{show}"))
    assert page.one("div", class_="empty").one("h2").text == "No tenants yet"


def test_everything_matched_is_said(manager, url):
    assert page_of(manager.get(url)).one("div", class_="empty").one("h2").text == "Nothing left to match"


# Single decisions


def test_suggestion_is_accepted_and_the_page_asks_for_a_sync(manager, url, cedar, account, inside, state_of):
    organization = make_organization(account, "Cedar")
    with inside():
        TenantMatch.objects.matched().update(last_synced_at=NOW)
    assert page_of(manager.get(url)).all("div", class_="callout") == []
    response = manager.post(
        f"{url}{cedar.pk}/", {"organization": organization.pk, "next": f"{url}?show=matched"}, follow=True
    )
    assert response.redirect_chain == [(f"{url}?show=matched", 302)]
    assert told(response) == ["Matched Cedar Ltd to Cedar."]
    assert state_of(cedar) == (MatchState.MATCHED, "Cedar")
    callout = page_of(response).one("div", class_="callout")
    assert callout.one("strong").text == "1 matched tenant has not been synced yet."
    manager.post(callout.one("form").attributes["action"])
    with inside():
        assert SyncRun.objects.get().tenant_syncs.count() == 3


def test_as_long_as_nothing_is_ticked_matching_leads_on_to_sync_settings(manager, url, account, inside):
    """A sync could not be started yet."""
    with inside():
        SyncSettings.objects.update(steps=[])
    page = page_of(manager.get(url))
    [link] = page.one("div", class_="callout").all("a")
    assert link.attributes["href"] == url.replace("/matching/", "/sync-settings/")
    assert page.all("ol", class_="wizard") != []
    with inside():
        SyncSettings.objects.update(steps=["licenses"])
    page = page_of(manager.get(url))
    assert page.one("div", class_="callout").one("button").text == "Start Manual Sync"
    assert page.all("ol", class_="wizard") == []


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test/", "/elsewhere/", ""])
def test_page_to_go_back_to_is_the_matching_page_only(manager, url, cedar, target):
    assert manager.post(f"{url}{cedar.pk}/ignore/", {"next": target}).headers["Location"] == url


def test_organization_is_created_for_a_tenant(manager, url, cedar, state_of):
    assert told(manager.post(f"{url}{cedar.pk}/create-organization/", follow=True)) == [
        "Created the organization Cedar Ltd and matched the tenant to it."
    ]
    assert state_of(cedar) == (MatchState.MATCHED, "Cedar Ltd")


def test_tenant_of_another_account_is_refused_in_the_same_words_everywhere(
    manager, url, cedar, account, rival, state_of
):
    connect(rival, [tenant_of(cedar)])
    organization = make_organization(account, "Cedar")
    for path, form in (
        (f"{url}{cedar.pk}/", {"organization": organization.pk}),
        (f"{url}{cedar.pk}/create-organization/", {}),
        (url, {"bulk": "accept", "scope": "all"}),
        (url, {"bulk": "create", "scope": "ticked", "tenant": cedar.pk}),
    ):
        assert told(manager.post(path, form, follow=True)) == [f"Cedar Ltd: {TAKEN}"]
    assert state_of(cedar) == (MatchState.UNMATCHED, None)


def test_match_to_lists_suggestions_first_and_finds_organizations(manager, url, cedar, account):
    for name in ("Cedar", "Delta", "Echo"):
        make_organization(account, name)
    page = page_of(manager.get(f"{url}{cedar.pk}/"))
    assert page.one("h1").text == "Match Cedar Ltd To..."
    lists = [
        [item.one("span", class_="choice-name").text for item in each.all("li")]
        for each in page.all("ul", class_="choices")
    ]
    assert lists == [
        ['Cedar 99 % Same name but for "Ltd"; the domain cedar.example spells the name'],
        [
            "Alder Dental Has Alder Dental",
            "Birch Legal Has Birch Legal",
            "Cedar",
            "Delta",
            "Echo",
        ],
    ]
    found = page_of(manager.get(f"{url}{cedar.pk}/", {"q": "elt"})).one("div", id="choices")
    assert found.texts("span", class_="choice-name") == ["Delta"]
    none = page_of(manager.get(f"{url}{cedar.pk}/", {"q": "nobody"})).one("div", id="choices")
    assert none.text == "No organization of this name."


@pytest.mark.parametrize("organization", ["", "x", "0", str(2**63), "9" * 30])
def test_match_without_an_organization_is_refused(manager, url, cedar, organization, state_of):
    page = page_of(manager.post(f"{url}{cedar.pk}/", {"organization": organization}), status=422)
    assert page.one("p", class_="form-error").text == "Choose one of these organizations."
    assert state_of(cedar) == (MatchState.UNMATCHED, None)


def test_match_to_an_organization_of_another_account_is_refused(manager, url, cedar, rival, state_of):
    theirs = make_organization(rival, "Secret Client")
    for response in (
        manager.get(f"{url}{cedar.pk}/", {"organization": theirs.pk}),
        manager.post(f"{url}{cedar.pk}/", {"organization": theirs.pk}),
    ):
        assert "Secret Client" not in response.content.decode()
    assert response.status_code == 422
    assert state_of(cedar) == (MatchState.UNMATCHED, None)


# Changing and reverting


@pytest.fixture
def synced(connected):
    """Two licenses and two contacts at Alder."""
    alder, _ = connected.matches
    give_licenses(
        alder, [E3, sku("AAD_PREMIUM", enabled=5)], [person("Ada", holds=[E3]), person("Bob", holds=[E3])]
    )
    return alder


def test_change_says_what_will_happen_and_then_does_it(manager, url, synced, account, state_of):
    new = make_organization(account, "Alder Group")
    page = page_of(manager.get(f"{url}{synced.pk}/"))
    links = {each.text: each.attributes["href"] for each in page.all("a", class_="button-small")}
    confirm = page_of(manager.get(links["Change... to Alder Group"]))
    assert confirm.one("ul", class_="effects").texts("li") == [
        "2 license assets move from Alder Dental to Alder Group, with notes, own fields and security settings.",
        "2 contacts stay at Alder Dental.",
        "The users tagged on the licenses come back with the next sync, as contacts of Alder Group.",
    ]
    assert state_of(synced) == (MatchState.MATCHED, "Alder Dental")
    form = confirm.one("form", class_="form-footer")
    button = form.one("button")
    assert button.attributes["value"] == str(new.pk)
    shown = {each.attributes["name"]: each.attributes["value"] for each in form.all("input")}
    decision = {"before": shown["before"], "organization": new.pk}
    assert told(manager.post(form.attributes["action"], decision, follow=True)) == [
        "Matched Alder Dental to Alder Group."
    ]
    assert state_of(synced) == (MatchState.MATCHED, "Alder Group")


def test_change_of_another_match_than_the_one_shown_is_refused(manager, url, synced, account, state_of):
    """As when two managers match an unmatched tenant: the second is told, and moves nothing unseen."""
    new = make_organization(account, "Alder Group")
    page = page_of(manager.post(f"{url}{synced.pk}/", {"organization": new.pk}), status=422)
    assert page.one("p", class_="form-error").text == "The match has changed meanwhile. Look at it again."
    assert (
        page.one("ul", class_="effects").texts("li")[0].startswith("2 license assets move from Alder Dental")
    )
    assert state_of(synced) == (MatchState.MATCHED, "Alder Dental")


def test_change_of_a_tenant_that_was_never_synced_says_so(manager, url, connected, account):
    new, (_, birch) = make_organization(account), connected.matches
    page = page_of(manager.get(f"{url}{birch.pk}/", {"organization": new.pk}))
    assert page.one("ul", class_="effects").texts("li") == [
        "No sync has written anything for this tenant yet, so nothing moves."
    ]


def test_revert_says_what_will_happen_and_then_does_it(manager, url, synced, state_of):
    page = page_of(manager.get(f"{url}{synced.pk}/revert/"))
    assert page.one("ul", class_="effects").texts("li") == [
        "2 license assets stay at Alder Dental, marked as orphaned: nothing updates them any more.",
        "2 contacts stay at Alder Dental.",
        "Match the tenant to Alder Dental again, and the next sync takes the mark off.",
        "Match it to another organization, and the assets move there.",
    ]
    button = page.one("form", class_="form-footer").one("button").attributes
    response = manager.post(f"{url}{synced.pk}/revert/", {button["name"]: button["value"]}, follow=True)
    assert told(response) == ["Alder Dental is unmatched again. What was synced stays."]
    assert state_of(synced) == (MatchState.UNMATCHED, None)


def test_revert_of_another_match_than_the_one_shown_is_refused(manager, url, synced, account, state_of):
    shown = make_organization(account)
    page = page_of(manager.post(f"{url}{synced.pk}/revert/", {"organization": shown.pk}), status=422)
    assert page.one("p", class_="form-error").text == "The match has changed meanwhile. Look at it again."
    assert state_of(synced) == (MatchState.MATCHED, "Alder Dental")


def test_reverted_tenant_is_matched_again_only_after_a_look_at_what_it_takes_along(
    manager, url, synced, account, inside
):
    new = make_organization(account, "Alder Group")
    with inside():
        revert_match(synced, now=NOW)
    assert page_of(manager.get(f"{url}{synced.pk}/revert/")).all("button", name="organization") == []
    page = page_of(manager.get(f"{url}{synced.pk}/", {"organization": new.pk}))
    assert page.one("ul", class_="effects").texts("li") == [
        "2 license assets, kept from an earlier match, move to Alder Group unless they stand there already.",
        "2 contacts stay where they are.",
        "The next sync brings everything up to date again.",
    ]


# Bulk


def test_bulk_is_for_ticked_tenants(manager, url, connected, cedar, account, state_of):
    make_organization(account, "Cedar")
    delta = tenant_found(connected, "Delta")
    response = manager.post(
        url, {"bulk": "accept", "scope": "ticked", "tenant": [cedar.pk, delta.pk, "x", "9" * 40]}, follow=True
    )
    assert told(response) == [
        "Matched Cedar Ltd to Cedar.",
        "1 tenant has no single best suggestion. Look at it with Match To...",
    ]
    assert (state_of(cedar)[0], state_of(delta)[0]) == (MatchState.MATCHED, MatchState.UNMATCHED)


def test_bulk_for_all_is_for_those_that_the_search_found(manager, url, connected, cedar, state_of):
    delta = tenant_found(connected, "Delta")
    response = manager.post(
        f"{url}?q=delta", {"bulk": "create", "scope": "all", "tenant": cedar.pk}, follow=True
    )
    assert response.redirect_chain == [(f"{url}?show=unmatched&q=delta", 302)]
    assert told(response) == ["Created the organization Delta and matched the tenant to it."]
    assert (state_of(cedar)[0], state_of(delta)) == (MatchState.UNMATCHED, (MatchState.MATCHED, "Delta"))


def test_bulk_for_all_reaches_beyond_the_page(manager, url, connected, inside):
    for number in range(60):
        tenant_found(connected, f"Tenant {number}")
    assert told(manager.post(url, {"bulk": "ignore", "scope": "all"}, follow=True)) == [
        "60 tenants are ignored from now on, and can be matched later."
    ]
    assert told(
        manager.post(f"{url}?show=ignored", {"bulk": "stop-ignoring", "scope": "all"}, follow=True)
    ) == ["60 tenants are listed under Unmatched again."]
    with inside():
        assert TenantMatch.objects.counts() == MatchCounts(
            {MatchState.UNMATCHED: 60, MatchState.MATCHED: 2, MatchState.IGNORED: 0}, unsynced=2
        )


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"bulk": "ignore", "scope": "ticked"}, "Tick at least one tenant, or choose all of them."),
        ({"scope": "ticked", "tenant": "{pk}"}, "Choose what to do with these tenants."),
        ({"bulk": "delete", "scope": "ticked", "tenant": "{pk}"}, "Choose what to do with these tenants."),
    ],
)
def test_bulk_that_is_incomplete_changes_nothing_and_keeps_the_ticks(
    manager, url, cedar, form, words, state_of
):
    sent = {name: value.format(pk=cedar.pk) for name, value in form.items()}
    page = page_of(manager.post(url, sent), status=422)
    assert page.one("p", class_="form-error").text == words
    ticked = [each for each in page.all("input", name="tenant") if "checked" in each.attributes]
    assert len(ticked) == ("tenant" in form)
    assert state_of(cedar) == (MatchState.UNMATCHED, None)


def test_integration_that_is_being_disconnected_is_left_alone(
    manager, url, cedar, connected, inside, state_of
):
    alder, _ = connected.matches
    with inside():
        Integration.objects.update(status=IntegrationStatus.DISCONNECTING)
    words = "This integration is being disconnected."
    for path, form in (
        (url, {"bulk": "create", "scope": "all"}),
        (f"{url}{cedar.pk}/", {"organization": alder.organization_id}),
        (f"{url}{alder.pk}/revert/", {"organization": alder.organization_id}),
    ):
        assert told(manager.post(path, form, follow=True)) == [words]
    assert (state_of(cedar)[0], state_of(alder)[0]) == (MatchState.UNMATCHED, MatchState.MATCHED)


# Who, and at what cost


@pytest.mark.parametrize(
    "path", ["", "{pk}/", "{pk}/revert/", "{pk}/ignore/", "{pk}/stop-ignoring/", "{pk}/create-organization/"]
)
def test_matching_is_for_managers(client_of, url, cedar, path, state_of):
    sent = {"bulk": "ignore", "scope": "all"}
    assert client_of(Role.EDITOR).post(url + path.format(pk=cedar.pk), sent).status_code == 403
    assert state_of(cedar) == (MatchState.UNMATCHED, None)


@pytest.fixture
def filled(account, connected):
    """So many tenants in that tab, each with an organization of its name."""

    def fill(rows, show):
        for number in range(rows):
            organization = make_organization(account, f"Tenant {number}")
            columns = {"organization": organization} if show == MatchState.MATCHED else {}
            tenant_found(connected, f"Tenant {number}", f"tenant{number}.example", state=show, **columns)

    return fill


@pytest.mark.parametrize("rows", [1, 3, 50])
@pytest.mark.parametrize("tab", [("unmatched", 14), ("matched", 9), ("ignored", 10)])
def test_list_queries(manager, url, filled, rows, tab):
    show, queries = tab
    filled(rows, show)
    for search, more in (("", 0), ("&q=Tenant", 1)):
        asked, _ = queries_of(manager, f"{url}?show={show}{search}")
        assert len(asked) == queries + more, "\n".join(asked)
