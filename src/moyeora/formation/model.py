"""The model: an item's problem, or some of its pairs, as an integer linear program.

Variables: ``is_in`` a firm is in, ``used`` a pair is used, lots taken, one tier of the price
breaks each; ``window`` which interval of periods (start, end) a need is worked in; ``made`` units
made in a period where several pairs share a line.

Constraints: every need covered; lots between smallest and largest; capacity per period, across
all needs that a line serves; precedence (a need starts in a later period than those before it
end); at most so many firms a need and in all; exclusions; seats taken; budget; share cap.

Each need that precedence or the wish for time ties to others picks exactly one interval out of
all it could have. Interval variables with separate starts and ends would say the same with fewer
variables, but their linear relaxation spreads every need thinly over the whole time and sees no
clash. Picking intervals also lets the model say what each costs at least: for every interval, the
need's cost is no less than its pairs' price curve within it (see :mod:`.bound`). Without those
rows some items of 170 pairs were not proven in 20 seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from moyeora.formation.problem import BILLION, Problem
from moyeora.formation.program import INFINITE, Program, Terms

WEIGHED_MAX = 1_000_000
"""How many tiers are weighed at once over all intervals, for the memory's sake."""


@dataclass(frozen=True)
class Stage:
    """One thing to minimise: weights of wishes, and a weight for each firm that is in.

    ``firms`` is empty or has one weight a firm of the problem.
    """

    name: str
    wishes: Mapping[str, int] = field(default_factory=dict)
    firms: Sequence[int] = ()


@dataclass(frozen=True)
class Apart:
    """At most ``shared`` of these firms may be in: what makes a runner-up really different."""

    firms: frozenset[int]
    shared: int


class Model:
    """The program for the pairs in ``pairs`` (indices into the problem, rising)."""

    def __init__(
        self, problem: Problem, pairs: NDArray[np.int64], apart: Sequence[Apart] = ()
    ) -> None:
        self.problem, self.pairs = problem, [int(pair) for pair in pairs]
        self.program = Program()
        self.is_in: dict[int, int] = {}
        self.used: dict[int, int] = {}
        self.tiers: dict[int, list[int]] = {}
        self.lots: dict[int, Terms] = {}
        self.costs: dict[int, Terms] = {}
        self.by_need: dict[int, list[int]] = {at: [] for at in range(len(problem.item.needs))}
        self.by_firm: dict[int, list[int]] = {}
        for pair in self.pairs:
            self.by_need[int(problem.need[pair])].append(pair)
            self.by_firm.setdefault(int(problem.firm[pair]), []).append(pair)
        self.possible = True
        self._quantities()
        self._firms(apart)
        self._needs()
        self.window: dict[int, dict[tuple[int, int], int]] = {}
        self._windows()
        self.made: dict[int, dict[int, int]] = {}
        self._capacities()
        self._money()
        self._wishes: dict[str, Terms] = {}

    # What is taken from each pair.

    def _quantities(self) -> None:
        problem, program = self.problem, self.program
        for pair in self.pairs:
            used = self.used[pair] = program.boolean()
            tiers = [
                (int(low), int(high), int(price))
                for low, high, price in zip(
                    problem.tier_from[pair],
                    problem.tier_to[pair],
                    problem.tier_price[pair],
                    strict=True,
                )
                if high >= low
            ]
            setup = [(used, int(problem.setup[pair]))]
            self.lots[pair], self.costs[pair] = [], setup
            chosen = [used] if len(tiers) == 1 else [program.boolean() for _ in tiers]
            self.tiers[pair] = chosen
            if len(tiers) > 1:
                program.equal([(each, 1) for each in chosen] + [(used, -1)], 0)
            for (low, high, price), on in zip(tiers, chosen, strict=True):
                self.lots[pair].append((on, low))
                self.costs[pair].append((on, low * price))
                if high > low:
                    more = program.variable(0, high - low)
                    program.at_most([(more, 1), (on, low - high)], 0)
                    self.lots[pair].append((more, 1))
                    self.costs[pair].append((more, price))

    def _firms(self, apart: Sequence[Apart]) -> None:
        problem, program = self.problem, self.program
        for firm, pairs in self.by_firm.items():
            if len(pairs) == 1:
                self.is_in[firm] = self.used[pairs[0]]
                continue
            is_in = self.is_in[firm] = program.boolean()
            for pair in pairs:
                program.at_most([(self.used[pair], 1), (is_in, -1)], 0)
            program.at_least([(self.used[pair], 1) for pair in pairs] + [(is_in, -1)], 0)
        most = problem.item.wishes.firms_max
        if len(self.is_in) > most:
            program.at_most([(is_in, 1) for is_in in self.is_in.values()], most)
        for a, b in zip(*problem.exclusions, strict=True):
            if int(a) in self.is_in and int(b) in self.is_in:
                program.at_most([(self.is_in[int(a)], 1), (self.is_in[int(b)], 1)], 1)
        for _, seat in problem.seats():
            here = [self.used[int(pair)] for pair in seat if int(pair) in self.used]
            self._at_least([(used, 1) for used in here], 1)
        for each in apart:
            both = [(self.is_in[firm], 1) for firm in sorted(each.firms) if firm in self.is_in]
            program.at_most(both, each.shared)

    def _at_least(self, terms: Terms, low: int) -> None:
        """A row that nothing can meet makes the model impossible rather than the solver unhappy."""
        if self.program.highest(terms) < low:
            self.possible = False
        self.program.at_least(terms, low)

    def _needs(self) -> None:
        problem, program = self.problem, self.program
        for at, need in enumerate(problem.item.needs):
            pairs = self.by_need[at]
            self._at_least(
                [(v, c * int(problem.lot[p])) for p in pairs for v, c in self.lots[p]],
                need.quantity,
            )
            if need.firms_max is None:
                continue
            seats: dict[int, list[int]] = {}
            for pair in pairs:
                seats.setdefault(int(problem.firm[pair]), []).append(pair)
            if len(seats) <= need.firms_max:
                continue
            holds = []
            for mine in seats.values():
                if len(mine) == 1:
                    holds.append(self.used[mine[0]])
                    continue
                holds.append(program.boolean())
                for pair in mine:
                    program.at_most([(self.used[pair], 1), (holds[-1], -1)], 0)
            program.at_most([(hold, 1) for hold in holds], need.firms_max)

    # When each need is worked on.

    def _windows(self) -> None:
        problem, program = self.problem, self.program
        index = {need.id: at for at, need in enumerate(problem.item.needs)}
        linked = {index[e] for need in problem.item.needs for e in need.after} | {
            at for at, need in enumerate(problem.item.needs) if need.after
        }
        if any("time" in stage for stage in problem.item.wishes.stages):
            linked = set(index.values())
        for at in sorted(linked):
            pairs = np.array(self.by_need[at], dtype=np.int64)
            setup, price = (of[pairs].astype(float) for of in (problem.setup, problem.tier_price))
            periods = range(int(problem.first[at]), int(problem.last[at]) + 1)
            windows = [(start, end) for start in periods for end in periods if start <= end]
            least = window_costs(problem, pairs, at, setup, price, windows)
            costs = {window: int(np.ceil(cost - 1e-6)) for window, cost in least.items()}
            picked = self.window[at] = {window: program.boolean() for window in costs}
            self._at_least([(window, 1) for window in picked.values()], 1)
            program.at_most([(window, 1) for window in picked.values()], 1)
            paid = [term for pair in self.by_need[at] for term in self.costs[pair]]
            program.at_least([*paid, *((picked[w], -cost) for w, cost in costs.items())], 0)
        for at, need in enumerate(problem.item.needs):
            for earlier in need.after:
                for period in range(problem.item.periods):
                    begun = [(v, 1) for (s, _), v in self.window[at].items() if s <= period]
                    going = [
                        (v, 1) for (_, e), v in self.window[index[earlier]].items() if e >= period
                    ]
                    if begun and going:
                        program.at_most(begun + going, 1)

    def _capacities(self) -> None:
        lines: dict[int, list[int]] = {}
        for pair in self.pairs:
            lines.setdefault(int(self.problem.line[pair]), []).append(pair)
        for pairs in lines.values():
            if len(pairs) == 1:
                self._alone(pairs[0])
            else:
                self._shared(pairs)

    def _room(self, pair: int, period: int) -> Terms | None:
        """The picked intervals in which the pair can make something in the period.

        None when the need may be worked on at any time.
        """
        at, lead = int(self.problem.need[pair]), int(self.problem.lead[pair])
        if at not in self.window:
            return None
        return [(v, 1) for (s, e), v in self.window[at].items() if s + lead <= period <= e]

    def _units(self, pair: int, sign: int) -> Terms:
        lot = int(self.problem.lot[pair]) * sign
        return [(variable, count * lot) for variable, count in self.lots[pair]]

    def _alone(self, pair: int) -> None:
        problem, program = self.problem, self.program
        at, lead, lot = (int(of[pair]) for of in (problem.need, problem.lead, problem.lot))
        if at not in self.window:
            return  # the problem has capped the pair by its capacity already
        sums = np.concatenate([[0], np.cumsum(problem.capacity[pair])])
        room, fit = [], []
        for (start, end), window in self.window[at].items():
            units = int(sums[end + 1] - sums[start + lead]) if start + lead <= end else 0
            lots = min(units // lot, int(problem.most[pair]))
            if lots >= problem.least[pair]:
                room.append((window, -lots))
                fit.append((window, -1))
        program.at_most(self.lots[pair] + room, 0)
        program.at_most([(self.used[pair], 1), *fit], 0)

    def _shared(self, pairs: list[int]) -> None:
        problem, program = self.problem, self.program
        busy: dict[int, list[tuple[int, int]]] = {}
        for pair in pairs:
            made: Terms = []
            most = int(problem.lot[pair] * problem.most[pair])
            at, lead = int(problem.need[pair]), int(problem.lead[pair])
            for period in range(int(problem.first[at]) + lead, int(problem.last[at]) + 1):
                capacity = int(problem.capacity[pair, period])
                room = self._room(pair, period)
                if not capacity or room == []:
                    continue
                most_here = min(capacity, most)
                units = program.variable(0, most_here)
                if room is not None:
                    program.at_most([(units, 1), *((v, -most_here) for v, _ in room)], 0)
                made.append((units, 1))
                self.made.setdefault(pair, {})[period] = units
                busy.setdefault(period, []).append((units, capacity))
            program.equal(made + self._units(pair, -1), 0)
        for here in busy.values():
            capacities = {capacity for _, capacity in here}
            if len(capacities) == 1:
                program.at_most([(units, 1) for units, _ in here], capacities.pop())
            else:
                # Time on the line in billionths of the period, rounded down per unit.
                program.at_most([(units, BILLION // c) for units, c in here], BILLION)

    # Money and wishes.

    def _cost_of(self, firm: int) -> Terms:
        return [term for pair in self.by_firm[firm] for term in self.costs[pair]]

    def _money(self) -> None:
        problem, program = self.problem, self.program
        if problem.budget is not None:
            program.at_most(self.wish("cost"), problem.budget)
        if problem.firm_cap is not None:
            for firm in self.by_firm:
                program.at_most(self._cost_of(firm), problem.firm_cap)

    def wish(self, name: str) -> Terms:
        """A wish as an expression, less is better; made when it is first asked for."""
        if name == "cost":
            return [term for costs in self.costs.values() for term in costs]
        if name not in self._wishes:
            self._wishes[name] = getattr(self, f"_{name}")()
        return self._wishes[name]

    def _time(self) -> Terms:
        problem, program = self.problem, self.program
        end = program.variable(0, problem.item.periods)
        for picked in self.window.values():
            program.at_most([*((v, e + 1) for (_, e), v in picked.items()), (end, -1)], 0)
        return [(end, problem.item.period_days)]

    def _quality(self) -> Terms:
        return [
            (variable, count * int(self.problem.risk[pair]))
            for pair in self.pairs
            for variable, count in self.lots[pair]
        ]

    def _cohesion(self) -> Terms:
        problem, program = self.problem, self.program
        terms = [(is_in, int(problem.distance[firm])) for firm, is_in in self.is_in.items()]
        for a, b, points in zip(*problem.ties, strict=True):
            one, other = self.is_in.get(int(a)), self.is_in.get(int(b))
            if one is None or other is None:
                continue
            both = program.boolean()
            if points > 0:
                program.at_most([(both, 1), (one, -1)], 0)
                program.at_most([(both, 1), (other, -1)], 0)
            else:
                program.at_most([(one, 1), (other, 1), (both, -1)], 1)
            terms.append((both, -int(points)))
        return terms

    def _equality(self) -> Terms:
        most = self.program.variable(0, INFINITE // 4)
        self.program.upper[most] = max(
            self.program.highest(self._cost_of(firm)) for firm in self.by_firm
        )
        for firm in self.by_firm:
            self.program.at_most([*self._cost_of(firm), (most, -1)], 0)
        return [(most, 1)]

    def _newcomers(self) -> Terms:
        problem, program = self.problem, self.program
        wanted = problem.item.wishes.newcomers
        missing = program.variable(0, wanted)
        new = [(is_in, 1) for firm, is_in in self.is_in.items() if problem.newcomer[firm]]
        program.at_least([*new, (missing, 1)], wanted)
        return [(missing, 1)]

    def objective(self, stage: Stage) -> Terms:
        """A stage as an expression to be minimised."""
        terms = [
            (variable, count * weight)
            for name, weight in stage.wishes.items()
            for variable, count in self.wish(name)
        ]
        if len(stage.firms):
            terms += [
                (is_in, int(stage.firms[firm]))
                for firm, is_in in self.is_in.items()
                if stage.firms[firm]
            ]
        return terms

    def schedule(self) -> Terms:
        """Sum of the needs' ends and starts: what makes the final plan early and without slack."""
        return [(v, s + e) for picked in self.window.values() for (s, e), v in picked.items()]


def window_costs(
    problem: Problem,
    pairs: NDArray[np.int64],
    need: int,
    fixed: NDArray[np.float64],
    price: NDArray[np.float64],
    windows: Sequence[tuple[int, int]],
) -> dict[tuple[int, int], float]:
    """For each of some intervals (first, last period) in which the pairs can cover the need, its
    least cost.

    ``fixed`` (a pair, not negative) is paid once and ``price`` (pairs, tiers) for every lot. The
    least cost is that of filling the need by the pairs in the order of their best cost a unit
    within the interval, each as far as its capacity there goes: a lower bound for whole lots.
    """
    lot, lead, least = problem.lot[pairs], problem.lead[pairs], problem.least[pairs]
    demand = int(problem.demand[need])
    sums = np.zeros((len(pairs), problem.item.periods + 1), dtype=np.int64)
    np.cumsum(problem.capacity[pairs], axis=1, out=sums[:, 1:])
    low, high = problem.tier_from[pairs], problem.tier_to[pairs]
    starts, ends = np.array(windows, dtype=np.int64).reshape(-1, 2).T
    costs: dict[tuple[int, int], float] = {}
    step = max(1, WEIGHED_MAX // max(1, low.size))
    for at in range(0, len(windows), step):
        start, end = starts[at : at + step, None], ends[at : at + step, None]
        begin = np.minimum(start + lead, end + 1)
        rows = np.arange(len(pairs))
        lots = (sums[rows, end + 1] - sums[rows, begin]) // lot  # (intervals, pairs)
        reach = np.minimum(high, lots[:, :, None])
        valid = (reach >= low) & (lots >= least)[:, :, None]
        units = np.where(valid, np.minimum(reach * lot[:, None], demand), 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(valid, (fixed[:, None] + price * reach) / units, np.inf)
        slope, width = mean.min(axis=2), units.max(axis=2)
        order = np.argsort(slope, axis=1, kind="stable")
        slope, width = (np.take_along_axis(of, order, axis=1) for of in (slope, width))
        filled = np.cumsum(width, axis=1)
        # What each pair fills of the need when those before it are filled first.
        taken = np.clip(demand - (filled - width), 0, width)
        cost = np.where(taken > 0, slope, 0.0) * taken
        for window, enough, total in zip(
            windows[at : at + step], filled[:, -1:].sum(axis=1), cost.sum(axis=1), strict=True
        ):
            if enough >= demand:
                costs[window] = float(total) * (1 - 1e-12)
    return costs
