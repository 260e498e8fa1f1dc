"""A plan: who does how much of what, when, at what cost; and the check that it keeps every rule.

The six wishes as absolute integers, less is better:

- ``cost``: the sum of set-up costs and prices, in the smallest unit of the offers' currency;
- ``time``: days from the item's start to the end of the last period worked in;
- ``quality``: billionths of a need that are expected late or defective, summed over the needs;
- ``cohesion``: km of all firms from the item's place, less the points of their past ties;
- ``equality``: what the firm that earns most earns;
- ``newcomers``: how many of the wanted newcomers (firms without a past tie) are missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from moyeora.formation.model import Model
from moyeora.formation.problem import BILLION, Problem


@dataclass(frozen=True)
class Share:
    """What one firm does for one need with one offer.

    ``made`` holds (period, units) for each period in which something is made; periods count from
    0. ``offer`` is the row in ``Members.offers``.
    """

    firm: str
    name: str
    need: str
    capability: str
    offer: int
    lots: int
    units: int
    cost: int
    begins: int
    made: tuple[tuple[int, int], ...]

    @property
    def ends(self) -> int:
        """The last period worked in."""
        return self.made[-1][0]


@dataclass(frozen=True)
class Plan:
    """Shares in the order of the needs, then of the firms' numbers; and what they come to."""

    shares: tuple[Share, ...]
    wishes: dict[str, int]

    @property
    def firms(self) -> tuple[str, ...]:
        """The numbers of the firms that are in, sorted."""
        return tuple(sorted({share.firm for share in self.shares}))

    @property
    def cost(self) -> int:
        """The cost in the smallest unit of the offers' currency."""
        return self.wishes["cost"]

    def earned(self, firm: str) -> int:
        """What one firm is paid by the plan."""
        return sum(share.cost for share in self.shares if share.firm == firm)


def read_plan(model: Model, values: Sequence[int]) -> Plan:
    """The plan that a solution of the model stands for, each need worked on as early as it can."""
    problem = model.problem
    lots = {
        pair: sum(count * values[variable] for variable, count in model.lots[pair])
        for pair in model.pairs
        if values[model.used[pair]]
    }
    window = {
        at: next((w for w, v in model.window[at].items() if values[v]))
        if at in model.window
        else (int(problem.first[at]), int(problem.last[at]))
        for at in range(len(problem.item.needs))
    }
    made = _made(problem, lots, window, model, values)
    shares = []
    for pair, count in lots.items():
        firm = problem.number[int(problem.firm[pair])]
        at = int(problem.need[pair])
        shares.append(
            Share(
                firm=firm,
                name=str(problem.members.firms["name"][int(problem.firms[problem.firm[pair]])]),
                need=problem.item.needs[at].id,
                capability=str(problem.members.offers["capability"][int(problem.offer[pair])]),
                offer=int(problem.offer[pair]),
                lots=count,
                units=problem.units(pair, count),
                cost=problem.cost(pair, count),
                begins=made[pair][0][0] - int(problem.lead[pair]),
                made=made[pair],
            )
        )
    return Plan(tuple(shares), evaluate(problem, shares))


def _made(
    problem: Problem,
    lots: dict[int, int],
    window: dict[int, tuple[int, int]],
    model: Model,
    values: Sequence[int],
) -> dict[int, tuple[tuple[int, int], ...]]:
    """How much of each pair is made when: on a line of its own as early as it can; on a line that
    is shared as the solver placed it."""
    made = {}
    for pair, count in lots.items():
        placed = model.made.get(pair)
        if placed is not None:
            made[pair] = tuple(
                (period, values[variable])
                for period, variable in sorted(placed.items())
                if values[variable] > 0
            )
            continue
        left, slots = problem.units(pair, count), []
        begin, end = window[int(problem.need[pair])]
        for period in range(begin + int(problem.lead[pair]), end + 1):
            units = min(left, int(problem.capacity[pair, period]))
            if units > 0:
                slots.append((period, units))
                left -= units
        made[pair] = tuple(slots)
    return made


def plan_values(model: Model, plan: Plan) -> dict[int, int]:
    """Values of the model's main variables in a plan: a hint for the solver."""
    problem = model.problem
    index = {need.id: at for at, need in enumerate(problem.item.needs)}
    used = {(share.offer, index[share.need]) for share in plan.shares}
    firms = {problem.firm_at[firm] for firm in plan.firms}
    values = {variable: int(firm in firms) for firm, variable in model.is_in.items()}
    for pair in model.pairs:
        key = (int(problem.offer[pair]), int(problem.need[pair]))
        values[model.used[pair]] = int(key in used)
    return values


def evaluate(problem: Problem, shares: Sequence[Share]) -> dict[str, int]:
    """The six wishes of some shares, computed from the tables and not from the model."""
    item = problem.item
    pair_of = {
        (int(offer), int(need)): pair
        for pair, (offer, need) in enumerate(zip(problem.offer, problem.need, strict=True))
    }
    index = {need.id: at for at, need in enumerate(item.needs)}
    firms = {problem.firm_at[share.firm] for share in shares}
    earned: dict[str, int] = {}
    for share in shares:
        earned[share.firm] = earned.get(share.firm, 0) + share.cost
    points = sum(
        int(point)
        for a, b, point in zip(*problem.ties, strict=True)
        if int(a) in firms and int(b) in firms
    )
    end = max((share.ends for share in shares), default=-1) + 1
    return {
        "cost": sum(share.cost for share in shares),
        "time": end * item.period_days,
        "quality": sum(
            share.lots * int(problem.risk[pair_of[share.offer, index[share.need]]])
            for share in shares
        ),
        "cohesion": sum(int(problem.distance[firm]) for firm in firms) - points,
        "equality": max(earned.values(), default=0),
        "newcomers": max(
            0, item.wishes.newcomers - sum(bool(problem.newcomer[firm]) for firm in firms)
        ),
    }


def broken_rules(problem: Problem, plan: Plan) -> list[str]:
    """Every rule of the item that the plan breaks, in words; empty for a sound plan.

    Written against the rules and not against the model, so that tests can hold one to the other.
    """
    item, broken = problem.item, []
    pair_of = {
        (int(offer), int(need)): pair
        for pair, (offer, need) in enumerate(zip(problem.offer, problem.need, strict=True))
    }
    index = {need.id: at for at, need in enumerate(item.needs)}
    pairs = {}
    for share in plan.shares:
        pair = pair_of.get((share.offer, index[share.need]))
        if pair is None:
            broken.append(f"{share.firm} has no offer for {share.need}")
            continue
        pairs[share] = pair
        if not problem.least[pair] <= share.lots <= problem.most[pair]:
            broken.append(f"{share.firm} takes {share.lots} lots of {share.need}")
        if share.cost != problem.cost(pair, share.lots):
            broken.append(f"{share.firm} is paid {share.cost} for {share.need}")
        if sum(units for _, units in share.made) != share.units:
            broken.append(f"{share.firm} does not make what it takes of {share.need}")
        if share.begins + problem.lead[pair] > share.made[0][0] or share.begins < 0:
            broken.append(f"{share.firm} makes {share.need} before its lead time has passed")
    for need in item.needs:
        mine = [share for share in plan.shares if share.need == need.id]
        if sum(share.units for share in mine) < need.quantity:
            broken.append(f"{need.id} is not covered")
        if need.firms_max is not None and len({share.firm for share in mine}) > need.firms_max:
            broken.append(f"{need.id} is split among too many firms")
        if any(share.ends >= need.until for share in mine):
            broken.append(f"{need.id} is late")
        for earlier in need.after:
            end = max((s.ends for s in plan.shares if s.need == earlier), default=-1)
            if any(share.begins <= end for share in mine):
                broken.append(f"{need.id} begins before {earlier} has ended")
    broken += _overloads(problem, pairs)
    firms = plan.firms
    if len(firms) > item.wishes.firms_max:
        broken.append("there are too many firms")
    for a, b in zip(*problem.exclusions, strict=True):
        if problem.number[a] in firms and problem.number[b] in firms:
            broken.append(f"{problem.number[a]} and {problem.number[b]} must not sit together")
    for seat in item.wishes.seats:
        if not any(s.firm == seat.firm and seat.need in (None, s.need) for s in plan.shares):
            broken.append(f"{seat.firm} has lost its seat")
    if problem.budget is not None and plan.cost > problem.budget:
        broken.append("the budget is exceeded")
    cap = problem.firm_cap
    if cap is not None and any(plan.earned(firm) > cap for firm in firms):
        broken.append("a firm earns more than its cap")
    if plan.wishes != evaluate(problem, plan.shares):
        broken.append("the wishes do not add up")
    return broken


def _overloads(problem: Problem, pairs: dict[Share, int]) -> list[str]:
    broken = []
    load: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for share, pair in pairs.items():
        for period, units in share.made:
            if units > problem.capacity[pair, period]:
                broken.append(f"{share.firm} is over capacity in period {period}")
            capacity = int(problem.capacity[pair, period])
            load.setdefault((int(problem.line[pair]), period), []).append((units, capacity))
    for (_, period), here in load.items():
        capacities = {capacity for _, capacity in here}
        if len(capacities) == 1:
            over = sum(units for units, _ in here) > capacities.pop()
        else:
            over = sum(units * (BILLION // capacity) for units, capacity in here) > BILLION
        if over:
            broken.append(f"a line is over capacity in period {period}")
    return broken


def plan_to_json(plan: Plan, problem: Problem) -> dict[str, Any]:
    """The plan as JSON's types, with dates; :func:`plan_from_json` reads it back."""
    item = problem.item
    return {
        "item": item.id,
        "currency": item.offer_currency,
        "wishes": dict(plan.wishes),
        "firms": list(plan.firms),
        "shares": [
            {
                "firm": share.firm,
                "name": share.name,
                "need": share.need,
                "capability": share.capability,
                "lots": share.lots,
                "units": share.units,
                "unit": item.need(share.need).unit,
                "cost": share.cost,
                "begins": item.period_start(share.begins).isoformat(),
                "ends": item.period_end(share.ends).isoformat(),
                "made": [
                    {"from": item.period_start(period).isoformat(), "units": units}
                    for period, units in share.made
                ],
            }
            for share in plan.shares
        ],
    }


def stretches(made: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """The runs of consecutive periods in which something is made: (first, last)."""
    runs = [[made[0][0], made[0][0]]]
    for (before, _), (period, _) in pairwise(made):
        if period > before + 1:
            runs.append([period, period])
        runs[-1][1] = period
    return [(first, last) for first, last in runs]


def chosen_pairs(problem: Problem, firms: Sequence[str]) -> np.typing.NDArray[np.int64]:
    """All pairs of the given firms."""
    wanted = [problem.firm_at[firm] for firm in firms if firm in problem.firm_at]
    return np.flatnonzero(np.isin(problem.firm, wanted))
