"""Solving: cut, solve what is left, prove; stage by stage; then one canonical answer.

Each stage first solves a small part of the pairs (those cheapest by the relaxation), which gives
an incumbent. Then the safe cut of :mod:`.bound` says which of *all* pairs a better plan could
use. If those were all in the part, or the bound meets the incumbent, the stage is proven;
otherwise the part grows by them and is solved again.

When the last wish is proven, several plans may still be equally good. A lottery stage picks the
list of firms with the least sum of lots (a hash of each number), and a last solve, of those
firms' pairs alone, on one worker from a fixed seed, makes the quantities and the schedule. It sees
only the problem and the list, so the answer is the same on any number of workers, for any order
of the rows, and whatever was cut on the way.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from moyeora.formation.bound import Bounds, Relaxation, larger
from moyeora.formation.faults import NoConsortium, OutOfTime
from moyeora.formation.model import Apart, Model, Stage
from moyeora.formation.plan import Plan, chosen_pairs, read_plan
from moyeora.formation.problem import Problem
from moyeora.formation.program import Limits, solve_cp_sat

LOTTERY = "lottery"
PART_PAIRS_PER_NEED = 14
GROWTH = 3


@dataclass(frozen=True)
class StageResult:
    """A stage's value and proven lower bound; equal when proven."""

    name: str
    value: int
    bound: int
    candidates: int

    @property
    def proven(self) -> bool:
        """No plan is better at this stage, those before it held."""
        return self.value == self.bound


@dataclass(frozen=True)
class Outcome:
    """The plan, each stage's proof, and how many pairs there were and were left to solve."""

    plan: Plan
    stages: tuple[StageResult, ...]
    pairs: int
    candidates: int
    seconds: float
    problem: Problem = field(repr=False)

    @property
    def proven(self) -> bool:
        """Every stage is proven, so the plan is the optimum."""
        return all(stage.proven for stage in self.stages)

    @property
    def values(self) -> tuple[int, ...]:
        """The stages' values, to be compared in order."""
        return tuple(stage.value for stage in self.stages if stage.name != LOTTERY)


def stages_of(problem: Problem) -> list[Stage]:
    """The item's wishes as stages."""
    return [
        Stage("+".join(weights), dict(weights)) for weights in problem.item.wishes.stages
    ]


def solve(
    problem: Problem,
    limits: Limits | None = None,
    *,
    stages: Sequence[Stage] | None = None,
    apart: Sequence[Apart] = (),
    cut: bool = True,
    canonical: bool = True,
) -> Outcome:
    """The proven best plan, or the best found within the time limit and its bound.

    ``stages`` replaces the item's own; ``apart`` asks for a plan that differs from others.
    Without ``cut`` every pair goes to the solver (for comparison); without ``canonical`` any one
    of equally good plans is returned, which is quicker and enough to know the values.

    Raises :class:`NoConsortium` when it is proven that no plan keeps all rules, and
    :class:`OutOfTime` when none was found in time.
    """
    run = _Run(problem, limits or Limits(), apart, cut)
    for stage in stages_of(problem) if stages is None else stages:
        run.stage(stage)
        if not run.results[-1].proven:
            break
    else:
        if canonical:
            run.lottery()
    plan = run.final() if canonical else run.plan
    assert plan is not None
    return Outcome(
        plan=plan,
        stages=tuple(run.results),
        pairs=len(problem),
        candidates=max(result.candidates for result in run.results),
        seconds=time.monotonic() - run.began,
        problem=problem,
    )


class _Run:
    def __init__(
        self, problem: Problem, limits: Limits, apart: Sequence[Apart], cut: bool
    ) -> None:
        self.problem, self.limits, self.apart, self.cut = problem, limits, apart, cut
        self.began = time.monotonic()
        self.alive = np.ones(len(problem), dtype=bool)
        self.pins: list[tuple[Stage, int]] = []
        self.results: list[StageResult] = []
        self.part = np.zeros(len(problem), dtype=bool)
        self.plan: Plan | None = None

    def left(self) -> Limits:
        spent = time.monotonic() - self.began
        return replace(self.limits, seconds=max(0.05, self.limits.seconds - spent))

    def stage(self, stage: Stage) -> None:
        relaxed = Relaxation(self.problem, stage, self.alive)
        bounds = relaxed.curves()
        improved = False
        self._start(bounds)
        while True:
            status, value, floor = self._attempt(stage)
            complete = not (self.alive & ~self.part).any()
            if value is None:
                if complete:
                    if status == "infeasible":
                        raise NoConsortium("no consortium meets every demand of the item")
                    raise OutOfTime("no consortium was found within the time limit")
                if self.left().seconds <= 0.05:
                    raise OutOfTime("no consortium was found within the time limit")
                self._grow(bounds, self.alive)
                continue
            if not self.cut or bounds.proves(value):
                self._settle(stage, value, bounds, value if status == "optimal" else floor)
                return
            wanted = self.alive & bounds.keeps(value)
            if not improved and (wanted & ~self.part).any():
                bounds, improved = larger(bounds, relaxed.prices(value)), True
                wanted = self.alive & bounds.keeps(value)
            if not (wanted & ~self.part).any():
                self._settle(stage, value, bounds, value if status == "optimal" else floor)
                return
            if status != "optimal" or self.left().seconds <= 0.05:
                lowest = int(np.ceil(bounds.whole - bounds.margin))
                self._settle(stage, value, bounds, lowest)
                return
            self._grow(bounds, wanted)

    def lottery(self) -> None:
        """Among equally good plans, the list of firms that the draw prefers."""
        assert self.plan is not None
        used = set(self.plan.firms)
        left = {self.problem.number[firm] for firm in np.unique(self.problem.firm[self.alive])}
        if left <= used and not self._may_shrink():
            return
        self.stage(Stage(LOTTERY, firms=self.problem.lottery.tolist()))

    def _may_shrink(self) -> bool:
        return True

    def final(self) -> Plan:
        """The canonical plan of the chosen firms."""
        assert self.plan is not None
        pairs = chosen_pairs(self.problem, self.plan.firms)
        model = Model(self.problem, pairs, self.apart)
        for stage, value in self.pins:
            model.program.at_most(model.objective(stage), value)
        for is_in in model.is_in.values():
            model.program.equal([(is_in, 1)], 1)
        solution = solve_cp_sat(
            model.program, model.schedule(), replace(self.limits, workers=1, seconds=60.0)
        )
        return self.plan if solution.values is None else read_plan(model, solution.values)

    def _attempt(self, stage: Stage) -> tuple[str, int | None, int]:
        """Solve the part: the solver's status, the value, and the proven bound for the part."""
        pairs = np.flatnonzero(self.part & self.alive)
        model = Model(self.problem, pairs, self.apart)
        if not model.possible:
            return "infeasible", None, 0
        for earlier, value in self.pins:
            model.program.at_most(model.objective(earlier), value)
        solution = solve_cp_sat(model.program, model.objective(stage), self.left())
        if solution.values is None:
            return solution.status, None, 0
        self.plan = read_plan(model, solution.values)
        return solution.status, solution.objective, solution.bound

    def _settle(self, stage: Stage, value: int, bounds: Bounds, bound: int) -> None:
        kept = self.alive & bounds.keeps(value) if self.cut else self.alive
        self.results.append(StageResult(stage.name, value, bound, int(kept.sum())))
        self.alive = kept
        self.pins.append((stage, value))

    def _start(self, bounds: Bounds) -> None:
        """The part to begin with: per need the pairs that the relaxation likes best."""
        if not self.cut:
            self.part = self.alive.copy()
            return
        self.part &= self.alive
        problem = self.problem
        for at, need in enumerate(problem.item.needs):
            mine = np.flatnonzero(self.alive & (problem.need == at))
            if not len(mine):
                continue
            order = mine[np.lexsort((mine, bounds.rank[mine], bounds.pair[mine]))]
            reach = np.cumsum(problem.lot[order] * problem.most[order])
            filling = int(np.searchsorted(reach, need.quantity)) + 1
            self.part[order[: PART_PAIRS_PER_NEED + 2 * filling]] = True
            quick = mine[np.lexsort((bounds.rank[mine], problem.lead[mine]))]
            self.part[quick[:4]] = True
            large = mine[np.lexsort((bounds.rank[mine], -problem.most[mine] * problem.lot[mine]))]
            self.part[large[:4]] = True
        for _, seat in problem.seats():
            self.part[seat] = True
        if self.plan is not None:
            self.part[chosen_pairs(problem, self.plan.firms)] = True
        self.part &= self.alive

    def _grow(self, bounds: Bounds, wanted: NDArray[np.bool_]) -> None:
        """Add the most promising of the wanted pairs, so many that the part grows by a factor."""
        missing = np.flatnonzero(wanted & ~self.part)
        room = max(200, GROWTH * int(self.part.sum()))
        order = np.lexsort((missing, bounds.rank[missing], bounds.pair[missing]))
        self.part[missing[order[:room]]] = True
