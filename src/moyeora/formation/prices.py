"""Lower bounds by need prices, found by column generation over a million pairs.

Relax "every need is covered" with prices lambda_n >= 0 a unit. For any lambda,

    L = sum_n lambda_n D_n  +  the K most negative of  min(0, phi_f),
    phi_f = d_f + sum over f's pairs of min(0, min_q c_p(q) - lambda_n u_p(q)),

is a lower bound: take any feasible plan; it covers each need, so sum_n lambda_n (covered_n - D_n)
>= 0, and subtracting that from its objective leaves, firm by firm, at least phi_f for each of
its at most K firms and L's first term. (u_p(q) may be capped at D_n: a plan that covers with more
also covers with that.)

The best prices are those of a linear program with a column for everything that one firm could do
(Dantzig and Wolfe, Decomposition principle for linear programs, 1960). It is solved over few
columns; its prices are put to all firms at once, which gives L, and the firms that they attract
most give the next columns. Few rounds are enough, each a pass of array arithmetic.
"""

import numpy as np
from ortools.linear_solver import pywraplp  # type: ignore[import-untyped]

from moyeora.formation.bound import Bounds, Floats, Relaxation
from moyeora.formation.filling import Prices
from moyeora.formation.members import Ints

ROUNDS_MAX = 40
COLUMNS_PER_ROUND = 60
"""Firms of each need that a round takes up."""

GAP_ENOUGH = 1e-7
PENALTY = 8.0
"""What a unit that nobody covers costs, in multiples of its first price."""


def price_bound(relaxed: Relaxation) -> tuple[Bounds, Prices]:
    """The bound by the best need prices that were found, and these prices with a seat's.

    A firm's pairs pay for its seat in proportion to what each gains: then the prices give the same
    bound need by need as firm by firm.
    """
    if not len(relaxed.index):
        nothing = np.zeros(len(relaxed.problem.item.needs))
        return relaxed.nothing(), Prices(nothing, 0.0, np.zeros(len(relaxed.problem)))
    auction = _Auction(relaxed)
    whole, pair, prices = auction.forced(auction.best())
    return relaxed.spread(whole + relaxed.constant, pair + relaxed.constant), prices


class _Auction:
    def __init__(self, relaxed: Relaxation) -> None:
        self.relaxed = relaxed
        self.demand = relaxed.problem.demand.astype(float)
        self.units = np.minimum(relaxed.tier_to * relaxed.lot[:, None], relaxed.demand[:, None])
        fewest = np.minimum(relaxed.tier_from * relaxed.lot[:, None], relaxed.demand[:, None])
        # The ends of every tier as one table: c_p is linear between them.
        self.covers = np.concatenate([self.units, fewest], axis=1)
        ends = np.concatenate(
            [relaxed.price * relaxed.tier_to, relaxed.price * relaxed.tier_from], axis=1
        )
        valid = np.concatenate([relaxed.valid, relaxed.valid], axis=1)
        self.costs = np.where(valid, ends + relaxed.setup[:, None], np.inf)
        firms = len(relaxed.problem.firms)
        self.places = min(relaxed.most_firms, firms)
        self.charge = np.full(firms, np.inf)
        self.charge[relaxed.firm] = relaxed.charge[relaxed.firm]

    def _start(self) -> Floats:
        """The slope at which each need is filled when only cost counts."""
        relaxed = self.relaxed
        slope, reach = relaxed.slopes(relaxed.setup)
        price = np.zeros(len(self.demand))
        for at in range(len(price)):
            mine = np.flatnonzero(relaxed.need == at)
            order = mine[np.argsort(slope[mine], kind="stable")]
            if len(mine):
                filled = np.cumsum(reach[order])
                last = min(len(order) - 1, int(np.searchsorted(filled, self.demand[at])))
                price[at] = slope[order[last]]
        return price

    def _answers(self, price: Floats) -> tuple[Floats, Ints, Floats]:
        """Each pair's least cost at the prices and which end gives it; each firm's phi."""
        relaxed = self.relaxed
        worth = self.costs - self.covers * price[relaxed.need][:, None]
        end = worth.argmin(axis=1)
        reduced = worth[np.arange(len(end)), end]
        gain = np.minimum(0.0, reduced)
        phi = self.charge + np.bincount(relaxed.firm, gain, minlength=len(self.charge))
        return reduced, end, phi

    def _bound(self, price: Floats, phi: Floats) -> tuple[float, float]:
        """L, and the least useful phi among the places that are taken (0 when one is free)."""
        if self.places < len(phi):
            phi = np.partition(phi, self.places - 1)[: self.places]
        taken = phi[phi < 0]
        last = float(taken.max()) if len(taken) == self.places else 0.0
        return float(price @ self.demand) + float(taken.sum()), last

    def best(self) -> Floats:
        """The prices of the greatest bound, in rounds of asking and answering."""
        price = best = self._start()
        master = _Master(self.demand, self.places, PENALTY * price)
        most = -np.inf
        for _ in range(ROUNDS_MAX):
            reduced, end, phi = self._answers(price)
            whole, _ = self._bound(price, phi)
            if whole > most:
                most, best = whole, price
            self._columns(master, reduced, end, phi)
            value, suggested = master.solve()
            if suggested is None or value - most <= GAP_ENOUGH * abs(value):
                break
            # Half way to what the columns so far suggest: wild prices attract useless columns.
            price = (best + suggested) / 2
        return best

    def _columns(self, master: "_Master", reduced: Floats, end: Ints, phi: Floats) -> None:
        relaxed = self.relaxed
        good = np.flatnonzero((reduced < 0) & (phi[relaxed.firm] < 0))
        wanted = np.zeros(len(phi), dtype=bool)
        for at in range(len(self.demand)):
            mine = good[relaxed.need[good] == at]
            if len(mine) > COLUMNS_PER_ROUND:
                key = phi[relaxed.firm[mine]]
                mine = mine[np.argpartition(key, COLUMNS_PER_ROUND)[:COLUMNS_PER_ROUND]]
            wanted[relaxed.firm[mine]] = True
        used = good[wanted[relaxed.firm[good]]]
        if not len(used):
            return
        used = used[np.argsort(relaxed.firm[used], kind="stable")]
        firm, start = np.unique(relaxed.firm[used], return_index=True)
        for at, mine in zip(firm, np.split(used, start[1:]), strict=True):
            cost = float(self.charge[at] + self.costs[mine, end[mine]].sum())
            cover = self.covers[mine, end[mine]]
            master.column(int(at), cost, relaxed.need[mine], cover)

    def forced(self, price: Floats) -> tuple[float, Floats, Prices]:
        """L, each pair's L_p, and the prices with a seat's."""
        relaxed = self.relaxed
        reduced, _, phi = self._answers(price)
        whole, last = self._bound(price, phi)
        # A forced firm takes the place of the least useful one when all places are taken.
        inside = (phi < 0) & (phi <= last)
        others = whole - np.where(inside, phi, last)
        firm, gain = relaxed.firm, np.minimum(0.0, reduced)
        pair = others[firm] + phi[firm] - gain + reduced
        gains = np.bincount(firm, gain, minlength=len(phi))[firm]
        evenly = 1.0 / np.bincount(firm, minlength=len(phi))[firm]
        part = np.zeros(len(relaxed.problem))
        part[relaxed.index] = np.where(gains < 0, gain / np.where(gains < 0, gains, 1.0), evenly)
        return whole, pair, Prices(price, -last, part)


class _Master:
    """The linear program over the columns so far."""

    def __init__(self, demand: Floats, places: int, penalty: Floats) -> None:
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        endless = self.solver.infinity()
        self.cover = [self.solver.Constraint(float(each), endless) for each in demand]
        self.places = self.solver.Constraint(-endless, float(places))
        self.firms: dict[int, object] = {}
        self.known: set[tuple[object, ...]] = set()
        self.objective = self.solver.Objective()
        self.objective.SetMinimization()
        for row, price in zip(self.cover, penalty, strict=True):
            missing = self.solver.NumVar(0.0, endless, "")
            row.SetCoefficient(missing, 1.0)
            self.objective.SetCoefficient(missing, float(price))

    def column(self, firm: int, cost: float, needs: Ints, cover: Floats) -> None:
        """Add what one firm could do: its cost, and how much of which needs it covers."""
        key = (firm, cost, tuple(needs), tuple(cover))
        if key in self.known:
            return
        self.known.add(key)
        if firm not in self.firms:
            self.firms[firm] = self.solver.Constraint(-self.solver.infinity(), 1.0)
        variable = self.solver.NumVar(0.0, 1.0, "")
        self.objective.SetCoefficient(variable, cost)
        self.places.SetCoefficient(variable, 1.0)
        self.firms[firm].SetCoefficient(variable, 1.0)  # type: ignore[attr-defined]
        for need, units in zip(needs, cover, strict=True):
            row = self.cover[int(need)]
            row.SetCoefficient(variable, row.GetCoefficient(variable) + float(units))

    def solve(self) -> tuple[float, Floats | None]:
        """The least cost over the columns, and the needs' prices; None when there are none."""
        if self.solver.Solve() != pywraplp.Solver.OPTIMAL:
            return -np.inf, None
        prices = np.array([max(0.0, row.dual_value()) for row in self.cover])
        return float(self.objective.Value()), prices
