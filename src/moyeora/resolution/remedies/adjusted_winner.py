"""Adjusted winner: two firms, several roles or items, at most one of them shared."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from moyeora.resolution.errors import RemedyError


@dataclass(frozen=True, slots=True)
class Settlement:
    """``shares``: item -> the part that the first firm gets (0 to 1); the second gets the rest.

    ``points`` are what each firm's parts are worth to itself; ``split`` is the one item that is
    shared, if any.
    """

    shares: Mapping[str, Fraction]
    points: tuple[Fraction, Fraction]
    split: str | None


def adjusted_winner(first: Mapping[str, int], second: Mapping[str, int]) -> Settlement:
    """Divide items between two firms by the points each gives to them.

    Both give the same sum of points, 0 or more to each item. Every item goes to the firm that
    wants it more; then items go from the richer to the poorer, least costly ratio first, until
    both have the same (Brams and Taylor, Fair Division, 1996, chapter 4).

    Theorem: efficient (nothing makes one better off without making the other worse off),
    equitable (both get the same points), envy-free (each values its part at no less than half),
    and at most one item is split.

    Raises:
        RemedyError: different items, a negative number, or different or empty sums of points.
    """
    if set(first) != set(second):
        raise RemedyError(f"both firms must give points to the same items: {sorted(first)}")
    if any(points < 0 for points in (*first.values(), *second.values())):
        raise RemedyError("points are 0 or more")
    total = sum(first.values())
    if total != sum(second.values()) or not total:
        raise RemedyError(
            f"both firms must give the same sum of points, above 0: {total} and "
            f"{sum(second.values())}"
        )
    shares = {item: Fraction(int(first[item] >= second[item])) for item in first}
    points = _points(shares, first, second)
    if points[0] < points[1]:
        mirrored = _equalise({item: 1 - share for item, share in shares.items()}, second, first)
        shares = {item: 1 - share for item, share in mirrored.items()}
    else:
        shares = _equalise(shares, first, second)
    split = next((item for item, share in shares.items() if 0 < share < 1), None)
    return Settlement(shares, _points(shares, first, second), split)


def _points(
    shares: Mapping[str, Fraction], first: Mapping[str, int], second: Mapping[str, int]
) -> tuple[Fraction, Fraction]:
    return (
        sum((share * first[item] for item, share in shares.items()), Fraction(0)),
        sum(((1 - share) * second[item] for item, share in shares.items()), Fraction(0)),
    )


def _equalise(
    shares: Mapping[str, Fraction], richer: Mapping[str, int], poorer: Mapping[str, int]
) -> dict[str, Fraction]:
    """Give from the richer to the poorer until both have the same; ``shares`` are the richer's."""
    shares = dict(shares)
    held = [item for item, share in shares.items() if share and poorer[item]]
    for item in sorted(held, key=lambda item: Fraction(richer[item], poorer[item])):
        mine, theirs = _points(shares, richer, poorer)
        if mine == theirs:
            break
        shares[item] -= min(Fraction(1), (mine - theirs) / (richer[item] + poorer[item]))
    return shares
