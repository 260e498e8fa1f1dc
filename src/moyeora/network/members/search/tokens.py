"""Text -> tokens: Hangul as bigrams, everything else as words.

Neither database knows Korean words: FTS5 and PostgreSQL's ``simple`` take 사출금형 as one word, in
which 금형 is not found; FTS5's trigrams find nothing of two syllables; an analyser of morphemes
takes it as one noun. So a run of syllables becomes its overlapping pairs and, at its end, the last
syllable alone: 사출금형 -> 사출 출금 금형 형. Then any part of two syllables or more is a phrase of
pairs, and a single syllable is the beginning of some token.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

LONGEST: Final = 60
"""Characters of a word that count; nobody types more, and the databases limit a token's size."""

_RUN: Final = re.compile(r"[가-힣]+|\d+|[^\W\d_가-힣]+")
_FORM: Final = re.compile(r"\((?:주|유|합|사|재)\)|주식회사|유한회사|합자회사|\b(?:co|ltd|inc)\b")


def folded(text: str) -> str:
    """Text as it is compared: compatibility forms (㈜, full-width) and case are one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def runs(text: str) -> list[str]:
    """The runs of syllables, of digits and of other letters, in order: ISO9001 is two."""
    return [run[:LONGEST] if not is_hangul(run) else run for run in _RUN.findall(folded(text))]


def is_hangul(run: str) -> bool:
    return "가" <= run[0] <= "힣"


def tokens(run: str) -> list[str]:
    """The tokens of one run as the index has them."""
    return [run[at : at + 2] for at in range(len(run))] if is_hangul(run) else [run]


@lru_cache(4096)  # most texts are of the trade list
def stream(text: str) -> tuple[str, ...]:
    """The tokens of a text, run after run."""
    return tuple(token for run in runs(text) for token in tokens(run))


@lru_cache(4096)
def words_of(text: str) -> tuple[str, ...]:
    """The runs of a text, remembered."""
    return tuple(runs(text))


def whole(name: str) -> str:
    """A firm's name without spaces, signs and the form of company: ㈜가나 디엠 -> 가나디엠."""
    return "".join(runs(_FORM.sub(" ", folded(name))))[:LONGEST]
