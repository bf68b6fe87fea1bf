"""How readers arrange a list: columns of their own, and views under a name, private or shared."""

import pytest

from organizations.models import ListPreference, SavedView
from organizations.roles import Role
from tests.factories import make_organization, make_user
from tests.pages import page_of


@pytest.fixture
def url(account):
    for name in ("Alder", "Birch", "Cedar"):
        make_organization(account, name)
    return f"/{account.slug}/organizations/"


@pytest.fixture
def technician(client_of):
    return client_of(Role.EDITOR)


def heads(client, url) -> list[str]:
    return page_of(client.get(url)).one("thead").texts("th")


def arrange(client, url, *columns, **more):
    return client.post(url, {"do": "columns", "column": columns} | more)


def test_columns_are_chosen_and_ordered_for_one_reader_alone(client_of, url, technician):
    usual = heads(technician, url)
    answer = arrange(technician, f"{url}?q=a&sort=-name", "status", "name", "no-such-column", "status")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{url}?q=a&sort=-name")
    assert heads(technician, url) == ["Status", "Name"]
    assert heads(client_of(Role.EDITOR), url) == usual
    technician.post(url, {"do": "columns", "restore": "yes"})
    assert heads(technician, url) == usual


def test_column_that_names_the_rows_stays(technician, url):
    arrange(technician, url, "type")
    assert heads(technician, url) == ["Name", "Type"]
    arrange(technician, url)
    assert heads(technician, url) != []


def test_columns_move_by_buttons_without_a_script(technician, url):
    for move, order in (
        ("type:up", ["Type", "Name", "Status"]),
        ("type:down", ["Name", "Status", "Type"]),
        ("name:up", ["Name", "Type", "Status"]),
        ("unknown:up", ["Name", "Type", "Status"]),
    ):
        if move == "type:down":
            arrange(technician, url, "name", "type", "status", move=move)
        else:
            arrange(technician, url, "name", "type", "status", move=move)
        assert heads(technician, url) == order, move


@pytest.mark.parametrize(
    ("sent", "kept"), [("200", 200), ("1", 48), ("99999", 1200), ("", None), ("wide", None), ("-5", None), ("9" * 30, None)]
)  # fmt: skip
def test_width_is_kept_within_reason(technician, url, inside, sent, kept):
    arrange(technician, url, "name", "type", **{"width.type": sent})
    with inside():
        assert ListPreference.objects.get().columns == [["name", None], ["type", kept]]
    [column] = page_of(technician.get(url)).all("col", **{"data-column": "type"})
    assert column.attributes.get("width") == (str(kept) if kept else None)


@pytest.mark.parametrize(
    "stored", [[["gone", None]], [["type"], 5, None, ["name", "x"]], [["name", None], ["name", 9]]]
)
def test_columns_that_are_no_more_and_nonsense_are_passed_over(technician, url, inside, stored):
    arrange(technician, url, "name", "type")
    with inside():
        ListPreference.objects.update(columns=stored)
    assert "Name" in heads(technician, url)


def save(client, url, name, **more):
    return client.post(url, {"do": "save-view", "name": name} | more)


def views(client, url) -> list[str]:
    menu = page_of(client.get(url)).one("ul", class_="views")
    return [each.text for each in menu.all("a")]


def opened(client, url, name):
    menu = page_of(client.get(url)).one("ul", class_="views")
    [link] = [each for each in menu.all("a") if each.text.startswith(name)]
    return page_of(client.get(link.attributes["href"]))


def test_view_keeps_filters_order_and_columns(technician, url):
    arrange(technician, url, "name", "status")
    answer = save(technician, f"{url}?q=r&sort=-name&from=abc", "  With   an R ")
    arrange(technician, url, "name", "type")
    for page in (page_of(technician.get(answer.headers["Location"])), opened(technician, url, "With an R")):
        assert [row[0] for row in page.rows] == ["Cedar", "Birch", "Alder"]
        assert page.one("thead").texts("th") == ["Name", "Status"]
        assert [
            each.text
            for each in page.all("a")
            if each.attributes.get("aria-current") == "true" and "view=" in each.attributes["href"]
        ] == ["With an R"]
    assert heads(technician, url) == ["Name", "Type"]


def test_view_saved_again_under_its_name_takes_its_place(technician, url):
    save(technician, f"{url}?q=alder", "Mine")
    save(technician, f"{url}?q=birch", "Mine")
    assert views(technician, url) == ["Mine"]
    assert [row[0] for row in opened(technician, url, "Mine").rows] == ["Birch"]


def test_view_is_private_unless_shared(account, sign_in, url):
    owner, colleague = (make_user(account, Role.EDITOR) for _ in range(2))
    client, other = sign_in(owner), sign_in(colleague)
    save(client, f"{url}?q=alder", "Private")
    save(client, f"{url}?q=birch", "Shared", shared="yes")
    assert (views(client, url), views(other, url)) == (["Private", "Shared shared"], ["Shared by Editor"])
    assert [row[0] for row in opened(other, url, "Shared").rows] == ["Birch"]


def test_private_view_of_another_opens_nothing(account, sign_in, url, inside):
    owner, other = (sign_in(make_user(account, Role.EDITOR)) for _ in range(2))
    arrange(owner, url, "name")
    save(owner, f"{url}?q=alder", "Private")
    with inside():
        view = SavedView.objects.get()
    assert heads(owner, f"{url}?view={view.pk}") == ["Name"]
    assert len(heads(other, f"{url}?view={view.pk}")) > 1


def test_sharing_takes_the_right_to_edit(client_of, url, inside):
    reader = client_of(Role.READ_ONLY)
    assert save(reader, url, "For all", shared="yes").status_code == 403
    assert save(reader, url, "For me").status_code == 302
    assert not page_of(reader.get(url)).all("input", name="shared")
    with inside():
        assert list(SavedView.objects.values_list("name", "is_shared")) == [("For me", False)]


def test_view_is_renamed_and_deleted_by_its_owner(technician, url, inside):
    save(technician, url, "One")
    save(technician, url, "Two")
    with inside():
        one = SavedView.objects.get(name="One").pk
    technician.post(url, {"do": "rename-view", "id": one, "name": "Two"})
    assert views(technician, url) == ["One", "Two"]
    technician.post(url, {"do": "rename-view", "id": one, "name": "Three"})
    assert views(technician, url) == ["Three", "Two"]
    technician.post(f"{url}?view={one}", {"do": "delete-view", "id": one})
    assert views(technician, url) == ["Two"]


@pytest.mark.parametrize("deed", ["rename-view", "delete-view"])
def test_only_its_owner_or_an_administrator_changes_a_shared_view(client_of, url, inside, deed):
    owner, other, administrator = (
        client_of(role) for role in (Role.EDITOR, Role.MANAGER, Role.ADMINISTRATOR)
    )
    save(owner, url, "Private")
    save(owner, url, "Shared", shared="yes")
    with inside():
        ids = dict(SavedView.objects.values_list("name", "pk"))
    for client, name, status in (
        (other, "Shared", 404), (administrator, "Private", 404), (administrator, "Shared", 302),
    ):  # fmt: skip
        assert client.post(url, {"do": deed, "id": ids[name], "name": "New"}).status_code == status
    with inside():
        assert sorted(SavedView.objects.values_list("name", flat=True)) == (
            ["New", "Private"] if deed == "rename-view" else ["Private"]
        )


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "\0"])
def test_view_without_a_usable_name_is_refused_with_words(technician, url, inside, name):
    save(technician, url, name)
    assert page_of(technician.get(url)).texts("p", class_="alert") != []
    with inside():
        assert not SavedView.objects.exists()


def test_view_belongs_to_its_list(technician, account, url):
    save(technician, url, "Clients")
    assert views(technician, f"/{account.slug}/contacts/") == []


def test_view_of_another_account_is_unknown(technician, rival, sign_in, url):
    theirs = sign_in(make_user(rival, Role.EDITOR))
    elsewhere = f"/{rival.slug}/organizations/"
    save(theirs, elsewhere, "Theirs", shared="yes")
    with_id = [each.attributes["value"] for each in page_of(theirs.get(elsewhere)).all("input", name="id")]
    assert technician.post(url, {"do": "delete-view", "id": with_id[0]}).status_code == 404
    assert views(theirs, elsewhere) == ["Theirs shared"]


def test_organizations_are_narrowed_by_type_and_exported_by_name(technician, account, url, inside):
    from organizations.models import Organization, OrganizationType  # noqa: PLC0415 - for this test alone

    with inside():
        kind = OrganizationType.objects.of_account(account.pk).get(name="Vendor")
        Organization.objects.filter(name="Birch").update(organization_type=kind)
    assert [row[0] for row in page_of(technician.get(f"{url}?type=Vendor")).rows] == ["Birch"]
    lines = technician.get(f"{url}?type=Vendor&export=csv").getvalue().decode("utf-8-sig").splitlines()
    assert (len(lines), lines[1].split(",")[:2]) == (2, ["Birch", "Vendor"])
