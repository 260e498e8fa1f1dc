"""Lower bounds by filling every need exactly: a dynamic program over quantity and time.

Relax everything that binds needs together but which need comes before which. What is left of a
need is a knapsack: fill its quantity with whole lots, set-up costs, price breaks and smallest lots
as they are. With F_w(r) the least cost of r cells of quantity within the interval w of periods,

    F_w(r) = min over the pairs p in turn, and their lots q,  of  F_w(r - u_p(q)) + c_p(q),

which a sliding minimum finds in O(cells) for each pair and tier, since c_p is linear on a tier.
Needs are then joined along the tree of precedence, from the first needs to the last (``inside``)
and back (``outside``), so that L = the least total, and with pair p of need n used

    L_p = min over w, q  of  c_p(q) + F_w(D_n - u_p(q)) + the rest of the item, n worked on in w,

where F_w may use p a second time: that only lowers the bound.

**Core and rest.** A million pairs need not be filled in one by one. Only a need's *core* is, the
pairs of the least reduced cost min over q of c_p(q) - lambda u_p(q). Of all others only the least
cost of covering each quantity by any one of them is kept, e(r), and they may cover in as many
pieces as there may be firms: F_w is (min, +) convolved with the closure of e. One of them may thus
be used again and again, which again only lowers the bound, and little where many are alike.

**Seats.** That at most K firms may be in is relaxed with a price mu >= 0 of a seat. A firm pays
it in parts, a part at each of its pairs, the parts summing to one: so a firm that is in pays at
most mu, a plan of at most K firms pays at most K mu, and L and L_p less K mu are bounds again.
Any lambda, mu and parts do; :mod:`.prices` has good ones, and :func:`priced_filling` improves the
last two.

Why these are bounds. A plan's lots of a need are one way to fill it, within the interval that the
plan works in; its cost is at least the sum over its pairs. A need that several others wait for
keeps one of them, and the rest is forgotten. A charge of a firm is split evenly over its pairs, or
given to each in full when it is negative. Quantities that make too many cells are rounded: what a
pair covers up to whole cells, and its cost down to a line below it.

Exact filling is what makes the bound tight: where a linear relaxation takes a fraction of the
last firm at its best price, this one pays for its set-up and its smallest lot.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import gcd

import numpy as np

from moyeora.formation.bound import Bounds, Floats, Relaxation
from moyeora.formation.knapsack import (
    Fillings,
    Pieces,
    Window,
    convolved,
    digest,
    fill,
    lines_of,
)
from moyeora.formation.members import Ints
from moyeora.formation.model import window_costs

CELLS_MAX = 1024
"""A need is filled in at most so many cells; more are rounded."""

PAIR_FILLINGS_MAX = 60_000
"""How many pairs are filled in, over all the intervals beside the first of each need."""


@dataclass
class _Filled:
    """One need: its core and its other pairs (positions in the relaxation), its cells, intervals.

    ``least`` is what the need costs at least in each interval; ``exact`` holds F of the intervals
    that were filled, from 0 to ``cells``, and ``pieces`` what it was filled with; ``others_cost``
    is the closure of e, None without others. ``digest`` is of all that a filling depends on but
    the interval; None when nothing is kept.
    """

    at: int
    pairs: Ints
    cells: int
    cell: int
    others: Ints
    others_cost: Floats | None
    digest: bytes | None
    windows: list[Window]
    least: Floats
    exact: dict[int, Floats] = field(default_factory=dict)
    pieces: dict[int, Pieces] = field(default_factory=dict)


@dataclass(frozen=True)
class Prices:
    """``need``: what a unit of each need is worth; ``seat``: what a seat costs, and ``part``: what
    each pair of the problem pays of it in proportion.

    The parts of a firm's pairs are scaled to sum to one wherever they are used.
    """

    need: Floats
    seat: float
    part: Floats

    def scaled(self, relaxed: Relaxation) -> Floats:
        """The parts of the relaxation's pairs."""
        firms = len(relaxed.problem.firms)
        mine = np.maximum(0.0, self.part[relaxed.index])
        whole = np.bincount(relaxed.firm, mine, minlength=firms)[relaxed.firm]
        evenly = 1.0 / np.bincount(relaxed.firm, minlength=firms)[relaxed.firm]
        scaled: Floats = np.where(whole > 0, mine / np.where(whole > 0, whole, 1.0), evenly)
        return scaled


def filling_bound(
    relaxed: Relaxation,
    value: float,
    prices: Prices,
    core: int,
    fillings: Fillings | None = None,
) -> Bounds:
    """The bound for every plan over the relaxation's pairs, and for those with each pair used.

    ``value`` is that of a plan that is known, or infinite: intervals in which no better plan can
    work are not looked at closely. ``core`` pairs of each need are filled in exactly; what was
    filled in before is taken from ``fillings``.
    """
    return _Filling(relaxed, prices, core, fillings).bound(value)


def priced_filling(
    relaxed: Relaxation,
    value: int,
    prices: Prices,
    core: int,
    rounds: int,
    fillings: Fillings | None = None,
) -> tuple[Bounds, Prices]:
    """The bound at better seat prices, in so many rounds; ``value`` is a known plan's.

    Where more seats are taken than there are, a seat becomes dearer; a firm pays more of its seat
    at those of its pairs that are nearer to being used.
    """
    firm, firms = relaxed.firm, len(relaxed.problem.firms)
    several = np.bincount(firm, minlength=firms)[firm] > 1
    bounds = filling_bound(relaxed, value, prices, core, fillings)
    best, best_prices, length = bounds, prices, 1.0
    for _ in range(rounds):
        gap = value - bounds.whole
        if best.proves(value) or length < 0.1:
            break
        over = np.minimum(bounds.pair[relaxed.index] - bounds.whole, 2.0 * gap)
        used = (over <= bounds.margin).astype(float)
        mine, parts = prices.part[relaxed.index], prices.scaled(relaxed)
        more = float((parts * used).sum()) - relaxed.most_firms
        seat = max(0.0, prices.seat + length * gap * more / (more**2 + 4.0))
        mean = np.bincount(firm, over, minlength=firms) / np.maximum(
            1, np.bincount(firm, minlength=firms)
        )
        pays = np.maximum(0.0, prices.seat * parts + 0.5 * (mean[firm] - over))
        old, new = (np.bincount(firm, each, minlength=firms)[firm] for each in (mine, pays))
        part = prices.part.copy()
        part[relaxed.index] = np.where(
            several & (new > 0), pays * old / np.where(new > 0, new, 1.0), mine
        )
        prices = Prices(prices.need, seat, part)
        bounds = filling_bound(relaxed, value, prices, core)
        if bounds.whole > best.whole:
            best, best_prices = bounds, prices
        else:
            length *= 0.7
    return best, best_prices


class _Filling:
    def __init__(
        self, relaxed: Relaxation, prices: Prices, core: int, fillings: Fillings | None = None
    ) -> None:
        self.relaxed, self.problem, self.fillings = relaxed, relaxed.problem, fillings
        self.prices, self.core = prices, core
        self.fixed = relaxed.fixed + prices.seat * prices.scaled(relaxed)
        self.constant = relaxed.constant - prices.seat * relaxed.most_firms
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
        reduced = relaxed.reduced(pairs, self.fixed, float(self.prices.need[at]))
        others = np.zeros(0, dtype=np.int64)
        if len(pairs) > self.core:
            order = np.argsort(reduced, kind="stable")
            others, pairs = pairs[order[self.core :]], np.sort(pairs[order[: self.core]])
        demand = int(problem.demand[at])
        cell = gcd(*(int(lot) for lot in np.unique(relaxed.lot[pairs]))) or 1
        if -(-demand // cell) > CELLS_MAX:
            cell = -(-demand // CELLS_MAX)
        cells = -(-demand // cell)
        known = None
        if self.fillings is not None and not len(others):
            known = digest(self._numbers(at, pairs))
        windows, least = self._windows(at, pairs, others, known)
        need = _Filled(at, pairs, cells, cell, others, None, known, windows, np.array(least))
        if len(others):
            need.others_cost = self._others_cost(need)
        return need

    def _numbers(self, at: int, pairs: Ints) -> Iterator[Floats | Ints]:
        """All that a need's filling within an interval depends on, but the interval."""
        relaxed, problem, whole = self.relaxed, self.problem, self.relaxed.index[pairs]
        yield problem.demand[at : at + 1]
        yield self.fixed[pairs]
        yield relaxed.price[pairs]
        for numbers in (problem.lot, problem.least, problem.tier_from, problem.tier_to):
            yield numbers[whole]
        yield problem.lead[whole]
        yield problem.capacity[whole]

    def _linked(self, at: int) -> bool:
        """Whether the need must come before or after another."""
        return bool(self.before[at]) or self.after[at] is not None

    def _others_cost(self, need: _Filled) -> Floats:
        """The least cost of covering each number of cells by pairs outside the core."""
        cost = np.full(need.cells + 1, np.inf)
        window = (int(self.problem.first[need.at]), int(self.problem.last[need.at]))
        for _, lines in lines_of(self._pieces(need, need.others, window), need.cells):
            np.minimum(cost, lines.min(axis=0, initial=np.inf), out=cost)
        cost = np.minimum.accumulate(cost[::-1])[::-1]
        cost[0] = min(0.0, float(cost[0]))
        times = 1
        while times < self.relaxed.most_firms:
            cost, times = np.minimum(cost, convolved(cost, cost)), 2 * times
        return cost

    def _windows(
        self, at: int, pairs: Ints, others: Ints, known: bytes | None
    ) -> tuple[list[Window], list[float]]:
        """The intervals that matter: as long as what is before and after the need allows."""
        first, last = int(self.problem.first[at]), int(self.problem.last[at])
        fixed = self.fixed[pairs]
        nothing = float(np.minimum(0.0, fixed).sum())
        if not self._linked(at):
            return [(first, last)], [nothing]
        ends = range(first, last + 1) if self.after[at] is not None else [last]
        starts = range(first, last + 1) if self.before[at] else [first]
        windows = [(start, end) for start in starts for end in ends if start <= end]
        if len(others):
            # The curve knows nothing of the others: only filling does.
            nothing += float(np.minimum(0.0, self.fixed[others]).sum())
            return windows, [nothing] * len(windows)

        def costs() -> dict[Window, float]:
            fees = np.maximum(0.0, fixed)
            prices = self.relaxed.price[pairs]
            return window_costs(self.problem, self.relaxed.index[pairs], at, fees, prices, windows)

        if self.fillings is None or known is None:
            least = costs()
        else:
            key = (known, *windows)
            if key not in self.fillings.costs:
                self.fillings.costs[key] = costs()
            least = self.fillings.costs[key]
        return list(least), [nothing + cost for cost in least.values()]

    # One need.

    def _pieces(self, need: _Filled, pairs: Ints, window: Window) -> Pieces:
        relaxed, problem = self.relaxed, self.problem
        low, high = relaxed.tier_from[pairs], relaxed.tier_to[pairs]
        if self._linked(need.at):
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
        base = self.fixed[pairs[row]] + price * units
        return Pieces(row, begin, stride, steps, base, price * stride * cell)

    def _fill(self, need: _Filled, window: int) -> None:
        interval = need.windows[window]
        made = None
        if self.fillings is not None and need.digest is not None:
            made = self.fillings.filled.get((need.digest, interval))
        if made is None:
            pieces = self._pieces(need, need.pairs, interval)
            filled = fill(pieces, need.cells)
            if need.others_cost is not None:
                filled = np.minimum(filled, convolved(filled, need.others_cost))
            made = pieces, filled
            if self.fillings is not None and need.digest is not None:
                self.fillings.filled[need.digest, interval] = made
        need.pieces[window], need.exact[window] = made
        need.least[window] = max(need.least[window], need.exact[window][-1])

    # All needs together.

    def bound(self, value: float) -> Bounds:
        """Fill the intervals that can hold the best plan, then those that can hold a better one."""
        left = PAIR_FILLINGS_MAX
        for need in self.needs:
            if len(need.windows) == 1:
                self._fill(need, 0)
        for limit in (-np.inf, value - self.constant):
            while left > 0:
                totals = self._totals()
                whole = max((float(t.min(initial=np.inf)) for t in totals), default=0.0)
                if whole > limit > -np.inf:
                    break  # no better plan is left to rule pairs out by
                most = max(limit, whole) * (1 + 1e-12)
                unfilled = [
                    (float(total), need, window)
                    for need, each in zip(self.needs, totals, strict=True)
                    for window, total in enumerate(each)
                    if window not in need.exact and total <= most
                ]
                if not unfilled or not np.isfinite(most):
                    break
                unfilled.sort(key=lambda each: each[0])
                for _, need, window in unfilled:
                    if left > 0:
                        self._fill(need, window)
                        left -= len(need.pairs)
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
        """For each need and interval, what the rest of the item costs at least."""
        periods = self.problem.item.periods
        inside: dict[int, Floats] = {}
        earlier: dict[int, Floats] = {}
        for at in self._order:
            need = self.needs[at]
            starts = np.array([start for start, _ in need.windows], dtype=np.int64)
            ends = np.array([end + 1 for _, end in need.windows], dtype=np.int64)
            earlier[at] = sum((inside[each][starts] for each in self.before[at]), 0.0 * starts)
            inside[at] = np.full(periods + 1, np.inf)
            np.minimum.at(inside[at], ends, need.least + earlier[at])
            np.minimum.accumulate(inside[at], out=inside[at])
        roots = [at for at in self._order if self.after[at] is None]
        outside: dict[int, Floats] = {}
        for at in roots:
            others = sum((float(inside[other][-1]) for other in roots if other != at), 0.0)
            outside[at] = np.full(periods + 1, others)
        rest: list[Floats] = [np.zeros(0) for _ in self.needs]
        for at in reversed(self._order):
            need = self.needs[at]
            starts = np.array([start for start, _ in need.windows], dtype=np.int64)
            ends = np.array([end + 1 for _, end in need.windows], dtype=np.int64)
            rest[at] = earlier[at] + outside[at][ends]
            for each in self.before[at]:
                # The need begins after its predecessor ends; its others end before it begins.
                begun = np.full(periods + 1, np.inf)
                np.minimum.at(begun, starts, need.least + outside[at][ends])
                for other in self.before[at]:
                    if other != each:
                        begun += inside[other]
                outside[each] = np.minimum.accumulate(begun[::-1])[::-1]
        return rest

    def _totals(self) -> list[Floats]:
        """What the item costs at least with each need in each of its intervals."""
        return [need.least + rest for need, rest in zip(self.needs, self._rest(), strict=True)]

    def _forced(self) -> Bounds:
        relaxed = self.relaxed
        pair = np.full(len(relaxed.index), np.inf)
        whole = -np.inf
        for need, rest in zip(self.needs, self._rest(), strict=True):
            totals = need.least + rest
            whole = max(whole, float(totals.min(initial=np.inf)))
            # Where an interval was not filled, all that is known is what the whole costs in it.
            floor = min(
                (totals[w] for w in range(len(totals)) if w not in need.exact), default=np.inf
            )
            beside = np.full(need.cells + 1, np.inf)
            for window, filled in need.exact.items():
                self._force(need, need.pairs, need.pieces[window], filled + rest[window], pair)
                beside = np.minimum(beside, filled + rest[window])
            if need.others_cost is not None:
                widest = (int(self.problem.first[need.at]), int(self.problem.last[need.at]))
                pieces = self._pieces(need, need.others, widest)
                self._force(need, need.others, pieces, beside, pair)
            mine = np.concatenate([need.pairs, need.others])
            pair[mine] = np.minimum(pair[mine], floor)
        for _, seat in self.problem.seats():
            here = np.isin(relaxed.index, seat)
            whole = max(whole, float(pair[here].min(initial=np.inf)))
        return relaxed.spread(whole + self.constant, pair + self.constant)

    def _force(
        self, need: _Filled, pairs: Ints, pieces: Pieces, beside: Floats, pair: Floats
    ) -> None:
        """L_p of some pairs within one interval, taken into ``pair`` where it is less."""
        for rows, lines in lines_of(pieces, need.cells):
            least = (lines + beside[::-1]).min(axis=1)
            np.minimum.at(pair, pairs[pieces.pair[rows]], least)
