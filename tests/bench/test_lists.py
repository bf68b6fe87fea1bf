"""The bench of lists runs; what it finds is read by people, on machines that do nothing else meanwhile."""

import re

import pytest

from tests.bench.lists import measure
from tests.bench.portfolio import Size

_LINE = re.compile(r"  (?P<name>\S.*?) +[\d.]+ +[\d.]+ +\d+ +(?P<ratio>[\d.]+)")


@pytest.mark.usefixtures("committed")
def test_bench_prints_what_everything_takes_beside_the_first(capsys):
    measure(Size(assets=60, organizations=3, contacts=9), rounds=1)
    _, *chapters = capsys.readouterr().out.split("\n\n")
    measured = [[_LINE.fullmatch(line) for line in chapter.splitlines()[1:]] for chapter in chapters]
    assert [lines[0]["ratio"] for lines in measured] == ["1.0"] * 9
    assert [(lines[0]["name"], len(lines)) for lines in measured] == [
        ("bare SELECT of the rows", 4),
        ("first page", 4),
        ("first page", 8),
        ("first page", 16),
        ("first page", 5),
        ("first page of who reaches all", 8),
        ("contacts", 7),
        ("bare scan of names", 14),
        ("bare COPY of the columns", 4),
    ]
