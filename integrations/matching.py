"""Which organization a Microsoft tenant probably is: compared by name, domains and e-mail addresses. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from integrations.company_names import (
    WEAK_WORDS,
    CompanyName,
    company_name,
    domain_label,
    is_domain,
    is_freemail,
)

#: Scores below are no suggestion: too many names are as like as that.
THRESHOLD = 70

_SAME_NAME, _SAME_BUT_FOR = 100, 97
_DOMAIN_SPELLS, _DOMAIN_FITS = 92, 85
#: However like, another spelling is not the same name.
_MOST_FOR_LIKENESS = 95
_MOST = 99
#: A word that so many organizations share leads to none of them.
_COMMON = 40
#: Two words less like than this are two words, not one and its misspelling.
_SAME_WORD = 80.0
_LIKE_LABEL = 88.0


@dataclass(frozen=True)
class TenantFacts:
    """What is known of a tenant before it is matched."""

    name: str
    domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrganizationFacts:
    """`mail_domains` counts its contacts by the domain of their e-mail address."""

    id: int
    name: str
    mail_domains: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Suggestion:
    organization_id: int
    score: int
    reason: str


@dataclass(frozen=True)
class _Evidence:
    score: int
    reason: str


class Directory:
    """Organizations, indexed once to be asked for many tenants."""

    def __init__(self, organizations: Iterable[OrganizationFacts]) -> None:
        self.organizations = tuple(organizations)
        self.names = [company_name(each.name) for each in self.organizations]
        self.by_spelling = _index(name.spellings for name in self.names)
        self.by_telling = _index({name.telling} for name in self.names)
        self.by_core = _index({name.core} for name in self.names)
        self.by_word = _index(set(name.words) - WEAK_WORDS for name in self.names)
        self.by_mail = _index(each.mail_domains for each in self.organizations)
        self.cores = list(self.by_core)

    def like(self, text: str, *, at_least: float) -> Iterator[int]:
        """Those whose whole name is spelled much like it, however its words are divided."""
        found = process.extract(text, self.cores, scorer=fuzz.ratio, score_cutoff=at_least, limit=5)
        for core, _, _ in found:
            yield from self.by_core[core]


def suggest(tenant: TenantFacts, directory: Directory) -> list[Suggestion]:
    """The best first. Of those that are equally good the order says nothing."""
    found: dict[int, list[_Evidence]] = defaultdict(list)
    for search in (_by_name, _by_domains, _by_mail):
        for position, evidence in _strongest(search(tenant, directory)).items():
            found[position].append(evidence)
    suggestions = (
        _weighed(directory.organizations[position].id, evidence) for position, evidence in found.items()
    )
    return sorted(
        (each for each in suggestions if each.score >= THRESHOLD),
        key=lambda each: (-each.score, each.organization_id),
    )


def best(suggestions: Sequence[Suggestion]) -> Suggestion | None:
    """The one to accept without a look at the others; none when two are equally good."""
    if not suggestions or (len(suggestions) > 1 and suggestions[1].score == suggestions[0].score):
        return None
    return suggestions[0]


def _strongest(found: Iterable[tuple[int, _Evidence]]) -> dict[int, _Evidence]:
    """Of one kind only the best counts: two domains that spell one name are no two reasons."""
    strongest: dict[int, _Evidence] = {}
    for position, evidence in found:
        if position not in strongest or evidence.score > strongest[position].score:
            strongest[position] = evidence
    return strongest


def _weighed(organization_id: int, evidence: Iterable[_Evidence]) -> Suggestion:
    """The strongest counts; other kinds that agree with it add a little."""
    first, *others = sorted(evidence, key=lambda each: -each.score)
    agreeing = [each for each in others if each.score >= THRESHOLD]
    if first.score == _SAME_NAME or not agreeing:
        return Suggestion(organization_id, first.score, first.reason)
    score = min(_MOST, first.score + 2 * len(agreeing))
    also = agreeing[0].reason
    return Suggestion(organization_id, score, f"{first.reason}; {also[0].lower()}{also[1:]}")


def _index(keys: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for position, each in enumerate(keys):
        for key in each:
            if key:
                places[key].append(position)
    return dict(places)


def _by_name(tenant: TenantFacts, directory: Directory) -> Iterator[tuple[int, _Evidence]]:
    name = company_name(tenant.name)
    if not name.core:
        return
    near = set(directory.by_core.get(name.core, ()))
    near.update(directory.like(name.core, at_least=_SAME_WORD))
    for word in set(name.words) - WEAK_WORDS:
        sharing = directory.by_word.get(word, ())
        if len(sharing) <= _COMMON:
            near.update(sharing)
    for position in near:
        yield position, _compared(name, directory.names[position])


def _compared(tenant: CompanyName, organization: CompanyName) -> _Evidence:
    if tenant.plain == organization.plain:
        return _Evidence(_SAME_NAME, "Same name")
    if tenant.core == organization.core:
        return _Evidence(_SAME_BUT_FOR, _difference(tenant, organization))
    likeness = min(_MOST_FOR_LIKENESS, round(_likeness(tenant, organization)))
    return _Evidence(likeness, f"Name {likeness} % alike")


def _difference(tenant: CompanyName, organization: CompanyName) -> str:
    only_here = [form for form in tenant.forms if form not in organization.forms]
    only_there = [form for form in organization.forms if form not in tenant.forms]
    different = [f'"{" ".join(forms)}"' for forms in (only_here, only_there) if forms]
    return f"Same name but for {' and '.join(different)}" if different else "Same name, spelled differently"


def _likeness(one: CompanyName, other: CompanyName) -> float:
    """In percent: what share of the letters stands in words that both have, misspellings and word order forgiven."""
    if one.digits != other.digits:
        return 0.0
    shared, left = 0.0, list(other.words)
    for word in one.words:
        found = process.extractOne(word, left, scorer=fuzz.ratio, score_cutoff=_SAME_WORD)
        if found is not None:
            left.remove(found[0])
            shared += (_weight(word) + _weight(found[0])) * found[1]
    by_words = shared / sum(map(_weight, (*one.words, *other.words)))
    spelled = fuzz.ratio(one.core, other.core)
    return max(by_words, spelled if spelled >= 90 else 0.0)


def _weight(word: str) -> float:
    return 0.3 * len(word) if word in WEAK_WORDS else float(len(word))


def _by_domains(tenant: TenantFacts, directory: Directory) -> Iterator[tuple[int, _Evidence]]:
    domains = (*tenant.domains, tenant.name) if is_domain(tenant.name) else tenant.domains
    for domain in domains:
        label = domain_label(domain)
        for position in directory.by_spelling.get(label, ()):
            yield position, _Evidence(_DOMAIN_SPELLS, f"The domain {domain} spells the name")
        for position in directory.by_telling.get(label, ()):
            yield position, _Evidence(_DOMAIN_FITS, f"The domain {domain} fits the name")
        if len(label) >= 6:
            yield from _like_label(domain, label, directory)


def _like_label(domain: str, label: str, directory: Directory) -> Iterator[tuple[int, _Evidence]]:
    digits = "".join(character for character in label if character.isdigit())
    for position in directory.like(label, at_least=_LIKE_LABEL):
        name = directory.names[position]
        if name.digits == digits and label not in name.spellings:
            likeness = round(fuzz.ratio(label, name.core))
            yield (
                position,
                _Evidence(round(likeness * 0.9), f"The domain {domain} is {likeness} % like the name"),
            )


def _by_mail(tenant: TenantFacts, directory: Directory) -> Iterator[tuple[int, _Evidence]]:
    for domain in dict.fromkeys(each.casefold() for each in tenant.domains):
        if is_freemail(domain):
            continue
        counts = {
            position: directory.organizations[position].mail_domains[domain]
            for position in directory.by_mail.get(domain, ())
        }
        for position, count in counts.items():
            yield position, _mail_evidence(domain, count, of=sum(counts.values()))


def _mail_evidence(domain: str, count: int, *, of: int) -> _Evidence:
    """Stronger the more contacts there are, and the fewer of the domain are elsewhere: an MSP's own people stand in
    many of its organizations."""
    score = THRESHOLD + round(count / of * (14 + 2 * min(count, 6)))
    if count == 1:
        return _Evidence(score, f"The e-mail address of 1 contact ends in {domain}")
    return _Evidence(score, f"E-mail addresses of {count:,} contacts end in {domain}")
