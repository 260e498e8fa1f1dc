"""Other consortia than the best: runners-up, the Pareto front, and the repair of a broken one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from moyeora.formation.faults import BadInput, Fault, NoConsortium
from moyeora.formation.item import Item
from moyeora.formation.members import Members
from moyeora.formation.model import Apart, Stage
from moyeora.formation.plan import Plan
from moyeora.formation.problem import Change, build
from moyeora.formation.program import Limits
from moyeora.formation.solve import Outcome, solve, stages_of

FRONT_POINTS_MAX = 5


def runners_up(outcome: Outcome, count: int = 2, limits: Limits | None = None) -> list[Outcome]:
    """The best consortia that are really different from the best and from each other.

    Really different: at least a third of the firms (rounded up) are others. Fewer than ``count``
    are returned when there are no more.
    """
    problem, found = outcome.problem, [outcome]
    while len(found) <= count:
        apart = []
        for each in found:
            firms = frozenset(problem.firm_at[firm] for firm in each.plan.firms)
            apart.append(Apart(firms, len(firms) - -(-len(firms) // 3)))
        try:
            found.append(solve(problem, limits, apart=apart))
        except NoConsortium:
            break
    return found[1:]


@dataclass(frozen=True)
class Point:
    """A plan that cannot do better at ``wish`` without costing more."""

    wish: str
    value: int
    cost: int
    plan: Plan


def front(item: Item, members: Members, wish: str, limits: Limits | None = None) -> list[Point]:
    """The Pareto front of cost against ``wish`` (``time`` or ``cohesion``), cheapest first.

    Every point is proven to be on the front. The front of time is whole; that of cohesion, which
    can have a point for every kilometre, is shown at evenly spread steps.
    """
    stages = ({"cost": 1}, {wish: 1})
    item = replace(item, wishes=replace(item.wishes, stages=stages))
    problem = build(item, members)
    cheapest = solve(problem, limits)
    points = [Point(wish, cheapest.plan.wishes[wish], cheapest.plan.cost, cheapest.plan)]
    best = solve(problem, limits, stages=[Stage(wish, {wish: 1})], canonical=False).values[0]
    span = points[0].value - best
    step = item.period_days if wish == "time" else max(1, -(-span // (FRONT_POINTS_MAX - 1)))
    while points[-1].value > best:
        most = max(best, points[-1].value - step)
        held = [(Stage(wish, {wish: 1}), most)]
        plan = solve(problem, limits, held=held).plan
        points.append(Point(wish, plan.wishes[wish], plan.cost, plan))
    # A dearer point that is no better at the wish than the one after it is not on the front.
    return [
        point
        for at, point in enumerate(points)
        if not any(
            later.cost <= point.cost and later.value <= point.value for later in points[at + 1 :]
        )
    ]


def repair(
    item: Item,
    members: Members,
    firms: Sequence[str],
    gone: Sequence[str],
    limits: Limits | None = None,
) -> Outcome:
    """The consortium without ``gone`` that keeps as many of ``firms`` as can be, then the best.

    The first stage's value is the number of old firms lost beyond those that are gone. Raises
    :class:`BadInput` for a firm that is no member or was not in, :class:`NoConsortium` when
    nothing is possible without the firm.
    """
    faults = [
        Fault("plan", 0, "firms", "unknown-firm", f"no member is {firm!r}.")
        for firm in firms
        if firm not in members.index
    ] + [
        Fault("plan", 0, "without", "not-in", f"{firm!r} is not in the old consortium.")
        for firm in gone
        if firm not in firms
    ]
    if faults:
        raise BadInput(faults)
    seats = tuple(seat for seat in item.wishes.seats if seat.firm not in gone)
    item = replace(item, wishes=replace(item.wishes, seats=seats))
    problem = build(item, members, Change(without=frozenset(gone)))
    old = {firm for firm in firms if firm not in gone}
    kept = Stage("kept", firms=[-int(number in old) for number in problem.number])
    return solve(problem, limits, stages=[kept, *stages_of(problem)])
