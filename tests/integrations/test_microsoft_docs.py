"""docs/microsoft.md keeps up with the code: every sign-in code and every permission that the portal knows is in it."""

import re
from pathlib import Path

from integrations.consent import CALLBACK_PATH
from integrations.microsoft import checks
from integrations.microsoft.clouds import CLOUDS
from integrations.microsoft.verdicts import _SIGN_IN_NUMBERS

DOCUMENT = (Path(__file__).parents[2] / "docs" / "microsoft.md").read_text(encoding="utf-8")


def _rows() -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in DOCUMENT.splitlines()
        if line.startswith("|")
    ]


def test_every_code_the_portal_knows_is_explained_in_its_own_words():
    told = {row[0]: row[1] for row in _rows() if re.fullmatch(r"AADSTS\d+", row[0])}
    known = {f"AADSTS{number}": problem.title for number, problem in _SIGN_IN_NUMBERS.items()}
    assert {code: told.get(code) for code in known} == known


def test_every_permission_is_explained():
    probes = (*checks._TENANT_PROBES, *checks._DISCOVERY_PROBES)
    told = {re.match(r"`([\w.]+)`", row[0])[1] for row in _rows() if re.match(r"`\w+\.[\w.]+`", row[0])}
    assert told == {probe.permission for probe in probes if probe.permission}


def test_clouds_are_listed_with_their_addresses():
    told = {row[0].split("`")[1]: row[2:] for row in _rows() if len(row) == 4 and row[0].startswith("`")}
    assert told == {
        cloud.key: [cloud.login.removeprefix("https://"), cloud.graph.removeprefix("https://")]
        for cloud in CLOUDS.values()
    }


def test_redirect_address_is_the_one_the_portal_answers():
    assert f"https://portal.example.com{CALLBACK_PATH}`" in DOCUMENT
