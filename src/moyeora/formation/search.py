"""One stage: bound all pairs, drop those that cannot be in a better plan, solve what is left.

The bounds come in the order of their cost, and each works on what the one before has left:

1. price curves (:mod:`.bound`), then need prices (:mod:`.prices`), over all pairs, however many;
2. exact filling (:mod:`.filling`), over thousands; once the number of firms is seen to bind, with
   the number of firms;
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
from moyeora.formation.filling import filling_bound
from moyeora.formation.linear import linear_bound
from moyeora.formation.model import Apart, Model, Stage
from moyeora.formation.plan import Plan, chosen_pairs, plan_values, read_plan
from moyeora.formation.prices import price_bound
from moyeora.formation.problem import Problem
from moyeora.formation.program import Limits, Solution, solve_cp_sat

SMALL_PAIRS = 3000
"""Up to here exact filling is quick enough to begin with."""

COUNTED_PAIRS_MAX = 6000
FILLED_PAIRS_MAX = 40_000
LINEAR_PAIRS_MAX = 3000
FILLINGS_MAX = 400

PART_PAIRS_PER_NEED = 60
WIDTHS = (3, 12, 40)
"""How many pairs of each need CP-SAT is given beside those that the bound builds on."""

PART_EFFORT = 0.15


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
        relaxed = Relaxation(self.problem, stage, alive)
        self.bounds = relaxed.curves() if job.cut else relaxed.nothing()
        if job.cut and alive.sum() > SMALL_PAIRS:
            self._bounded(price_bound(relaxed))

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
        alone = {"cost", "quality", "equality"} & set(self.stage.wishes) or len(self.stage.firms)
        if "cohesion" in self.stage.wishes:
            # Ties are of pairs of firms: filling knows little of them, linear relaxation much.
            return [self._approach, self._relax]
        return [self._approach, self._fill, self._count, self._relax] if alone else []

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
    def wanted(self) -> NDArray[np.bool_]:
        """The pairs that a plan as good as the best found can use."""
        value = np.inf if self.value is None else self.value
        kept: NDArray[np.bool_] = self.alive & self.bounds.keeps(value)
        return kept & (self.bounds.pair < np.inf)

    def _bounded(self, bounds: Bounds) -> None:
        self.bounds = larger(self.bounds, bounds)
        self.job.tell(self.stage, self.value, self.bounds.whole)

    # The steps.

    def _approach(self) -> None:
        """Where many pairs are left: a good plan from the best of them, until few are left."""
        per_need = PART_PAIRS_PER_NEED
        while (wanted := self.wanted).sum() > SMALL_PAIRS and self.job.seconds > 0:
            before = self.value
            part = self._best(self.bounds, wanted, per_need)
            relaxed = Relaxation(self.problem, self.stage, part)
            filled = filling_bound(relaxed, np.inf, None, FILLINGS_MAX)
            counting = self._counting(filled, part)
            if counting is not None:
                filled = filling_bound(relaxed, np.inf, counting, FILLINGS_MAX)
            self._try(filled, part, WIDTHS[:2])
            if self.value == before or self.proven:
                if per_need > 16 * PART_PAIRS_PER_NEED or self.proven:
                    return
                per_need *= 4

    def _fill(self) -> None:
        wanted = self.wanted
        if wanted.sum() > FILLED_PAIRS_MAX:
            return
        value = np.inf if self.value is None else self.value
        relaxed = Relaxation(self.problem, self.stage, wanted)
        self._bounded(filling_bound(relaxed, value, None, FILLINGS_MAX))
        if self._counting(self.bounds, self.wanted) is None:
            self._try(self.bounds, self.wanted, WIDTHS)

    def _count(self) -> None:
        wanted = self.wanted
        few = len(np.unique(self.problem.firm[wanted])) <= self.problem.item.wishes.firms_max
        if few or wanted.sum() > COUNTED_PAIRS_MAX:
            return
        value = np.inf if self.value is None else self.value
        relaxed = Relaxation(self.problem, self.stage, wanted)
        self._bounded(filling_bound(relaxed, value, self.bounds.pair, FILLINGS_MAX))
        self._try(self.bounds, self.wanted, WIDTHS)

    def _relax(self) -> None:
        """The linear relaxation of the whole model over the pairs that are still wanted."""
        wanted = self.wanted
        if not wanted.any() or wanted.sum() > LINEAR_PAIRS_MAX:
            return
        model = self.job.model(np.flatnonzero(wanted))
        seconds = max(1.0, self.job.seconds)
        whole, pair = linear_bound(model, model.objective(self.stage), seconds)
        full = np.where(wanted, -np.inf, np.inf)
        full[model.pairs] = pair
        self._bounded(Bounds(whole, full, self.bounds.rank))
        self._try(self.bounds, self.wanted, WIDTHS[1:])

    def _finish(self, effort: float | None) -> None:
        """Solve everything that is left, and prove it."""
        wanted = self.wanted if self.job.cut else self.alive
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
            whole = max(self.bounds.whole, min(float(solution.bound), self.bounds.whole))
            inside = float(solution.bound)
            best = np.inf if self.value is None else float(self.value)
            whole = max(whole, min(inside, best))
        self.bounds = replace(self.bounds, whole=whole)

    # Trying.

    def _counting(
        self, bounds: Bounds, wanted: NDArray[np.bool_]
    ) -> NDArray[np.float64] | None:
        """What firms are counted by, when what the bound builds on are more firms than may be."""
        near = wanted & (bounds.pair <= bounds.whole + bounds.margin)
        firms = len(np.unique(self.problem.firm[near]))
        if firms <= self.problem.item.wishes.firms_max or wanted.sum() > COUNTED_PAIRS_MAX:
            return None
        return np.asarray(bounds.pair)

    def _best(
        self, bounds: Bounds, wanted: NDArray[np.bool_], per_need: int
    ) -> NDArray[np.bool_]:
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

    def _try(
        self, bounds: Bounds, wanted: NDArray[np.bool_], widths: Sequence[int]
    ) -> None:
        """Let CP-SAT find a plan among the pairs that a bound over ``wanted`` likes best."""
        near = wanted & (bounds.pair <= bounds.whole + bounds.margin)
        if near.sum() > SMALL_PAIRS // 10:
            near[:] = False
        limits = replace(self.job.limits, workers=1)
        last = 0
        for width in widths:
            part = near | self._best(bounds, wanted, width)
            if self.proven or self.job.seconds <= 0 or part.sum() == last:
                return
            last = int(part.sum())
            limits = replace(limits, seconds=max(0.05, self.job.seconds))
            before = self.value
            solution = self._solve(part, limits, PART_EFFORT, bounds.whole - bounds.margin)
            if solution.status == "optimal" and self.value == before and before is not None:
                continue
            if self.value is not None and self.value <= np.ceil(bounds.whole - bounds.margin):
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
