"""Orders of arrival, counted instead of enumerated.

What a claimant finds, and whether a vote turns a decision, depends only on the size and the sum
of the group that came before. Groups with the same two are counted together, so that forty
firms with round numbers are no harder than ten.
"""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from math import factorial

from moyeora.sharing.exact import to_integers
from moyeora.sharing.faults import refuse
from moyeora.sharing.games import EXACT_PLAYERS, bankruptcy
from moyeora.sharing.shapley import shapley

# With more kinds of groups than this the table of all groups is faster, if there is one.
MOST_GROUPS = 50_000
# Without a table they are counted for up to half a minute.
MOST_GROUPS_WITHOUT_TABLE = 300_000


def random_arrival(estate: Fraction, claims: Sequence[Fraction]) -> list[Fraction]:
    """The average over all orders in which the claimants come and take what is still there.

    It is the Shapley value of the bankruptcy game (O'Neill 1982). Raises
    :class:`~moyeora.sharing.faults.Refused` when the groups are too many to be counted.
    """
    whole, scale = to_integers([estate, *claims])
    pot, owed = whole[0], whole[1:]
    number = len(owed)
    table = number <= EXACT_PLAYERS
    groups = _count_groups(pot, owed, MOST_GROUPS if table else MOST_GROUPS_WITHOUT_TABLE)
    if groups is None:
        if table:
            return shapley(bankruptcy(estate, claims))
        raise refuse(
            "too-many-players",
            "claims",
            f"{number} different claims make too many groups to be counted exactly",
            f"at most {EXACT_PLAYERS} claimants, or another rule",
        )
    orders = [factorial(size) * factorial(number - 1 - size) for size in range(number)]
    shares = []
    for claim in owed:
        without = _without(groups, claim)
        taken = sum(
            orders[size] * count * min(claim, pot - before)
            for (size, before), count in without.items()
            if size < number
        )
        shares.append(Fraction(taken, factorial(number) * scale))
    return shares


def _count_groups(pot: int, claims: Sequence[int], most: int) -> dict[tuple[int, int], int] | None:
    """How many groups of each (size, sum of claims) leave something of the pot; None: too many."""
    groups = {(0, 0): 1} if pot > 0 else {}
    for claim in claims:
        for (size, before), count in list(groups.items()):
            if before + claim < pot:
                key = (size + 1, before + claim)
                groups[key] = groups.get(key, 0) + count
        if len(groups) > most:
            return None
    return groups


def _without(groups: dict[tuple[int, int], int], claim: int) -> dict[tuple[int, int], int]:
    """The same count for the groups in which one claimant is not."""
    rest: dict[tuple[int, int], int] = defaultdict(int)
    for size, before in sorted(groups):
        count = groups[size, before] - rest.get((size - 1, before - claim), 0)
        if count:
            rest[size, before] = count
    return rest


def shapley_shubik(weights: Sequence[Fraction], quota: Fraction) -> list[Fraction]:
    """The power of each voter: the part of all orders in which this vote turns the decision.

    Random arrival already counts such groups: with the estate ``quota`` it pays a voter the
    votes that were still missing, so a step of the smallest vote at the quota is the power.
    """
    whole, _ = to_integers([quota, *weights])
    level, votes = whole[0], whole[1:]
    if not 0 < level <= sum(votes):
        return [Fraction(0)] * len(votes)
    below = random_arrival(Fraction(level - 1), [Fraction(vote) for vote in votes])
    upto = random_arrival(Fraction(level), [Fraction(vote) for vote in votes])
    return [after - before for after, before in zip(upto, below, strict=True)]
