"""Games: what each group of firms could earn (or would pay) alone.

A group is a bit set: player ``i`` (counted from 0) is bit ``1 << i``. A :class:`Game` holds
whole numbers ``worth[group]`` over one ``scale``, so that v(S) = worth[S] / scale exactly and
every computation runs on integers.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moyeora.sharing.exact import to_integers
from moyeora.sharing.faults import Fault, Refused, refuse

# Beyond this a table of all groups does not fit where a small firm computes, and the exact
# integers of the nucleolus leave 64 bits.
EXACT_PLAYERS = 20
# Sums of up to 2**EXACT_PLAYERS such numbers stay inside 64 bits.
_INT64 = 1 << 62

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Game:
    """A game with transferable utility: ``worth[group] / scale`` for each of 2**n groups."""

    players: int
    worth: Sequence[int]
    scale: int = 1

    def value(self, group: int) -> Fraction:
        """v(S) of one group."""
        return Fraction(self.worth[group], self.scale)

    @property
    def everyone(self) -> int:
        """The bit set of all players."""
        return (1 << self.players) - 1

    @property
    def total(self) -> Fraction:
        """v(N), what all players together have."""
        return self.value(self.everyone)

    @cached_property
    def array(self) -> Array:
        """``worth`` as int64 when it is small enough to be summed there, else as Python ints."""
        return exact_array(self.worth)

    def savings(self) -> "Game":
        """For a table of costs c: what a group saves by working together, sum of c(i) - c(S)."""
        alone = subset_sums([self.worth[1 << i] for i in range(self.players)])
        return Game(
            self.players, [a - c for a, c in zip(alone, self.worth, strict=True)], self.scale
        )

    def without(self, player: int) -> "Game":
        """The same game among the others, when one player has left."""
        low = (1 << player) - 1
        rest = range(1 << (self.players - 1))
        worth = [self.worth[(group & low) | (group & ~low) << 1] for group in rest]
        return Game(self.players - 1, worth, self.scale)


def exact_array(numbers: Sequence[int]) -> Array:
    """Integers in a numpy array in which sums over 2**20 entries cannot overflow."""
    largest = max(max(numbers), -min(numbers)) if len(numbers) else 0
    small = largest < _INT64 >> EXACT_PLAYERS + 1
    return np.array(numbers, dtype=np.int64 if small else object)


def subset_sums(numbers: Sequence[int]) -> list[int]:
    """The sum of ``numbers[i]`` over each group, for all 2**n groups."""
    return list(map(int, subset_sum_array(exact_array(numbers))))


def subset_sum_array(numbers: Array) -> Array:
    """:func:`subset_sums` as an array of the type of ``numbers``."""
    sums = np.zeros(1, dtype=numbers.dtype)
    for number in numbers:
        sums = np.concatenate([sums, sums + number])
    return sums


def check_players(players: int, where: str = "players") -> None:
    """Refuse a number of players for which there is no exact table."""
    if not 1 <= players <= EXACT_PLAYERS:
        raise refuse(
            "too-many-players" if players > 1 else "no-players",
            where,
            f"{players} players; an exact rule takes 1 to {EXACT_PLAYERS}",
            f"at most {EXACT_PLAYERS} players, or --samples N for a Shapley value by sampling"
            if players > 1
            else "at least 1 player",
        )


def lexicographic_groups(players: int) -> Array:
    """The groups in the order of published tables: singles, pairs, triples, each A before B."""
    masks = np.arange(1, 1 << players, dtype=np.int64)
    size = np.zeros_like(masks)
    mirrored = np.zeros_like(masks)
    for player in range(players):
        bit = masks >> player & 1
        size += bit
        mirrored |= bit << players - 1 - player
    return masks[np.lexsort((-mirrored, size))]


def from_values(
    values: Sequence[Fraction | int], players: int | None = None, scale: int = 1
) -> Game:
    """A game from its 2**n - 1 values: singles, pairs, triples, in lexicographic order.

    ``scale`` divides all of them (for a table of decimals that is kept in whole numbers).
    Raises :class:`~moyeora.sharing.faults.Refused` when groups are missing or too many.
    """
    if players is None:
        players = len(values).bit_length()
    check_players(players)
    needed = (1 << players) - 1
    if len(values) != needed:
        raise Refused([_wrong_count(players, len(values), needed)])
    whole, common = to_integers(values)
    worth = [0] * (needed + 1)
    for group, value in zip(lexicographic_groups(players).tolist(), whole, strict=True):
        worth[group] = value
    return Game(players, worth, common * scale)


def _wrong_count(players: int, given: int, needed: int) -> Fault:
    if given < needed:
        first = lexicographic_groups(players)[given]
        members = ",".join(str(i + 1) for i in range(players) if first >> i & 1)
        what = f"{given} values for {players} players; {needed - given} groups are missing"
        return Fault(
            "missing-groups",
            f"values[{given + 1}]",
            what,
            f"{needed} values; the next one is of the group {{{members}}}",
        )
    return Fault(
        "too-many-groups",
        f"values[{needed + 1}]",
        f"{given} values for {players} players, {given - needed} too many",
        f"exactly {needed} values, the empty group left out",
    )


def from_function(players: int, value: Callable[[frozenset[int]], Fraction | int]) -> Game:
    """A game from a Python function of a set of players (0, 1, ...); v of nobody is 0."""
    check_players(players)
    values = [Fraction(0)] + [
        Fraction(value(frozenset(members_of(group)))) for group in range(1, 1 << players)
    ]
    whole, scale = to_integers(values)
    return Game(players, whole, scale)


def bankruptcy(estate: Fraction, claims: Sequence[Fraction]) -> Game:
    """v(S) = what the others leave of the estate when they take all they claim."""
    check_players(len(claims), "claims")
    whole, scale = to_integers([estate, *claims])
    pot, owed = whole[0], whole[1:]
    total = sum(owed)
    worth = [max(0, pot - (total - own)) for own in subset_sums(owed)]
    worth[0] = 0
    return Game(len(owed), worth, scale)


def airport(costs: Sequence[Fraction]) -> Game:
    """A game of *costs*: a group needs the runway of its largest plane."""
    check_players(len(costs), "airport")
    whole, scale = to_integers(costs)
    worth = [0]
    for cost in whole:
        worth += [max(cost, before) for before in worth]
    return Game(len(whole), worth, scale)


def weighted_voting(weights: Sequence[Fraction], quota: Fraction) -> Game:
    """v(S) = 1 when the votes of S reach the quota, else 0."""
    check_players(len(weights), "weights")
    whole, _ = to_integers([quota, *weights])
    return Game(len(weights), [int(votes >= whole[0]) for votes in subset_sums(whole[1:])])


def members_of(group: int) -> Iterator[int]:
    """The players of a bit set, in order."""
    while group:
        lowest = group & -group
        yield lowest.bit_length() - 1
        group ^= lowest


def group_of(members: Sequence[int]) -> int:
    """The bit set of some players."""
    return sum(1 << member for member in set(members))


def all_groups(players: int) -> Iterator[tuple[int, ...]]:
    """Every group as a tuple of players, singles first, in lexicographic order."""
    for size in range(1, players + 1):
        yield from combinations(range(players), size)
