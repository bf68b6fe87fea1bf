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


HEARD = re.compile(r'event\.target\.closest\("\[(data-[\w-]+)\]"\)')
#: What only surrounds the control that is pressed.
AROUND = {"data-tick-list", "data-hides-after"}


def pressed_hooks():
    """Attributes of what a script hears clicks on."""
    scripts = [path.read_text() for path in sorted((ROOT / "static/js").glob("*.js"))]
    listeners = [part.split("\n});")[0] for text in scripts for part in text.split('("click", ')[1:]]
    return {hook for listener in listeners for hook in HEARD.findall(listener)} - AROUND


def test_what_scripts_hear_clicks_on_has_a_key_as_well():
    hooks = pressed_hooks()
    assert len(hooks) >= 8
    tag = re.compile(rf"<(\w+)\b[^>]*\s({'|'.join(sorted(hooks))})[\s=>]")
    pressed = [(name, hook) for path in TEMPLATES for name, hook in tag.findall(path.read_text())]
    assert {hook for _, hook in pressed} == hooks
    assert {name for name, _ in pressed} <= {"a", "button"}


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
