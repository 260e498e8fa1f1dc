"""Solving: the stages one after another, each proven, and then one canonical answer.

A stage is minimised by :mod:`.search` and pinned at its proven value before the next. Several
plans may then be equally good. Which of them it is, is decided by a draw that favours nobody: each
firm has a lot (a hash of its number and the item's id), and the plan with the least sum of lots is
the answer. The draw is one more stage and is proven like the others, so that the same input gives
the same firms on any number of workers and for any order of the rows. Where the proof of the draw
does not fit into a fixed effort, ``Outcome.drawn`` is False: the answer is still the same for the
same input, but another plan that is as good may have a lesser sum. A last solve of the chosen
firms' pairs makes the quantities and the schedule.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from moyeora.formation.faults import OutOfTime
from moyeora.formation.knapsack import Fillings
from moyeora.formation.model import Apart, Stage
from moyeora.formation.plan import Plan, chosen_pairs, read_plan
from moyeora.formation.problem import Problem
from moyeora.formation.program import Limits, solve_cp_sat
from moyeora.formation.search import Job, Progress, search

DRAW_EFFORT = 2.0


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
    """The plan, each stage's proof, and how many pairs there were and were left to solve.

    ``drawn``: of all plans that are as good, this one is proven to have the least sum of lots.
    """

    plan: Plan
    stages: tuple[StageResult, ...]
    pairs: int
    candidates: int
    seconds: float
    drawn: bool
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
    fillings: Fillings | None = None,
) -> Outcome:
    """The proven best plan, or the best found within the time limit and its bound.

    ``stages`` replaces the item's own; ``apart`` asks for a plan that differs from others;
    ``held`` are stages that must not exceed a value; ``known`` is a plan that keeps all rules of
    the problem, from which the search then begins.
    Without ``cut`` every pair goes to the solver (for comparison); without ``canonical`` any one
    of equally good plans is returned, which is quicker and enough to know the values.
    ``progress`` is told of every step; what it raises ends the solve, so that it can stop it.
    ``fillings`` are shared by the solves of questions that are much alike.

    Raises :class:`NoConsortium` when it is proven that no plan keeps all rules, and
    :class:`OutOfTime` when none was found in time.
    """
    job = Job(problem, limits or Limits(), apart, cut, progress, list(held), fillings)
    alive = np.ones(len(problem), dtype=bool)
    results = []
    for stage in stages_of(problem) if stages is None else stages:
        found = search(job, stage, alive, known)
        candidates = int(found.alive.sum())
        results.append(StageResult(stage.name, found.value, found.bound, candidates))
        alive, plan = found.alive, found.plan
        known = plan if found.settled else None
        job.pins.append((stage, found.value))
        if not results[-1].proven:
            break
    drawn = False
    if canonical:
        if results[-1].proven:
            plan, drawn = _draw(job, alive, plan, known)
        plan = _scheduled(job, plan)
    return Outcome(
        plan=plan,
        stages=tuple(results),
        pairs=len(problem),
        candidates=max(result.candidates for result in results),
        seconds=time.monotonic() - job.began,
        drawn=drawn,
        problem=problem,
    )


def _draw(job: Job, alive: NDArray[np.bool_], plan: Plan, known: Plan | None) -> tuple[Plan, bool]:
    """Of all plans that are as good, the one with the least sum of lots; and whether proven."""
    stage = Stage("draw", firms=job.problem.lottery.tolist())
    try:
        found = search(job, stage, alive, known, DRAW_EFFORT)
    except OutOfTime:
        return plan, False
    return found.plan, found.value == found.bound


def _scheduled(job: Job, plan: Plan) -> Plan:
    """The plan of the same firms whose needs are worked on as early as can be."""
    model = job.model(chosen_pairs(job.problem, plan.firms))
    for is_in in model.is_in.values():
        model.program.equal([(is_in, 1)], 1)
    limits = replace(job.limits, workers=1, seconds=60.0)
    solution = solve_cp_sat(model.program, model.schedule(), limits)
    return plan if solution.values is None else read_plan(model, solution.values)
