"""An integer linear program, written down once and handed to whichever solver is asked.

The model is stated here in nothing but bounded integers and linear rows, so that CP-SAT and its
peers in the benchmarks solve exactly the same thing.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported where it is used, for it is slow to import
    from ortools.sat.python import cp_model

Terms = list[tuple[int, int]]
"""A linear expression: (variable, coefficient)."""

INFINITE = 2**62


@dataclass
class Program:
    """Variables with their bounds, and rows ``low <= sum(coefficient * variable) <= high``."""

    lower: list[int] = field(default_factory=list)
    upper: list[int] = field(default_factory=list)
    rows: list[tuple[int, Terms, int]] = field(default_factory=list)

    def variable(self, lower: int, upper: int) -> int:
        """A new integer variable; returns its index."""
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.lower) - 1

    def boolean(self) -> int:
        """A new variable that is 0 or 1."""
        return self.variable(0, 1)

    def at_most(self, terms: Iterable[tuple[int, int]], high: int) -> None:
        """Add a row with an upper bound."""
        self.rows.append((-INFINITE, list(terms), high))

    def at_least(self, terms: Iterable[tuple[int, int]], low: int) -> None:
        """Add a row with a lower bound."""
        self.rows.append((low, list(terms), INFINITE))

    def equal(self, terms: Iterable[tuple[int, int]], value: int) -> None:
        """Add an equation."""
        self.rows.append((value, list(terms), value))

    def highest(self, terms: Iterable[tuple[int, int]]) -> int:
        """The greatest value that an expression could have by its variables' bounds."""
        return sum(c * (self.upper[v] if c > 0 else self.lower[v]) for v, c in terms)


@dataclass(frozen=True)
class Limits:
    """``workers`` threads (the answer is the same on any number) and ``seconds`` for the job."""

    workers: int = 1
    seconds: float = 600.0


@dataclass(frozen=True)
class Solution:
    """What a solver found: ``values`` is None when nothing; ``bound`` is proven either way."""

    status: str  # "optimal", "feasible", "infeasible" or "unknown"
    values: Sequence[int] | None
    objective: int
    bound: int


def solve_cp_sat(
    program: Program,
    objective: Terms,
    limits: Limits,
    hint: Mapping[int, int] | None = None,
    effort: float | None = None,
    least: int | None = None,
) -> Solution:
    """Minimise with OR-Tools CP-SAT; the same program gives the same solution on one worker.

    ``effort`` ends the search after so much deterministic time, the same on every machine;
    ``least`` is a proven lower bound of the objective: a solution that reaches it is optimal.
    """
    model = _written(program, objective, hint or {}, least)
    best: Solution | None = None
    began = time.monotonic()
    turns = STRATEGIES if effort is None else ((False, effort),)
    for tree_search, turn in turns:
        seconds = limits.seconds - (time.monotonic() - began)
        if best is not None and seconds <= 0:
            break
        if best is not None and best.values is not None:
            _hint(model, dict(enumerate(best.values)))
        found = _run(model, objective, limits.workers, seconds, tree_search, turn)
        best = found if best is None else _better(best, found)
        if found.status in ("optimal", "infeasible"):
            return found
    assert best is not None
    return best


def _written(
    program: Program, objective: Terms, hint: Mapping[int, int], least: int | None
) -> "cp_model.CpModel":
    """The program as CP-SAT's message: writing that is several times quicker than expressions."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    for low, high in zip(program.lower, program.upper, strict=True):
        model.proto.variables.add().domain.extend((low, high))
    rows = list(program.rows)
    if objective and least is not None:
        rows.append((least, objective, INFINITE))
    for low, terms, high in rows:
        summed = _summed(terms)
        row = model.proto.constraints.add().linear
        row.vars.extend(list(summed))
        row.coeffs.extend(list(summed.values()))
        row.domain.extend((low, high))
    if objective:
        summed = _summed(objective)
        model.proto.objective.vars.extend(list(summed))
        model.proto.objective.coeffs.extend(list(summed.values()))
    _hint(model, hint)
    return model


def _summed(terms: Terms) -> dict[int, int]:
    """The terms with each variable once."""
    summed = dict(terms)
    if len(summed) < len(terms):
        summed = {}
        for variable, count in terms:
            summed[variable] = summed.get(variable, 0) + count
    return summed


def _hint(model: "cp_model.CpModel", values: Mapping[int, int]) -> None:
    hint = model.proto.solution_hint
    hint.vars.clear()
    hint.values.clear()
    hint.vars.extend(list(values))
    hint.values.extend(list(values.values()))


STRATEGIES = ((False, 1.0), (True, 1.0), (False, 8.0), (True, 8.0), (False, float("inf")))
"""Whether to search by the objective's bound, and for how much deterministic time.

Neither search is quick on every item, and which one will be cannot be told beforehand: taking
turns costs at most a few times the better one. Deterministic time, so that the turns, and with
them the answer, do not depend on the machine's load.
"""


def _better(one: Solution, other: Solution) -> Solution:
    bound = max(one.bound, other.bound)
    if one.values is None or (other.values is not None and other.objective <= one.objective):
        one, other = other, one
    return Solution(one.status, one.values, one.objective, bound)


def _run(
    model: "cp_model.CpModel",
    objective: Terms,
    workers: int,
    seconds: float,
    tree_search: bool,
    effort: float,
) -> Solution:
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = 1
    solver.parameters.max_time_in_seconds = max(0.01, seconds)
    solver.parameters.max_deterministic_time = effort
    solver.parameters.relative_gap_limit = 0.0
    # Costs and covers are linear: without the whole LP relaxation, models of 80 pairs that
    # otherwise take a tenth of a second were not proven in ten minutes.
    solver.parameters.linearization_level = 2
    solver.parameters.optimize_with_lb_tree_search = tree_search
    status = solver.solve(model)
    names = {
        cp_model.OPTIMAL: "optimal",
        cp_model.FEASIBLE: "feasible",
        cp_model.INFEASIBLE: "infeasible",
    }
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Solution(names.get(status, "unknown"), None, 0, -INFINITE)
    values = list(solver.response_proto.solution)
    value = sum(c * values[v] for v, c in objective)
    bound = value if status == cp_model.OPTIMAL else round(solver.best_objective_bound)
    return Solution(names[status], values, value, bound)
