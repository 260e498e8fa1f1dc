"""Filling one need: the dynamic program over its quantity, and what was filled in before.

:mod:`.filling` says what it is for and why it bounds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moyeora.formation.members import Ints

Floats = NDArray[Any]

Window = tuple[int, int]
"""The first and the last period of an interval."""

LINES_MAX = 2000
"""How many pieces are weighed at once, for the memory's sake."""


@dataclass(frozen=True)
class Pieces:
    """The tiers of a need's pairs in an interval, as straight lines over cells (one row each).

    Piece i, of the need's pair ``pair[i]`` in their order, covers ``begin + j * stride`` cells for
    ``base + j * slope``, j = 0 .. ``steps``.
    """

    pair: Ints
    begin: Ints
    stride: Ints
    steps: Ints
    base: Floats
    slope: Floats


@dataclass(frozen=True)
class Fillings:
    """What was filled in before, for questions that mostly ask about the same pairs.

    A filling depends on nothing but the numbers that go into it, so their digest finds it again:
    an answer is the same with and without. ``filled`` is by a need's digest and interval, pairs
    as positions among the need's; ``costs`` are those of :func:`.model.window_costs`.
    """

    filled: dict[tuple[bytes, Window], tuple[Pieces, Floats]] = field(default_factory=dict)
    costs: dict[tuple[object, ...], dict[Window, float]] = field(default_factory=dict)


def digest(numbers: Iterable[Floats | Ints]) -> bytes:
    """A digest of arrays, their shapes and types included."""
    made = blake2b(digest_size=16)
    for each in numbers:
        made.update(repr((each.shape, each.dtype)).encode())
        made.update(np.ascontiguousarray(each).tobytes())
    return made.digest()


def fill(pieces: Pieces, cells: int) -> Floats:
    """The least cost of covering 0 .. ``cells`` cells, or more; each pair is used once at most."""
    filled = np.full(cells + 1, np.inf)
    filled[0] = 0.0
    more = filled.copy()
    for begin in range(0, len(pieces.pair), LINES_MAX):
        rows = slice(begin, begin + LINES_MAX)
        lines, last = _added(pieces, rows, cells)
        for at in range(*rows.indices(len(pieces.pair))):
            if at and pieces.pair[at] != pieces.pair[at - 1]:
                filled = more.copy()
            _take(filled, more, pieces, at, lines[at - begin], last[at - begin])
    least: Floats = np.minimum.accumulate(more[::-1])[::-1]
    return least


def lines_of(pieces: Pieces, cells: int) -> Iterator[tuple[slice, Floats]]:
    """What each piece asks for each number of cells, inf where it does not reach, in chunks."""
    place = np.arange(cells + 1)
    for begin in range(0, len(pieces.pair), LINES_MAX):
        rows = slice(begin, begin + LINES_MAX)
        first = np.minimum(pieces.begin[rows], cells)[:, None]
        last = (pieces.begin[rows] + pieces.steps[rows] * pieces.stride[rows])[:, None]
        slope = (pieces.slope[rows] / pieces.stride[rows])[:, None]
        lines = (pieces.base[rows] - slope[:, 0] * first[:, 0])[:, None] + slope * place
        lines[(place < first) | (place > last)] = np.inf
        yield rows, lines


def convolved(one: Floats, other: Floats) -> Floats:
    """The least of one[i] + other[j] for each i + j = 0 .. cells."""
    padded = np.concatenate([np.full(len(one) - 1, np.inf), one])
    shifted = np.lib.stride_tricks.sliding_window_view(padded, len(one))
    return np.asarray((shifted + other[::-1]).min(axis=1))


def _added(pieces: Pieces, rows: slice, cells: int) -> tuple[Floats, Floats]:
    """For each piece and number of cells its line without its base, and what it costs to reach the
    last cell from there by the fewest steps that are enough: inf where it has too few.
    """
    place = np.arange(cells + 1)
    begin, stride = pieces.begin[rows, None], pieces.stride[rows, None]
    slope, steps = pieces.slope[rows, None], pieces.steps[rows, None]
    enough = np.maximum(0, -((begin + place - cells) // stride))
    return slope / stride * place, np.where(enough <= steps, enough * slope, np.inf)


def _take(
    source: Floats, target: Floats, pieces: Pieces, at: int, line: Floats, last: Floats
) -> None:
    """Let one piece add to every state of ``source``, into ``target`` where that is less."""
    begin, base, cells = int(pieces.begin[at]), float(pieces.base[at]), len(source) - 1
    if begin <= cells:
        taken = _sliding(source - line, int(pieces.stride[at]), int(pieces.steps[at])) + line
        reached = target[begin:]
        np.minimum(reached, taken[: cells + 1 - begin] + base, out=reached)
    target[cells] = min(target[cells], float((source + last).min()) + base)


def _sliding(values: Floats, stride: int, steps: int) -> Floats:
    """The least of each value and the ``steps`` before it that are ``stride`` apart."""
    least, span = values, 1
    while span <= steps and span * stride < len(values):
        more = min(span, steps + 1 - span) * stride
        shifted = least.copy()
        np.minimum(least[more:], least[:-more], out=shifted[more:])
        least, span = shifted, span + more // stride
    return least
