"""Asking formation, and writing down its answer so that it can be shown.

What comes out is a *view*: JSON without a word of any language (pages find the words), made of
nothing but prices in bands (:mod:`.snapshot`). Amounts are ``{"from": .., "to": ..}`` in the
offers' currency.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from moyeora.formation.alternatives import runners_up
from moyeora.formation.conflict import smallest_conflict
from moyeora.formation.demands import Demand, demands
from moyeora.formation.discretion import band
from moyeora.formation.explain import PriceOfDemand, Why, why
from moyeora.formation.faults import NoConsortium, OutOfTime
from moyeora.formation.item import Item
from moyeora.formation.members import Members
from moyeora.formation.plan import Plan, plan_to_json
from moyeora.formation.problem import unoffered
from moyeora.formation.program import Limits
from moyeora.formation.solve import Outcome
from moyeora.network.consortia.snapshot import Snapshot, in_bands, paid

LIMITS: Final = Limits(workers=1, seconds=30.0)
RUNNERS_UP: Final = 2

View = dict[str, Any]
Tell = Callable[[float, str], None]
"""Told how far the work is (0 .. 1) and with what it is busy (a key of ``pages.work``)."""


@dataclass(frozen=True)
class Formed:
    """An answer: the view, the plan behind it (None when nothing fits), whether it is proven."""

    view: View
    plan: dict[str, Any] | None
    proven: bool
    seconds: float


def form(item: Item, snapshot: Snapshot, tell: Tell) -> Formed:
    """The best consortium for an item, the runners-up and every reason; or why there is none."""
    began = time.monotonic()
    tell(0.02, "members")
    members = snapshot.members()
    if lacking := unoffered(item, members):
        needs = [fault.place.split(".")[1] for fault in lacking]
        return Formed({"state": "unoffered", "needs": needs}, None, False, 0.0)
    tell(0.05, "solving")
    try:
        answer = why(item, members, LIMITS, lambda done, of: tell(0.05 + 0.7 * done / of, "why"))
    except NoConsortium:
        return conflict(item, members, tell, began)
    except OutOfTime:
        return Formed({"state": "out-of-time"}, None, False, time.monotonic() - began)
    tell(0.8, "runners-up")
    others = runners_up(answer.outcome, RUNNERS_UP, LIMITS)
    return Formed(
        _view(answer, others, snapshot),
        plan_to_json(answer.outcome.plan, answer.outcome.problem),
        answer.outcome.proven,
        time.monotonic() - began,
    )


def conflict(item: Item, members: Members, tell: Tell, began: float) -> Formed:
    """The smallest set of demands that together are impossible."""
    tell(0.4, "conflict")
    try:
        facts = _Facts(item, members)
        found = [facts.of(demand) for demand in smallest_conflict(item, members, LIMITS)]
    except OutOfTime:
        found = []
    view = {"state": "impossible", "conflict": found}
    return Formed(view, None, False, time.monotonic() - began)


def found(outcome: Outcome, snapshot: Snapshot) -> View:
    """The plan itself: who, how much, when; its cost between the ends of its bands."""
    item, plan = outcome.problem.item, outcome.plan
    stage = outcome.stages[-1]
    gap = 0 if stage.proven else -(-100 * (stage.value - stage.bound) // max(1, abs(stage.value)))
    return {
        "state": "found",
        "currency": item.offer_currency,
        "proven": outcome.proven,
        "gap_percent": gap,
        "offers": outcome.pairs,
        "offers_left": outcome.candidates,
        "cost": _cost(plan, snapshot),
        "days": plan.wishes["time"],
        "shares": _shares(outcome, snapshot),
    }


def _view(answer: Why, others: Sequence[Outcome], snapshot: Snapshot) -> View:
    outcome = answer.outcome
    item, members = outcome.problem.item, outcome.problem.members
    view = found(outcome, snapshot)
    view["firms"] = [
        {
            "firm": each.firm,
            "name": each.name,
            "possible": each.cost is not None,
            "extra": None if each.extra_cost is None else _band(each.extra_cost),
            "instead": [
                _named(members, firm) for firm in each.firms if firm not in outcome.plan.firms
            ],
        }
        for each in answer.firms
    ]
    view["runners_up"] = [
        {
            "cost": _cost(other.plan, snapshot),
            "extra": _band(other.plan.cost - outcome.plan.cost),
            "days": other.plan.wishes["time"],
            "new": [
                _named(members, firm) for firm in other.plan.firms if firm not in outcome.plan.firms
            ],
            "shares": _shares(other, snapshot),
        }
        for other in others
    ]
    facts = _Facts(item, members)
    stages = [stage.name for stage in outcome.stages]
    view["demands"] = [
        {
            **facts.of(demand),
            "saves": _band(demand.cost),
            "days": dict(zip(stages, demand.saves, strict=False)).get("time", 0),
        }
        for demand in answer.demands
    ]
    return view


def _shares(outcome: Outcome, snapshot: Snapshot) -> list[View]:
    shares = plan_to_json(outcome.plan, outcome.problem)["shares"]
    return [
        {
            **{key: share[key] for key in ("firm", "name", "need", "capability", "units", "unit")},
            **{key: share[key] for key in ("begins", "ends", "made")},
            "cost": _share_cost(snapshot, share),
        }
        for share in shares
    ]


def _cost(plan: Plan, snapshot: Snapshot) -> View:
    ends = [
        _share_cost(snapshot, {"firm": s.firm, "capability": s.capability, "units": s.units})
        for s in plan.shares
    ]
    return {"from": sum(end["from"] for end in ends), "to": sum(end["to"] for end in ends)}


def _share_cost(snapshot: Snapshot, share: dict[str, Any]) -> View:
    row = snapshot.offer(share["firm"], share["capability"])
    assert row is not None
    return {
        "from": paid(in_bands(row, top=False), share["units"]),
        "to": paid(in_bands(row, top=True), share["units"]),
    }


def _band(amount: int) -> View:
    least, most = band(amount)
    return {"from": least, "to": most}


def _named(members: Members, number: str) -> View:
    return {"firm": number, "name": str(members.firms["name"][members.index[number]])}


class _Facts:
    """What a demand is about: its kind, its need, its value, for the pages to say it."""

    def __init__(self, item: Item, members: Members) -> None:
        self.item = item
        # Certificates of a need share a key, and so do the needs that come before it; both stand
        # in the item's order.
        self.nth: dict[tuple[str, str], int] = {}
        seen: Counter[str] = Counter()
        for demand in demands(item, members):
            self.nth[demand.key, demand.words] = seen[demand.key]
            seen[demand.key] += 1

    def of(self, demand: Demand | PriceOfDemand) -> View:
        """``kind`` is the rest of the demand's key: ``must.regions``, ``item.budget``, ..."""
        key = demand.key.split(".")
        if key[0] != "need":
            kind, _, number = demand.key.rstrip("]").partition("[")
            return {"kind": kind, "need": None, "value": self._of_item(kind, number)}
        need = self.item.need(key[1])
        nth = self.nth[demand.key, demand.words]
        must = need.must
        kind = ".".join(key[2:]) or "need"
        value = {
            "need": need.quantity,
            "must.certificates": must.certificates[nth : nth + 1],
            "must.regions": must.regions,
            "must.orders": must.orders,
            "must.on_time": must.on_time_ppm,
            "must.defect_ppm": must.defect_ppm,
            "split": need.firms_max,
            "by": need.by.isoformat(),
            "after": need.after[nth : nth + 1],
        }[kind]
        return {
            "kind": kind,
            "need": need.id,
            "value": list(value) if isinstance(value, tuple) else value,
        }

    def _of_item(self, kind: str, number: str) -> Any:
        wishes = self.item.wishes
        if kind == "wishes.seat":
            seat = wishes.seats[int(number) - 1]
            return [seat.firm, seat.need]
        return {
            "item.budget": self.item.budget,
            "wishes.firms_max": wishes.firms_max,
            "wishes.share_cap": str(wishes.share_cap),
        }.get(kind)
