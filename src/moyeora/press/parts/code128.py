"""Code 128 symbols of a batch at once, by array arithmetic.

Values of one length share one plan: which columns go as single characters in code set B and which
as pairs of digits in code set C. So all symbols of a call have the same number of modules, and
encoding is one table look-up a symbol character.

Clauses are those of ISO/IEC 15417:2007.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Columns = npt.NDArray[np.bool]

QUIET_ZONE = 10
"""Modules that must stay free before the first bar and after the last."""

_START_B, _START_C = 104, 105
_CODE_B, _CODE_C = 100, 99  # each is the switch to its set, met in the other

# Table 1: widths of bar, space, bar, space, bar, space for the values 0 to 105.
_WIDTHS = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132
122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212
322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311
112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321
331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214
112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212
124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113
411311 113141 114131 311141 411131 211412 211214 211232
"""
_STOP = "2331112"


def _modules(widths: str) -> list[int]:
    return [1 - i % 2 for i, width in enumerate(widths) for _ in range(int(width))]


_PATTERNS = np.array([_modules(widths) for widths in _WIDTHS.split()], np.uint8)
_STOP_PATTERN = np.array(_modules(_STOP), np.uint8)


class NotEncodable(ValueError):
    """Some values hold characters outside ASCII 32 to 126."""

    code = "code128-not-encodable"

    def __init__(self, rows: npt.NDArray[np.intp]) -> None:
        super().__init__(
            f"Code 128 prints the characters of ASCII from space to ~ only; {len(rows)} values"
            f" hold others, the first in row {rows[0]}"
        )
        self.rows = rows


def encodable(data: Bytes) -> Columns:
    """Which of ``n`` values, uint8 of shape (n, length), hold only ASCII 32 to 126; shape (n,)."""
    good: Columns = np.all(data - np.uint8(32) <= 126 - 32, axis=1)
    return good


def digit_columns(data: Bytes) -> Columns:
    """Which columns of ``n`` values, uint8 of shape (n, length), are digits in all; (length,)."""
    digits: Columns = np.all(data - np.uint8(48) <= 9, axis=0)
    return digits


def symbols(data: Bytes, digits: Columns | None = None) -> tuple[Bytes, int]:
    """The bars of ``n`` values of one length, from start to stop character, without quiet zone.

    ``data`` is uint8 of shape (n, length), length at least 1. ``digits`` names the columns that
    may go as pairs in code set C, by default all of :func:`digit_columns`; a caller that encodes
    in batches gives what holds for all of them, so that every symbol has the same width.

    Returns uint8 of shape (n, ceil(modules / 8)), most significant bit first, 1 is a bar, spare
    bits 0; and the number of modules. Raises :class:`NotEncodable`.
    """
    count, length = data.shape
    if length == 0:
        raise ValueError("a Code 128 symbol needs at least one character")
    if not (good := encodable(data)).all():
        raise NotEncodable(np.flatnonzero(~good))
    found = digit_columns(data)
    if digits is not None and (digits & ~found).any():
        raise ValueError("columns named as digits hold other characters")
    plan = _plan(tuple((found if digits is None else digits).tolist()))

    values = np.empty((len(plan) + 1, count), np.uint8)
    for row, (characters, at) in zip(values, plan, strict=False):
        match characters:
            case 0:
                row[:] = at
            case 1:
                row[:] = data[:, at] - 32
            case _:
                row[:] = (data[:, at] - 48) * 10 + (data[:, at + 1] - 48)
    # Annex A: the start character and the first after it both weigh 1, the others 2, 3, ...
    weights = np.maximum(np.arange(len(plan)), 1)
    values[-1] = weights @ values[:-1].astype(np.int64) % 103

    modules = _PATTERNS.shape[1] * len(values) + len(_STOP_PATTERN)
    bars = np.empty((count, modules), np.uint8)
    bars[:, : -len(_STOP_PATTERN)] = _PATTERNS.take(values.T, axis=0).reshape(count, -1)
    bars[:, -len(_STOP_PATTERN) :] = _STOP_PATTERN
    return np.packbits(bars, axis=1), modules


@lru_cache(maxsize=256)
def _plan(digits: tuple[bool, ...]) -> tuple[tuple[int, int], ...]:
    """The shortest way through the columns, and of the shortest one with the fewest switches.

    A step is (0, value) for a start character or switch, (1, column) for a character in set B, or
    (2, column) for a pair of digits in set C. Annex E gives rules of thumb for one value; this is
    the optimum, and equals them where they are one.
    """
    length = len(digits)
    step = length + 2  # the price of a symbol character, above that of all possible switches
    switch = step + 1
    never = step * step * 2
    # The price from each column to the end, being in a set and writing in it next.
    single, pair = [never] * length + [0], [never] * length + [0]
    for at in reversed(range(length)):
        single[at] = step + min(single[at + 1], switch + pair[at + 1])
        if digits[at : at + 2] == (True, True):
            pair[at] = step + min(pair[at + 2], switch + single[at + 2])
    in_c = pair[0] <= single[0]
    steps = [(0, _START_C if in_c else _START_B)]
    at = 0
    while at < length:
        stay, leave = (pair, single) if in_c else (single, pair)
        if stay[at] > switch + leave[at]:
            in_c = not in_c
            steps.append((0, _CODE_C if in_c else _CODE_B))
        steps.append((1 + in_c, at))
        at += 1 + in_c
    return tuple(steps)
