"""Names come from other people's directories: whatever they hold, pages show it as the text it is."""

import pytest

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


def test_hostile_names_are_shown_as_they_are_and_add_nothing_to_the_page(pages, name):
    shown = " ".join(name.split())
    assert {key: shown in page.text for key, page in pages.items()} == dict.fromkeys(pages, True)
    for page in pages.values():
        elements = list(page.everything())
        assert [each.tag for each in elements if each.tag in ("img", "iframe", "object", "style")] == []
        assert [each for each in elements if each.tag == "script" and "src" not in each.attributes] == []
        assert [key for each in elements for key in each.attributes if key.startswith("on")] == []
        schemes = {
            each.attributes["href"].partition(":")[0]
            for each in elements
            if ":" in each.attributes.get("href", "")
        }
        assert schemes <= {"mailto"}


def test_hostile_names_stand_where_names_belong(pages, name):
    shown = " ".join(name.split())
    assert [row[0] for row in pages["organizations"].rows] == [shown]
    assert [row[:2] for row in pages["global licenses"].rows] == [[shown, shown]]
    assert pages["contacts"].rows == [[shown, shown, "", shown, "", "Listed"]]
    assert pages["contact"].one("h1").text == shown
    assert pages["license"].one("h1").text == shown
    assert pages["license"].one("section", class_="usage").pairs["SKU"] == shown
    assert pages["run"].one("pre").text == f"{shown} Request id {' '.join(name[:60].split())}"


def test_hostile_words_in_the_search_box_come_back_as_they_were(reader, hostile, name):
    page = page_of(reader.get(f"/{hostile.account.slug}/organizations/", {"q": name}))
    assert page.one("input", id="list-search").attributes["value"] == name[:200].strip()
    assert [row[0] for row in page.rows] == [" ".join(name.split())]
