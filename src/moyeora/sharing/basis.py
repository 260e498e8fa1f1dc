"""Bases of the nucleolus's linear programs, inverted in whole numbers.

A row is a group and the coefficient of its excess: ``(S, d)`` stands for the vector with 1 for
each player of S and d last. A basis starts as the unit vectors; rows take their places one
by one. The inverse is kept as ``adjugate / determinant`` (integer pivoting, J. Edmonds 1967).
Entries are minors of matrices of zeros and ones with one column of sizes; for 20 players
Hadamard's bound keeps them below 1.5e9 and every product within 64 bits.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np

from moyeora.sharing.exact import to_integers
from moyeora.sharing.games import Array

Row = tuple[int, int]


class Basis:
    """Up to n + 1 independent rows in the space of n players and the excess."""

    def __init__(self, players: int) -> None:
        self._n = players
        self._adjugate: Array = np.eye(players + 1, dtype=np.int64)
        self._determinant = 1
        self._rows: list[Row | None] = [None] * (players + 1)

    @property
    def filled(self) -> list[Row]:
        """The rows in the basis, in the order of their places."""
        return [row for row in self._rows if row is not None]

    def insert(self, row: Row) -> bool:
        """Put a row into an open place; False when it depends on the rows that are there."""
        parts = self._parts(row)
        for place, taken in enumerate(self._rows):
            if taken is None and parts[place]:
                self._pivot(place, row, parts)
                return True
        return False

    def exchange(self, row: Row, may_leave: Callable[[Row], bool]) -> None:
        """Let a violated row in and out the row that first would get a negative dual."""
        parts = self._parts(row)
        duals = self._adjugate[-1]
        best: tuple[Fraction, Row, int] | None = None
        for place, old in enumerate(self._rows):
            if old is not None and parts[place] > 0 and may_leave(old):
                ratio = Fraction(int(duals[place]), int(parts[place]))
                if best is None or (ratio, old) < best[:2]:
                    best = ratio, old, place
        assert best is not None, "the program is feasible, so some row can leave"
        self._pivot(best[2], row, parts)

    def duals(self) -> dict[Row, Fraction]:
        """The rows with a dual other than zero: how the excess rests on them."""
        pairs = zip(self._rows, self._adjugate[-1].tolist(), strict=True)
        return {row: Fraction(dual, self._determinant) for row, dual in pairs if row and dual}

    def solve(self, right: Sequence[Fraction]) -> tuple[list[int], int]:
        """Where all rows are tight: the point as whole numbers over a positive scale."""
        whole, scale = to_integers(right)
        point = self._adjugate.astype(object) @ np.array(whole, dtype=object)
        numbers, common = to_integers(
            [Fraction(number, self._determinant * scale) for number in point.tolist()]
        )
        return numbers, common

    def open_directions(self) -> Iterator[Array]:
        """Directions (one number a player) in which no row of the basis changes."""
        for place, row in enumerate(self._rows):
            if row is None:
                yield self._adjugate[:-1, place]

    def _parts(self, row: Row) -> Array:
        """The row as a combination of the basis, times the determinant."""
        group, divisor = row
        parts: Array = divisor * self._adjugate[-1]
        for player in range(self._n):
            if group >> player & 1:
                parts = parts + self._adjugate[player]
        return parts

    def _pivot(self, place: int, row: Row, parts: Array) -> None:
        pivot = int(parts[place])
        column = self._adjugate[:, place].copy()
        turned = (self._adjugate * pivot - np.outer(column, parts)) // self._determinant
        turned[:, place] = column
        if pivot < 0:
            turned, pivot = -turned, -pivot
        self._adjugate, self._determinant = turned, pivot
        self._rows[place] = row
