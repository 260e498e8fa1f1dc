"""Every small item against trying everything: the same optimum, every rule kept, cuts safe."""

from pathlib import Path

import pytest
from tests.formation.small import best_values, small_item, small_members

from moyeora.formation.faults import NoConsortium
from moyeora.formation.plan import broken_rules
from moyeora.formation.problem import build
from moyeora.formation.solve import solve

CASES, CHUNKS = 500, 20


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_small_items_against_brute_force(chunk: int, tmp_path: Path) -> None:
    for seed in range(chunk, CASES, CHUNKS):
        item, members = small_item(seed), small_members(seed, tmp_path)
        problem = build(item, members)
        expected = best_values(item, members)
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
