"""WCAG 2.2 AA as arithmetic on the color tokens, in both themes; pages then need no eye for it."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "static/css/tokens.css").read_text()
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
PLAIN = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
THEMES = ("light", "dark")

GROUNDS = ("canvas", "surface", "raised", "sunken", "hover")
TONES = ("ok", "warning", "danger", "busy", "neutral")
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft", "ink-faint", "accent") for ground in GROUNDS),
    *((tone, f"{tone}-soft") for tone in TONES),
    *(("ink", f"{tone}-soft") for tone in TONES),
    ("danger", "surface"),
    ("accent", "accent-soft"),
    ("on-accent", "accent-solid"),
    ("on-accent", "accent-solid-hover"),
    ("ink", "pressed"),
]
SHAPES = [
    *(("focus", ground) for ground in GROUNDS),
    *(("control-line", ground) for ground in ("canvas", "surface", "raised")),
    *((bar, "surface") for bar in ("bar", "bar-over")),
]


def colors(theme):
    both = {name: theme_pair[THEMES.index(theme)] for name, *theme_pair in PAIR.findall(TOKENS)}
    return dict(PLAIN.findall(TOKENS)) | both


def luminance(color):
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_contrast_agrees_with_known_values():
    assert round(contrast("#000000", "#ffffff"), 2) == 21.00
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_stands_out_from_its_ground(theme, ink, ground):
    palette = colors(theme)
    assert contrast(palette[ink], palette[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shape_that_carries_meaning_stands_out_from_its_ground(theme, shape, ground):
    palette = colors(theme)
    assert contrast(palette[shape], palette[ground]) >= 3
