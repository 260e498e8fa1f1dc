"""The Shapley value: the average of what a player adds, over all orders of coming together.

L. S. Shapley, "A value for n-person games" (1953). Exact for a table of up to 2**20 values;
in closed form for airports (Littlechild and Owen 1973); by counting for claims and votes
(:mod:`moyeora.sharing.arrival`); by sampling, marked as such, for everything larger.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, log
from random import Random

import numpy as np

from moyeora.sharing.faults import refuse
from moyeora.sharing.games import Array, Game

_LIMB = 32


def shapley(game: Game) -> list[Fraction]:
    """The exact Shapley value, one fraction a player.

    A player's value needs only, for each size, the sum of v over the groups with the player;
    those sums are taken over limbs of 32 bits, so that values of any size stay exact.
    """
    n = game.players
    size = np.zeros(1 << n, dtype=np.int8)
    for player in range(n):
        size[1 << player : 2 << player] = size[: 1 << player] + 1
    by_size = np.argsort(size, kind="stable")
    starts = np.searchsorted(size[by_size], np.arange(n + 1))
    limbs = [limb[by_size] for limb in _limbs(game)]
    total = _sums(limbs, starts)
    orders = [factorial(s) * factorial(n - 1 - s) for s in range(n)]
    shares = []
    for player in range(n):
        inside = by_size >> player & 1
        with_player = _sums([limb * inside for limb in limbs], starts)
        added = sum(
            orders[s] * (with_player[s + 1] - (total[s] - with_player[s])) for s in range(n)
        )
        shares.append(Fraction(added, factorial(n) * game.scale))
    return shares


def _limbs(game: Game) -> list[Array]:
    """The values in base 2**32, lowest first; the highest limb carries the sign."""
    values = game.array
    if values.dtype == np.int64:
        return [values]
    widest = max(int(values.max()).bit_length(), int(values.min()).bit_length())
    count = widest // _LIMB + 1
    raw = b"".join(value.to_bytes(4 * count, "little", signed=True) for value in game.worth)
    limbs = np.frombuffer(raw, dtype="<u4").reshape(-1, count)
    highest = np.ascontiguousarray(limbs[:, -1]).view("<i4")
    return [limbs[:, place].astype(np.int64) for place in range(count - 1)] + [
        highest.astype(np.int64)
    ]


def _sums(limbs: Sequence[Array], starts: Array) -> list[int]:
    parts = [np.add.reduceat(limb, starts).tolist() for limb in limbs]
    return [
        sum(part[size] << _LIMB * place for place, part in enumerate(parts))
        for size in range(len(starts))
    ]


def shapley_airport(costs: Sequence[Fraction]) -> list[Fraction]:
    """What each plane pays for the runway: each stretch is shared by those who need it."""
    order = sorted(range(len(costs)), key=lambda plane: costs[plane])
    shares, paid, before = [Fraction(0)] * len(costs), Fraction(0), Fraction(0)
    for place, plane in enumerate(order):
        paid += (costs[plane] - before) / (len(costs) - place)
        before = Fraction(costs[plane])
        shares[plane] = paid
    return shares


@dataclass(frozen=True, slots=True)
class Sampled:
    """A Shapley value by sampling: an estimate, never to be mistaken for the exact one.

    With probability ``confidence`` *every* share is within ``error`` of the true one
    (Hoeffding's inequality for each player, united over the players).
    """

    shares: list[Fraction]
    error: Fraction
    confidence: Fraction
    samples: int
    seed: int


def shapley_sampled(
    players: int,
    value: Callable[[frozenset[int]], Fraction | int],
    widest: Fraction,
    samples: int,
    seed: int = 0,
    confidence: Fraction = Fraction(99, 100),
) -> Sampled:
    """Estimate the Shapley value from ``samples`` random orders.

    ``widest`` bounds the difference between the most and the least that a player can add to a
    group (for a game in which nobody harms, v(N) - 0); the stated error rests on it.
    """
    if samples < 1 or not 0 < confidence < 1 or widest < 0:
        raise refuse(
            "bad-sampling",
            "samples",
            f"{samples} samples at {confidence}",
            "at least 1 sample and a confidence between 0 and 1",
        )
    random = Random(seed)
    order, sums = list(range(players)), [Fraction(0)] * players
    for _ in range(samples):
        random.shuffle(order)
        before, group = Fraction(0), frozenset[int]()
        for player in order:
            group |= {player}
            after = Fraction(value(group))
            sums[player] += after - before
            before = after
    # An upper bound of sqrt(ln(2n / (1 - confidence)) / 2m), rounded up so that it stays one.
    root = (log(2 * players / float(1 - confidence)) / (2 * samples)) ** 0.5
    error = widest * Fraction(int(root * 10**9) + 2, 10**9)
    return Sampled([total / samples for total in sums], error, confidence, samples, seed)
