"""Which organization a tenant is suggested for, how sure that is, and why."""

import time

import pytest

from integrations.matching import (
    THRESHOLD,
    Directory,
    OrganizationFacts,
    Suggestion,
    TenantFacts,
    best,
    suggest,
)


def suggested(name, *organizations, domains=()):
    """Score and reason by the name of the organization, the best first."""
    directory = Directory(
        each if isinstance(each, OrganizationFacts) else OrganizationFacts(number, each)
        for number, each in enumerate(organizations, start=1)
    )
    names = {each.id: each.name for each in directory.organizations}
    return {
        names[each.organization_id]: (each.score, each.reason)
        for each in suggest(TenantFacts(name, tuple(domains)), directory)
    }


@pytest.mark.parametrize(
    ("tenant", "organization", "score", "reason"),
    [
        ("Contoso Dental", "Contoso Dental", 100, "Same name"),
        ("CONTOSO dental ", "Contoso Dental", 100, "Same name"),
        ("Contoso Dental Inc", "Contoso Dental", 97, 'Same name but for "Inc"'),
        ("Contoso Dental", "Contoso Dental, Inc.", 97, 'Same name but for "Inc."'),
        ("Contoso Ltd", "Contoso GmbH & Co. KG", 97, 'Same name but for "Ltd" and "GmbH Co. KG"'),
        ("Contoso B.V.", "Contoso", 97, 'Same name but for "B.V."'),
        ("Café Noir", "Cafe Noir", 97, "Same name, spelled differently"),
        ("North Wind Traders", "Northwind Traders", 97, "Same name, spelled differently"),
        ("Smith & Sons", "Smith and Sons", 97, "Same name, spelled differently"),
        ("Northwnd Traders", "Northwind Traders", 95, "Name 95 % alike"),
        ("Dental Contoso", "Contoso Dental", 95, "Name 95 % alike"),
        ("Müller & Söhne", "Müller und Söhne", 93, "Name 93 % alike"),
        ("Bright Smiles Dentistry", "Bright Smile Dentistry", 95, "Name 95 % alike"),
        ("Fabrikam", "Fabrikam Consulting", 84, "Name 84 % alike"),
        ("Smith Dental", "Smith Dental Care", 85, "Name 85 % alike"),
        ("Contoso", "Contoso Dental", 70, "Name 70 % alike"),
        ("contosodental.com", "Contoso Dental", 92, "The domain contosodental.com spells the name"),
    ],
)
def test_names_that_are_alike(tenant, organization, score, reason):
    assert suggested(tenant, organization) == {organization: (score, reason)}


@pytest.mark.parametrize(
    ("tenant", "organization"),
    [
        ("Contoso Dental", "Contoso Legal"),
        ("Contoso North", "Contoso South"),
        ("Alpine Consulting Group", "Delta Consulting Group"),
        ("St. Mary's School", "St. Martin's School"),
        ("Store 12 Ltd", "Store 13 Ltd"),
        ("Store 12", "Store"),
        ("Acme", "Acne Clinic"),
        ("Inc", "Ltd"),
        ("?!", "?!!"),
        ("", "Contoso"),
    ],
)
def test_names_that_are_not_alike_enough(tenant, organization):
    assert suggested(tenant, organization) == {}


@pytest.mark.parametrize(
    ("domain", "organization", "score", "reason"),
    [
        ("contosodental.com", "Contoso Dental", 92, "The domain contosodental.com spells the name"),
        ("contoso-dental.co.uk", "Contoso Dental", 92, "The domain contoso-dental.co.uk spells the name"),
        ("acmecorp.com", "Acme Corp.", 92, "The domain acmecorp.com spells the name"),
        ("ibm.com", "IBM", 92, "The domain ibm.com spells the name"),
        (
            "fabrikam.onmicrosoft.com",
            "Fabrikam Ltd",
            92,
            "The domain fabrikam.onmicrosoft.com spells the name",
        ),
        ("fabrikam.com", "Fabrikam Consulting Group", 85, "The domain fabrikam.com fits the name"),
        (
            "northwndtraders.com",
            "Northwind Traders",
            87,
            "The domain northwndtraders.com is 97 % like the name",
        ),
    ],
)
def test_domains_that_tell_the_name(domain, organization, score, reason):
    assert suggested("Production", organization, domains=[domain]) == {organization: (score, reason)}


def test_domain_that_fits_several_names_suggests_each():
    assert list(suggested("Production", "Fabrikam Group", "Fabrikam Services", domains=["fabrikam.com"])) == [
        "Fabrikam Group",
        "Fabrikam Services",
    ]


def with_mail(number, name, **counts):
    return OrganizationFacts(
        number, name, {domain.replace("_", "."): count for domain, count in counts.items()}
    )


@pytest.mark.parametrize(
    ("count", "score", "reason"),
    [
        (1, 86, "The e-mail address of 1 contact ends in contosodental.com"),
        (2, 88, "E-mail addresses of 2 contacts end in contosodental.com"),
        (14, 96, "E-mail addresses of 14 contacts end in contosodental.com"),
        (1400, 96, "E-mail addresses of 1,400 contacts end in contosodental.com"),
    ],
)
def test_contacts_whose_addresses_are_the_tenants(count, score, reason):
    facts = with_mail(1, "Smile Factory", contosodental_com=count)
    assert suggested("Production", facts, domains=["ContosoDental.com"]) == {"Smile Factory": (score, reason)}


def test_addresses_of_people_who_are_contacts_everywhere_say_less():
    """The MSP's own staff."""
    found = suggested(
        "Managed Services",
        with_mail(1, "Alder", msp_com=8),
        *(with_mail(number, f"Client {number}", msp_com=1) for number in range(2, 10)),
        domains=["msp.com"],
    )
    assert found["Alder"] == (83, "E-mail addresses of 8 contacts end in msp.com")
    assert {score for name, (score, _) in found.items() if name != "Alder"} == {71}


def test_freemail_addresses_say_nothing():
    assert suggested("Production", with_mail(1, "Alder", gmail_com=14), domains=["gmail.com"]) == {}


def test_reasons_that_agree_make_it_surer():
    facts = with_mail(1, "Contoso Dental Care", contosodental_com=14)
    assert suggested("Contoso Dental", facts, domains=["contosodental.com"]) == {
        "Contoso Dental Care": (
            98,
            "E-mail addresses of 14 contacts end in contosodental.com; name 87 % alike",
        )
    }


def test_same_name_needs_no_other_reason():
    facts = with_mail(1, "Contoso Dental", contosodental_com=14)
    assert suggested("contoso dental", facts, domains=["contosodental.com"]) == {
        "Contoso Dental": (100, "Same name")
    }


def test_best_comes_first_and_equals_in_order_of_their_ids():
    found = suggested("Contoso", "Contoso Dental", "Contoso GmbH", "Contoso", "Contoso Ltd")
    assert list(found.items())[:3] == [
        ("Contoso", (100, "Same name")),
        ("Contoso GmbH", (97, 'Same name but for "GmbH"')),
        ("Contoso Ltd", (97, 'Same name but for "Ltd"')),
    ]


@pytest.mark.parametrize(("scores", "chosen"), [([], None), ([80], 1), ([90, 80], 1), ([90, 90, 80], None)])
def test_best_is_the_only_one_of_its_score(scores, chosen):
    suggestions = [Suggestion(number, score, "") for number, score in enumerate(scores, start=1)]
    found = best(suggestions)
    assert (found and found.organization_id) == chosen


def test_order_of_organizations_changes_nothing():
    names = ["Contoso Dental", "Contoso GmbH", "Contoso", "Fabrikam", "Contoso Ltd", "Contosso"]
    assert suggested("Contoso", *names) == suggested("Contoso", *reversed(names))


def test_three_thousand_tenants_find_theirs_among_three_thousand_organizations():
    """In a second or two. The limit leaves room for a busy machine; comparing every pair in full takes minutes."""
    firsts = ["alder", "birch", "cedar", "delta", "ember", "falcon", "granite", "harbor", "iris", "juniper"]
    seconds = [
        "dental",
        "legal",
        "logistics",
        "foods",
        "capital",
        "medical",
        "motors",
        "textiles",
        "energy",
        "press",
    ]
    names = [
        f"{first} {second} {chr(97 + n % 26) * 3}{n}"
        for first in firsts
        for second in seconds
        for n in range(30)
    ]
    directory = Directory(OrganizationFacts(number, name) for number, name in enumerate(names))
    begun = time.monotonic()
    found = [best(suggest(TenantFacts(f"{name} Inc"), directory)) for name in names]
    assert time.monotonic() - begun < 20
    assert [each.organization_id for each in found] == list(range(3000))
    assert min(each.score for each in found) > THRESHOLD
