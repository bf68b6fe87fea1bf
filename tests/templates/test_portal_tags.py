from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from lucide import IconDoesNotExist

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def rendered(source, **context):
    return Template("{% load portal %}" + source).render(Context({"now": NOW} | context))


def test_icon_is_drawn_for_the_eye_only():
    svg = rendered('{% icon "lock" %}')
    assert 'class="icon"' in svg
    assert 'aria-hidden="true"' in svg
    assert "style" not in svg


def test_icon_of_data_that_no_longer_exists_falls_back():
    assert rendered('{% icon name fallback="box" %}', name="gone-for-good") == rendered('{% icon "box" %}')


def test_misspelt_icon_in_a_template_is_an_error():
    with pytest.raises(IconDoesNotExist):
        rendered('{% icon "lokc" %}')


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=-59), "just now"),
        (timedelta(minutes=-1), "1 min ago"),
        (timedelta(minutes=-59, seconds=-59), "59 min ago"),
        (timedelta(hours=-1), "1 h ago"),
        (timedelta(hours=-47), "1 day ago"),
        (timedelta(days=-2), "2 days ago"),
        (timedelta(days=-30), "24 Oct 2026"),
        (timedelta(minutes=5), "in 5 min"),
        (timedelta(days=12), "in 12 days"),
        (timedelta(days=40), "2 Jan 2027"),
    ],
)
def test_ago_says_the_distance_and_keeps_the_exact_time(distance, words):
    moment = NOW + distance
    exact = moment.strftime("%-d %b %Y, %H:%M UTC")
    expected = f'<time datetime="{moment.isoformat()}" title="{exact}">{words}</time>'
    assert rendered("{% ago moment %}", moment=moment) == expected


def test_thousands_groups_digits():
    assert rendered("{{ number|thousands }}", number=1234567) == "1,234,567"
