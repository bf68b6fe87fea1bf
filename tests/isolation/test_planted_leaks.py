"""The matrix is trusted because it catches these: each test plants one leak and names what must be told about it.

Most leaks are invisible behind the wall, which is the wall's point; they are planted with the wall taken down.
"""

from functools import wraps

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseNotFound

from flexible_assets.models import OrganizationTotals
from flexible_assets.querysets import AssetQuerySet, TotalsQuerySet, TypeQuerySet
from integrations.models import Integration
from integrations.querysets import RunQuerySet
from itglue_portal import middleware
from organizations.authentication import AccountBackend
from organizations.models import Contact, Organization, User
from organizations.querysets import ContactQuerySet, OrganizationQuerySet
from organizations.roles import Role
from organizations.scope import account_scope
from tests.isolation.inspector import Inspector
from tests.isolation.routes import ROUTES, all_routes
from tests.isolation.sides import DEACTIVATED
from tests.isolation.sign_ins import FOREIGNER, SignIns

PEOPLE = (FOREIGNER, DEACTIVATED, Role.ADMINISTRATOR.value, Role.LITE.value)


@pytest.fixture
def told(spoilable_sides):
    """`told(route)`: everything the matrix says of the route and these people, in one text."""

    inspector = Inspector(SignIns(*spoilable_sides), people=PEOPLE, methods=("GET", "POST"))

    def breaches(name: str, people=PEOPLE) -> str:
        inspector.people = people
        return "\n".join(inspector.breaches(all_routes()[name]))

    return breaches


@pytest.fixture
def replace_view(monkeypatch):
    """`replace_view(route, lambda view: leaky)`: the route answers with another view."""

    def replace(name: str, make) -> None:
        pattern = all_routes()[name].pattern
        monkeypatch.setattr(pattern, "callback", make(pattern.callback))

    return replace


@pytest.fixture
def open_door(spoilable_sides, monkeypatch):
    """`open_door(rows, door)`: it lets both sides through; what other tests have left behind would only take time."""
    accounts = [side.account.pk for side in spoilable_sides]

    def remove(rows, door: str) -> None:
        monkeypatch.setattr(rows, door, lambda self, _: self.filter(account__in=accounts))

    return remove


@pytest.fixture
def unremembered(monkeypatch):
    """Pages of records without the list of what was viewed lately: the composite keys refuse foreign rows in it."""
    for views in (
        "organizations.views.clients",
        "organizations.views.contacts",
        "flexible_assets.views.assets",
    ):
        monkeypatch.setattr(f"{views}.note_view", lambda *_args, **_named: None)


def test_route_that_nobody_declared_is_told(monkeypatch):
    monkeypatch.delitem(ROUTES, "integrations:run-detail")
    assert all_routes().keys() - ROUTES.keys() == {"integrations:run-detail"}


@pytest.mark.usefixtures("without_wall", "unremembered")
@pytest.mark.parametrize(
    ("rows", "door", "route", "breach"),
    [
        (
            OrganizationQuerySet,
            "visible_to",
            "organizations:organization-list",
            "administrator GET own: shows",
        ),
        (
            OrganizationQuerySet,
            "visible_to",
            "organizations:organization-detail",
            "GET foreign organization_id: 200 instead",
        ),
        (
            ContactQuerySet,
            "visible_to",
            "organizations:contact-detail",
            "GET foreign contact_id: 200 instead of 404",
        ),
        (
            AssetQuerySet,
            "in_reach_of",
            "flexible_assets:asset-detail",
            "GET foreign asset_id: 200 instead of 404",
        ),
        (
            TypeQuerySet,
            "of_account",
            "flexible_assets:global-list",
            "GET foreign type_id: 200 instead of 404",
        ),
        (RunQuerySet, "visible_to", "integrations:run-detail", "GET foreign run_id: 200 instead of 404"),
    ],
)
def test_forgotten_filter_is_told(rows, door, route, breach, told, open_door):
    open_door(rows, door)
    assert breach in told(route, [Role.ADMINISTRATOR.value])


@pytest.mark.usefixtures("without_wall")
def test_view_of_another_accounts_record_is_told_though_it_can_not_be_remembered(told, open_door):
    open_door(ContactQuerySet, "visible_to")
    assert "GET foreign contact_id: 500 instead of 404 (IntegrityError" in told(
        "organizations:contact-detail"
    )


@pytest.mark.usefixtures("without_wall")
def test_sum_over_all_accounts_is_told(told, monkeypatch):
    monkeypatch.setattr(
        "flexible_assets.totals.visible_totals", lambda user: OrganizationTotals.objects.all()
    )
    monkeypatch.setattr(TotalsQuerySet, "of_type", lambda self, asset_type: self.all())
    assert "administrator GET own: shows" in told("flexible_assets:global-list")


@pytest.mark.usefixtures("without_wall")
def test_search_over_all_accounts_is_told(told, monkeypatch):
    monkeypatch.setattr(
        OrganizationQuerySet,
        "matching",
        lambda self, term: Organization.objects.filter(search_key__contains=term) if term else self,
    )
    assert "GET own with foreign q={token}: shows" in told("organizations:organization-list")


@pytest.mark.usefixtures("without_wall")
def test_id_trusted_from_the_query_is_told(told, replace_view):
    def leaky(view):
        @wraps(view)
        def named(request, **parameters):
            response = view(request, **parameters)
            named = Organization.objects.filter(pk=request.GET.get("organization") or 0).first()
            response.headers["X-Organization"] = named.name if named else ""
            return response

        return named

    replace_view("flexible_assets:global-list", leaky)
    assert "GET own with foreign organization={organization_id}: shows" in told("flexible_assets:global-list")


def test_missing_right_is_told(told, monkeypatch):
    monkeypatch.setattr("integrations.views.listing.require", lambda user, right: None)
    assert "lite GET own: 200 instead of 403" in told("integrations:integration-list")


@pytest.mark.usefixtures("without_wall")
def test_forbidden_instead_of_absent_is_told(told, monkeypatch):
    def tell(user, organization_id):
        found = Organization.objects.filter(pk=organization_id).first()
        if found is None:
            raise Http404
        if found.account_id != user.account_id:
            raise PermissionDenied
        return found

    monkeypatch.setattr("organizations.views.contacts.get_organization", tell)
    assert "GET foreign organization_id: 403 instead of 404" in told("organizations:contact-list")


@pytest.mark.usefixtures("without_wall")
def test_other_words_for_foreign_than_for_absent_are_told(told, replace_view):
    def leaky(view):
        @wraps(view)
        def telling(request, account, contact_id):
            if Contact.objects.filter(pk=contact_id).exclude(account=request.account).exists():
                return HttpResponseNotFound("not yours")
            return view(request, account, contact_id)

        return telling

    replace_view("organizations:contact-detail", leaky)
    breach = "GET foreign contact_id: differs from the answer for rows that do not exist"
    assert breach in told("organizations:contact-detail")


def test_page_without_sign_in_is_told(told, replace_view):
    def leaky(view):
        return login_not_required(lambda request, account: HttpResponse(Organization.objects.first().name))

    replace_view("organizations:organization-list", leaky)
    breaches = told("organizations:organization-list")
    assert "deactivated GET own: 200 instead of 302" in breaches
    assert "administrator GET own at another account's address: shows" in breaches


@pytest.mark.usefixtures("without_wall")
def test_session_that_opens_every_account_is_told(told, monkeypatch):
    monkeypatch.setattr(
        AccountBackend, "get_user", lambda self, pk: User.objects.filter(pk=pk, is_active=True).first()
    )
    assert f"{FOREIGNER} GET own: 200 instead of 302" in told("organizations:organization-list")


def test_session_that_outlives_its_user_is_told(told, monkeypatch):
    monkeypatch.setattr(AccountBackend, "get_user", lambda self, pk: User.objects.filter(pk=pk).first())
    assert f"{DEACTIVATED} GET own: 200 instead of 302" in told("organizations:organization-list")


def test_method_that_nobody_refuses_is_told(told, replace_view):
    replace_view("organizations:account-home", lambda view: view.__wrapped__)
    assert "lite POST own: 200 instead of 405" in told("organizations:account-home")


def test_scope_of_another_account_is_told(told, spoilable_sides, monkeypatch):
    _, rival = spoilable_sides
    monkeypatch.setattr(middleware, "account_scope", lambda _: account_scope(rival.account.pk))
    breaches = told("organizations:organization-list")
    assert f"{FOREIGNER} GET own: 200 instead of 302" in breaches
    assert f"{FOREIGNER} GET own: shows" in breaches


@pytest.mark.usefixtures("without_wall")
def test_write_before_the_check_is_told(told, replace_view):
    def leaky(view):
        @wraps(view)
        def hasty(request, account, integration_id):
            if request.method == "POST":
                Integration.objects.filter(pk=integration_id).update(application_id="taken over")
            try:
                return view(request, account, integration_id)
            except Http404:
                return HttpResponseNotFound()

        return hasty

    replace_view("integrations:sync-settings", leaky)
    assert "rows of another account changed: integrations_integration" in told("integrations:sync-settings")


@pytest.mark.usefixtures("without_wall")
def test_sync_started_for_another_account_is_told(told, monkeypatch):
    monkeypatch.setattr(
        "integrations.views.runs.get_integration", lambda user, pk: Integration.objects.get(pk=pk)
    )
    # The composite keys still refuse the run, since the one who asks for it belongs to another account.
    assert "POST foreign integration_id: 500 instead of 404 (IntegrityError" in told(
        "integrations:start-sync"
    )
