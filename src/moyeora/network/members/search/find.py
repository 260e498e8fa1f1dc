"""The search: ranked hits and counted facets, quick at a million firms because it stops early.

Firms lie in tiers by lot (:data:`.documents.TIERS`): the highest holds one of 1,024, each lower
one together with those above it four times as many. A search begins at the top. When what it has
found says that all of it is little, it reads the rest and everything is exact. When it is much, it
stops: what was found is a fair sample of known share, counts are estimates that say so, and the
page shows the best of the sample, with firms whose *name* matches looked up besides. So no query
reads more than some thousand rows, however common its words.

Among equals stands first who has free capacity, then who was drawn first: the order by lot is the
same on every page and for ever, and favours neither the alphabet nor those who joined early.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final
from uuid import UUID

from moyeora.network.members.search.documents import (
    IN_NAME,
    KINDS,
    TIERS,
    WHOLE_NAME,
    WHOLE_WORD,
    facet_token,
)
from moyeora.network.members.search.query import Phrase, Query, Term
from moyeora.network.members.search.store import Cases, Every, Expression, Hit, Some, match

EXACT: Final = 1_000
"""Up to about so many hits all are read and counted exactly."""
FEW: Final = 300
"""The same where facets are asked of the index, because their words are too common to read all."""
UNSEEN: Final = 3
"""Who saw none in a sample may say with 95 % certainty: it held less than three on average."""
ENOUGH: Final = 200
"""So many hits are a sample: a share of them is right to about one fourteenth."""
COUNTED: Final = 2
"""The lowest tier that is read to count what else could be chosen: that is worth an estimate, while
the firms that are shown are worth reading all."""
NAMED: Final = 100  # firms whose name matches, looked up besides a sample

Facets = Mapping[str, Collection[str]]
"""Kind -> the chosen values: one of each kind must hold."""


@dataclass(frozen=True)
class Count:
    """How many: exactly, or about ``number``, which then has two digits that say something."""

    number: int
    exact: bool = True


@dataclass(frozen=True)
class Choice:
    """A facet's value, how many firms choosing it would leave, and whether it is chosen."""

    kind: str
    value: str
    count: Count
    chosen: bool


@dataclass(frozen=True)
class Found:
    """``hits``: the best first; all of them if ``total`` is exact. ``facets``: kind -> choices,
    the greatest first; those of a kind are counted as if none of that kind were chosen.
    """

    hits: list[Hit]
    total: Count
    facets: dict[str, list[Choice]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Sample:
    hits: list[Hit]
    share: int  # these are one of so many; 1: all

    def count(self, number: int) -> Count:
        return Count(number) if self.share == 1 else Count(_rounded(number * self.share), False)


def find(query: Query, chosen: Facets | None = None) -> Found:
    """Search; without terms and facets it finds every member."""
    chosen = {kind: frozenset(values) for kind, values in (chosen or {}).items() if values}
    terms = [_anywhere(term) for term in query.terms]
    scores = [cases for term in query.terms for cases in _points(term)]
    if query.name:
        scores.append(((_whole_name(query), 10 * len(query.terms)),))

    everything = _sample(terms, scores, EXACT)
    if everything.share == 1:
        return _from_all(everything, chosen)
    return _from_samples(everything, chosen, query, terms, scores)


def _from_all(everything: _Sample, chosen: Facets) -> Found:
    kept = [hit for hit in everything.hits if _has(hit, chosen)] if chosen else everything.hits
    counts = _counts(kept)
    facets = {}
    for kind in KINDS:
        others = {other: values for other, values in chosen.items() if other != kind}
        if kind in chosen:
            wider = _counts(hit for hit in everything.hits if _has(hit, others))
            facets[kind] = _choices(kind, chosen, wider, everything)
        else:
            facets[kind] = _choices(kind, chosen, counts, everything)
    return Found(_ranked(kept), Count(len(kept)), facets)


def _from_samples(
    everything: _Sample,
    chosen: Facets,
    query: Query,
    terms: list[Expression],
    scores: list[Cases],
) -> Found:
    found = _sample([*terms, *_wanted(chosen)], scores) if chosen else everything
    facets = {}
    for kind in KINDS:
        others = {other: values for other, values in chosen.items() if other != kind}
        if kind not in chosen:
            counted = found
        elif others:
            counted = _sample([*terms, *_wanted(others)], (), lowest=COUNTED)
        else:
            counted = everything
        facets[kind] = _choices(kind, chosen, _counts(counted.hits), counted)
    hits = {hit.firm: hit for hit in found.hits}
    if found.share > 1 and query.terms:
        hits |= {hit.firm: hit for hit in _named(query, _wanted(chosen), scores)}
    return Found(_ranked(hits.values()), found.count(len(found.hits)), facets)


def _sample(
    parts: list[Expression], scores: Iterable[Cases], exact: int = FEW, lowest: int = 0
) -> _Sample:
    condition = Every(tuple(parts)) if parts else None
    scores = tuple(scores)
    hits: list[Hit] = []
    for tier in range(TIERS - 1, lowest - 1, -1):
        hits += match(condition, (tier, tier), scores)
        share = 4**tier
        if tier > lowest and (len(hits) + UNSEEN) * share <= exact:
            return _Sample(hits + match(condition, (lowest, tier - 1), scores), 4**lowest)
        if len(hits) >= ENOUGH:
            return _Sample(hits, share)
    return _Sample(hits, 4**lowest)


def _named(query: Query, wanted: list[Expression], scores: list[Cases]) -> list[Hit]:
    """Whom a sample must not leave out: firms called so, and some whose name contains it."""
    hits = match(Every((_whole_name(query), *wanted)), (0, TIERS - 1), scores, NAMED)
    contained = Every((*(_marked(IN_NAME, term) for term in query.terms), *wanted))
    for tiers in ((TIERS // 2, TIERS - 1), (0, TIERS // 2 - 1)):
        if len(hits) < NAMED:
            hits += match(contained, tiers, scores, NAMED)
    return hits


def _anywhere(term: Term) -> Expression:
    return Some(tuple(Every(phrases) for phrases in term.alternatives))


def _marked(mark: str, term: Term) -> Expression:
    return Some(
        tuple(
            Every(
                tuple(
                    Phrase(tuple(mark + token for token in phrase.tokens), phrase.prefix)
                    for phrase in phrases
                )
            )
            for phrases in term.alternatives
        )
    )


def _points(term: Term) -> list[Cases]:
    in_name: Cases = ((_marked(IN_NAME, term), 3),)
    return [in_name, ((Phrase((WHOLE_WORD + term.word,)), 2),)] if term.word else [in_name]


def _whole_name(query: Query) -> Phrase:
    return Phrase((WHOLE_NAME + query.name,))


def _wanted(chosen: Facets) -> list[Expression]:
    return [
        Some(tuple(Phrase((facet_token(kind, value),)) for value in sorted(values)))
        for kind, values in sorted(chosen.items())
    ]


def _has(hit: Hit, chosen: Facets) -> bool:
    return all(
        any(f"{kind}:{value}" in hit.facets for value in values) for kind, values in chosen.items()
    )


def _counts(hits: Iterable[Hit]) -> Counter[str]:
    return Counter(chain.from_iterable(hit.facets for hit in hits))


def _choices(kind: str, chosen: Facets, counts: Counter[str], sample: _Sample) -> list[Choice]:
    start = f"{kind}:"
    numbers = {facet[len(start) :]: n for facet, n in counts.items() if facet.startswith(start)}
    picked = chosen.get(kind, ())
    for value in picked:
        numbers.setdefault(value, 0)  # what is chosen stays in sight
    return [
        Choice(kind, value, sample.count(number), value in picked)
        for value, number in sorted(numbers.items(), key=lambda one: (-one[1], one[0]))
    ]


def _ranked(hits: Iterable[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, "free:yes" not in hit.facets, hit.key))


def _rounded(number: int) -> int:
    """To two digits: a sample tells no more."""
    if number < 100:
        return number
    unit = 10 ** (int(math.log10(number)) - 1)
    return (number + unit // 2) // unit * unit


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The great circle between two places (latitude, longitude in degrees), sphere of 6,371 km."""
    (north_a, east_a), (north_b, east_b) = (map(math.radians, place) for place in (a, b))
    half = (
        math.sin((north_b - north_a) / 2) ** 2
        + math.cos(north_a) * math.cos(north_b) * math.sin((east_b - east_a) / 2) ** 2
    )
    return 2 * 6371 * math.asin(min(1.0, math.sqrt(half)))


def by_distance(hits: Iterable[Hit], place: tuple[float, float]) -> list[Hit]:
    """The nearest first."""
    return sorted(hits, key=lambda hit: kilometres(place, (hit.latitude, hit.longitude)))


def everyone(query: Query, chosen: Facets, most: int) -> list[UUID]:
    """All firms that a search finds, in no order, ``most`` at the most."""
    parts = [_anywhere(term) for term in query.terms]
    parts += _wanted({kind: values for kind, values in chosen.items() if values})
    condition = Every(tuple(parts)) if parts else None
    return [hit.firm for hit in match(condition, (0, TIERS - 1), limit=most)]
