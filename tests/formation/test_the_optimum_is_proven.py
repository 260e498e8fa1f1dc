"""Every small item against trying everything: the same optimum, every rule kept, cuts safe."""

from pathlib import Path

import pytest
from tests.formation.small import amounts, best_values, small_item, small_members

from moyeora.formation.faults import NoConsortium
from moyeora.formation.plan import broken_rules
from moyeora.formation.problem import build
from moyeora.formation.solve import solve

CASES, CHUNKS = 520, 20
AMOUNTS_MAX = 20_000
"""Brute force takes seconds beyond this; about 1 in 40 items is left out for it."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_small_items_against_brute_force(chunk: int, tmp_path: Path) -> None:
    for seed in range(chunk, CASES, CHUNKS):
        problem = build(small_item(seed), small_members(seed, tmp_path))
        if amounts(problem) > AMOUNTS_MAX:
            continue
        expected = best_values(problem)
        if expected is None:
            with pytest.raises(NoConsortium):
                solve(problem)
            continue
        outcome = solve(problem)
        assert outcome.proven, seed
        assert outcome.values == expected, seed
        assert broken_rules(problem, outcome.plan) == [], seed
        wishes = outcome.plan.wishes
        stages = problem.item.wishes.stages
        assert expected == tuple(
            sum(weight * wishes[name] for name, weight in stage.items()) for stage in stages
        ), seed
