"""What a person typed -> terms that the index can answer.

A term is what stands between spaces. All terms must be found; each as one of its alternatives, an
alternative being phrases that must all stand there.
"""

from dataclasses import dataclass
from typing import Final

from moyeora.network.members.search.tokens import is_hangul, runs, tokens, whole

LONGEST_QUERY: Final = 200  # characters
MOST_TERMS: Final = 8


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


def read(text: str) -> Query:
    """The query of a text; without a letter or digit it has no terms and finds every member.

    The text is cut at :data:`LONGEST_QUERY` characters and :data:`MOST_TERMS` terms.
    """
    text = text[:LONGEST_QUERY]
    chunks = [found for chunk in text.split() if (found := runs(chunk))][:MOST_TERMS]
    alone = len(chunks) == 1
    return Query(tuple(_term(chunk, alone) for chunk in chunks), whole(text))


def _term(chunk: list[str], alone: bool) -> Term:
    last = chunk[-1]
    written = [[*chunk[:-1], *pieces] for pieces in _pieces(last)]
    return Term(
        tuple((_phrase(one, alone),) for one in written), chunk[0] if len(chunk) == 1 else ""
    )


def _pieces(run: str) -> list[list[str]]:
    """사출금형 may stand as 사출 금형: the run whole, and parted once, into no single syllable."""
    if not is_hangul(run) or len(run) > 12:
        return [[run]]
    return [[run], *([run[:cut], run[cut:]] for cut in range(2, len(run) - 1))]


def _phrase(chunk: list[str], alone: bool) -> Phrase:
    *before, last = chunk
    lead = [token for run in before for token in tokens(run)]
    if is_hangul(last):
        # The syllable that ends a run is a token of its own; here the run may go on after it.
        pairs = tokens(last)[:-1]
        return Phrase((*lead, *pairs)) if pairs else Phrase((*lead, last), prefix=True)
    # One letter begins half of all words: it may go on only where nothing else was typed.
    return Phrase((*lead, last), prefix=len(last) > 1 or (alone and not lead))


def with_one_wrong_syllable(text: str) -> Query | None:
    """The query with one syllable, any, of each longer Korean term left open; None if none is."""
    found = [runs(chunk) for chunk in text[:LONGEST_QUERY].split()]
    chunks = [chunk for chunk in found if chunk][:MOST_TERMS]
    terms = [_forgiving(chunk[0]) if len(chunk) == 1 else None for chunk in chunks]
    if not any(terms):
        return None
    alone = len(chunks) == 1
    return Query(
        tuple(term or _term(chunk, alone) for term, chunk in zip(terms, chunks, strict=True))
    )


def _forgiving(run: str) -> Term | None:
    if not is_hangul(run) or not 3 <= len(run) <= 12:
        return None
    alternatives = []
    for wrong in range(len(run)):
        parts = [part for part in (run[:wrong], run[wrong + 1 :]) if len(part) > 1]
        # Half of the word, at least, must be what was typed.
        if sum(map(len, parts)) * 2 >= len(run):
            alternatives.append(tuple(_phrase([part], False) for part in parts))
    return Term(tuple(alternatives)) if alternatives else None
