"""An integer linear program, written down once and handed to whichever solver is asked.

The model is stated here in nothing but bounded integers and linear rows, so that CP-SAT and its
peers in the benchmarks solve exactly the same thing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

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
    hint: Sequence[int] | None = None,
) -> Solution:
    """Minimise with OR-Tools CP-SAT; the same program gives the same solution on one worker."""
    model = cp_model.CpModel()
    variables = [
        model.new_int_var(low, high, "")
        for low, high in zip(program.lower, program.upper, strict=True)
    ]
    for low, terms, high in program.rows:
        expression = cp_model.LinearExpr.weighted_sum(
            [variables[v] for v, _ in terms], [c for _, c in terms]
        )
        if low == high:
            model.add(expression == low)
        elif low > -INFINITE and high < INFINITE:
            model.add_linear_constraint(expression, low, high)
        elif low > -INFINITE:
            model.add(expression >= low)
        else:
            model.add(expression <= high)
    if objective:
        model.minimize(
            cp_model.LinearExpr.weighted_sum(
                [variables[v] for v, _ in objective], [c for _, c in objective]
            )
        )
    if hint is not None:
        for variable, value in zip(variables, hint, strict=True):
            model.add_hint(variable, value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = limits.workers
    solver.parameters.random_seed = 1
    solver.parameters.max_time_in_seconds = max(0.01, limits.seconds)
    solver.parameters.relative_gap_limit = 0.0
    status = solver.solve(model)
    names = {
        cp_model.OPTIMAL: "optimal",
        cp_model.FEASIBLE: "feasible",
        cp_model.INFEASIBLE: "infeasible",
    }
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Solution(names.get(status, "unknown"), None, 0, -INFINITE)
    values = [solver.value(variable) for variable in variables]
    value = sum(c * values[v] for v, c in objective)
    bound = value if status == cp_model.OPTIMAL else round(solver.best_objective_bound)
    return Solution(names[status], values, value, bound)
