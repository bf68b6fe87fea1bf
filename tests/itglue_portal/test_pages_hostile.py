"""Names come from other people's directories: whatever they hold, pages show it as the text it is."""

import pytest

from flexible_assets.field_kinds import FIELD_KINDS
from tests.itglue_portal.hostile import field_name, make_hostile, signed_in
from tests.pages import page_of

NAMES = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"><img src=x onerror='alert(1)'>",
    "entity": "Müller &amp; Söhne & Co",
    "template": "{{ 7*7 }}{% now 'Y' %}${7*7}",
    "formula": '=HYPERLINK("https://evil.example";"click")',
    "right-to-left": "\u202eexe.cod \u05de\u05e2\u05d1\u05d3\u05d5\u05ea",
    "joined": "e\u0301\U0001f469\u200d\U0001f4bb \u6771\u4eac",
    "url": "javascript:alert(1)//%00?q=1#x",
    "long": "W" * 100,
}
#: What is left of those that are markup, where people may write some.
RICH_TEXT = {NAMES["script"]: "", NAMES["attribute"]: '">'}


@pytest.fixture(scope="module", params=list(NAMES.values()), ids=list(NAMES))
def name(request):
    return request.param


@pytest.fixture(scope="module")
def hostile(_database, name):
    return make_hostile(name)


@pytest.fixture(scope="module")
def reader(hostile):
    return signed_in(hostile)


@pytest.fixture(scope="module")
def pages(hostile, reader):
    """Each kind of page, parsed, by its name."""
    root = f"/{hostile.account.slug}/"
    return {key: page_of(reader.get(root + path, query)) for key, (path, query) in hostile.paths.items()}


def words(text):
    """As a page's parsed text has it."""
    return " ".join(text.split())


def told(page):
    """What stands in the page itself, whose frame names the account anyway, and in its inputs."""
    main = next(iter(page.all("main")), page)
    return words(" ".join([main.text, *(each.attributes.get("value", "") for each in main.all("input"))]))


def test_hostile_names_are_shown_as_they_are_and_add_nothing_to_the_page(pages, name):
    assert [key for key, page in pages.items() if words(name) not in told(page)] == []
    for page in pages.values():
        elements = list(page.everything())
        assert [each.tag for each in elements if each.tag in ("img", "iframe", "object", "style")] == []
        assert [each for each in elements if each.tag == "script" and "src" not in each.attributes] == []
        assert [key for each in elements for key in each.attributes if key.startswith("on")] == []


def test_hostile_names_lead_nowhere_but_where_links_are_for_people_to_follow(pages):
    addresses = {
        each.attributes.get(key, "")
        for page in pages.values()
        for each in page.everything()
        for key in ("href", "src", "action", "formaction")
    }
    outward = {each for each in addresses if ":" in each and not each.startswith("mailto:")}
    # As text and quick notes are shown: addresses of the web in them are links.
    assert outward <= {"https://evil.example"}


def test_hostile_names_stand_where_names_belong(pages, name):
    shown = words(name)
    assert [row[0] for row in pages["organizations"].rows] == [f"{shown} {words(name[:60])}"]
    assert [row[:2] for row in pages["global licenses"].rows] == [[shown, shown]]
    assert pages["contacts"].rows == [[shown, shown, "", shown, "", "Listed"]]
    assert pages["contact"].one("h1").text == shown
    assert pages["license"].one("h1").text == shown
    assert pages["license"].one("section", class_="usage").pairs["SKU"] == shown
    assert pages["run"].one("pre").text == f"{shown} Request id {words(name[:60])}"


def test_hostile_names_stand_where_names_belong_in_the_documentation(pages, name):
    shown = words(name)
    assert pages["organization"].one("div", class_="organization-notice").text == f"Alert: {shown}"
    assert pages["organization"].one("p", class_="plain-text").text == shown
    assert pages["asset"].one("h1").text == shown
    assert pages["assets"].one("table").texts("th", scope="col") == [
        words(field_name(name, number))
        for number, kind in enumerate(FIELD_KINDS.values())
        if kind.may_be_listed
    ]
    [listed] = pages["assets"].rows
    assert listed[:3] == [shown, words(RICH_TEXT.get(name, name)), shown]
    assert {row[0] for row in pages["types"].rows} == {shown, "Microsoft Licenses"}
    assert [row[:3] for row in pages["deleted assets"].rows] == [[shown, shown, shown]]
    [expiring] = pages["expirations"].rows
    assert expiring[:5] == [shown, shown, shown, words(field_name(name, 3)), "1 Apr 2026"]


def test_hostile_names_stand_where_names_belong_among_people_and_finds(pages, name):
    shown = words(name)
    assert [row[0] for row in pages["users"].rows] == [shown, shown]
    assert [row[:2] for row in pages["groups"].rows] == [[shown, shown]]
    assert pages["organizations"].one("ul", class_="views").texts("a") == [f"{shown} by {shown}"]
    assert pages["import of organizations"].one("h1").text == shown
    [planned] = pages["import of organizations"].one("table", id="preview").rows
    assert planned[:2] == ["2", f"{shown} II"]
    assert pages["import of contacts"].one("table", id="errors").rows == [
        [
            "2",
            "Organization",
            f"There is no organization called “{shown} II”. Correct the name, or add it first.",
        ]
    ]
    assert pages["search"].texts("span", class_="hit-name") == [shown] * 5
    assert pages["palette"].texts("span", class_="palette-name")[:5] == [shown] * 5
    lines = {row[0]: row[1:5] for row in pages["activity"].rows}
    assert lines["Group created"] == [shown, "1 Mar 2026", shown, ""]
    assert lines["Organization edited"] == lines["Tags changed"] == [shown, "1 Mar 2026", shown, shown]


def test_hostile_words_in_the_search_box_come_back_as_they_were(reader, hostile, name):
    page = page_of(reader.get(f"/{hostile.account.slug}/organizations/", {"q": name}))
    assert page.one("input", id="list-search").attributes["value"] == name[:200].strip()
    assert [row[0] for row in page.rows] == [f"{words(name)} {words(name[:60])}"]
