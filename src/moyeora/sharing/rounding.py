"""Whole units out of exact shares, so that over many receipts nobody drifts.

A division gives floors, then the left-over units to the largest fraction *plus the remainder
carried from before*, ties by the agreed ranks. With firms that are already ahead this can, when
pots are tiny, paint itself into a corner: two firms ahead, another owed more than there is.
So a choice is kept only if from it every future pot can be divided with everybody within one
unit of the exact share; if not, the units go to the earliest deadline (a unit's deadline is
the pot by which the firm's floor needs it), the rule of G. Steiner and S. Yeomans (1993) that
never leaves the quota.
"""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

# Looking further ahead than this costs more than it is worth; deadlines are always safe.
_FARTHEST = 50_000


def apportion(
    pot: int,
    due: Sequence[int],
    scale: int,
    ranks: Sequence[int],
    weights: Sequence[int] | None = None,
) -> list[int]:
    """Divide ``pot`` whole units by what is due.

    ``due[i] / scale`` is the exact share with its carried remainder; they sum to the pot and
    each is above -1. ``ranks[i]`` breaks ties, the lowest first. ``weights[i] / scale`` is the
    share of every future unit, if that is fixed (then nobody ever drifts by a unit). Gives
    units of 0 or more that sum to the pot.
    """
    given = [share // scale if share > 0 else 0 for share in due]
    left = pot - sum(given)
    if not left:
        return given
    order = sorted(range(len(due)), key=lambda i: (given[i] * scale - due[i], ranks[i]))
    if left < 0:
        return _take_back(given, order, -left)
    if weights is not None and not _is_safe(due, given, scale, weights, order[:left]):
        order = sorted(
            (i for i in order if due[i] > given[i] * scale and weights[i]),
            key=lambda i: (Fraction((given[i] + 1) * scale - due[i], weights[i]), ranks[i]),
        )
    for i in order[:left]:
        given[i] += 1
    return given


def _take_back(given: list[int], order: Sequence[int], units: int) -> list[int]:
    """Changing weights may owe more than there is; the least fractions wait for it."""
    for i in reversed(order):
        back = min(units, given[i])
        given[i] -= back
        units -= back
    return given


def _is_safe(
    due: Sequence[int],
    given: Sequence[int],
    scale: int,
    weights: Sequence[int],
    chosen: Sequence[int],
) -> bool:
    """Whether after this choice every future pot p leaves each firm its floor.

    That is: the sum of max(0, floor(behind + weight p)) never exceeds p. It cannot while the
    firms that are ahead are so by less than one unit together.
    """
    behind = [share - scale * units for share, units in zip(due, given, strict=True)]
    for i in chosen:
        behind[i] -= scale
    ahead = [(rest, weight) for rest, weight in zip(behind, weights, strict=True) if rest < 0]
    if -sum(rest for rest, _ in ahead) < scale:
        return True
    until = 1
    while -sum(min(0, rest + weight * until) for rest, weight in ahead) >= scale:
        until *= 2
        if until > _FARTHEST:
            return False
    if until <= 4 or scale >= 1 << 62 - until.bit_length():
        return all(
            sum(max(0, (b + w * pot) // scale) for b, w in zip(behind, weights, strict=True)) <= pot
            for pot in range(1, until + 1)
        )
    pots = np.arange(1, until + 1)
    floors = (np.array(behind)[:, None] + np.outer(weights, pots)) // scale
    return bool((np.maximum(floors, 0).sum(axis=0) <= pots).all())
