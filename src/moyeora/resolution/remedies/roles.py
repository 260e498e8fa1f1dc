"""Roles among several firms: leximin and maximum Nash welfare, proved best by CP-SAT.

Roles are not divided. Each firm gives points to each role, whole numbers of 0 or more, usually
summing to 100; what a firm has is worth the sum of its points.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from math import prod

from moyeora.resolution.errors import RemedyError

MOST_FIRMS, MOST_ROLES, MOST_POINTS = 8, 20, 1000
WINDOW = 4

Points = Mapping[str, Mapping[str, int]]
Barred = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Allocation:
    """``roles``: firm -> its roles; ``worth``: firm -> the points of its own roles to it.

    ``envy``: (firm, other) -> how many points more the other's roles would be worth to it, where
    that is above zero. ``proved``: no allocation is better by the rule; else none is better by
    more than one part in 10^12 (products too great to be told apart exactly).
    """

    roles: Mapping[str, tuple[str, ...]]
    worth: Mapping[str, int]
    envy: Mapping[tuple[str, str], int]
    proved: bool


def leximin(points: Points, barred: Iterable[tuple[str, str]] = ()) -> Allocation:
    """The allocation whose worst-off firm is best off, then the second worst, and so on.

    ``barred`` are (firm, role) that cannot be.

    Theorem: no other allocation has a lexicographically greater sorted list of worths; so it is
    efficient: nobody can get more without somebody getting less.

    Raises:
        RemedyError: more than 8 firms or 20 roles, points missing or out of 0 to 1,000, or a
            role barred to everybody.
    """
    problem = _Problem(points, frozenset(barred))
    model = problem.model
    floor = model.new_int_var(0, problem.most, "floor")
    for worth in problem.worth.values():
        model.add(worth >= floor)
    model.maximize(floor)
    problem.solve()
    low = problem.solver.value(floor)
    model.add(floor >= low)
    # Few firms at the lowest worth come before few at the next, and so on: one more firm at a
    # worth costs more than all firms at every higher worth. A window of worths at a time, so
    # that the costs stay small.
    base = len(problem.firms) + 1
    while any(problem.solver.value(worth) >= low for worth in problem.worth.values()):
        costs = [
            base ** (WINDOW - 1 - (worth - low)) if low <= worth < low + WINDOW else 0
            for worth in range(problem.most + 1)
        ]
        paid = []
        for firm, worth in problem.worth.items():
            cost = model.new_int_var(0, max(costs), f"cost:{low}:{firm}")
            model.add_element(worth, costs, cost)
            paid.append(cost)
        problem.hint()
        model.minimize(sum(paid))
        problem.solve()
        model.add(sum(paid) <= sum(map(problem.solver.value, paid)))
        low += WINDOW
    return problem.allocation(proved=True)


def max_nash_welfare(points: Points, barred: Iterable[tuple[str, str]] = ()) -> Allocation:
    """The allocation with the greatest product of worths.

    Where some firm must go without points, first as many firms as can be have some, then their
    product is greatest. (Caragiannis et al., The Unreasonable Fairness of Maximum Nash Welfare,
    2016.)

    Theorem: efficient; envy-free up to one role where nothing is barred: whoever envies another
    would not if one role of that other were taken away; no other allocation has a greater
    product (see ``proved``).

    Raises:
        RemedyError: as :func:`leximin`.
    """
    problem = _Problem(points, frozenset(barred))
    model = problem.model
    some = {firm: model.new_bool_var(f"some:{firm}") for firm in problem.firms}
    for firm, holds in some.items():
        model.add(problem.worth[firm] >= 1).only_enforce_if(holds)
    model.maximize(sum(some.values()))
    problem.solve()
    model.add(sum(some.values()) == sum(map(problem.solver.value, some.values())))
    bits = _log_bits(problem)
    logs = [0, *(_scaled_log2(worth, bits) for worth in range(1, problem.most + 1))]
    parts = []
    for firm in problem.firms:
        part = model.new_int_var(0, logs[-1], f"log:{firm}")
        model.add_element(problem.worth[firm], logs, part)
        parts.append(part)
    problem.hint()
    model.maximize(sum(parts))
    problem.solve()
    # Two different products differ by at least 1. Where that is more than rounding the
    # logarithms down can hide, the greatest sum of logarithms is the greatest product.
    product = prod(w for w in map(problem.solver.value, problem.worth.values()) if w)
    return problem.allocation(proved=(product + 1) * len(problem.firms) < 1 << bits)


def _log_bits(problem: "_Problem") -> int:
    """Bits after the point: enough to tell any two products apart, if 64-bit sums allow it."""
    firms = len(problem.firms)
    shared_out = sum(
        max(problem.points[firm][role] for firm in problem.firms) for role in problem.roles
    )
    # The greatest product there can be: all that can be got, in equal parts for some firms.
    most_product: int = max((shared_out // some + 1) ** some for some in range(1, firms + 1))
    enough = ((most_product + 1) * firms).bit_length()
    room = 62 - (firms * problem.most.bit_length()).bit_length()
    return min(enough, room)


def _scaled_log2(number: int, bits: int) -> int:
    with localcontext() as context:
        context.prec = 50
        return int(Decimal(number).ln() / Decimal(2).ln() * (1 << bits))


class _Problem:
    """Who gets which role, as a model, and the worth of what each firm gets."""

    def __init__(self, points: Points, barred: Barred) -> None:
        self.points, self.firms = points, tuple(points)
        self.roles = tuple(next(iter(points.values()), {}))
        _check(points, self.roles, barred)
        from ortools.sat.python import cp_model  # slow to import, and few differences need it

        self.most = max(sum(given.values()) for given in points.values())
        self.model = cp_model.CpModel()
        self.solver = cp_model.CpSolver()
        self.solver.parameters.num_workers = 1
        self.solver.parameters.random_seed = 0
        # Hard cases are all proof, and the linear relaxation is what proves: ten times faster.
        self.solver.parameters.linearization_level = 2
        self.gets = {
            (firm, role): self.model.new_bool_var(f"{firm}:{role}")
            for firm in self.firms
            for role in self.roles
        }
        for role in self.roles:
            self.model.add_exactly_one(self.gets[firm, role] for firm in self.firms)
        for pair in barred & self.gets.keys():
            self.model.add(self.gets[pair] == 0)
        self.worth = {}
        for firm in self.firms:
            self.worth[firm] = self.model.new_int_var(0, self.most, f"worth:{firm}")
            given = sum(points[firm][role] * self.gets[firm, role] for role in self.roles)
            self.model.add(self.worth[firm] == given)

    def hint(self) -> None:
        """Start the next search from the allocation just found."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        for chosen in self.gets.values():
            self.model.add_hint(chosen, self.solver.value(chosen))

    def solve(self) -> None:
        status = self.solver.status_name(self.solver.solve(self.model))
        if status != "OPTIMAL":
            raise RemedyError(f"the solver ends with {status}")

    def allocation(self, proved: bool) -> Allocation:
        roles = {
            firm: tuple(role for role in self.roles if self.solver.value(self.gets[firm, role]))
            for firm in self.firms
        }
        return Allocation(roles, _worth(self.points, roles), _envy(self.points, roles), proved)


def _worth(points: Points, roles: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    return {firm: sum(points[firm][role] for role in mine) for firm, mine in roles.items()}


def _envy(points: Points, roles: Mapping[str, tuple[str, ...]]) -> dict[tuple[str, str], int]:
    worth = _worth(points, roles)
    envy = {}
    for firm in roles:
        for other, theirs in roles.items():
            more = sum(points[firm][role] for role in theirs) - worth[firm]
            if more > 0:
                envy[firm, other] = more
    return envy


def _check(points: Points, roles: tuple[str, ...], barred: Barred) -> None:
    if not 1 <= len(points) <= MOST_FIRMS or not 1 <= len(roles) <= MOST_ROLES:
        raise RemedyError(
            f"{len(points)} firms and {len(roles)} roles; this is for 1 to {MOST_FIRMS} firms and "
            f"1 to {MOST_ROLES} roles"
        )
    for firm, given in points.items():
        if set(given) != set(roles):
            raise RemedyError(f"{firm!r} must give points to exactly {', '.join(roles)}")
        if any(not 0 <= number <= MOST_POINTS for number in given.values()):
            raise RemedyError(f"{firm!r}: points are whole numbers from 0 to {MOST_POINTS}")
    for role in roles:
        if all((firm, role) in barred for firm in points):
            raise RemedyError(f"role {role!r} is barred to every firm")
