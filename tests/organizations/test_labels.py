"""Types and statuses of organizations: the account's own words."""

import pytest

from organizations.actions import (
    LabelNameError,
    create_label,
    delete_label,
    edit_organization,
    organizations_with,
    rename_label,
)
from organizations.labels import STATUSES, TYPES
from organizations.models import Activity, Organization, OrganizationStatus, OrganizationType
from organizations.roles import Role
from tests.factories import NOW, make_organization
from tests.pages import page_of


@pytest.fixture
def types(inside, account):
    def names() -> list[str]:
        with inside():
            return [each.name for each in OrganizationType.objects.of_account(account.pk).by_name()]

    return names


@pytest.fixture
def find(inside, account):
    def label(model, name):
        with inside():
            return model.objects.of_account(account.pk).get(name=name)

    return label


@pytest.fixture
def log(inside):
    def lines() -> list[tuple[str, str, dict]]:
        with inside():
            rows = Activity.objects.filter(action__regex=r"^organization_(type|status)\.").order_by("id")
            return [(row.action, row.subject, row.details) for row in rows]

    return lines


@pytest.fixture
def address(account) -> str:
    return f"/{account.slug}/admin"


def test_account_begins_with_types_and_statuses(account, types, find, log):
    assert types() == ["Customer", "Partner", "Prospect", "Vendor"]
    assert find(OrganizationStatus, "Onboarding").account_id == account.pk
    assert log() == []


def test_name_is_taken_whatever_its_case_and_accents(inside, account, types):
    with inside():
        with pytest.raises(LabelNameError, match="There is a type called Vendor already"):
            create_label(TYPES, account_id=account.pk, name="VÉNDOR", now=NOW)
        create_label(STATUSES, account_id=account.pk, name="Vendor", now=NOW)
    assert types() == ["Customer", "Partner", "Prospect", "Vendor"]


def test_label_is_renamed_and_may_change_its_case(inside, find, types, log):
    vendor = find(OrganizationType, "Vendor")
    with inside():
        rename_label(vendor, name="VENDOR", now=NOW)
        rename_label(vendor, name="VENDOR", now=NOW)
        with pytest.raises(LabelNameError):
            rename_label(vendor, name="Customer", now=NOW)
    assert types() == ["Customer", "Partner", "Prospect", "VENDOR"]
    fields = {"name": {"before": "Vendor", "after": "VENDOR"}}
    assert log() == [("organization_type.renamed", "VENDOR", {"fields": fields})]


def test_two_at_once_make_one_of_a_name(in_threads, inside, account, types):
    def attempt() -> bool:
        with inside():
            try:
                create_label(TYPES, account_id=account.pk, name="Member", now=NOW)
            except LabelNameError:
                return False
            return True

    assert sorted(in_threads(attempt, attempt)) == [False, True]
    assert types().count("Member") == 1


def test_deleted_label_is_replaced_where_it_was_borne(inside, account, find, log):
    vendor, partner = find(OrganizationType, "Vendor"), find(OrganizationType, "Partner")
    alder, birch = make_organization(account, "Alder"), make_organization(account, "Birch")
    with inside():
        for organization, kind in ((alder, vendor), (birch, partner)):
            edit_organization(organization, changes={"organization_type": kind}, now=NOW)
        assert organizations_with(vendor) == 1
        delete_label(vendor, replacement=partner, now=NOW)
        rows = Organization.objects.order_by("sort_key").values_list("name", "organization_type__name")
        assert list(rows) == [("Alder", "Partner"), ("Birch", "Partner")]
    assert log() == [("organization_type.deleted", "Vendor", {"organizations": 1, "replacement": "Partner"})]


def test_manager_adds_renames_and_deletes(client_of, address, types, find):
    client = client_of(Role.MANAGER)
    page = page_of(client.get(f"{address}/organization-labels/")).one("main")
    assert page.texts("h2") == ["Types", "Statuses"]
    assert page.all("tbody")[1].texts("th") == ["Active", "Inactive", "Onboarding"]
    assert client.post(f"{address}/organization-types/new/", {"name": "Member"}).status_code == 302
    member = find(OrganizationType, "Member")
    path = f"{address}/organization-types/{member.pk}/"
    assert client.post(path, {"name": "Associate"}).status_code == 302
    assert types() == ["Associate", "Customer", "Partner", "Prospect", "Vendor"]
    assert page_of(client.get(f"{path}delete/")).one("main").all("select") == []
    assert client.post(f"{path}delete/").status_code == 302
    assert types() == ["Customer", "Partner", "Prospect", "Vendor"]


def test_taken_and_missing_names_are_told_beside_their_field(client_of, address, find):
    client = client_of(Role.MANAGER)
    new = f"{address}/organization-statuses/new/"
    taken = page_of(client.post(new, {"name": "active"}), status=422)
    assert taken.one("p", class_="form-error").text == "There is a status called Active already."
    assert taken.one("input", id="id_organization_status_name").attributes["value"] == "active"
    assert page_of(client.post(new, {}), status=422).one("p", id="id_organization_status_name_error")
    path = f"{address}/organization-statuses/{find(OrganizationStatus, 'Active').pk}/"
    refused = page_of(client.post(path, {"name": "Inactive"}), status=422)
    assert refused.one("h1").text == "Rename Active"


def test_label_in_use_asks_what_its_organizations_get_instead(client_of, address, account, inside, find):
    vendor = find(OrganizationType, "Vendor")
    organization = make_organization(account, "Alder")
    with inside():
        edit_organization(organization, changes={"organization_type": vendor}, now=NOW)
    client, path = client_of(Role.MANAGER), f"{address}/organization-types/{vendor.pk}/delete/"
    page = page_of(client.get(path)).one("main")
    assert page.texts("p")[0] == "1 organization has this type."
    assert page.texts("option") == ["Choose...", "No type", "Customer", "Partner", "Prospect"]
    refused = page_of(client.post(path, {}), status=422)
    assert refused.one("p", class_="form-error").text == "Choose a type for them, or none."
    assert client.post(path, {"replacement": "none"}).status_code == 302
    with inside():
        assert Organization.objects.values_list("organization_type", flat=True).get() is None
        assert not OrganizationType.objects.filter(pk=vendor.pk).exists()


@pytest.mark.parametrize("role", [Role.LITE, Role.READ_ONLY, Role.EDITOR])
def test_only_managers_change_them(client_of, address, find, role):
    client, vendor = client_of(role), find(OrganizationType, "Vendor")
    for path in ("organization-labels/", f"organization-types/{vendor.pk}/delete/"):
        assert client.get(f"{address}/{path}").status_code == 403
    assert client.post(f"{address}/organization-types/new/", {"name": "X"}).status_code == 403
