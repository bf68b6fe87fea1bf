"""Names of companies and of their domains, taken apart for comparing. Pure."""

import re
from dataclasses import dataclass

from organizations.names import base_letters, search_key


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Without dots, as they end a name; some languages need two words for one form ("Sp. z o.o.", "S.à r.l.").
LEGAL_FORMS = _set(
    "ab ag aps as asa bhd bv bvba co company corp corporation cv doo eg eirl ek eurl ev gbr gesmbh gmbh hf inc "
    "incorporated kft kg kgaa kk lda limited llc llp lp ltd ltda mbh nv ohg oo oy oyj pbc pc plc pllc private pte pty "
    "pvt rl rt sa sarl sas sasu sc sca scrl sdn se sgps sl slu snc sp spa spj spzoo srl sro ug unlimited vof vzw z zrt"
)
#: Words that many companies share; that two names have them in common says little.
WEAK_WORDS = _set(
    "and associates business center centre company consultants consulting de der des di die du enterprise enterprises "
    "et firm for global group groupe gruppe gruppo holding holdings industries international la le management of "
    "office partner partners service services solution solutions systems team tech technologies technology the und "
    "van von y"
)
_WORD = re.compile(r"&|[^\s,;:/()\[\]\"|+_&\N{EN DASH}\N{EM DASH}-]+")
_NOISE = re.compile(r"[\W_]+")
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}")


@dataclass(frozen=True, slots=True)
class CompanyName:
    """`words` are what sets it apart, `forms` the legal forms behind them as they were spelled."""

    plain: str
    words: tuple[str, ...]
    forms: tuple[str, ...]

    @property
    def core(self) -> str:
        return "".join(self.words)

    @property
    def spellings(self) -> frozenset[str]:
        """As one word, as domains write it: with and without the legal form."""
        return frozenset({self.core, self.core + "".join(map(_bare, self.forms))} - {""})

    @property
    def telling(self) -> str:
        """As one word without those that many companies share; the whole if nothing is left."""
        return "".join(word for word in self.words if word not in WEAK_WORDS) or self.core

    @property
    def digits(self) -> str:
        """Sites and numbered companies differ in nothing else."""
        return "".join(character for character in self.core if character.isdigit())


def company_name(text: str) -> CompanyName:
    spelled = [(word, _bare(word)) for word in _WORD.findall(text)]
    words = [(word, bare) for word, bare in spelled if bare]
    end = len(words)
    while end > 1 and (words[end - 1][1] in LEGAL_FORMS or (end < len(words) and words[end - 1][1] == "and")):
        end -= 1
    forms = [word for word, bare in words[end:] if bare != "and"]
    return CompanyName(search_key(text), tuple(bare for _, bare in words[:end]), tuple(forms))


def _bare(word: str) -> str:
    """Without case, accents and punctuation: "B.V." as "bv"."""
    return "and" if word == "&" else _NOISE.sub("", base_letters(word))


#: Behind which the name stands that a company chose, though not at its own domain.
_MICROSOFT = re.compile(r"(?:\.mail)?\.(?:onmicrosoft\.(?:com|us|de)|partner\.onmschina\.cn)$")
#: Registries sell names one level down under many countries: contoso.co.uk.
_SECOND_LEVEL = _set("ac asn biz co com edu firm gen go gob gov gv id info ltd me ne net nom or org plc web")


def domain_label(domain: str) -> str:
    """What a domain says of its owner's name: "contosodental" of contoso-dental.co.uk."""
    labels = _MICROSOFT.sub(".com", domain.casefold().strip(". ")).split(".")
    suffix = 2 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 1
    chosen = labels[-suffix - 1] if len(labels) > suffix else ""
    return _NOISE.sub("", base_letters(chosen))


def is_domain(text: str) -> bool:
    return _DOMAIN.fullmatch(text.casefold()) is not None


_FREEMAIL = _set(
    "163.com 126.com aol.com arcor.de att.net bellsouth.net bigpond.com bluewin.ch btinternet.com charter.net "
    "comcast.net cox.net earthlink.net fastmail.com free.fr freenet.de googlemail.com gmail.com hushmail.com icloud.com "
    "laposte.net libero.it mac.com mail.com mail.ru me.com msn.com naver.com optonline.net orange.fr proton.me "
    "protonmail.com qq.com rediffmail.com rocketmail.com sbcglobal.net shaw.ca sky.com t-online.de telenet.be "
    "tutanota.com verizon.net wanadoo.fr web.de xtra.co.nz ymail.com ziggo.nl zoho.com"
)
#: Providers with a domain in every country.
_FREEMAIL_LABELS = _set("gmx hotmail live outlook yahoo yandex")


def is_freemail(domain: str) -> bool:
    """Addresses there say nothing about where somebody works."""
    return domain in _FREEMAIL or domain_label(domain) in _FREEMAIL_LABELS
