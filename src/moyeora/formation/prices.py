"""Lower bounds by need prices, found by column generation over a million pairs.

Relax "every need is covered" with prices lambda_n >= 0 a unit. For any lambda,

    L = sum_n lambda_n D_n  +  the K most negative of  min(0, phi_f),
    phi_f = d_f + sum over f's pairs of min(0, min_q c_p(q) - lambda_n u_p(q)),

is a lower bound: take any feasible plan; it covers each need, so sum_n lambda_n (covered_n - D_n)
>= 0, and subtracting that from its objective leaves, firm by firm, at least phi_f for each of
its at most K firms and L's first term. (u_p(q) may be capped at D_n: a plan that covers with more
also covers with that.)

A tie counts for a plan only when both its firms are in. Split what it is worth between the two in
any way, and let d_f be f's distance less what it takes of its ties: a plan with both firms takes
the whole, and one with only one of them at least nothing, so the d_f of a plan sum to no more than
its cohesion. A firm that no price brings in may take the whole of a tie and tempts nobody with it;
for the others the program below says how the split is best.

The best prices are those of a linear program with a column for everything that one firm could do
(Dantzig and Wolfe, Decomposition principle for linear programs, 1960). It is solved over few
columns; its prices are put to all firms at once, which gives L, and the firms that they attract
most give the next columns. Few rounds are enough, each a pass of array arithmetic.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp  # type: ignore[import-untyped]

from moyeora.formation.bound import Bounds, Floats, Relaxation
from moyeora.formation.filling import Prices
from moyeora.formation.members import Ints

ROUNDS_MAX = 40
COLUMNS_PER_ROUND = 60
"""Firms of each need that a round takes up."""

TIED_ROUNDS_MAX = 120
GAP_ENOUGH = 1e-7
PENALTY = 8.0
"""What a unit that nobody covers costs, in multiples of its first price."""


SPLIT_ROUNDS = 12
"""How often what firms can still take of their ties is handed out anew."""


@dataclass(frozen=True)
class _Offered:
    """Prices of the needs' units and of a seat, and what firm a takes of each tie's worth."""

    need: Floats
    seat: float
    split: Floats


@dataclass(frozen=True)
class _Answer:
    """What all firms answer: each pair's least cost at the prices and which end gives it, what a
    firm's pairs come to when it is in, phi, and the least useful phi of the places taken."""

    reduced: Floats
    end: Ints
    gain: Floats
    phi: Floats
    whole: float
    last: float


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
        self.charge[relaxed.firm] = relaxed.distances[relaxed.firm]
        self.a, self.b, self.worth = relaxed.ties
        self.by_firm = np.argsort(relaxed.firm, kind="stable")
        self.named, self.begin = np.unique(relaxed.firm[self.by_firm], return_index=True)

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

    def _taken(self, split: Floats) -> Floats:
        """What each firm takes of its ties."""
        firms = len(self.charge)
        mine = np.bincount(self.a, split, minlength=firms)
        return mine + np.bincount(self.b, self.worth - split, minlength=firms)

    def _ask(self, offered: _Offered, told: NDArray[np.bool_]) -> tuple[_Answer, _Offered]:
        """What the firms answer, the ties that were not ``told`` split as they like it best."""
        relaxed = self.relaxed
        worth = self.costs - self.covers * offered.need[relaxed.need][:, None]
        end = worth.argmin(axis=1)
        reduced = worth[np.arange(len(end)), end]
        gain = np.bincount(relaxed.firm, np.minimum(0.0, reduced), minlength=len(self.charge))
        least = np.minimum.reduceat(reduced[self.by_firm], self.begin)
        gain[self.named] += np.maximum(0.0, least)
        alone = self.charge + gain
        if len(self.worth):
            split = self._split(alone + offered.seat, offered.split, told)
            offered = replace(offered, split=split)
        phi = alone - self._taken(offered.split)
        taken = phi
        if self.places < len(phi):
            taken = np.partition(phi, self.places - 1)[: self.places]
        taken = taken[taken < 0]
        last = float(taken.max()) if len(taken) == self.places else 0.0
        whole = float(offered.need @ self.demand) + float(taken.sum())
        return _Answer(reduced, end, gain, phi, whole, last), offered

    def _split(self, slack: Floats, split: Floats, told: NDArray[np.bool_]) -> Floats:
        """Hand what ties are worth to firms that stay out even so, as far as there are such."""
        firms = len(slack)
        slack = np.where(np.isfinite(slack), slack, 0.0)
        slack -= np.bincount(self.a[told], split[told], minlength=firms)
        slack -= np.bincount(self.b[told], (self.worth - split)[told], minlength=firms)
        a, b, left = self.a[~told], self.b[~told], self.worth[~told]
        to_a = np.zeros(len(left))
        for _ in range(SPLIT_ROUNDS):
            asked = np.bincount(a, left, minlength=firms) + np.bincount(b, left, minlength=firms)
            part = np.clip(slack / np.where(asked > 0, asked, 1.0), 0.0, 1.0)
            share = part[a] + part[b]
            scale = np.where(share > 1, 1.0 / np.where(share > 1, share, 1.0), 1.0) * left
            one, other = part[a] * scale, part[b] * scale
            to_a += one
            left = left - one - other
            slack -= np.bincount(a, one, minlength=firms) + np.bincount(b, other, minlength=firms)
        whole = split.copy()
        whole[~told] = np.minimum(self.worth[~told], to_a + left / 2)
        return whole

    def best(self) -> _Offered:
        """The prices of the greatest bound, in rounds of asking and answering."""
        needs = self._start()
        offered = best = _Offered(needs, 0.0, self.worth / 2)
        master = _Master(self.demand, self.places, PENALTY * needs)
        told, most = np.zeros(len(self.worth), dtype=bool), -np.inf
        inside = np.zeros(len(self.charge), dtype=bool)
        for _ in range(ROUNDS_MAX if not len(told) else TIED_ROUNDS_MAX):
            answer, offered = self._ask(offered, told)
            if answer.whole > most:
                most, best = answer.whole, offered
            inside[self._columns(master, answer)] = True
            for tie in np.flatnonzero(inside[self.a] & inside[self.b] & ~told):
                master.tie(int(tie), int(self.a[tie]), int(self.b[tie]), float(self.worth[tie]))
                told[tie] = True
            value, suggested = master.solve(best.split)
            if suggested is None or value - most <= GAP_ENOUGH * abs(value):
                break
            # Half way to what the columns so far suggest: wild prices attract useless columns.
            offered = _Offered(
                (best.need + suggested.need) / 2,
                (best.seat + suggested.seat) / 2,
                (best.split + suggested.split) / 2,
            )
        return best

    def _columns(self, master: "_Master", answer: _Answer) -> Ints:
        """Take up the firms that like the prices best; returns which."""
        relaxed, phi = self.relaxed, answer.phi
        likes = answer.reduced <= np.maximum(0.0, answer.gain[relaxed.firm])
        good = np.flatnonzero(likes & (phi[relaxed.firm] < 0))
        wanted = np.zeros(len(phi), dtype=bool)
        for at in range(len(self.demand)):
            mine = good[relaxed.need[good] == at]
            if len(mine) > COLUMNS_PER_ROUND:
                key = phi[relaxed.firm[mine]]
                mine = mine[np.argpartition(key, COLUMNS_PER_ROUND)[:COLUMNS_PER_ROUND]]
            wanted[relaxed.firm[mine]] = True
        used = good[wanted[relaxed.firm[good]]]
        if not len(used):
            return used
        used = used[np.argsort(relaxed.firm[used], kind="stable")]
        firm, start = np.unique(relaxed.firm[used], return_index=True)
        for at, mine in zip(firm, np.split(used, start[1:]), strict=True):
            ends = answer.end[mine]
            cost = float(self.charge[at] + self.costs[mine, ends].sum())
            master.column(int(at), cost, relaxed.need[mine], self.covers[mine, ends])
        return firm

    def forced(self, offered: _Offered) -> tuple[float, Floats, Prices]:
        """L, each pair's L_p, and the prices with a seat's."""
        relaxed = self.relaxed
        answer, _ = self._ask(offered, np.ones(len(self.worth), dtype=bool))
        phi, last = answer.phi, answer.last
        # A forced firm takes the place of the least useful one when all places are taken.
        inside = (phi < 0) & (phi <= last)
        others = answer.whole - np.where(inside, phi, last)
        firm, gain = relaxed.firm, np.minimum(0.0, answer.reduced)
        gains = np.bincount(firm, gain, minlength=len(phi))[firm]
        charge = self.charge - self._taken(offered.split)
        pair = others[firm] + charge[firm] + gains - gain + answer.reduced
        evenly = 1.0 / np.bincount(firm, minlength=len(phi))[firm]
        part = np.zeros(len(relaxed.problem))
        part[relaxed.index] = np.where(gains < 0, gain / np.where(gains < 0, gains, 1.0), evenly)
        return answer.whole, pair, Prices(offered.need, -last, part)


class _Master:
    """The linear program over the columns so far.

    Each firm is in as far as its columns are; a tie counts as far as both its firms are in. The
    prices of these two rows say how the tie's worth is best split between the firms.
    """

    def __init__(self, demand: Floats, places: int, penalty: Floats) -> None:
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.endless = self.solver.infinity()
        self.cover = [self.solver.Constraint(float(each), self.endless) for each in demand]
        self.places = self.solver.Constraint(-self.endless, float(places))
        self.firms: dict[int, tuple[Any, Any]] = {}
        self.ties: dict[int, tuple[Any, Any, float]] = {}
        self.known: set[tuple[object, ...]] = set()
        self.objective = self.solver.Objective()
        self.objective.SetMinimization()
        for row, price in zip(self.cover, penalty, strict=True):
            missing = self.solver.NumVar(0.0, self.endless, "")
            row.SetCoefficient(missing, 1.0)
            self.objective.SetCoefficient(missing, float(price))

    def column(self, firm: int, cost: float, needs: Ints, cover: Floats) -> None:
        """Add what one firm could do: its cost, and how much of which needs it covers."""
        key = (firm, cost, tuple(needs), tuple(cover))
        if key in self.known:
            return
        self.known.add(key)
        if firm not in self.firms:
            is_in = self.solver.NumVar(0.0, 1.0, "")
            self.places.SetCoefficient(is_in, 1.0)
            row = self.solver.Constraint(0.0, 0.0)
            row.SetCoefficient(is_in, -1.0)
            self.firms[firm] = is_in, row
        variable = self.solver.NumVar(0.0, self.endless, "")
        self.objective.SetCoefficient(variable, cost)
        self.firms[firm][1].SetCoefficient(variable, 1.0)
        for need, units in zip(needs, cover, strict=True):
            row = self.cover[int(need)]
            row.SetCoefficient(variable, row.GetCoefficient(variable) + float(units))

    def tie(self, tie: int, a: int, b: int, worth: float) -> None:
        """Add a tie between two firms that have columns."""
        both = self.solver.NumVar(0.0, self.endless, "")
        self.objective.SetCoefficient(both, -worth)
        rows = []
        for firm in (a, b):
            row = self.solver.Constraint(-self.endless, 0.0)
            row.SetCoefficient(both, 1.0)
            row.SetCoefficient(self.firms[firm][0], -1.0)
            rows.append(row)
        self.ties[tie] = rows[0], rows[1], worth

    def solve(self, split: Floats) -> tuple[float, _Offered | None]:
        """The least cost over the columns and its prices, None when there are none; of ties that
        are not here ``split`` stays."""
        if self.solver.Solve() != pywraplp.Solver.OPTIMAL:
            return -np.inf, None
        needs = np.array([max(0.0, row.dual_value()) for row in self.cover])
        split = split.copy()
        for tie, (one, other, worth) in self.ties.items():
            of_a, of_b = max(0.0, -one.dual_value()), max(0.0, -other.dual_value())
            split[tie] = worth * of_a / (of_a + of_b) if of_a + of_b > 0 else worth / 2
        seat = max(0.0, -self.places.dual_value())
        return float(self.objective.Value()), _Offered(needs, seat, split)
