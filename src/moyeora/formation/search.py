"""One stage: bound all pairs, drop those that cannot be in a better plan, solve what is left.

The bounds come in the order of their cost, and each works on what the one before has left:

1. price curves (:mod:`.bound`) and need prices (:mod:`.prices`), over all pairs, however many;
2. exact filling (:mod:`.filling`), over thousands; where seats are short, at better seat prices;
   where ties count, growing solves instead, over the pairs of the least bounds;
3. the linear relaxation of the whole model (:mod:`.linear`), over hundreds;
4. CP-SAT, over what none of them could rule out.

Between them CP-SAT is given the few pairs that the bound likes best. They are nearly always enough
for a plan as good as the bound, which then is proven: nothing is below the bound. If not, the plan
that was found is what the pairs are ruled out by.

Everything but the last step runs on one worker and ends after a fixed effort in the solver's
deterministic time, so that it is the same on any machine and for any number of workers.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from moyeora.formation.bound import Bounds, Relaxation, larger
from moyeora.formation.faults import NoConsortium, OutOfTime
from moyeora.formation.filling import Prices, filling_bound, priced_filling
from moyeora.formation.knapsack import Fillings
from moyeora.formation.linear import linear_bound
from moyeora.formation.model import Apart, Model, Stage
from moyeora.formation.plan import Plan, chosen_pairs, plan_values, read_plan
from moyeora.formation.prices import price_bound
from moyeora.formation.problem import Problem
from moyeora.formation.program import Limits, Solution, solve_cp_sat

CORES = (300, 600, 1200, 2400, *[4800] * 20)
"""How many pairs of each need are filled in exactly, attempt after attempt."""

WORTH_IT = 0.03
"""The part of the gap that an attempt must have closed for another."""

PART_ROUNDS = 10
PRICE_ROUNDS = 3
LINEAR_PAIRS_MAX = 3000
PART_PAIRS_PER_NEED = 100
SOLVED_PAIRS_MAX = 20_000
ENOUGH_PAIRS = 60
"""What CP-SAT proves in no time."""


NEAR_PAIRS_MAX = 300
WIDTHS = (3, 12)
"""How many pairs of each need CP-SAT is given beside those that the bound builds on."""

PART_EFFORT = 0.15

GROWING = (150, 300, 600)
GROWING_EFFORT = 3.0
"""Ties make few pairs take long, and what is found among them rules out most of the others."""


@dataclass(frozen=True)
class Progress:
    """How far a solve is: the best value of the stage so far (None: no plan yet), the proven
    lower bound, and the seconds since it began."""

    stage: str
    value: int | None
    bound: int
    seconds: float


@dataclass
class Job:
    """What all stages of one solve share. ``pins`` are stages that must not exceed a value."""

    problem: Problem
    limits: Limits
    apart: Sequence[Apart] = ()
    cut: bool = True
    progress: Callable[[Progress], None] | None = None
    pins: list[tuple[Stage, int]] = field(default_factory=list)
    fillings: Fillings | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """What is left of the time limit."""
        return self.limits.seconds - (time.monotonic() - self.began)

    def model(self, pairs: NDArray[np.int64]) -> Model:
        """The model of some pairs, with the stages that are pinned."""
        model = Model(self.problem, pairs, self.apart)
        for stage, value in self.pins:
            model.program.at_most(model.objective(stage), value)
        return model

    def tell(self, stage: Stage, value: int | None, bound: float) -> None:
        """Tell whoever asked to be told."""
        if self.progress is not None:
            whole = int(np.ceil(bound)) if np.isfinite(bound) else 0
            seconds = time.monotonic() - self.began
            self.progress(Progress(stage.name, value, whole, seconds))


@dataclass(frozen=True)
class Found:
    """The best value and its plan, the proven lower bound, and the pairs that any plan of that
    value can use. ``settled``: the plan is the same on any number of workers."""

    value: int
    bound: int
    plan: Plan
    alive: NDArray[np.bool_]
    settled: bool


def search(
    job: Job,
    stage: Stage,
    alive: NDArray[np.bool_],
    known: Plan | None = None,
    effort: float | None = None,
) -> Found:
    """Minimise a stage over the pairs that are alive.

    ``known`` is a plan that keeps all rules, pins included; ``effort`` ends the last step after
    so much deterministic time. Raises :class:`NoConsortium` and :class:`OutOfTime`.
    """
    return _Search(job, stage, alive, known).run(effort)


class _Search:
    def __init__(
        self, job: Job, stage: Stage, alive: NDArray[np.bool_], known: Plan | None
    ) -> None:
        self.job, self.stage, self.problem = job, stage, job.problem
        self.alive, self.plan = alive, known
        self.value = None if known is None else self._value_of(known)
        self.settled = True
        nothing = np.zeros(len(self.problem.item.needs))
        self.prices = Prices(nothing, 0.0, np.zeros(len(self.problem)))
        self.bounds = Relaxation(self.problem, stage, alive).nothing()

    def run(self, effort: float | None) -> Found:
        """Every step until the stage is proven or the time is over."""
        for step in self._steps():
            if self.proven or self.job.seconds <= 0:
                break
            step()
        if not self.proven:
            self._finish(effort)
        if self.value is None or self.plan is None:
            raise OutOfTime("no consortium was found within the time limit")
        self.job.tell(self.stage, self.value, self.floor)
        alive = self.wanted if self.job.cut else self.alive
        return Found(self.value, self.floor, self.plan, alive, self.settled)

    def _steps(self) -> list[Callable[[], None]]:
        if not self.job.cut:
            return []
        if "cohesion" in self.stage.wishes:
            # Ties are of pairs of firms: filling knows little of them, linear programs much.
            many = self.alive.sum() > LINEAR_PAIRS_MAX
            return [self._begin, *([self._grow] if many else []), self._relax]
        if {"cost", "quality", "equality"} & set(self.stage.wishes) or len(self.stage.firms):
            return [self._begin, self._fill, self._relax, self._grow]
        return [self._begin]

    @property
    def proven(self) -> bool:
        """The best value found is the least there is."""
        return self.value is not None and self.bounds.proves(self.value)

    @property
    def floor(self) -> int:
        """The proven lower bound, never above the best value found."""
        if self.value is not None and self.proven:
            return self.value
        whole = self.bounds.whole - self.bounds.margin
        return int(np.ceil(whole)) if np.isfinite(whole) else -(2**62)

    @property
    def most(self) -> float:
        """The best value found, or infinity."""
        return np.inf if self.value is None else float(self.value)

    @property
    def wanted(self) -> NDArray[np.bool_]:
        """The pairs that a plan as good as the best found can use."""
        kept: NDArray[np.bool_] = self.alive & self.bounds.keeps(self.most)
        return kept & (self.bounds.pair < np.inf)

    def _bounded(self, bounds: Bounds) -> None:
        self.bounds = larger(self.bounds, bounds)
        self.job.tell(self.stage, self.value, self.bounds.whole)

    # The steps.

    def _begin(self) -> None:
        relaxed = Relaxation(self.problem, self.stage, self.alive)
        self._bounded(relaxed.curves())
        bounds, self.prices = price_bound(relaxed)
        self._bounded(bounds)

    def _fill(self) -> None:
        """Fill the best pairs for a plan and for prices, then a core of all others for the cut."""
        for at, core in enumerate(CORES):
            wanted = self.wanted
            few = np.bincount(self.problem.need[wanted]).max(initial=0) <= core
            if few or at == 0:
                part = wanted if few else self._best(self.bounds, wanted, PART_PAIRS_PER_NEED)
                self._part(part, few)
            if self.proven or self.value is None or self.job.seconds <= 0:
                return
            if wanted.sum() <= ENOUGH_PAIRS or (few and self.prices.seat == 0):
                return
            wanted, gap = self.wanted, self.value - self.bounds.whole
            relaxed = Relaxation(self.problem, self.stage, wanted)
            rounds = PRICE_ROUNDS if self.prices.seat > 0 else 0
            bounds, self.prices = priced_filling(
                relaxed, self.value, self.prices, core, rounds, self.job.fillings
            )
            self._bounded(bounds)
            self._try(self.bounds, self.wanted, WIDTHS)
            if few and self.value - self.bounds.whole > (1 - WORTH_IT) * gap:
                return

    def _part(self, part: NDArray[np.bool_], whole: bool) -> None:
        """Fill some pairs and find a plan among them; ``whole``: they are all that are wanted."""
        relaxed = Relaxation(self.problem, self.stage, part)
        bounds = filling_bound(relaxed, self.most, self.prices, CORES[-1], self.job.fillings)
        if whole:
            self._bounded(bounds)
        self._try(bounds, part, WIDTHS)
        if self.proven or self.prices.seat == 0 or self.value is None:
            return
        if (part & self.wanted).sum() > ENOUGH_PAIRS:
            relaxed = Relaxation(self.problem, self.stage, part & self.wanted)
            bounds, self.prices = priced_filling(
                relaxed, self.value, self.prices, CORES[-1], PART_ROUNDS
            )
            if whole:
                self._bounded(bounds)
            self._try(bounds, part, WIDTHS)

    def _grow(self) -> None:
        """Solve the pairs of the least bounds, more and more, each time below the best so far."""
        for count in GROWING:
            wanted = self.wanted
            if wanted.sum() <= count:
                return
            order = np.lexsort((self.bounds.rank, self.bounds.pair))
            part = np.zeros(len(self.problem), dtype=bool)
            part[order[:count]] = True
            for _, seat in self.problem.seats():
                part[seat] = True
            if self.plan is not None:
                part[chosen_pairs(self.problem, self.plan.firms)] = True
            limits = replace(self.job.limits, workers=1, seconds=max(0.05, self.job.seconds))
            self._solve(part & wanted, limits, GROWING_EFFORT, self.bounds.whole)
            if self.proven or self.job.seconds <= 0:
                return

    def _relax(self) -> None:
        """The linear relaxation of the whole model over the pairs that are still wanted."""
        part = wanted = self.wanted
        if wanted.sum() > LINEAR_PAIRS_MAX:
            if self.value is not None:
                return
            # Too many for a bound: a plan at least, from the best of them.
            part = self._best(self.bounds, wanted, PART_PAIRS_PER_NEED)
        model = self.job.model(np.flatnonzero(part))
        if not model.possible:
            return
        seconds = max(1.0, self.job.seconds)
        whole, pair = linear_bound(model, model.objective(self.stage), seconds)
        full = np.where(part, -np.inf, np.inf)
        full[model.pairs] = pair
        bounds = Bounds(whole, full, self.bounds.rank)
        if part is wanted:
            self._bounded(bounds)
        self._try(bounds, part, (*WIDTHS[1:], 4 * WIDTHS[-1]))

    def _finish(self, effort: float | None) -> None:
        """Solve everything that is left, and prove it."""
        wanted = self.wanted if self.job.cut else self.alive
        if self.value is not None and wanted.sum() > SOLVED_PAIRS_MAX and self.job.cut:
            return  # to write the model down would take longer than there is time
        limits = replace(self.job.limits, seconds=max(0.05, self.job.seconds))
        if effort is not None:
            limits = replace(limits, workers=1)
        solution = self._solve(wanted, limits, effort)
        self.settled = effort is not None
        if solution.status == "infeasible" and self.value is None:
            raise NoConsortium("no consortium meets every demand of the item")
        if solution.status == "optimal":
            # Nothing outside the wanted pairs can be better, so what holds for them holds.
            whole = float(solution.objective)
        else:
            whole = max(self.bounds.whole, min(float(solution.bound), self.most))
        self.bounds = replace(self.bounds, whole=whole)

    # Trying.

    def _best(self, bounds: Bounds, wanted: NDArray[np.bool_], per_need: int) -> NDArray[np.bool_]:
        """Of each need the pairs of the least bounds; those of seats and of the plan."""
        problem, part = self.problem, np.zeros(len(self.problem), dtype=bool)
        for at in range(len(problem.item.needs)):
            mine = np.flatnonzero(wanted & (problem.need == at))
            order = np.lexsort((mine, bounds.rank[mine], bounds.pair[mine]))
            part[mine[order[:per_need]]] = True
        for _, seat in problem.seats():
            part[seat] = True
        if self.plan is not None:
            part[chosen_pairs(problem, self.plan.firms)] = True
        return part & self.alive

    def _try(self, bounds: Bounds, wanted: NDArray[np.bool_], widths: Sequence[int]) -> None:
        """Let CP-SAT find a plan among the pairs that a bound over ``wanted`` likes best."""
        whole = bounds.whole - bounds.margin
        near = wanted & (bounds.pair <= bounds.whole + bounds.margin)
        if near.sum() > NEAR_PAIRS_MAX:
            near[:] = False
        done = np.zeros(len(self.problem), dtype=bool)
        for width in widths:
            wanted = wanted & self.wanted
            part = wanted & (near | self._best(bounds, wanted, width))
            if self.proven or self.job.seconds <= 0 or np.array_equal(part, done):
                return
            done = part
            limits = replace(self.job.limits, workers=1, seconds=max(0.05, self.job.seconds))
            solution = self._solve(part, limits, PART_EFFORT, whole)
            complete = not (self.wanted & ~part).any()
            if complete and solution.status == "optimal":
                self._bounded(replace(self.bounds, whole=float(solution.objective)))
            if self.value is not None and self.value <= np.ceil(whole):
                return

    def _solve(
        self,
        part: NDArray[np.bool_],
        limits: Limits,
        effort: float | None,
        floor: float = -np.inf,
    ) -> Solution:
        """Solve some pairs, and keep what is better than the best so far."""
        model = self.job.model(np.flatnonzero(part))
        if not model.possible:
            return Solution("infeasible", None, 0, 0)
        hint = None if self.plan is None else plan_values(model, self.plan)
        least = int(np.ceil(floor)) if np.isfinite(floor) else None
        solution = solve_cp_sat(
            model.program, model.objective(self.stage), limits, hint, effort, least
        )
        if solution.values is not None and (self.value is None or solution.objective < self.value):
            self.value, self.plan = solution.objective, read_plan(model, solution.values)
            self.job.tell(self.stage, self.value, self.bounds.whole)
        return solution

    def _value_of(self, plan: Plan) -> int:
        value = sum(weight * plan.wishes[wish] for wish, weight in self.stage.wishes.items())
        if len(self.stage.firms):
            firm_at = self.problem.firm_at
            value += sum(int(self.stage.firms[firm_at[firm]]) for firm in plan.firms)
        return value
