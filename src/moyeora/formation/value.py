"""v(S): what any group of firms could earn on the item.

v(S) = 0 unless S contains the item's owner, who brings the customer; else max(0, price - least
cost of the whole item with the firms of S at their own cost and all others at their offered
price). It is the table that a division of the proceeds can start from. With one firm a role and
no outsiders it is the unanimity game; it becomes informative where there are substitutes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from moyeora.formation.faults import BadInput, Fault, NoConsortium
from moyeora.formation.item import Item
from moyeora.formation.members import Members
from moyeora.formation.model import Stage
from moyeora.formation.problem import Change, build
from moyeora.formation.program import Limits
from moyeora.formation.solve import solve

FIRMS_MAX = 12
"""4,095 groups, 2,048 of them with the owner."""


@dataclass(frozen=True)
class Game:
    """The value of every group: singles, pairs, triples, ..., each in lexicographic order.

    ``values`` are in the smallest unit of the offers' currency. ``breaches`` holds pairs of
    disjoint groups that together are worth less than apart: empty when v is superadditive.
    """

    firms: tuple[str, ...]
    owner: str
    price: int
    groups: tuple[tuple[str, ...], ...]
    values: tuple[int, ...]
    breaches: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

    @property
    def superadditive(self) -> bool:
        """Whether no two disjoint groups lose by joining."""
        return not self.breaches


def value_game(
    item: Item, members: Members, firms: Sequence[str], limits: Limits | None = None
) -> Game:
    """v(S) for every non-empty group of ``firms`` (1 .. 12, distinct, in the order given).

    Raises :class:`BadInput` when a firm is unknown or named twice, or the item has no owner or
    price.
    """
    _check(item, members, firms)
    assert item.owner is not None
    assert item.price is not None
    price = item.in_offers(item.price)
    # The budget is what the owner would spend at offered prices; here the price is the limit.
    costed = replace(item, wishes=replace(item.wishes, stages=({"cost": 1},)))
    costs: dict[frozenset[str], int | None] = {}

    def cost(group: frozenset[str]) -> int | None:
        if group not in costs:
            try:
                problem = build(costed, members, Change(at_own_cost=group))
                outcome = solve(
                    problem, limits, stages=[Stage("cost", {"cost": 1})], canonical=False
                )
                costs[group] = outcome.plan.cost
            except NoConsortium:
                costs[group] = None
        return costs[group]

    telling = _telling(costed, members, firms)
    groups = tuple(
        group for size in range(1, len(firms) + 1) for group in combinations(firms, size)
    )
    values = []
    for group in groups:
        least = cost(frozenset(group) & telling) if item.owner in group else None
        values.append(0 if least is None else max(0, price - least))
    breaches = tuple(_breaches(groups, values))
    return Game(tuple(firms), item.owner, price, groups, tuple(values), breaches)


def _telling(item: Item, members: Members, firms: Sequence[str]) -> frozenset[str]:
    """The firms whose own cost can matter: they have told one for an offer that fits."""
    problem = build(item, members)
    own = members.column["own_cost"][problem.offer] >= 0
    numbers = {problem.number[firm] for firm in problem.firm[own]}
    return frozenset(firms) & numbers


def _breaches(
    groups: Sequence[tuple[str, ...]], values: Sequence[int]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    worth = {frozenset(g): v for g, v in zip(groups, values, strict=True)}
    for at, one in enumerate(groups):
        for other in groups[at + 1 :]:
            together = frozenset(one) | frozenset(other)
            if len(together) == len(one) + len(other) and (
                worth[together] < worth[frozenset(one)] + worth[frozenset(other)]
            ):
                yield one, other


def _check(item: Item, members: Members, firms: Sequence[str]) -> None:
    faults = []
    for key, value in (("owner", item.owner), ("price", item.price)):
        if value is None:
            problem = f"the item names no {key}, so no group can earn anything."
            faults.append(Fault(item.file, 0, f"item.{key}", "missing", problem))
    if not 1 <= len(firms) <= FIRMS_MAX:
        problem = f"{len(firms)} firms; 1 to {FIRMS_MAX} can be asked about."
        faults.append(Fault("--firms", 0, "", "range", problem))
    for at, firm in enumerate(firms):
        if firm not in members.index:
            faults.append(Fault("--firms", 0, firm, "unknown-firm", "no member has this number."))
        if firm in firms[:at]:
            faults.append(Fault("--firms", 0, firm, "repeated", "this firm is named twice."))
    if faults:
        raise BadInput(faults)
