"""Breaking into lines for all records at once, line by line and never word by word."""

from dataclasses import dataclass

import numpy as np

# Korean is not broken before these, nor after those (Unicode line breaking classes CL, CP, EX,
# NS, IS, and OP; the rules of Hangul orthography for line starts and ends agree).
_NO_START = frozenset("!%),.:;?]}¢°’”†‡‰′″℃、。〃〉》」』】〕〗！％），．：；？］｝～ーㆍ·…")
_NO_END = frozenset("([{£¥‘“〈《「『【〔〖（［｛＄￦₩$")


def greedy(
    advances: np.ndarray,
    gaps: np.ndarray,
    breaks: np.ndarray,
    forced: np.ndarray,
    width: int,
    trail: int | np.ndarray = 0,
) -> np.ndarray:
    """Which tokens begin a line when each line takes as many words as fit.

    ``advances`` and ``gaps`` (the space before a token) are int64 of one unit with ``width``;
    ``breaks`` says where a line may begin, ``forced`` where it must (records begin so too);
    ``trail`` is what of a token's advance does not count at the end of a line. A word that is
    wider than the line has a line of its own.
    """
    begins = forced.copy()
    if not len(advances):
        return begins
    heads = np.flatnonzero(breaks | forced)  # the first tokens of unbreakable words
    ends = np.cumsum(np.where(forced, 0, gaps) + advances)
    word_ends = (ends - trail)[np.append(heads[1:], len(ends)) - 1]
    word_starts = ends[heads] - advances[heads]
    # The last word of each forced stretch bounds the lines in it.
    stretch = np.cumsum(forced[heads]) - 1
    bounds = np.append(np.flatnonzero(forced[heads])[1:], len(heads))
    at = np.flatnonzero(forced[heads])
    bound = bounds[stretch[at]]
    while len(at):
        last = np.searchsorted(word_ends, word_starts[at] + width, side="right")
        following = np.minimum(np.maximum(last, at + 1), bound)
        inside = following < bound
        at, bound = following[inside], bound[inside]
        begins[heads[at]] = True
    return begins


@dataclass(frozen=True)
class Lines:
    """The lines of a batch: the first token of each, its width, the number of gaps in it, and the
    record it belongs to."""

    first: np.ndarray
    width: np.ndarray
    gaps: np.ndarray
    record: np.ndarray


def measure(
    begins: np.ndarray,
    advances: np.ndarray,
    gaps: np.ndarray,
    record: np.ndarray,
    trail: int | np.ndarray = 0,
) -> Lines:
    """Measure the lines that begin at ``begins``; ``record`` is each token's row, ``trail`` as in
    :func:`greedy`."""
    first = np.flatnonzero(begins)
    inner = np.where(begins, 0, gaps)
    if not len(first):
        empty = np.zeros(0, np.int64)
        return Lines(empty, empty, empty, empty)
    last = np.append(first[1:], len(advances)) - 1
    return Lines(
        first,
        np.add.reduceat(advances + inner, first) - np.broadcast_to(trail, len(advances))[last],
        np.add.reduceat((inner > 0).astype(np.int64), first),
        record[first],
    )


def syllables(word: str) -> list[str]:
    """Split a word where Korean may be broken between syllables.

    A break lies beside a Hangul syllable or an ideograph; forbidden line starts and ends stay
    with their neighbour, other letters and digits stay whole.
    """
    units: list[str] = []
    for character in word:
        previous = units[-1][-1] if units else ""
        if (
            not units
            or not (_wide(previous) or _wide(character))
            or (character in _NO_START or previous in _NO_END)
        ):
            if units:
                units[-1] += character
            else:
                units.append(character)
        else:
            units.append(character)
    return units


def _wide(character: str) -> bool:
    return "가" <= character <= "힣" or "一" <= character <= "鿿" or "぀" <= character <= "ヿ"
