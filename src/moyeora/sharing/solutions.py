"""The rules that divide what a game is worth, by name, and what each division keeps.

Every rule takes a :class:`~moyeora.sharing.games.Game` and gives exact fractions that sum to
v(N).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from moyeora.sharing.exact import to_integers
from moyeora.sharing.faults import refuse
from moyeora.sharing.games import Array, Game, members_of, subset_sum_array
from moyeora.sharing.nucleolus import nucleolus
from moyeora.sharing.shapley import shapley

GameRule = Callable[[Game], list[Fraction]]

# The pairs of disjoint groups are 3**n; beyond this nobody waits for the answer.
MOST_FOR_SUPERADDITIVE = 12


def tau(game: Game) -> list[Fraction]:
    """The tau value (S. H. Tijs 1981): the compromise between what a player may hope for at
    most, v(N) - v(N without it), and what it can secure by paying the others their most.

    Raises :class:`~moyeora.sharing.faults.Refused` when the game is not quasi-balanced.
    """
    n, everyone = game.players, game.everyone
    most = [game.worth[everyone] - game.worth[everyone ^ 1 << i] for i in range(n)]
    gap = game.array.astype(object) - subset_sum_array(np.array(most, dtype=object))
    groups = np.arange(1 << n)
    least = [most[i] + int(gap[groups >> i & 1 == 1].max()) for i in range(n)]
    total = game.worth[everyone]
    if any(low > high for low, high in zip(least, most, strict=True)) or not (
        sum(least) <= total <= sum(most)
    ):
        raise refuse(
            "not-quasi-balanced",
            "values",
            "the game is not quasi-balanced: what the firms can secure and what they may hope "
            "for leave no room between them, so there is no tau value",
            "the rule shapley, nucleolus or prenucleolus",
        )
    room = sum(most) - sum(least)
    part = Fraction(total - sum(least), room) if room else Fraction(0)
    return [(low + part * (high - low)) / game.scale for low, high in zip(least, most, strict=True)]


def equal(game: Game) -> list[Fraction]:
    """The same to each."""
    return [game.total / game.players] * game.players


def stand_alone(game: Game) -> list[Fraction]:
    """In proportion to what each has alone; refused when that is nothing for all or negative."""
    alone = [game.worth[1 << i] for i in range(game.players)]
    if min(alone) < 0 or not sum(alone):
        raise refuse(
            "no-weights",
            "values",
            "in proportion to what each has alone needs values of 0 or more, not all 0",
            "the rule equal or shapley",
        )
    return [game.total * value / sum(alone) for value in alone]


GAME_RULES: dict[str, GameRule] = {
    "equal": equal,
    "proportional": stand_alone,
    "shapley": shapley,
    "nucleolus": lambda game: nucleolus(game, "nucleolus").shares,
    "prenucleolus": lambda game: nucleolus(game, "prenucleolus").shares,
    "per_capita_nucleolus": lambda game: nucleolus(game, "per_capita_nucleolus").shares,
    "tau": tau,
}


@dataclass(frozen=True, slots=True)
class Properties:
    """What a division keeps. ``leavers`` (players from 0) would earn ``gain`` more by leaving.

    ``leavers`` is the group with the greatest excess, empty when the division is in the core.
    """

    efficient: bool
    symmetric: bool
    individually_rational: bool
    in_core: bool
    leavers: tuple[int, ...]
    gain: Fraction


def properties(game: Game, shares: Sequence[Fraction]) -> Properties:
    """Check a division against its game, over all 2**n groups, exactly."""
    excess, scale = _excess(game, shares)
    worst = int(np.argmax(excess[1:-1])) + 1 if game.players > 1 else 0
    gain = Fraction(int(excess[worst]), scale) if worst else Fraction(0)
    efficient = sum(shares, Fraction(0)) == game.total
    leaves = gain > 0
    return Properties(
        efficient=efficient,
        symmetric=all(shares[i] == shares[j] for i, j in _interchangeable(game)),
        individually_rational=all(share >= game.value(1 << i) for i, share in enumerate(shares)),
        in_core=efficient and not leaves,
        leavers=tuple(members_of(worst)) if leaves else (),
        gain=gain if leaves else Fraction(0),
    )


def best_elsewhere(
    game: Game, shares: Sequence[Fraction], player: int
) -> tuple[Fraction, tuple[int, ...]]:
    """The most a player could keep with a smaller group whose others get what they get here.

    Gives the amount and the group (which holds the player).
    """
    if game.players == 1:
        return game.total, (player,)
    excess, scale = _excess(game, shares)
    groups = np.flatnonzero(np.arange(1 << game.players) >> player & 1)[:-1]
    best = int(groups[int(np.argmax(excess[groups]))])
    return shares[player] + Fraction(int(excess[best]), scale), tuple(members_of(best))


def is_superadditive(game: Game) -> bool | None:
    """Whether two groups without a common member never lose by joining; None when too many."""
    if game.players > MOST_FOR_SUPERADDITIVE:
        return None
    worth = game.array
    groups = np.arange(len(worth))
    for group in range(1, len(worth)):
        apart = groups[(groups & group) == 0]
        if (worth[apart] + worth[group] > worth[apart | group]).any():
            return False
    return True


def is_convex(game: Game) -> bool:
    """Whether a player adds the more, the larger the group it joins (then the core is large)."""
    worth = game.array
    groups = np.arange(len(worth))
    for i in range(game.players):
        for j in range(i):
            rest = groups[(groups & (1 << i | 1 << j)) == 0]
            both = worth[rest | 1 << i | 1 << j] + worth[rest]
            if (both < worth[rest | 1 << i] + worth[rest | 1 << j]).any():
                return False
    return True


def _interchangeable(game: Game) -> list[tuple[int, int]]:
    """Pairs of players who add the same to every group of others."""
    worth = game.array
    groups = np.arange(len(worth))
    pairs = []
    for i in range(game.players):
        for j in range(i):
            rest = groups[(groups & (1 << i | 1 << j)) == 0]
            if (worth[rest | 1 << i] == worth[rest | 1 << j]).all():
                pairs.append((j, i))
    return pairs


def _excess(game: Game, shares: Sequence[Fraction]) -> tuple[Array, int]:
    """v(S) - x(S) of all groups, as Python integers over a scale."""
    whole, scale = to_integers([*shares, Fraction(1, game.scale)])
    numbers = np.array(whole, dtype=object)
    return game.array.astype(object) * numbers[-1] - subset_sum_array(numbers[:-1]), scale
