"""Why: what each firm is worth to the consortium, what each demand costs, what gets a firm in.

Every answer is the difference of two proven optima. The changed question is matched and cut
anew from all members; nothing is read off the first solve, because what was cut for one question
may matter for another.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from moyeora.formation.demands import demands
from moyeora.formation.faults import BadInput, Fault, NoConsortium
from moyeora.formation.item import Item, MustHaves, Need, Seat
from moyeora.formation.knapsack import Fillings
from moyeora.formation.members import Members
from moyeora.formation.model import Stage
from moyeora.formation.plan import Plan
from moyeora.formation.problem import Change, Terms, build, meets
from moyeora.formation.program import Limits
from moyeora.formation.solve import Outcome, solve

PRICE_MAX = 10**10


@dataclass(frozen=True)
class WithoutFirm:
    """The best consortium without a firm that is in; None when there is none."""

    firm: str
    name: str
    values: tuple[int, ...] | None
    cost: int | None
    extra_cost: int | None
    firms: tuple[str, ...]


@dataclass(frozen=True)
class PriceOfDemand:
    """What a demand costs: how much better each stage is without it."""

    key: str
    words: str
    values: tuple[int, ...]
    saves: tuple[int, ...]
    cost: int


@dataclass(frozen=True)
class WayIn:
    """What would get a firm's offer into the optimum at a need; None where nothing would.

    ``price`` is the highest unit price (a single one, without breaks) at which the firm is in at
    today's other terms; ``capacity`` the least free capacity a week at today's price;
    ``missing`` the must-haves it lacks; both answers then hold once it has them all.
    """

    firm: str
    need: str
    offer: int
    today: int
    is_in: bool
    missing: tuple[str, ...]
    price: int | None
    capacity: int | None


@dataclass(frozen=True)
class Why:
    """The optimum with its explanations."""

    outcome: Outcome
    firms: tuple[WithoutFirm, ...]
    demands: tuple[PriceOfDemand, ...]


def why(
    item: Item,
    members: Members,
    limits: Limits | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Why:
    """Explain the optimum: each firm that is in, and each demand.

    ``progress`` is told how many of how many questions are answered; what it raises ends the job.
    Raises what :func:`moyeora.formation.solve.solve` raises.
    """
    fillings = Fillings()
    outcome = solve(build(item, members), limits, fillings=fillings)
    count = 1 + len(outcome.plan.firms) + len(demands(item, members))
    answers: list[list[Any]] = [[], []]
    asked = 1
    for found, questions in zip(answers, (_without, _prices), strict=True):
        for answer in questions(item, members, outcome, limits, fillings):
            found.append(answer)
            asked += 1
            if progress is not None:
                progress(asked, count)
    return Why(outcome, tuple(answers[0]), tuple(answers[1]))


def money_stages(item: Item) -> list[Stage]:
    """The item's stages up to the first in which money counts: those that a price decides."""
    stages = [Stage("+".join(weights), dict(weights)) for weights in item.wishes.stages]
    for at, stage in enumerate(stages):
        if "cost" in stage.wishes:
            return stages[: at + 1]
    return stages


def _values(
    item: Item,
    members: Members,
    change: Change,
    limits: Limits | None,
    fillings: Fillings,
    known: Plan | None = None,
) -> Outcome | None:
    """The changed question's optimum; ``known`` is a plan that is allowed there too."""
    try:
        return solve(
            build(item, members, change),
            limits,
            stages=money_stages(item),
            known=known,
            canonical=False,
            fillings=fillings,
        )
    except NoConsortium:
        return None


def _without(
    item: Item, members: Members, outcome: Outcome, limits: Limits | None, fillings: Fillings
) -> Iterator[WithoutFirm]:
    for firm in outcome.plan.firms:
        name = str(members.firms["name"][members.index[firm]])
        seats = tuple(seat for seat in item.wishes.seats if seat.firm != firm)
        freed = replace(item, wishes=replace(item.wishes, seats=seats))
        other = _values(freed, members, Change(without=frozenset([firm])), limits, fillings)
        if other is None:
            yield WithoutFirm(firm, name, None, None, None, ())
        else:
            extra = other.plan.cost - outcome.plan.cost
            yield WithoutFirm(firm, name, other.values, other.plan.cost, extra, other.plan.firms)


def _prices(
    item: Item, members: Members, outcome: Outcome, limits: Limits | None, fillings: Fillings
) -> Iterator[PriceOfDemand]:
    for demand in demands(item, members):
        is_need = demand.key.count(".") == 1 and demand.key.startswith("need.")
        # The optimum breaks no rule of an item that asks for less; only a dropped need is no
        # longer in its plan.
        known = None if is_need else outcome.plan
        other = _values(*demand.drop(item, members), Change(), limits, fillings, known)
        if other is None:
            # A seat without a need can lose the one need that its firm could serve.
            continue
        saves = tuple(
            before - after for before, after in zip(outcome.values, other.values, strict=False)
        )
        yield PriceOfDemand(
            demand.key, demand.words, other.values, saves, outcome.plan.cost - other.plan.cost
        )


def ways_in(item: Item, members: Members, firm: str, limits: Limits | None = None) -> list[WayIn]:
    """For a firm that asks: what would get each of its fitting offers into the optimum.

    An answer is a term at which the firm is in *every* optimal plan: with it the best plan with
    the firm is strictly better than the best one without. Empty when the firm offers nothing that
    the item needs. Raises :class:`BadInput` when there is no such firm.
    """
    if firm not in members.index:
        fault = Fault("members", 0, "firm", "unknown-firm", f"no member is {firm!r}.")
        raise BadInput([fault])
    fillings = Fillings()
    without = _values(item, members, Change(without=frozenset([firm])), limits, fillings)
    found = []
    offers = np.flatnonzero(members.column["firm"] == members.index[firm])
    for need in item.needs:
        for offer in offers:
            if members.offers["capability"][int(offer)] in need.capabilities:
                found.append(
                    _way_in(item, members, firm, need, int(offer), without, limits, fillings)
                )
    return found


class _Question:
    """Is the best plan with the firm in the need's seat better than the best without the firm?"""

    def __init__(
        self,
        item: Item,
        members: Members,
        seat: Seat,
        offer: int,
        waive: bool,
        target: tuple[int, ...] | None,
        limits: Limits | None,
        fillings: Fillings,
    ) -> None:
        seats = item.wishes.seats if seat in item.wishes.seats else (*item.wishes.seats, seat)
        self.item = replace(item, wishes=replace(item.wishes, seats=seats))
        self.members, self.offer, self.waive = members, offer, waive
        self.target, self.limits, self.fillings = target, limits, fillings

    def outcome(self, terms: Terms) -> Outcome | None:
        change = Change(terms=((self.offer, replace(terms, waive=self.waive)),))
        return _values(self.item, self.members, change, self.limits, self.fillings)

    def wins(self, terms: Terms) -> bool:
        outcome = self.outcome(terms)
        if outcome is None:
            return False
        return self.target is None or outcome.values < self.target


def _way_in(
    item: Item,
    members: Members,
    firm: str,
    need: Need,
    offer: int,
    without: Outcome | None,
    limits: Limits | None,
    fillings: Fillings,
) -> WayIn:
    missing = tuple(lacking(need, members, offer))
    target = None if without is None else without.values
    seat = Seat(firm, need.id)
    ask = _Question(item, members, seat, offer, bool(missing), target, limits, fillings)
    today = int(members.column["price"][offer])
    is_in = not missing and ask.wins(Terms())
    price = None if is_in else _highest_price(ask, today)
    capacity = None if is_in else _least_capacity(ask, -(-need.quantity * 7 // item.period_days))
    return WayIn(firm, need.id, offer, today, is_in, missing, price, capacity)


def lacking(need: Need, members: Members, offer: int) -> Iterator[str]:
    """The must-haves of a need that an offer lacks, in words."""
    one, must = np.array([offer]), need.must
    for certificate in must.certificates:
        if not meets(replace(MustHaves(), certificates=(certificate,)), members, one)[0]:
            yield certificate
    for name, words in (
        ("regions", f"a place in {' or '.join(must.regions)}"),
        ("orders", f"{must.orders} orders done"),
        ("on_time_ppm", f"{(must.on_time_ppm or 0) / 10_000:g} % on time"),
        ("defect_ppm", f"at most {must.defect_ppm} defects in a million"),
    ):
        wanted = getattr(must, name)
        if (
            wanted not in (None, ())
            and not meets(replace(MustHaves(), **{name: wanted}), members, one)[0]
        ):
            yield words


def _highest_price(ask: _Question, today: int) -> int | None:
    """The highest price that wins. A higher price never makes the firm's plan better, so the
    prices that win are 0 .. the highest.

    Where only cost decides, a winning plan still wins until its own units have used up the
    distance to the target; the price climbs by that until one more would lose.
    """
    outcome = ask.outcome(Terms(price=0))
    if outcome is None or (ask.target is not None and outcome.values >= ask.target):
        return None
    if ask.target is None or set(outcome.problem.item.wishes.stages[0]) != {"cost"}:
        return _bisected_price(ask, max(1, today))
    price = 0
    while outcome is not None and outcome.values < ask.target:
        units = sum(share.units for share in outcome.plan.shares if share.offer == ask.offer)
        weight = outcome.problem.item.wishes.stages[0]["cost"]
        price += (ask.target[0] - 1 - outcome.values[0]) // (units * weight)
        outcome = ask.outcome(Terms(price=price + 1))
        if outcome is not None and outcome.values < ask.target:
            price += 1
    return price


def _bisected_price(ask: _Question, high: int) -> int:
    low = 0
    while ask.wins(Terms(price=high)):  # above today's price when only a certificate is missing
        low, high = high, high * 2
        if high > PRICE_MAX:
            return low
    while high - low > 1:
        middle = (low + high) // 2
        if ask.wins(Terms(price=middle)):
            low = middle
        else:
            high = middle
    return low


def _least_capacity(ask: _Question, enough: int) -> int | None:
    """The least weekly capacity that wins.

    More capacity never makes the firm's plan worse; ``enough`` makes the whole need in a period.
    """
    if not ask.wins(Terms(capacity=enough)):
        return None
    low, high = 0, enough
    while high - low > 1:
        middle = (low + high) // 2
        if ask.wins(Terms(capacity=middle)):
            high = middle
        else:
            low = middle
    return high
