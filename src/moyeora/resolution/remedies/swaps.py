"""Swaps of roles in which both firms gain."""

from collections.abc import Mapping
from dataclasses import dataclass

from moyeora.resolution.errors import RemedyError

Points = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Swap:
    """``one`` gives ``gives`` and gets ``gets`` from ``other``; what each gains in its points."""

    one: str
    gives: str
    other: str
    gets: str
    one_gains: int
    other_gains: int


def swaps(points: Points, holders: Mapping[str, str]) -> tuple[Swap, ...]:
    """Every swap of one role for another that makes both firms better off, best first.

    ``points``: firm -> role -> points (0 or more); ``holders``: role -> the firm that has it.
    Best is the greatest sum of gains, then the order of the names.

    Theorem: a swap is listed if and only if both gains are above zero.

    Raises:
        RemedyError: a holder or a role without points.
    """
    for role, firm in holders.items():
        if firm not in points or any(role not in given for given in points.values()):
            raise RemedyError(f"role {role!r}: every firm needs points for it, its holder too")
    found = []
    roles = sorted(holders)
    for at, gives in enumerate(roles):
        for gets in roles[at + 1 :]:
            one, other = holders[gives], holders[gets]
            if one == other:
                continue
            one_gains = points[one][gets] - points[one][gives]
            other_gains = points[other][gives] - points[other][gets]
            if one_gains > 0 and other_gains > 0:
                found.append(Swap(one, gives, other, gets, one_gains, other_gains))
    return tuple(sorted(found, key=lambda swap: -(swap.one_gains + swap.other_gains)))


def trade(points: Points, holders: Mapping[str, str]) -> tuple[dict[str, str], tuple[Swap, ...]]:
    """Make the best swap again and again until none is left: who has what, and the swaps made.

    Theorem: it ends, because the sum of points grows with every swap; nobody ends with fewer
    points than it began with; in the end no swap makes both better off.

    Raises:
        RemedyError: as :func:`swaps`.
    """
    held, made = dict(holders), []
    while found := swaps(points, held):
        best = found[0]
        held[best.gives], held[best.gets] = best.other, best.one
        made.append(best)
    return held, tuple(made)
