"""Rules that hold for every template and static file, read as text: the policy, the icons, the weight."""

import gzip
import re
from pathlib import Path

import pytest

from itglue_portal.templatetags.portal import draw_icon

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMED_ICON = re.compile(r'(?:{% icon |fallback=|icon_name=)"([\w-]+)"')
REFUSED_BY_POLICY = re.compile(
    r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:|\shx-on", re.IGNORECASE
)


def relative(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_template_has_nothing_the_content_security_policy_refuses(path):
    assert REFUSED_BY_POLICY.findall(path.read_text()) == []


@pytest.mark.parametrize(
    "planted",
    [
        '<p style="color:red">',
        "<script>x()</script>",
        '<a onclick="x()">',
        "<style>",
        '<p hx-on:click="x()">',
    ],
)
def test_policy_check_sees_a_planted_breach(planted):
    assert len(REFUSED_BY_POLICY.findall(planted)) == 1


def test_every_icon_named_in_a_template_exists():
    names = {name for path in TEMPLATES for name in NAMED_ICON.findall(path.read_text())}
    assert len(names) >= 30
    for name in sorted(names):
        assert draw_icon(name).startswith("<svg")


def test_post_forms_carry_a_csrf_token():
    forms = re.compile(r'<form[^>]*method="post".*?</form>', re.DOTALL)
    without = [
        relative(path)
        for path in TEMPLATES
        for form in forms.findall(path.read_text())
        if "csrf_token" not in form
    ]
    assert without == []


@pytest.mark.parametrize(("kind", "budget"), [("css", 20_000), ("js", 20_000)])
def test_first_load_stays_light(kind, budget):
    files = sorted((ROOT / "static" / kind).iterdir())
    assert sum(len(gzip.compress(file.read_bytes(), 9)) for file in files) < budget
