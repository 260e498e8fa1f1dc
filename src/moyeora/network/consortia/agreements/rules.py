"""Divisions to choose from, each as thousandths that sum to 1000.

Two of them come from confidential figures, and must not give these away to the others:

- *by the work*: from the prices offered for the seats. Each price first becomes the middle of its
  5 % band (:mod:`moyeora.formation.discretion`), so that a share tells no more than a band.
- *Shapley value* and *nucleolus* of v(S): from prices and own costs of all. Shares are in whole
  percent.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from moyeora.formation.discretion import band
from moyeora.network.consortia.agreements.terms import PERMILLE, whole_weights
from moyeora.sharing import from_values, nucleolus, shapley

PERCENT = PERMILLE // 100


def equal(numbers: Sequence[str]) -> dict[str, int]:
    """The same for each firm."""
    return whole_weights(dict.fromkeys(numbers, 1))


def by_work(costs: Mapping[str, int]) -> dict[str, int] | None:
    """In proportion to the offered prices of the seats, each as the middle of its band."""
    middle = {firm: Fraction(sum(band(cost)), 2) for firm, cost in costs.items()}
    return whole_weights(middle) if any(middle.values()) else None


def by_points(points: Mapping[str, int]) -> dict[str, int] | None:
    """In proportion to points that the parties negotiated."""
    return whole_weights(points) if any(points.values()) else None


def by_worth(rule: str, numbers: Sequence[str], values: Sequence[int]) -> dict[str, int] | None:
    """By the Shapley value or the nucleolus of v(S), in whole percent; None when all is worth
    nothing or a firm would get less than nothing.
    """
    game = from_values(list(values))
    shares = shapley(game) if rule == "shapley" else nucleolus(game).shares
    if min(shares) < 0 or sum(shares) <= 0:
        return None
    return whole_weights(dict(zip(numbers, shares, strict=True)), unit=PERCENT)
