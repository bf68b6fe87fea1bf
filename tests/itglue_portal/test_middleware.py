"""One transaction around the whole request: pages see their account until the last byte, and half-done work is undone."""

import pytest
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import connection, transaction
from django.http import Http404, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import include, path
from django.views.generic import ListView

from integrations.models import SyncSettings
from organizations.access import RESERVED_SLUGS
from organizations.models import Organization
from organizations.roles import Role
from tests.factories import make_organization, make_user

NAMES = "{% for organization in object_list %}{{ organization.name }};{% endfor %}"
WRITTEN = "Half done"


def _write(request) -> None:
    Organization.objects.create(account=request.account, name=WRITTEN)


def _raising(error):
    def view(request, account):
        _write(request)
        messages.info(request, "Said before it failed")
        raise error

    return view


def _answering(status):
    def view(request, account):
        _write(request)
        return HttpResponse(status=status)

    return view


class LazyList(ListView):  # type: ignore[type-arg]  # Django's own class takes no brackets at run time
    """Django's own list page, which reads its rows while the response renders, after the view has returned."""

    model = Organization
    template_name = "unused"

    def render_to_response(self, context):
        return TemplateResponse(self.request, engines["django"].from_string(NAMES), context)


def _failing_in_its_template(request, account):
    _write(request)
    return TemplateResponse(request, engines["django"].from_string("{{ fails }}"), {"fails": _Failing()})


class _Failing:
    def __str__(self) -> str:
        raise ZeroDivisionError


def _pointing_at_another_account(request, account):
    """A broken reference comes out at the commit, when the response is ready."""
    _write(request)
    SyncSettings.objects.create(account=request.account, integration_id=2**40)
    return HttpResponse("done")


@login_not_required
def _open(request, account):
    return HttpResponse(f"{request.account.pk} {Organization.objects.count()}")


ERRORS = {
    "404": Http404("no"),
    "403": PermissionDenied("no"),
    "400": BadRequest("no"),
    "suspicious": SuspiciousOperation("no"),
    "500": ZeroDivisionError("no"),
}
urlpatterns = [
    *(path(f"<slug:account>/raise/{name}/", _raising(error)) for name, error in ERRORS.items()),
    *(
        path(f"<slug:account>/answer/{status}/", _answering(status))
        for status in (200, 302, 404, 422, 500, 503)
    ),
    path("<slug:account>/lazy/", LazyList.as_view()),
    path("<slug:account>/failing-template/", _failing_in_its_template),
    path("<slug:account>/broken-reference/", _pointing_at_another_account),
    path("<slug:account>/open/", _open),
    path("", include("itglue_portal.urls")),
]


@pytest.fixture
def probes(settings, account, sign_in):
    """A signed-in reader of pages that behave badly on purpose."""
    client = sign_in(make_user(account, Role.READ_ONLY))
    client.raise_request_exception = False
    settings.ROOT_URLCONF = __name__
    return lambda page: client.get(f"/{account.slug}/{page}/")


@pytest.fixture
def written(account, inside):
    def names() -> list[str]:
        with inside():
            return list(Organization.objects.values_list("name", flat=True))

    return names


@pytest.mark.parametrize(
    ("error", "status"), [("404", 404), ("403", 403), ("400", 400), ("suspicious", 400), ("500", 500)]
)
def test_view_that_raises_leaves_nothing(error, status, probes, written):
    assert probes(f"raise/{error}").status_code == status
    assert written() == []


@pytest.mark.parametrize("status", [500, 503])
def test_answer_of_a_failed_server_leaves_nothing(status, probes, written):
    assert probes(f"answer/{status}").status_code == status
    assert written() == []


@pytest.mark.parametrize("status", [200, 302, 404, 422])
def test_answer_that_a_view_chose_keeps_what_it_wrote(status, probes, written):
    """Such as a failed sign-in that is counted."""
    assert probes(f"answer/{status}").status_code == status
    assert written() == [WRITTEN]


def test_error_in_a_template_leaves_nothing(probes, written):
    assert probes("failing-template").status_code == 500
    assert written() == []


def test_broken_reference_found_at_the_commit_is_an_error_and_leaves_nothing(probes, written):
    response = probes("broken-reference")
    assert (response.status_code, b"done" in response.content) == (500, False)
    assert written() == []


def test_page_that_reads_while_it_renders_shows_its_rows(probes, account, rival):
    make_organization(account, "Mine")
    make_organization(rival, "Theirs")
    assert probes("lazy").content == b"Mine;"


@pytest.mark.parametrize(
    "missing", ["organizations/1099511627776", "assets/1099511627776", "nothing-of-the-kind"]
)
def test_page_that_does_not_exist_says_so_to_someone_signed_in(missing, probes):
    """Its frame reads the menu, in a transaction that is to be rolled back."""
    response = probes(missing)
    assert response.status_code == 404
    assert "Nothing here" in response.content.decode()


def test_forbidden_page_says_so(probes):
    response = probes("admin/integrations")
    assert response.status_code == 403
    assert "Not allowed" in response.content.decode()


def test_next_request_on_the_connection_starts_afresh(probes, account, written):
    probes("raise/500")
    assert not connection.in_atomic_block
    probes("answer/200")
    assert written() == [WRITTEN]


def test_path_names_the_account(client, settings, account, rival):
    settings.ROOT_URLCONF = __name__
    make_organization(account)
    assert client.get(f"/{account.slug}/open/").content.decode() == f"{account.pk} 1"
    assert client.get(f"/{rival.slug}/open/").content.decode() == f"{rival.pk} 0"


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    "slug", ["no-such-account", "%00", "a%00b", "%ED%A0%80", "ü", "a b", "-" * 300, "..", "'--"]
)
def test_absent_account_is_not_found(slug, client):
    response = client.get(f"/{slug}/organizations/")
    assert response.status_code == 404
    assert "Nothing here" in response.content.decode()


@pytest.mark.parametrize("query", ["%00", "a%00b", "%ED%A0%80", "'--", "%25_%5C"])
@pytest.mark.parametrize("name", ["q", "sort", "from", "organization"])
def test_odd_query_is_no_error(name, query, probes, account):
    make_organization(account, "Mine")
    assert probes(f"organizations/?{name}={query}&slash=").status_code == 200


def test_page_of_an_account_asks_for_sign_in_and_leads_back(client, account):
    response = client.get(f"/{account.slug}/organizations/?q=a&sort=-name")
    assert response.status_code == 302
    assert (
        response.url == f"/{account.slug}/sign-in/?next=/{account.slug}/organizations/%3Fq%3Da%26sort%3D-name"
    )


def test_fragment_asks_for_sign_in_as_a_whole_page(client, account):
    """A sign-in form inside a table row would help nobody."""
    response = client.get(f"/{account.slug}/organizations/", headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (204, f"/{account.slug}/sign-in/")


def test_reserved_names_lead_to_no_account(client, settings, committed):
    queries = []
    # These two answer themselves.
    for slug in RESERVED_SLUGS - {"healthz", "first-run"}:
        with connection.execute_wrapper(
            lambda execute, sql, *rest: (queries.append(sql), execute(sql, *rest))[1]
        ):
            for page in ("", "sign-in/"):
                assert client.get(f"/{slug}/{page}").status_code == 404
            assert client.post(f"/{slug}/theme/", {"theme": "dark"}).status_code == 404
    assert queries == []


def test_signed_in_pages_stay_out_of_caches(probes):
    for page in ("organizations", "nothing-of-the-kind"):
        assert probes(page).headers["Cache-Control"] == "no-store"


def test_whole_request_is_one_transaction(probes, monkeypatch):
    """Seen from PostgreSQL: session, user, view and template share it."""
    seen = []

    def look(execute, sql, parameters, many, context):
        result = execute(sql, parameters, many, context)
        with context["connection"].connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id_if_assigned(), now()")
            seen.append(cursor.fetchone()[1])
        return result

    with connection.execute_wrapper(look):
        assert probes("organizations").status_code == 200
    # The account is looked up before its transaction can begin.
    assert len(seen) > 4
    assert len(set(seen[1:])) == 1


def test_transaction_of_the_suite_is_none():
    """Were tests wrapped in a transaction, none of the above would show anything."""
    assert not transaction.get_connection().in_atomic_block
