"""The model: an item's problem, or some of its pairs, as an integer linear program.

Variables: ``y`` firm is in, ``z`` pair is used, ``q`` lots taken, one tier of the price breaks
each; per need and period ``begun`` (the need has started) and ``going`` (it has not ended), and
per lead time ``ready`` (work of that lead time may come out in this period); ``x`` units made in
a period where several pairs share a line.

Constraints: every need covered; lots between smallest and largest; capacity per period, across
all needs that a line serves; precedence (a need starts in a later period than those before it
end); at most so many firms a need and in all; exclusions; seats taken; budget; share cap.

Time is indexed by period rather than by interval variables: capacities are given per period, so
the amounts must be too, and the program stays linear for every solver.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from moyeora.formation.problem import BILLION, Problem
from moyeora.formation.program import INFINITE, Program, Terms


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
        self.going: dict[tuple[int, int], int] = {}
        self.begun: dict[tuple[int, int], int] = {}
        self._times()
        self.ready: dict[tuple[int, int, int], int] = {}
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
        if most is not None and len(self.is_in) > most:
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

    def _times(self) -> None:
        problem, program = self.problem, self.program
        index = {need.id: at for at, need in enumerate(problem.item.needs)}
        self.linked = {index[e] for need in problem.item.needs for e in need.after} | {
            at for at, need in enumerate(problem.item.needs) if need.after
        }
        if any("time" in stage for stage in problem.item.wishes.stages):
            self.linked = set(index.values())
        for at in sorted(self.linked):
            first, last = int(problem.first[at]), int(problem.last[at])
            if last < first:
                self.possible = False
                continue
            for period in range(first, last + 1):
                self.begun[at, period] = program.boolean()
                self.going[at, period] = program.boolean()
            for period in range(first, last):
                program.at_most(
                    [(self.begun[at, period], 1), (self.begun[at, period + 1], -1)], 0
                )
                program.at_most(
                    [(self.going[at, period + 1], 1), (self.going[at, period], -1)], 0
                )
        for at, need in enumerate(problem.item.needs):
            for earlier in need.after:
                for period in range(int(problem.first[at]), int(problem.last[at]) + 1):
                    going = self.going.get((index[earlier], period))
                    if going is not None:
                        program.at_most([(self.begun[at, period], 1), (going, 1)], 1)

    def _ready(self, at: int, lead: int, period: int) -> int | None:
        """1 when work of a need with that lead time may come out in the period (None: always)."""
        if at not in self.linked:
            return None
        key = (at, lead, period)
        if key not in self.ready:
            ready = self.program.boolean()
            self.program.at_most([(ready, 1), (self.begun[at, period - lead], -1)], 0)
            self.program.at_most([(ready, 1), (self.going[at, period], -1)], 0)
            self.ready[key] = ready
        return self.ready[key]

    def _capacities(self) -> None:
        lines: dict[int, list[int]] = {}
        for pair in self.pairs:
            lines.setdefault(int(self.problem.line[pair]), []).append(pair)
        for pairs in lines.values():
            if len(pairs) == 1:
                self._alone(pairs[0])
            else:
                self._shared(pairs)

    def _slots(self, pair: int) -> list[tuple[int, int, int | None]]:
        """The periods in which a pair can make something, with how much, and when ready."""
        problem = self.problem
        at, lead = int(problem.need[pair]), int(problem.lead[pair])
        return [
            (period, int(problem.capacity[pair, period]), self._ready(at, lead, period))
            for period in range(int(problem.first[at]) + lead, int(problem.last[at]) + 1)
            if problem.capacity[pair, period] > 0
        ]

    def _units(self, pair: int, sign: int) -> Terms:
        lot = int(self.problem.lot[pair]) * sign
        return [(variable, count * lot) for variable, count in self.lots[pair]]

    def _alone(self, pair: int) -> None:
        if int(self.problem.need[pair]) not in self.linked:
            return  # the problem has capped the pair by its capacity already
        most = int(self.problem.lot[pair] * self.problem.most[pair])
        room = [
            (ready, min(capacity, most))
            for _, capacity, ready in self._slots(pair)
            if ready is not None
        ]
        self.program.at_least(room + self._units(pair, -1), 0)

    def _shared(self, pairs: list[int]) -> None:
        problem, program = self.problem, self.program
        busy: dict[int, list[tuple[int, int]]] = {}
        for pair in pairs:
            made: Terms = []
            most = int(problem.lot[pair] * problem.most[pair])
            for period, capacity, ready in self._slots(pair):
                units = program.variable(0, min(capacity, most))
                if ready is not None:
                    program.at_most([(units, 1), (ready, -min(capacity, most))], 0)
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
        for (_, period), going in self.going.items():
            program.at_most([(going, period + 1), (end, -1)], 0)
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
        """Sum of the needs' ends: what makes the final plan as early as it can be."""
        return [(going, 1) for going in self.going.values()]
