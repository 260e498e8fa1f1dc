"""Lower bounds by filling every need exactly: a dynamic program over quantity, firms and time.

Relax everything that binds needs together but two things: how many firms there may be, and which
need comes before which. What is left of a need is a knapsack: fill its quantity with whole lots,
set-up costs, price breaks and smallest lots as they are. With F_w(k, r) the least cost of r cells
of quantity by at most k firms within the interval w of periods,

    F_w(k, r) = min over the pairs p in turn, and their lots q,  of  F_w(k - 1, r - u_p(q)) + c_p(q),

which a sliding minimum finds in O(cells) for each pair and tier, since c_p is linear on a tier.
Needs are then joined by (min, +) convolution over k, along the tree of precedence from the first
needs to the last (``inside``) and back (``outside``), so that L = the least total, and with pair p
of need n in the interval w used

    L_p = min over w, q  of  c_p(q) + A_w(D_n - u_p(q)),
    A_w(r) = min over k  of  F_w(k, r) + the rest of the item with at most K - 1 - k firms,

where F_w may use p a second time: that only lowers the bound.

Why these are bounds. A plan's lots of a need are one way to fill it, within the interval that the
plan works in; its cost is at least the sum over its pairs. A firm that can serve several needs is
counted at one of its pairs only, so no plan counts more firms than it has. A need that several
others wait for keeps one of them, and the rest is forgotten. A charge of a firm is split evenly
over its pairs, or given to each in full when it is negative. Quantities that make too many cells
are rounded: what a pair covers up to whole cells, and its cost down to a line below it.

Exact filling is what makes the bound tight: where a linear relaxation takes a fraction of the
last firm at its best price, this one pays for its set-up and its smallest lot.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from math import gcd

import numpy as np

from moyeora.formation.bound import Bounds, Floats, Relaxation
from moyeora.formation.members import Ints
from moyeora.formation.model import window_costs

CELLS_MAX = 1024
"""A need is filled in at most so many cells; more are rounded."""

FLAT_MAX = 4_000_000
"""How many (pair, lots) are weighed at once, for the memory's sake."""

Window = tuple[int, int]
"""The first and the last period of an interval."""


@dataclass(frozen=True)
class _Pieces:
    """The tiers of a need's pairs in an interval, as straight lines over cells (one row each).

    Piece i of pair ``pair[i]`` covers ``begin + j * stride`` cells for ``base + j * slope``,
    j = 0 .. ``steps``.
    """

    pair: Ints
    begin: Ints
    stride: Ints
    steps: Ints
    base: Floats
    slope: Floats


@dataclass
class _Filled:
    """One need: its pairs (positions in the relaxation), its cells, its intervals.

    ``least`` (intervals, counts) is what the need costs at least with at most so many firms;
    ``exact`` holds F of the intervals that were filled, of shape (counts, cells + 1).
    """

    at: int
    pairs: Ints
    cells: int
    cell: int
    windows: list[Window]
    least: Floats
    exact: dict[int, Floats] = field(default_factory=dict)


def filling_bound(
    relaxed: Relaxation, value: float, counting: Floats | None, fillings_max: int
) -> Bounds:
    """The bound for every plan over the relaxation's pairs, and for those with each pair used.

    ``value`` is that of a plan that is known, or infinite: intervals in which no better plan can
    work are not looked at closely. ``counting`` (length P; a firm counts at its pair of the least
    value) says that the number of firms binds; None leaves it out of account, which is much
    quicker. At most ``fillings_max`` intervals are filled: those that are not keep a weaker bound.
    """
    return _Filling(relaxed, counting).bound(value, fillings_max)


class _Filling:
    def __init__(self, relaxed: Relaxation, counting: Floats | None) -> None:
        self.relaxed, self.problem = relaxed, relaxed.problem
        self.counts = 1
        self.weight = np.zeros(len(relaxed.index), dtype=np.int64)
        if counting is not None:
            self.counts = relaxed.most_firms + 1
            order = np.lexsort((counting[relaxed.index], relaxed.firm))
            first = np.flatnonzero(np.diff(relaxed.firm[order], prepend=-1))
            self.weight[order[first]] = 1
        self.before, self.after = self._tree()
        self.needs = [self._filled(at) for at in range(len(self.problem.item.needs))]

    def _tree(self) -> tuple[list[list[int]], list[int | None]]:
        """For each need those before it and the one after it, of which it keeps only one."""
        needs = self.problem.item.needs
        index = {need.id: at for at, need in enumerate(needs)}
        before: list[list[int]] = [[] for _ in needs]
        after: list[int | None] = [None for _ in needs]
        for at, need in enumerate(needs):
            for earlier in need.after:
                if after[index[earlier]] is None:
                    after[index[earlier]] = at
                    before[at].append(index[earlier])
        return before, after

    def _filled(self, at: int) -> _Filled:
        relaxed, problem = self.relaxed, self.problem
        pairs = np.flatnonzero(relaxed.need == at)
        demand = int(problem.demand[at])
        cell = gcd(*(int(lot) for lot in np.unique(relaxed.lot[pairs]))) or 1
        if -(-demand // cell) > CELLS_MAX:
            cell = -(-demand // CELLS_MAX)
        windows, lowest = self._windows(at, pairs)
        least = np.repeat(np.array(lowest, dtype=float)[:, None], self.counts, axis=1)
        return _Filled(at, pairs, -(-demand // cell), cell, windows, least)

    def _windows(self, at: int, pairs: Ints) -> tuple[list[Window], list[float]]:
        """The intervals that matter: as long as what is before and after the need allows."""
        first, last = int(self.problem.first[at]), int(self.problem.last[at])
        nothing = float(np.minimum(0.0, self.relaxed.fixed[pairs]).sum())
        if not self.before[at] and self.after[at] is None:
            return [(first, last)], [nothing]
        costs = window_costs(self.problem, self.relaxed.index[pairs], at)
        ends = range(first, last + 1) if self.after[at] is not None else [last]
        starts = range(first, last + 1) if self.before[at] else [first]
        found = [(s, e) for s in starts for e in ends if (s, e) in costs]
        weight = self.relaxed.stage.wishes.get("cost", 0)
        return found, [nothing + weight * costs[window] for window in found]

    # One need.

    def _pieces(self, need: _Filled, window: Window) -> _Pieces:
        relaxed, problem, pairs = self.relaxed, self.problem, need.pairs
        low, high = relaxed.tier_from[pairs], relaxed.tier_to[pairs]
        if len(need.windows) > 1 or self.before[need.at] or self.after[need.at] is not None:
            whole = relaxed.index[pairs]
            room = problem.capacity[whole]
            sums = np.zeros((len(pairs), room.shape[1] + 1), dtype=np.int64)
            np.cumsum(room, axis=1, out=sums[:, 1:])
            begin = np.minimum(window[0] + problem.lead[whole], window[1] + 1)
            rows = np.arange(len(pairs))
            lots = (sums[rows, window[1] + 1] - sums[rows, begin]) // relaxed.lot[pairs]
            high = np.minimum(high, lots[:, None])
        row, tier = np.nonzero(relaxed.valid[pairs] & (high >= low))
        lot, cell = relaxed.lot[pairs[row]], need.cell
        low, high = low[row, tier] * lot, high[row, tier] * lot
        begin, price = -(-low // cell), relaxed.price[pairs[row], tier] / lot
        whole_cells = lot % cell == 0
        stride = np.where(whole_cells, lot // cell, 1)
        steps = (np.maximum(-(-high // cell), begin) - begin) // stride
        # Rounded cells: the line through the least units that reach each cell.
        units = np.where(whole_cells, low, (begin - 1) * cell + 1)
        base = relaxed.fixed[pairs[row]] + price * units
        return _Pieces(pairs[row], begin, stride, steps, base, price * stride * cell)

    def _fill(self, need: _Filled, window: int) -> None:
        pieces = self._pieces(need, need.windows[window])
        cells, weight = need.cells, self.weight
        filled = np.full((self.counts, cells + 1), np.inf)
        filled[:, 0] = 0.0
        bounds = [*np.flatnonzero(np.diff(pieces.pair, prepend=-1)), len(pieces.pair)]
        for begin, end in pairwise(bounds):
            counts = min(int(weight[pieces.pair[begin]]), self.counts - 1)
            source = filled[: self.counts - counts]
            target = filled.copy()
            for at in range(begin, end):
                _take(source, target[counts:], pieces, at, cells)
            filled = target
        filled = np.minimum.accumulate(filled[:, ::-1], axis=1)[:, ::-1]
        need.exact[window] = np.minimum.accumulate(filled, axis=0)
        need.least[window] = np.maximum(need.least[window], need.exact[window][:, cells])

    # All needs together.

    def bound(self, value: float, fillings_max: int) -> Bounds:
        """Fill the intervals that can hold the best plan, then those that can hold a better one."""
        for need in self.needs:
            if len(need.windows) == 1:
                self._fill(need, 0)
        left = fillings_max
        for limit in (-np.inf, value):
            while True:
                totals = self._totals()
                most = max(limit, min((float(t.min(initial=np.inf)) for t in totals), default=0.0))
                open_windows = [
                    (float(total), need, window)
                    for need, each in zip(self.needs, totals, strict=True)
                    for window, total in enumerate(each)
                    if window not in need.exact and total <= most * (1 + 1e-12)
                ]
                if not open_windows or left <= 0 or not np.isfinite(most):
                    break
                open_windows.sort(key=lambda each: each[0])
                for _, need, window in open_windows[: max(1, left)]:
                    self._fill(need, window)
                    left -= 1
        return self._forced()

    @cached_property
    def _order(self) -> list[int]:
        """The needs, each after those before it."""
        order: list[int] = []
        while len(order) < len(self.needs):
            order += [
                at
                for at in range(len(self.needs))
                if at not in order and all(each in order for each in self.before[at])
            ]
        return order

    def _rest(self) -> list[Floats]:
        """For each need and interval, what the rest of the item costs with at most k firms."""
        periods = self.problem.item.periods
        inside: dict[int, Floats] = {}
        joined: dict[int, Floats] = {}
        for at in self._order:
            need = self.needs[at]
            starts = np.array([start for start, _ in need.windows], dtype=np.int64)
            earlier = np.zeros((len(starts), self.counts))
            for each in self.before[at]:
                earlier = _convolved(earlier, inside[each][starts])
            joined[at] = earlier
            inside[at] = np.full((periods + 1, self.counts), np.inf)
            for (_, end), cost in zip(need.windows, _convolved(need.least, earlier), strict=True):
                inside[at][end + 1] = np.minimum(inside[at][end + 1], cost)
            np.minimum.accumulate(inside[at], axis=0, out=inside[at])
        roots = [at for at in self._order if self.after[at] is None]
        outside: dict[int, Floats] = {}
        for at in roots:
            others = np.zeros(self.counts)
            for other in roots:
                if other != at:
                    others = _convolved(others, inside[other][-1])
            outside[at] = np.repeat(others[None, :], periods + 1, axis=0)
        rest: list[Floats] = [np.zeros((0, self.counts)) for _ in self.needs]
        for at in reversed(self._order):
            need = self.needs[at]
            ends = np.array([end + 1 for _, end in need.windows], dtype=np.int64)
            rest[at] = _convolved(joined[at], outside[at][ends])
            here = _convolved(need.least, outside[at][ends])
            for each in self.before[at]:
                # The need begins after its predecessor ends; its others end before it begins.
                begun = np.full((periods + 1, self.counts), np.inf)
                for (start, _), cost in zip(need.windows, here, strict=True):
                    begun[start] = np.minimum(begun[start], cost)
                for other in self.before[at]:
                    if other != each:
                        begun = _convolved(begun, inside[other])
                outside[each] = np.minimum.accumulate(begun[::-1], axis=0)[::-1]
        return rest

    def _totals(self) -> list[Floats]:
        """What the item costs at least with each need in each of its intervals."""
        return [
            _convolved(need.least, rest)[:, -1]
            for need, rest in zip(self.needs, self._rest(), strict=True)
        ]

    def _forced(self) -> Bounds:
        relaxed = self.relaxed
        pair = np.full(len(relaxed.index), np.inf)
        whole = 0.0
        for need, rest in zip(self.needs, self._rest(), strict=True):
            totals = _convolved(need.least, rest)[:, -1]
            whole = float(totals.min(initial=np.inf))
            for window in range(len(need.windows)):
                if window in need.exact:
                    self._force(need, window, rest[window], pair)
                else:
                    pair[need.pairs] = np.minimum(pair[need.pairs], totals[window])
        for _, seat in self.problem.seats():
            here = np.isin(relaxed.index, seat)
            whole = max(whole, float(pair[here].min(initial=np.inf)))
        return relaxed.spread(whole + relaxed.constant, pair + relaxed.constant)

    def _force(self, need: _Filled, window: int, rest: Floats, pair: Floats) -> None:
        """L_p within one interval, taken into ``pair`` where it is less."""
        pieces, filled = self._pieces(need, need.windows[window]), need.exact[window]
        if not len(pieces.pair):
            return
        # A row for pairs that do not count, and one for those that do.
        others = np.stack(
            [
                (filled + rest[::-1, None]).min(axis=0),
                (filled[:-1] + rest[-2::-1, None]).min(axis=0)
                if self.counts > 1
                else np.full(need.cells + 1, np.inf),
            ]
        )
        lengths = pieces.steps + 1
        chunks = np.searchsorted(np.cumsum(lengths), np.arange(0, lengths.sum(), FLAT_MAX))
        for begin, end in pairwise([*np.unique(chunks), len(lengths)]):
            rows = np.repeat(np.arange(begin, end), lengths[begin:end])
            starts = np.concatenate([[0], np.cumsum(lengths[begin:end])[:-1]])
            steps = np.arange(len(rows)) - np.repeat(starts, lengths[begin:end])
            covered = pieces.begin[rows] + steps * pieces.stride[rows]
            left = np.maximum(0, need.cells - covered)
            cost = pieces.base[rows] + steps * pieces.slope[rows]
            cost += others[self.weight[pieces.pair[rows]], left]
            least = np.minimum.reduceat(cost, starts)
            np.minimum.at(pair, pieces.pair[begin:end], least)


def _take(source: Floats, target: Floats, pieces: _Pieces, at: int, cells: int) -> None:
    """Let one piece add to every state of ``source``, into ``target`` where that is less."""
    begin, stride, steps = int(pieces.begin[at]), int(pieces.stride[at]), int(pieces.steps[at])
    base, slope = float(pieces.base[at]), float(pieces.slope[at])
    place = np.arange(cells + 1)
    if begin <= cells:
        line = slope / stride * place
        taken = _sliding(source - line, stride, steps) + line
        np.minimum(
            target[:, begin:], taken[:, : cells + 1 - begin] + base, out=target[:, begin:]
        )
    # The last cells are reached by the fewest steps that are enough.
    enough = np.maximum(0, -(-(cells - begin - place) // stride))
    reach = np.where(enough <= steps, source + enough * slope, np.inf).min(axis=1) + base
    np.minimum(target[:, cells], reach, out=target[:, cells])


def _sliding(values: Floats, stride: int, steps: int) -> Floats:
    """The least of each value and the ``steps`` before it that are ``stride`` apart."""
    least, span = values.copy(), 1
    while span <= steps and span * stride < values.shape[1]:
        more = min(span, steps + 1 - span) * stride
        # Overlapping: the right side must be read before it is written.
        least[:, more:] = np.minimum(least[:, more:], least[:, :-more].copy())
        span += more // stride
    return least


def _convolved(one: Floats, other: Floats) -> Floats:
    """(min, +) convolution along the last axis, the number of firms."""
    counts = one.shape[-1]
    if counts == 1:
        return one + other
    shape = np.broadcast_shapes(one.shape, other.shape)
    result = np.full(shape, np.inf)
    for taken in range(counts):
        np.minimum(
            result[..., taken:],
            one[..., taken, None] + other[..., : counts - taken],
            out=result[..., taken:],
        )
    return result


__all__: Sequence[str] = ["filling_bound"]
