"""The bound by linear relaxation: what the whole model, made continuous, says of each pair.

Any row prices pi give a lower bound, not only the best ones: for every x within its box and its
rows, c x >= pi b + (c - pi A) x, with b the side of the row that pi's sign asks for, and the last
term is at least the sum over variables of its least value on the box. So GLOP only *suggests*
prices; the bound is computed from them here, and a wrong price makes it weaker, never wrong.
Forcing a variable that is 0 or 1 to be 1 raises the bound by its reduced cost, where positive.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp  # type: ignore[import-untyped]

from moyeora.formation.model import Model
from moyeora.formation.program import INFINITE, Program, Terms

Floats = NDArray[np.float64]


def arrays(program: Program, objective: Terms) -> dict[str, Any]:
    """The program as arrays: cost, variable bounds, row bounds, and the matrix by rows."""
    count = len(program.lower)
    cost = np.zeros(count)
    for variable, weight in objective:
        cost[variable] += weight
    starts = [0]
    columns: list[int] = []
    values: list[int] = []
    for _, terms, _ in program.rows:
        summed: dict[int, int] = {}
        for variable, weight in terms:
            summed[variable] = summed.get(variable, 0) + weight
        columns.extend(summed)
        values.extend(summed.values())
        starts.append(len(columns))
    low = np.array([row[0] for row in program.rows], dtype=float)
    high = np.array([row[2] for row in program.rows], dtype=float)
    return {
        "cost": cost,
        "lower": np.array(program.lower, dtype=float),
        "upper": np.array(program.upper, dtype=float),
        "low": np.where(low <= -INFINITE, -np.inf, low),
        "high": np.where(high >= INFINITE, np.inf, high),
        "starts": np.array(starts, dtype=np.int32),
        "columns": np.array(columns, dtype=np.int32),
        "values": np.array(values, dtype=float),
    }


def _row_prices(data: dict[str, Any], seconds: float) -> Floats | None:
    """The row prices of the program made continuous; None when the solver has none."""
    solver = pywraplp.Solver.CreateSolver("GLOP")
    solver.set_time_limit(int(seconds * 1000))
    variables = [
        solver.NumVar(low, high, "")
        for low, high in zip(data["lower"].tolist(), data["upper"].tolist(), strict=True)
    ]
    columns, values, starts = (data[name].tolist() for name in ("columns", "values", "starts"))
    rows = []
    for at, (low, high) in enumerate(zip(data["low"].tolist(), data["high"].tolist(), strict=True)):
        row = solver.Constraint(low, high)
        for place in range(starts[at], starts[at + 1]):
            row.SetCoefficient(variables[columns[place]], values[place])
        rows.append(row)
    objective = solver.Objective()
    for variable, weight in zip(variables, data["cost"].tolist(), strict=True):
        if weight:
            objective.SetCoefficient(variable, weight)
    objective.SetMinimization()
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return None
    prices = np.array([row.dual_value() for row in rows])
    return prices if np.isfinite(prices).all() else None


def linear_bound(model: Model, objective: Terms, seconds: float) -> tuple[float, Floats]:
    """A bound on the model's objective, and for each pair of ``model.pairs`` one with it used.

    Minus infinity when the solver gives no prices.
    """
    data = arrays(model.program, objective)
    prices = _row_prices(data, seconds)
    if prices is None:
        return -np.inf, np.full(len(model.pairs), -np.inf)
    # A price asks for the finite side of its row; without one it must be nothing.
    side = np.where(prices > 0, data["low"], data["high"])
    prices = np.where(np.isfinite(side), prices, 0.0)
    side = np.where(np.isfinite(side), side, 0.0)
    rows = np.repeat(np.arange(len(prices)), np.diff(data["starts"]))
    reduced = data["cost"] - np.bincount(
        data["columns"], prices[rows] * data["values"], minlength=len(data["cost"])
    )
    least = np.minimum(reduced * data["lower"], reduced * data["upper"])
    whole = float(prices @ side + least.sum())
    # Only variables that are 0 or 1 are forced here; each is at its cheaper end in `least`.
    forced = np.maximum(0.0, reduced)
    firm_of = model.problem.firm
    pair = np.empty(len(model.pairs))
    for at, each in enumerate(model.pairs):
        used, is_in = model.used[each], model.is_in[int(firm_of[each])]
        extra = forced[used] + (forced[is_in] if is_in != used else 0.0)
        tiers = model.tiers[each]
        if tiers != [used]:
            extra += min(forced[tier] for tier in tiers)
        pair[at] = whole + extra
    return whole, pair
