"""How names of companies and domains are taken apart for comparing."""

import pytest

from integrations.company_names import company_name, domain_label, is_domain, is_freemail


@pytest.mark.parametrize(
    ("text", "words", "forms"),
    [
        ("Contoso Dental", ("contoso", "dental"), ()),
        ("Contoso, Inc.", ("contoso",), ("Inc.",)),
        ("CONTOSO B.V.", ("contoso",), ("B.V.",)),
        ("Müller & Söhne GmbH & Co. KG", ("muller", "and", "sohne"), ("GmbH", "Co.", "KG")),
        ("Litware Sp. z o.o.", ("litware",), ("Sp.", "z", "o.o.")),
        ("Dupont S.à r.l.", ("dupont",), ("S.à", "r.l.")),
        ("Blue-Yonder Airlines Pty Ltd", ("blue", "yonder", "airlines"), ("Pty", "Ltd")),
        ("O'Brien\N{RIGHT SINGLE QUOTATION MARK}s Bakery", ("obriens", "bakery"), ()),
        ("Łódź Ćwikła", ("lodz", "cwikla"), ()),
        ("東京物産", ("東京物産",), ()),
        ("Co", ("co",), ()),
        ("Inc. Ltd.", ("inc",), ("Ltd.",)),
        ("Smith and Co", ("smith",), ("Co",)),
        ("?!", (), ()),
        ("", (), ()),
    ],
)
def test_name_is_told_from_its_legal_form(text, words, forms):
    name = company_name(text)
    assert (name.words, name.forms) == (words, forms)


def test_name_is_spelled_as_domains_would():
    name = company_name("Alpine Ski Group, Inc.")
    assert (name.core, name.telling) == ("alpineskigroup", "alpineski")
    assert name.spellings == {"alpineskigroup", "alpineskigroupinc"}


def test_name_of_nothing_but_common_words_keeps_them():
    assert company_name("Global Services").telling == "globalservices"


@pytest.mark.parametrize(
    ("domain", "label"),
    [
        ("contosodental.com", "contosodental"),
        ("Contoso-Dental.co.uk", "contosodental"),
        ("contoso.com.au", "contoso"),
        ("mail.contoso.de", "contoso"),
        ("contoso.onmicrosoft.com", "contoso"),
        ("contoso.mail.onmicrosoft.com", "contoso"),
        ("contoso.partner.onmschina.cn", "contoso"),
        ("co.uk", "co"),
        ("com", ""),
        ("", ""),
    ],
)
def test_label_is_the_part_of_a_domain_that_its_owner_chose(domain, label):
    assert domain_label(domain) == label


@pytest.mark.parametrize(
    ("domain", "is_one"),
    [
        ("gmail.com", True),
        ("outlook.de", True),
        ("yahoo.co.uk", True),
        ("gmx.ch", True),
        ("contoso.com", False),
        ("outlook-consulting.com", False),
        ("gmail.contoso.com", False),
    ],
)
def test_freemail_is_told_from_domains_of_companies(domain, is_one):
    assert is_freemail(domain) == is_one


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("contoso.com", True),
        ("Contoso.Onmicrosoft.com", True),
        ("Contoso Ltd.", False),
        ("A.B. Smith", False),
    ],
)
def test_tenant_may_be_called_like_its_domain(text, is_one):
    assert is_domain(text) == is_one
