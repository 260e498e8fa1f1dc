"""Divisions to choose from, each as thousandths that sum to 1000.

Some come from confidential figures and must not give these away to the others, so no exact figure
goes in: every price and cost first becomes a bound of its 5 % band
(:mod:`moyeora.formation.discretion`), and no share tells more than a band.

- *by the work*: in proportion to the prices offered for the seats.
- *Shapley value* and *nucleolus*: each firm is paid the cost of its work and, of what is earned
  beyond all costs, its part of v(S).
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from moyeora.formation.discretion import band
from moyeora.network.consortia.agreements.terms import whole_weights
from moyeora.sharing import from_values, nucleolus, shapley


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


def by_worth(
    rule: str, costs: Mapping[str, int], values: Sequence[int], divided: int
) -> dict[str, int] | None:
    """Each firm its cost, and the rest of what is divided by the Shapley value or the nucleolus
    of v(S), which is in the order of ``costs`` (each already the top of its band).

    None when the costs eat all, or a firm would get less than nothing.
    """
    game = from_values(list(values))
    shares = shapley(game) if rule == "shapley" else nucleolus(game).shares
    rest, worth = divided - sum(costs.values()), sum(shares)
    if rest < 0 or worth <= 0 or min(shares) < 0:
        return None
    parts = {
        firm: cost + Fraction(share) * rest / worth
        for (firm, cost), share in zip(costs.items(), shares, strict=True)
    }
    return whole_weights(parts)
