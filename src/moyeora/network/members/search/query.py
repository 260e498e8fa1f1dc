"""What a person typed -> terms that the index can answer.

A term is what stands between spaces. All terms must be found; each as one of its alternatives, an
alternative being phrases that must all stand there.
"""

from dataclasses import dataclass
from typing import Final

from moyeora.network.members.search.tokens import is_hangul, runs, tokens, whole

LONGEST_QUERY: Final = 200  # characters
MOST_TERMS: Final = 8
SHORT_NUMBER: Final = 5  # digits from which a number may go on


@dataclass(frozen=True)
class Phrase:
    """Tokens one after the other; ``prefix``: the last may go on."""

    tokens: tuple[str, ...]
    prefix: bool = False


Alternative = tuple[Phrase, ...]


@dataclass(frozen=True)
class Term:
    """One term: the ``alternatives`` of which one must match, and the ``word`` that it is when it
    stands by itself ("" when it is more than one).
    """

    alternatives: tuple[Alternative, ...]
    word: str = ""


@dataclass(frozen=True)
class Query:
    """All terms; ``name`` is the whole query as a firm's whole name."""

    terms: tuple[Term, ...]
    name: str = ""


def read(text: str, *, open_words: bool = False) -> Query:
    """The query of a text; without a letter or digit it has no terms and finds every member.

    The last word may go on (vari finds variable); with ``open_words`` every one may, which costs
    the index more. The text is cut at :data:`LONGEST_QUERY` characters and :data:`MOST_TERMS`
    terms.
    """
    text = text[:LONGEST_QUERY]
    chunks = [found for chunk in text.split() if (found := runs(chunk))][:MOST_TERMS]
    terms = [
        _term(chunk, _goes_on(chunk, open_words or number == len(chunks), len(chunks) == 1))
        for number, chunk in enumerate(chunks, start=1)
    ]
    return Query(tuple(terms), whole(text))


def _goes_on(chunk: list[str], may: bool, alone: bool) -> bool:
    """Whether the last run of a term may be the beginning of a word. One letter begins half of
    all words, and short numbers stand whole in certificates (ISO 9001) and business numbers.
    """
    last = chunk[-1]
    if last.isdecimal():
        return may and len(last) >= SHORT_NUMBER
    return may and (len(last) > 1 or (alone and len(chunk) == 1))


def _term(chunk: list[str], goes_on: bool = False) -> Term:
    return Term(((_phrase(chunk, goes_on),),), chunk[0] if len(chunk) == 1 else "")


def _phrase(chunk: list[str], goes_on: bool = False) -> Phrase:
    *before, last = chunk
    lead = [token for run in before for token in tokens(run)]
    if is_hangul(last):
        # The syllable that ends a run is a token of its own; here the run may go on after it.
        pairs = tokens(last)[:-1]
        return Phrase((*lead, *pairs)) if pairs else Phrase((*lead, last), prefix=True)
    return Phrase((*lead, last), prefix=goes_on)


def with_one_wrong_syllable(text: str) -> Query | None:
    """The query with one syllable, any, of each longer Korean term left open; None if none is."""
    found = [runs(chunk) for chunk in text[:LONGEST_QUERY].split()]
    chunks = [chunk for chunk in found if chunk][:MOST_TERMS]
    terms = [_forgiving(chunk[0]) if len(chunk) == 1 else None for chunk in chunks]
    if not any(terms):
        return None
    return Query(tuple(term or _term(chunk) for term, chunk in zip(terms, chunks, strict=True)))


def _forgiving(run: str) -> Term | None:
    if not is_hangul(run) or not 3 <= len(run) <= 12:
        return None
    alternatives = []
    for wrong in range(len(run)):
        parts = [part for part in (run[:wrong], run[wrong + 1 :]) if len(part) > 1]
        # Half of the word, at least, must be what was typed.
        if sum(map(len, parts)) * 2 >= len(run):
            alternatives.append(tuple(_phrase([part]) for part in parts))
    return Term(tuple(alternatives)) if alternatives else None
