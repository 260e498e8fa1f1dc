"""When nothing fits: the smallest set of demands that together are impossible.

Implicit hitting sets: every way to become possible drops at least one demand of every conflict.
A smallest set of demands that meets each way found so far is tried by itself; if it is
impossible, no smaller conflict exists; if it is possible, it is grown until any further demand
would make it impossible, and what is missing is one more way that must be met.
(Ignatiev, Previti, Liffiton and Marques-Silva, Smallest MUS extraction with minimal hitting set
dualization, CP 2015.) Each trial cuts and solves its own problem from all members.
"""

from moyeora.formation.demands import Demand, demands, without
from moyeora.formation.faults import NoConsortium
from moyeora.formation.item import Item
from moyeora.formation.members import Members
from moyeora.formation.model import Stage
from moyeora.formation.problem import build
from moyeora.formation.program import Limits
from moyeora.formation.solve import solve


def is_possible(item: Item, members: Members, limits: Limits | None = None) -> bool:
    """Whether any consortium meets every demand. Raises ``OutOfTime`` when that stays open."""
    try:
        solve(build(item, members), limits, stages=[Stage("any")], canonical=False)
    except NoConsortium:
        return False
    return True


def smallest_conflict(item: Item, members: Members, limits: Limits | None = None) -> list[Demand]:
    """The smallest set of demands that together are impossible; empty when the item is possible.

    Without any one of them, and with all other demands dropped, the rest is possible.
    """
    every = demands(item, members)
    known: dict[frozenset[int], bool] = {}

    def possible(kept: frozenset[int]) -> bool:
        if kept not in known:
            needs = [d for d in kept if every[d].key.count(".") == 1 and _is_need(every[d])]
            if not needs and len(item.needs) > 1:
                known[kept] = True  # nothing is asked for
            else:
                dropped = [demand for at, demand in enumerate(every) if at not in kept]
                known[kept] = is_possible(*without(item, members, dropped), limits)
        return known[kept]

    everything = frozenset(range(len(every)))
    if possible(everything):
        return []
    ways: list[frozenset[int]] = []
    while True:
        candidate = _smallest_hitting_set(len(every), ways)
        if not possible(candidate):
            return [every[at] for at in sorted(candidate)]
        grown = candidate
        for at in sorted(everything - grown):
            if possible(grown | {at}):
                grown |= {at}
        ways.append(everything - grown)


def _is_need(demand: Demand) -> bool:
    return demand.key.startswith("need.")


def _smallest_hitting_set(count: int, sets: list[frozenset[int]]) -> frozenset[int]:
    from ortools.sat.python import cp_model  # slow to import

    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in range(count)]
    for each in sets:
        model.add_bool_or([chosen[at] for at in sorted(each)])
    # Among the smallest, the first in the item's order.
    model.minimize(sum((count * count + at) * var for at, var in enumerate(chosen)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.solve(model)
    return frozenset(at for at, var in enumerate(chosen) if solver.value(var))
