"""When nothing is found: what may have been meant.

Koreans type on one keyboard that a key switches between two layouts, so a word typed on the wrong
one is common: dlstho is 인쇄. Typing errors are held against the words by which abilities and
places are known, key by key (인새 and 인쇄 differ in one of six keys).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Final

from moyeora.network.members.search.find import Facets, Found, find
from moyeora.network.members.search.query import read, with_one_wrong_syllable
from moyeora.network.members.search.tokens import runs
from moyeora.network.members.search.vocabulary import known_words

# The order of Unicode's syllables (chapter 3.12), each sound by its keys of KS X 5002.
_INITIALS: Final = tuple("r R s e E f a q Q t T d w W c z x v g".split())  # noqa: SIM905
_VOWELS: Final = tuple("k o i O j p u P h hk ho hl y n nj np nl b m ml l".split())  # noqa: SIM905
_FINAL: Final = "r R rt s sw sg e f fr fa fq ft fx fv fg a q qt t T d w c z x v g"
_FINALS: Final = ("", *_FINAL.split())
_LETTERS: Final = dict(
    zip(
        "ㄱㄲㄳㄴㄵㄶㄷㄸㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅃㅄㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ",
        "r R rt s sw sg e E f fr fa fq ft fx fv fg a q Q qt t T d w W c z x v g".split(),  # noqa: SIM905
        strict=True,
    )
) | dict(zip("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ", _VOWELS, strict=True))


def _one_of(keys: Sequence[str]) -> str:
    return "|".join(sorted(keys, key=len, reverse=True))


_VOWEL: Final = _one_of(_VOWELS)
# A consonant before a vowel begins the next syllable, so it is no final.
_SYLLABLE: Final = re.compile(
    rf"({_one_of(_INITIALS)})({_VOWEL})((?:{_one_of(_FINALS[1:])})?)(?!{_VOWEL})"
)
_TYPED: Final = re.compile(rf"(?:{_SYLLABLE.pattern})+")


@dataclass(frozen=True)
class Meant:
    """``text`` is shown instead of what was typed ("": the same with a syllable left open)."""

    text: str
    found: Found


def instead(text: str, chosen: Facets) -> Meant | None:
    """What to show when nothing was found; None where nothing better is known."""
    attempts: tuple[Callable[[str], str], ...] = (as_typed_on_the_other_keyboard, nearest)
    for attempt in attempts:
        meant = attempt(text)
        if meant and (found := find(read(meant), chosen)).hits:
            return Meant(meant, found)
    query = with_one_wrong_syllable(text)
    if query is not None and (found := find(query, chosen)).hits:
        return Meant("", found)
    return None


def as_typed_on_the_other_keyboard(text: str) -> str:
    """The same keys on the other layout; "" if they give no words there."""
    words = text.split()
    if words and all(_TYPED.fullmatch(word) for word in words):
        return " ".join(_SYLLABLE.sub(_syllable, word) for word in words)
    if any("ㄱ" <= sign <= "ㅣ" or "가" <= sign <= "힣" for sign in text):
        return _keys(text).lower()
    return ""


def nearest(text: str) -> str:
    """The text with each unknown word replaced by the known one nearest to it; "" if that changes
    nothing.
    """
    by_keys = _known_by_keys()
    words = []
    for word in runs(text):
        close = (
            [] if word in known_words() else get_close_matches(_keys(word), by_keys, 1, cutoff=0.75)
        )
        words.append(by_keys[close[0]] if close else word)
    return " ".join(words) if words != runs(text) else ""


@cache
def _known_by_keys() -> dict[str, str]:
    return {_keys(word): word for word in sorted(known_words())}


def _keys(text: str) -> str:
    return "".join(map(_keys_of, text))


def _keys_of(sign: str) -> str:
    if "가" <= sign <= "힣":
        number = ord(sign) - ord("가")
        initial, rest = divmod(number, len(_VOWELS) * len(_FINALS))
        vowel, final = divmod(rest, len(_FINALS))
        return _INITIALS[initial] + _VOWELS[vowel] + _FINALS[final]
    return _LETTERS.get(sign, sign)


def _syllable(typed: re.Match[str]) -> str:
    initial, vowel, final = typed.groups()
    number = _INITIALS.index(initial) * len(_VOWELS) + _VOWELS.index(vowel)
    return chr(ord("가") + number * len(_FINALS) + _FINALS.index(final))
