"""No plan that is at least as good as the optimum uses a pair that a bound would drop."""

import itertools
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
from tests.formation.small import small_item, small_members

from moyeora.formation.bound import Relaxation
from moyeora.formation.faults import NoConsortium
from moyeora.formation.filling import Prices, filling_bound
from moyeora.formation.item import Seat
from moyeora.formation.linear import linear_bound
from moyeora.formation.model import Model, Stage
from moyeora.formation.prices import price_bound
from moyeora.formation.problem import Problem, build
from moyeora.formation.solve import solve

WEIGHTS = ({"cost": 1}, {"cost": 2, "cohesion": 1}, {"quality": 1, "equality": 3}, {"cohesion": 1})
PER_PAIR = (
    *("firm", "need", "offer", "lot", "least", "most", "tier_from", "tier_to", "tier_price"),
    *("setup", "lead", "capacity", "risk", "line"),
)


def _least_with(problem: Problem, stage: Stage, pair: int) -> int | None:
    """The optimum among the plans that use the pair, by the whole model without any cut."""
    kept = np.ones(len(problem), dtype=bool)
    # Force the pair by giving its firm's seat in its need to the item.
    seat_need = problem.item.needs[int(problem.need[pair])].id
    firm = problem.number[int(problem.firm[pair])]
    twins = np.flatnonzero(
        (problem.firm == problem.firm[pair]) & (problem.need == problem.need[pair])
    )
    kept[twins] = twins == pair

    wishes = replace(problem.item.wishes, seats=(*problem.item.wishes.seats, Seat(firm, seat_need)))
    forced = replace(
        problem,
        item=replace(problem.item, wishes=wishes),
        **{name: getattr(problem, name)[kept] for name in PER_PAIR},
    )
    try:
        return solve(forced, stages=[stage], cut=False, canonical=False).values[0]
    except NoConsortium:
        return None


def test_no_bound_is_above_the_truth(tmp_path: Path) -> None:
    checked, draw = 0, random.Random(1)
    for seed, weights in itertools.product(range(14), WEIGHTS):
        problem = build(small_item(seed), small_members(seed, tmp_path))
        if not len(problem) or len(problem) > 8:
            continue
        stage = Stage("x", weights)
        relaxed = Relaxation(problem, stage, np.ones(len(problem), dtype=bool))
        model = Model(problem, np.arange(len(problem)))
        if not model.possible:
            continue
        whole, linear = linear_bound(model, model.objective(stage), 10.0)
        curves, (priced, _) = relaxed.curves(), price_bound(relaxed)
        needs = len(problem.item.needs)
        part = np.array([draw.random() for _ in range(len(problem))])
        prices = Prices(np.array([draw.uniform(0, 30) for _ in range(needs)]), 0.0, part)
        filled = filling_bound(relaxed, np.inf, prices, 100)
        seated = replace(prices, seat=draw.choice([1.0, 20.0]))
        rest = filling_bound(relaxed, np.inf, seated, draw.choice([0, 1, 2]))
        for pair in range(len(problem)):
            least = _least_with(problem, stage, pair)
            if least is None:
                continue
            checked += 1
            assert curves.pair[pair] <= least + 1e-6
            assert priced.pair[pair] <= least + 1e-6
            assert filled.pair[pair] <= least + 1e-6
            assert rest.pair[pair] <= least + 1e-6
            assert linear[pair] <= least + 1e-6
            assert whole <= least + 1e-6
    assert checked > 40
