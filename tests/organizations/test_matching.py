"""Words in names: numbers by their value, letters without case and accents."""

import pytest

from organizations.matching import Pattern
from organizations.models import Organization
from tests.factories import make_organization

NAMES = ("Office 365 E5", "Office 365 E3", "Server 0815", "server 12", "Müller 1.5%", "Route 53")


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("e5", ["Office 365 E5"]),
        ("E05", ["Office 365 E5"]),
        ("office365", []),
        ("office 365", ["Office 365 E5", "Office 365 E3"]),
        ("0365", ["Office 365 E5", "Office 365 E3"]),
        ("5", ["Office 365 E5", "Office 365 E3", "Server 0815", "Müller 1.5%", "Route 53"]),
        ("815", ["Server 0815"]),
        ("server 1", ["Server 0815", "server 12"]),
        ("server 8", ["Server 0815"]),
        ("1.5", ["Müller 1.5%"]),
        ("1x5", []),
        ("5%", ["Müller 1.5%"]),
        ("muller 1", ["Müller 1.5%"]),
        ("2\u00b2", []),
        ("365_e5", []),
    ],
)
def test_word_is_found_whatever_zeros_stand_before_its_numbers(account, inside, term, found):
    for name in NAMES:
        make_organization(account, name)
    with inside():
        named = Organization.objects.of_account(account.pk).filter(Pattern.of(term).names()).order_by("pk")
        assert [each.name for each in named] == found
