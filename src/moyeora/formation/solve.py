"""Solving: cut, solve what is left, prove; stage by stage; then one canonical answer.

Each stage first solves a small part of the pairs (those cheapest by the relaxation), which gives
an incumbent. Then the safe cuts of :mod:`.bound` and :mod:`.linear` say which of *all* pairs a
better plan could use. If those were all in the part, or the bound meets the incumbent, the stage
is proven; otherwise the part grows by them and is solved again.

Several plans may be equally good. The last stage is therefore solved on one worker from a fixed
seed, beginning from the problem alone and not from whatever an earlier stage happened to find;
then a draw minimises the sum of the lots of the firms that are in (a hash of each number), the
stages held. The draw has a fixed effort in the solver's deterministic time: among thousands of
equal plans the least sum can be harder to prove than the optimum itself, and a plan that is the
same every time is all that is asked of it. A last solve of the chosen firms' pairs makes the
quantities and the schedule. So the answer is the same on any number of workers and for any order
of the rows.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from moyeora.formation.bound import Bounds, Relaxation, larger
from moyeora.formation.faults import NoConsortium, OutOfTime
from moyeora.formation.linear import linear_bound
from moyeora.formation.model import Apart, Model, Stage
from moyeora.formation.plan import Plan, chosen_pairs, plan_values, read_plan
from moyeora.formation.problem import Problem
from moyeora.formation.program import Limits, solve_cp_sat

PART_PAIRS_PER_NEED = 6
PART_EFFORT = 0.15
GROWTH = 3
LINEAR_PAIRS_MAX = 3000
"""Beyond this the linear relaxation takes longer than it saves."""

DRAW_PAIRS_MAX = 300
DRAW_EFFORT = 0.3


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
class Progress:
    """How far a solve is: the best value of the stage so far (None: no plan yet), the proven
    lower bound, and the seconds since it began."""

    stage: str
    value: int | None
    bound: int
    seconds: float


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
        return tuple(stage.value for stage in self.stages)


def stages_of(problem: Problem) -> list[Stage]:
    """The item's wishes as stages."""
    return [Stage("+".join(weights), dict(weights)) for weights in problem.item.wishes.stages]


def solve(
    problem: Problem,
    limits: Limits | None = None,
    *,
    stages: Sequence[Stage] | None = None,
    apart: Sequence[Apart] = (),
    held: Sequence[tuple[Stage, int]] = (),
    known: Plan | None = None,
    cut: bool = True,
    canonical: bool = True,
    progress: Callable[[Progress], None] | None = None,
) -> Outcome:
    """The proven best plan, or the best found within the time limit and its bound.

    ``stages`` replaces the item's own; ``apart`` asks for a plan that differs from others;
    ``held`` are stages that must not exceed a value; ``known`` is a plan that keeps all rules of
    the problem, whose firms the first attempt then includes.
    Without ``cut`` every pair goes to the solver (for comparison); without ``canonical`` any one
    of equally good plans is returned, which is quicker and enough to know the values.
    ``progress`` is told of every step; what it raises ends the solve, so that it can stop it.

    Raises :class:`NoConsortium` when it is proven that no plan keeps all rules, and
    :class:`OutOfTime` when none was found in time.
    """
    run = _Run(problem, limits or Limits(), apart, cut)
    run.pins.extend(held)
    run.known = known
    run.progress = progress
    wanted = list(stages_of(problem) if stages is None else stages)
    for stage in wanted:
        run.stage(stage, deciding=canonical and stage is wanted[-1])
        if not run.results[-1].proven:
            break
    if canonical and run.results[-1].proven:
        run.draw()
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
    def __init__(self, problem: Problem, limits: Limits, apart: Sequence[Apart], cut: bool) -> None:
        self.problem, self.limits, self.apart, self.cut = problem, limits, apart, cut
        self.began = time.monotonic()
        self.alive = np.ones(len(problem), dtype=bool)
        self.pins: list[tuple[Stage, int]] = []
        self.results: list[StageResult] = []
        self.part = np.zeros(len(problem), dtype=bool)
        self.plan: Plan | None = None
        self.known: Plan | None = None
        self.progress: Callable[[Progress], None] | None = None

    def _tell(self, stage: Stage, value: int | None, bound: int) -> None:
        if self.progress is not None:
            seconds = time.monotonic() - self.began
            self.progress(Progress(stage.name, value, bound, seconds))

    def _seconds(self) -> float:
        return self.limits.seconds - (time.monotonic() - self.began)

    def stage(self, stage: Stage, deciding: bool) -> None:
        """Minimise one stage; the deciding one also settles which of equal plans it is."""
        if deciding:
            # Forget what the earlier stages happened to find, and keep what they proved.
            self.plan = None
            self.part[:] = False
            self.alive[:] = True
            for earlier, pinned in self.pins if self.cut else ():
                whole = Relaxation(self.problem, earlier, np.ones_like(self.alive)).curves()
                self.alive &= whole.keeps(pinned)
        limits = replace(self.limits, workers=1) if deciding else self.limits
        relaxed = Relaxation(self.problem, stage, self.alive)
        bounds = relaxed.curves()
        steps: list[Callable[[int], Bounds]] = [
            relaxed.prices,
            lambda value: self._linear(stage, bounds, value),
        ]
        self._start(bounds)
        if self.known is not None and not self.pins:
            known = self._value_of(stage, self.known)
            for step in steps:
                bounds = larger(bounds, step(known))
            steps.clear()
            wanted = self.alive & bounds.keeps(known)
            if wanted.sum() <= LINEAR_PAIRS_MAX:
                self.part |= wanted  # all that can be better, so that one solve is enough
        while True:
            quick = self.cut and bool((self.alive & ~self.part).any())
            status, value, floor = self._attempt(stage, limits, quick)
            self._tell(stage, value, floor)
            out_of_time = self._seconds() <= 0
            if value is None:
                if not (self.alive & ~self.part).any():
                    if status == "infeasible":
                        raise NoConsortium("no consortium meets every demand of the item")
                    raise OutOfTime("no consortium was found within the time limit")
                if out_of_time:
                    raise OutOfTime("no consortium was found within the time limit")
                self._grow(bounds, self.alive)
                continue
            floor = value if status == "optimal" else floor
            while self.cut and not bounds.proves(value):
                wanted = self.alive & bounds.keeps(value)
                if not (wanted & ~self.part).any():
                    break
                if not steps:
                    floor = min(floor, int(np.ceil(bounds.whole - bounds.margin)))
                    break
                bounds = larger(bounds, steps.pop(0)(value))
            else:
                self._settle(stage, value, bounds, value if self.cut else floor)
                return
            wanted = self.alive & bounds.keeps(value)
            complete = not (wanted & ~self.part).any()
            if (complete and (status == "optimal" or not quick)) or out_of_time:
                self._settle(stage, value, bounds, floor)
                return
            # Nothing outside the wanted pairs can be better: solve those, and those alone.
            self.alive, self.known = wanted, None
            if complete or wanted.sum() <= LINEAR_PAIRS_MAX:
                self.part = wanted.copy()
            else:
                self._grow(bounds, wanted)

    def _linear(self, stage: Stage, bounds: Bounds, value: int) -> Bounds:
        """The bound by linear relaxation of the pairs that are still wanted."""
        wanted = self.alive & bounds.keeps(value)
        full = np.full(len(self.problem), -np.inf)
        if wanted.sum() > LINEAR_PAIRS_MAX:
            return Bounds(-np.inf, full, bounds.rank)
        model = self._model(np.flatnonzero(wanted))
        whole, pair = linear_bound(model, model.objective(stage), max(1.0, self._seconds()))
        full[model.pairs] = pair
        # The relaxation knows only the wanted pairs; the others are out already.
        full[~wanted] = np.inf
        return Bounds(whole, full, bounds.rank)

    def draw(self) -> None:
        """Among equally good plans, the firms that the draw prefers."""
        assert self.plan is not None
        problem, plan = self.problem, self.plan
        pairs = np.zeros(len(problem), dtype=bool)
        alive = np.flatnonzero(self.alive)
        lots = problem.lottery[problem.firm[alive]]
        pairs[alive[np.lexsort((alive, lots))[:DRAW_PAIRS_MAX]]] = True
        pairs[chosen_pairs(problem, plan.firms)] = True
        model = self._model(np.flatnonzero(pairs))
        objective = model.objective(Stage("draw", firms=problem.lottery.tolist()))
        seconds = max(1.0, self._seconds())
        limits = replace(self.limits, workers=1, seconds=seconds)
        solution = solve_cp_sat(
            model.program, objective, limits, plan_values(model, plan), effort=DRAW_EFFORT
        )
        if solution.values is not None:
            self.plan = read_plan(model, solution.values)

    def final(self) -> Plan:
        """The canonical plan of the chosen firms."""
        assert self.plan is not None
        model = self._model(chosen_pairs(self.problem, self.plan.firms))
        for is_in in model.is_in.values():
            model.program.equal([(is_in, 1)], 1)
        solution = solve_cp_sat(
            model.program, model.schedule(), replace(self.limits, workers=1, seconds=60.0)
        )
        return self.plan if solution.values is None else read_plan(model, solution.values)

    def _model(self, pairs: NDArray[np.int64]) -> Model:
        model = Model(self.problem, pairs, self.apart)
        for stage, value in self.pins:
            model.program.at_most(model.objective(stage), value)
        return model

    def _attempt(self, stage: Stage, limits: Limits, quick: bool) -> tuple[str, int | None, int]:
        """Solve the part: the solver's status, the value, and the proven bound for the part.

        A part that others may have to join is not worth proving: it only has to be good.
        """
        model = self._model(np.flatnonzero(self.part & self.alive))
        if not model.possible:
            return "infeasible", None, 0
        hint = None if self.plan is None else plan_values(model, self.plan)
        limits = replace(limits, seconds=max(0.05, self._seconds()))
        effort = PART_EFFORT if quick else None
        solution = solve_cp_sat(model.program, model.objective(stage), limits, hint, effort)
        if solution.values is None:
            return solution.status, None, 0
        self.plan = read_plan(model, solution.values)
        return solution.status, solution.objective, solution.bound

    def _value_of(self, stage: Stage, plan: Plan) -> int:
        return sum(weight * plan.wishes[wish] for wish, weight in stage.wishes.items())

    def _settle(self, stage: Stage, value: int, bounds: Bounds, bound: int) -> None:
        self._tell(stage, value, bound)
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
            # Where seats are few, the cheapest are too small: take the cheapest that are not.
            seats = max(1, problem.item.wishes.firms_max // len(problem.item.needs))
            enough = problem.lot[order] * problem.most[order] * seats >= need.quantity
            self.part[order[enough][:PART_PAIRS_PER_NEED]] = True
        for _, seat in problem.seats():
            self.part[seat] = True
        for plan in (self.plan, self.known):
            if plan is not None:
                self.part[chosen_pairs(problem, plan.firms)] = True
        self.part &= self.alive

    def _grow(self, bounds: Bounds, wanted: NDArray[np.bool_]) -> None:
        """Add the most promising of the wanted pairs, so many that the part grows by a factor."""
        missing = np.flatnonzero(wanted & ~self.part)
        room = max(200, GROWTH * int(self.part.sum()))
        order = np.lexsort((missing, bounds.rank[missing], bounds.pair[missing]))
        self.part[missing[order[:room]]] = True
