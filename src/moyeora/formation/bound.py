"""Lower bounds on what any consortium must come to, and on one that uses a given pair.

Let a stage's objective be: for each firm that is in a charge d_f, for each used pair a cost
c_p(q) of its lots q, plus a constant. Relaxations bound it from below: price curves here, need
prices (:mod:`.prices`), exact filling (:mod:`.filling`), the whole model made continuous
(:mod:`.linear`). Charges of ties are not additive; d_f takes half of f's K - 1 best ties, and as
each tie of a plan is halved between its two firms and no firm sits with more than K - 1 others,
the sum of the d_f is no more than the true cohesion (:mod:`.prices` splits ties better).

**Price curves.** If no charge is negative, split d_f evenly over f's pairs: a plan pays at least
what its pairs were charged. Then needs separate, and a need's least cost to cover R units is at
least G_n(R), the fractional filling of R by the pairs in the order of their best cost a unit
(each c_p(q) lies above the line of that slope). A plan that uses pair p with q lots pays at
least c_p(q) + G_n(D_n - u_p(q)) for n and G_m(D_m) for the others; G_n is convex and c_p is
linear on each tier, so the least of it is where the slopes cross, found by bisection.

**The cut is safe.** Let U be the objective of any plan that keeps all rules, and L_p a lower
bound for plans that use p. If L_p > U, no optimal plan uses p: it would be worse than the plan
that we hold. So dropping every pair with L_p > U (strictly, beyond the rounding of floats)
loses no optimal plan, and an optimum over what is left is an optimum over all. Rules that the
relaxations forget (exclusions, seats, time, caps) only raise the true optimum, never L_p.

At work the largest of the bounds is taken. Nothing here decides an optimum: solving does.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moyeora.formation.members import NEVER, Ints
from moyeora.formation.model import Stage
from moyeora.formation.problem import Problem

Floats = NDArray[Any]

ROUNDING = 2e-12
"""Sums of up to a million doubles are right to about this part of their size."""

PRICE_STEPS = 60


@dataclass(frozen=True)
class Bounds:
    """``whole`` bounds every plan; ``pair`` (length P) those that use the pair, inf if none can."""

    whole: float
    pair: Floats
    rank: Floats

    @property
    def margin(self) -> float:
        """How much larger than an incumbent a bound must be to count as strictly larger."""
        return ROUNDING * max(1.0, abs(self.whole)) + 1e-7

    def keeps(self, value: float) -> NDArray[np.bool_]:
        """The pairs that a plan of objective ``value`` or better might use."""
        return self.pair <= value + self.margin

    def proves(self, value: int) -> bool:
        """No plan is better than ``value``, an integer."""
        return bool(np.ceil(self.whole - self.margin) >= value)


class Relaxation:
    """The relaxed problem of one stage over the pairs still alive."""

    def __init__(self, problem: Problem, stage: Stage, alive: NDArray[np.bool_]) -> None:
        self.problem, self.stage = problem, stage
        self.index = np.flatnonzero(alive)
        self.firm, self.need = problem.firm[self.index], problem.need[self.index]
        self.most_firms = problem.item.wishes.firms_max
        weights = stage.wishes
        # The firm that earns most earns at least the mean of all that are in.
        mean = weights.get("equality", 0) / self.most_firms
        money = weights.get("cost", 0) + mean
        self.setup = problem.setup[self.index] * float(money)
        price = problem.tier_price[self.index] * float(money)
        self.price = price + (problem.risk[self.index] * float(weights.get("quality", 0)))[:, None]
        self.tier_from = problem.tier_from[self.index]
        self.tier_to = problem.tier_to[self.index]
        self.valid = (self.tier_to >= self.tier_from) & (self.tier_from < NEVER)
        self.lot = problem.lot[self.index]
        self.demand = problem.demand[self.need]

    @cached_property
    def charge(self) -> Floats:
        """d_f of each firm of the problem."""
        return self.distances - self._best_ties()

    @cached_property
    def distances(self) -> Floats:
        """What each firm is charged for being in, its ties aside."""
        problem = self.problem
        charge = np.zeros(len(problem.firms))
        weight = self.stage.wishes.get("cohesion", 0)
        if weight:
            charge += weight * problem.distance
        if len(self.stage.firms):
            charge += np.asarray(self.stage.firms, dtype=float)
        return charge

    @cached_property
    def ties(self) -> tuple[Ints, Ints, Floats]:
        """The ties among the relaxation's firms that help: (a, b, what they are worth)."""
        weight = self.stage.wishes.get("cohesion", 0)
        here = np.zeros(len(self.problem.firms), dtype=bool)
        here[self.firm] = weight > 0
        a, b, points = self.problem.ties
        kept = (points > 0) & here[a] & here[b]
        return a[kept], b[kept], points[kept] * float(weight)

    def _best_ties(self) -> Floats:
        """Half of what each firm's best ties with as many others as may be in are worth."""
        a, b, worth = self.ties
        firm, half = np.concatenate([a, b]), np.concatenate([worth, worth]) / 2
        order = np.lexsort((-half, firm))
        firm, half = firm[order], half[order]
        starts = np.flatnonzero(np.diff(firm, prepend=-1))
        rank = np.arange(len(firm)) - np.repeat(starts, np.diff(starts, append=len(firm)))
        best = rank < self.most_firms - 1
        return np.bincount(firm[best], half[best], minlength=len(self.problem.firms))

    @cached_property
    def fixed(self) -> Floats:
        """What using each pair costs before its first lot: set-up, and its part of the charge."""
        charge = self.charge[self.firm]
        pairs_of = np.bincount(self.firm, minlength=len(self.problem.firms))
        shared: Floats = np.where(charge < 0, charge, charge / np.maximum(1, pairs_of[self.firm]))
        return self.setup + shared

    def reduced(self, pairs: NDArray[np.int64], fixed: Floats, price: float) -> Floats:
        """The least cost of using each of some pairs of a need (positions in the relaxation), less
        what it covers at a price a unit."""
        least = np.full(len(pairs), np.inf)
        lot, demand = self.lot[pairs], self.demand[pairs]
        for tiers in (self.tier_from, self.tier_to):
            for tier in range(tiers.shape[1]):
                lots = tiers[pairs, tier]
                cost = self.price[pairs, tier] * lots - price * np.minimum(lots * lot, demand)
                least = np.minimum(least, np.where(self.valid[pairs, tier], cost, np.inf))
        return least + fixed[pairs]

    @cached_property
    def constant(self) -> float:
        """What the wish for time comes to at the very least."""
        weight = self.stage.wishes.get("time", 0)
        if not weight or not len(self.index):
            return 0.0
        problem = self.problem
        soonest = 0
        for at in range(len(problem.item.needs)):
            lead = problem.lead[self.index][self.need == at]
            soonest = max(soonest, int(problem.first[at]) + int(lead.min(initial=0)) + 1)
        return float(weight * soonest * problem.item.period_days)

    # Price curves.

    def curves(self) -> Bounds:
        """The bound by price curves; -inf where a negative charge forbids it."""
        charge = self.charge[self.firm]
        if (charge < 0).any():
            return self.nothing()
        fixed = self.fixed
        slope, reach = self.slopes(fixed)
        needs = range(len(self.problem.item.needs))
        whole = np.empty(len(needs))
        forced = np.full(len(self.index), np.inf)
        for at in needs:
            mine = np.flatnonzero(self.need == at)
            whole[at], forced[mine] = self._curve(mine, fixed, slope, reach)
        base = self._seated(whole, forced)
        total = float(base.sum()) + self.constant
        if not np.isfinite(total):
            return self._spread(np.inf, np.full(len(self.index), np.inf), slope)
        pair = total - base[self.need] + np.maximum(base[self.need], forced)
        return self._spread(total, pair, slope)

    def slopes(self, fixed: Floats) -> tuple[Floats, Floats]:
        """Each pair's least cost a unit, and how many units of the need it may cover."""
        cover = np.minimum(self.tier_to * self.lot[:, None], self.demand[:, None])
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = (fixed[:, None] + self.price * self.tier_to) / cover
        mean = np.where(self.valid, mean, np.inf)
        reach = np.where(self.valid, cover, 0).max(axis=1, initial=0)
        return mean.min(axis=1, initial=np.inf), reach.astype(float)

    def _curve(
        self, mine: NDArray[np.int64], fixed: Floats, slope: Floats, reach: Floats
    ) -> tuple[float, Floats]:
        """G_n(D_n), and for each of the need's pairs the least cost of the need with it."""
        if not len(mine):
            return np.inf, np.zeros(0)
        demand = float(self.demand[mine[0]])
        order = mine[np.argsort(slope[mine], kind="stable")]
        rising = slope[order]
        units = np.concatenate([[0.0], np.cumsum(reach[order])])
        dear = (reach[order] * rising).astype(np.longdouble)
        cost = np.concatenate([[0.0], np.cumsum(dear).astype(float)])
        if units[-1] < demand:
            return np.inf, np.full(len(mine), np.inf)
        whole = float(np.interp(demand, units, cost))
        least = np.full(len(mine), np.inf)
        lot = self.lot[mine].astype(float)
        for tier in range(self.price.shape[1]):
            valid = self.valid[mine, tier]
            low = self.tier_from[mine, tier] * lot
            high = self.tier_to[mine, tier] * lot
            price = self.price[mine, tier] / lot
            # Others are cheaper a unit than this tier up to here; the rest it takes itself.
            others = units[np.searchsorted(rising, price, side="left")]
            taken = np.clip(demand - others, low, high)
            rest = np.maximum(0.0, demand - taken)
            value = fixed[mine] + price * taken + np.interp(rest, units, cost)
            least = np.where(valid, np.minimum(least, value), least)
        return whole, least

    def _seated(self, whole: Floats, forced: Floats) -> Floats:
        """Each need's least cost when a seat that is taken must be served there."""
        base = whole.copy()
        position = np.full(len(self.problem), -1)
        position[self.index] = np.arange(len(self.index))
        for _, pairs in self.problem.seats():
            here = position[pairs]
            here = here[here >= 0]
            needs = np.unique(self.need[here])
            if len(needs) == 1:
                base[needs[0]] = max(base[needs[0]], forced[here].min())
        return base

    # Bounds over all pairs of the problem.

    def nothing(self) -> Bounds:
        """The bound that rules nothing out."""
        nothing = np.full(len(self.index), -np.inf)
        return self._spread(-np.inf, nothing, np.zeros(len(self.index)))

    def spread(self, whole: float, pair: Floats) -> Bounds:
        """Bounds over all pairs of the problem from those of the relaxation's pairs."""
        return self._spread(whole, pair, self.slopes(self.fixed)[0])

    def _spread(self, whole: float, pair: Floats, slope: Floats) -> Bounds:
        full = np.full(len(self.problem), np.inf)
        full[self.index] = np.maximum(pair, whole)
        rank = np.full(len(self.problem), np.inf)
        rank[self.index] = slope
        return Bounds(whole, full, rank)


def larger(one: Bounds, other: Bounds) -> Bounds:
    """The better of two bounds, pair by pair."""
    whole = max(one.whole, other.whole)
    return Bounds(whole, np.maximum(np.maximum(one.pair, other.pair), whole), one.rank)
