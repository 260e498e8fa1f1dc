"""Fault: who bears the cost of a bad lot or a delay, by the rule that was agreed."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from moyeora.resolution.errors import RemedyError
from moyeora.resolution.money import apportion


def to_cause(cost: int, firms: Sequence[str], cause: str) -> dict[str, int]:
    """All of ``cost`` (whole units, 0 or more) to the firm that caused it.

    Theorem: the sum is the cost, and nobody else bears a unit.

    Raises:
        RemedyError: the cost is below zero or ``cause`` is no firm.
    """
    _check(cost)
    if cause not in firms:
        raise RemedyError(f"{cause!r} is none of the firms {', '.join(firms)}")
    return {firm: cost if firm == cause else 0 for firm in firms}


def by_degree(cost: int, degrees: Mapping[str, Fraction | int]) -> dict[str, int]:
    """``cost`` by the degree in which each firm contributed; degrees are weights, 0 or more.

    Units left over go to the largest remainders, ties to the firm written first.

    Theorem: the sum is the cost; each bears its exact part to less than one unit; who
    contributed nothing bears nothing; who contributed more never bears less; double degrees
    change nothing.

    Raises:
        RemedyError: the cost or a degree is below zero, or all degrees are zero.
    """
    _check(cost)
    weights = {firm: Fraction(degree) for firm, degree in degrees.items()}
    if any(weight < 0 for weight in weights.values()) or not any(weights.values()):
        raise RemedyError("degrees are 0 or more, and at least one is above 0")
    return apportion(cost, weights)


def jointly(cost: int, firms: Sequence[str]) -> dict[str, int]:
    """``cost`` to all firms alike, for a cause that nobody can name.

    Theorem: the sum is the cost and no two firms differ by more than one unit.

    Raises:
        RemedyError: the cost is below zero or there is no firm.
    """
    return by_degree(cost, dict.fromkeys(firms, 1))


def _check(cost: int) -> None:
    if cost < 0:
        raise RemedyError(f"a cost of {cost}; write what is to be borne, 0 or more")
