"""Cut and choose: one firm cuts a divisible duty in two, the other chooses its part."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from moyeora.resolution.errors import RemedyError


@dataclass(frozen=True, slots=True)
class Cut:
    """The duty is cut at ``at`` (in pieces: 2.5 is the middle of the third).

    ``chooser_first`` says that the chooser takes the part before the cut. The costs are what
    each firm's own part costs by its own figures.
    """

    at: Fraction
    chooser_first: bool
    cutter_cost: Fraction
    chooser_cost: Fraction


def cut_and_choose(cutter: Sequence[int], chooser: Sequence[int]) -> Cut:
    """Divide a duty that stands in a row of pieces (weeks, routes, lots), each of even cost.

    ``cutter`` and ``chooser`` give what each piece costs them, 0 or more. The cutter cuts where
    both parts cost it the same, the chooser takes what costs it less (Brams and Taylor, Fair
    Division, 1996, chapter 1); of equal parts it takes the first.

    Theorem: each bears at most half of the whole by its own figures, and neither would rather
    have the other's part.

    Raises:
        RemedyError: the rows differ in length, are empty, or hold a negative cost.
    """
    if len(cutter) != len(chooser) or not cutter:
        raise RemedyError("both firms give a cost for each of the same pieces, at least one")
    if any(cost < 0 for cost in (*cutter, *chooser)):
        raise RemedyError("costs are 0 or more")
    at = _middle(cutter)
    first, whole = _before(chooser, at), Fraction(sum(chooser))
    chooser_first = first <= whole - first
    half = Fraction(sum(cutter), 2)
    return Cut(at, chooser_first, half, min(first, whole - first))


def _middle(costs: Sequence[int]) -> Fraction:
    """The first point before which lies half of the cost."""
    half, so_far = Fraction(sum(costs), 2), Fraction(0)
    for at, cost in enumerate(costs):
        if cost and so_far + cost >= half:
            return at + (half - so_far) / cost
        so_far += cost
    return Fraction(len(costs), 2)


def _before(costs: Sequence[int], at: Fraction) -> Fraction:
    whole = int(at)
    part = (at - whole) * costs[whole] if whole < len(costs) else Fraction(0)
    return sum(costs[:whole], Fraction(0)) + part
