"""The nucleolus: the division whose most unhappy groups are as content as can be.

It minimises, one after the other, the greatest, the second greatest, ... excess
``(v(S) - x(S)) / d(S)`` of a group (D. Schmeidler 1969); d(S) = 1, or |S| per capita. The
prenucleolus looks among all divisions of v(N), the nucleolus only among those that give no
firm less than it has alone.

How: a sequence of linear programs (Maschler, Peleg and Shapley 1979), each solved *exactly* by
a dual simplex whose basis is inverted in whole numbers. A row of a basis is the bit set of a
group, so determinants stay tiny (they do not know the scale of the values), and only the
right-hand sides carry big numbers. The pricing step looks at all 2**n groups, so nothing is
taken on trust and floats, which confuse two levels that differ by one won in ten thousand
million, are not needed at all. The groups with positive duals are settled; their weights,
made positive together, are the balanced collections of Kohlberg (1971): the proof.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from moyeora.sharing.basis import Basis, Row
from moyeora.sharing.faults import refuse
from moyeora.sharing.games import Game, exact_array, subset_sum_array

# A degenerate dual simplex could go round in circles; after so many steps without progress
# Bland's rule, which cannot, takes over.
_PATIENCE = 50


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the proof: no unsettled group is worse off than ``excess``.

    ``weights`` are positive and balanced: for every player the weights of the groups with that
    player sum to 1. Groups are bit sets; ``alone`` are players kept at what they have alone
    (only for the nucleolus), as bit sets of one player.
    """

    excess: Fraction
    weights: dict[int, Fraction]
    alone: dict[int, Fraction]


@dataclass(frozen=True, slots=True)
class Solution:
    """A nucleolus with its proof, level by level."""

    kind: str
    shares: list[Fraction]
    levels: list[Level]


KINDS = ("nucleolus", "prenucleolus", "per_capita_nucleolus")


def nucleolus(game: Game, kind: str = "nucleolus") -> Solution:
    """The (pre-, per capita) nucleolus of a game of 1 to ``EXACT_PLAYERS`` players, with proof.

    Raises :class:`~moyeora.sharing.faults.Refused` when no division gives each what it has
    alone (then only the prenucleolus exists).
    """
    alone = sum(game.worth[1 << i] for i in range(game.players))
    if kind != "prenucleolus" and alone > game.worth[game.everyone]:
        raise refuse(
            "no-imputation",
            "values",
            f"the firms alone have {Fraction(alone, game.scale)}, together only {game.total}: "
            "no division gives each what it has alone",
            "the rule prenucleolus, or a table in which working together pays",
        )
    return _Search(game, kind).solve()


class _Search:
    def __init__(self, game: Game, kind: str) -> None:
        self.game, self.kind, self.n = game, kind, game.players
        ones = subset_sum_array(np.ones(self.n, dtype=np.int64))
        self.divisor = ones if kind == "per_capita_nucleolus" else np.ones_like(ones)
        # Groups whose total is not yet determined by what is settled.
        self.free = np.ones(1 << self.n, dtype=bool)
        self.free[0] = self.free[-1] = False
        # What is settled: groups of full rank, each with its total in units of the scale.
        self.settled = {game.everyone: Fraction(game.worth[game.everyone])}
        self.span = Basis(self.n)
        self.span.insert((0, 1))
        self.span.insert((game.everyone, 0))
        self.balanced = {game.everyone: Fraction(1)}
        self.alone: set[int] = set()
        self.levels: list[Level] = []

    def solve(self) -> Solution:
        spare: list[Row] = []
        while len(self.settled) < self.n:
            basis = self._start(spare)
            excess = self._minimise(basis)
            duals = basis.duals()
            self._balance(duals)
            self._settle(duals, excess)
            self._record(excess)
            spare = [row for row in basis.filled if row not in duals]
        shares = self._point(self.span)[0][:-1]
        return Solution(self.kind, [x / self.game.scale for x in shares], self.levels)

    def _row(self, group: int) -> Row:
        return group, int(self.divisor[group])

    def _start(self, spare: list[Row]) -> Basis:
        """A basis whose duals are >= 0: a free group and its complement bound the excess."""
        group = int(np.argmax(self.free))
        basis = Basis(self.n)
        wanted = [(settled, 0) for settled in self.settled]
        wanted += [self._row(group), self._row(self.game.everyone ^ group), *spare]
        wanted += [self._row(1 << player) for player in range(self.n)]
        for row in wanted:
            basis.insert(row)
        return basis

    def _minimise(self, basis: Basis) -> Fraction:
        """Dual simplex: bring in the most violated group until none is; the least excess."""
        quiet, last = 0, None
        while True:
            point, whole, scale = self._point(basis)
            excess = point[-1]
            row = self._violated(whole, scale, bland=quiet > _PATIENCE)
            if row is None:
                return excess
            quiet = quiet + 1 if excess == last else 0
            last = excess
            basis.exchange(row, lambda old: not self._is_settled(old))

    def _point(self, basis: Basis) -> tuple[list[Fraction], list[int], int]:
        """Where all rows of a basis are tight: x and the excess, as fractions and over a scale."""
        right = [
            self.settled[group]
            if not divisor and group in self.settled
            else Fraction(self.game.worth[group])
            for group, divisor in basis.filled
        ]
        whole, scale = basis.solve(right)
        return [Fraction(number, scale) for number in whole], whole, scale

    def _violated(self, whole: list[int], scale: int, bland: bool) -> Row | None:
        values, numbers, divisor = self.game.array, exact_array(whole), self.divisor
        bound = max(abs(int(values.max())), abs(int(values.min())), 1) * scale
        if object in (values.dtype, numbers.dtype) or bound >= 1 << 61:
            numbers = np.array(whole, dtype=object)
            values, divisor = values.astype(object), divisor.astype(object)
        short = values * scale - subset_sum_array(numbers[:-1]) - divisor * numbers[-1]
        if self.kind != "prenucleolus":
            for player in range(self.n):
                if self.game.worth[1 << player] * scale > whole[player]:
                    return 1 << player, 0
        if bland:
            found = np.flatnonzero((short > 0) & self.free)
            return self._row(int(found[0])) if len(found) else None
        worst = int(np.argmax(np.where(self.free, short, -1)))
        return self._row(worst) if self.free[worst] and short[worst] > 0 else None

    def _balance(self, duals: dict[Row, Fraction]) -> None:
        """Make the weights of all that is settled positive together: a balanced collection.

        The duals write a multiple of the settled groups as a positive sum of new ones; adding
        enough of the old balanced weights lifts every coefficient above zero.
        """
        old = {row[0]: w for row, w in duals.items() if self._is_settled(row)}
        least = min((w / self.balanced[group] for group, w in old.items()), default=Fraction(0))
        lift = 1 - min(least, Fraction(0))
        joined = {group: lift * w for group, w in self.balanced.items()}
        for (group, divisor), w in duals.items():
            joined[group] = joined.get(group, Fraction(0)) + w
            if not divisor and group not in self.balanced:
                self.alone.add(group)
        self.alone -= {group for group, divisor in duals if divisor}
        self.balanced = {group: w / lift for group, w in joined.items()}

    def _is_settled(self, row: Row) -> bool:
        return not row[1] and row[0] in self.settled

    def _settle(self, duals: dict[Row, Fraction], excess: Fraction) -> None:
        for group, divisor in duals:
            if group not in self.settled and self.span.insert((group, 0)):
                self.settled[group] = self.game.worth[group] - divisor * excess
        moves = np.zeros_like(self.free)
        for direction in self.span.open_directions():
            moves |= subset_sum_array(direction) != 0
        self.free &= moves

    def _record(self, excess: Fraction) -> None:
        # The group of everyone is always tight; Kohlberg's collections are written without it.
        rest = 1 - self.balanced[self.game.everyone]
        weights = {g: w / rest for g, w in self.balanced.items() if g != self.game.everyone}
        level = Level(
            excess / self.game.scale,
            {group: w for group, w in weights.items() if group not in self.alone},
            {group: w for group, w in weights.items() if group in self.alone},
        )
        if self.levels and self.levels[-1].excess == level.excess:
            self.levels.pop()
        self.levels.append(level)
