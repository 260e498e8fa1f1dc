"""Every small item against trying everything: the same optimum, every rule kept, cuts safe."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.formation.small import best_values, small_item, small_members

from moyeora.formation.faults import NoConsortium
from moyeora.formation.item import read_item
from moyeora.formation.members import read_members
from moyeora.formation.plan import broken_rules
from moyeora.formation.problem import build
from moyeora.formation.sample import sample
from moyeora.formation.search import Job
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


def test_a_stopped_solve_says_what_its_plan_is_worth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample(780, 7).write(tmp_path)
    members = read_members(*(tmp_path / f"{n}.csv" for n in ("members", "ties", "exclusions")))
    item = read_item(Path("examples/lcd-export/item.toml"), date(2026, 11, 24))
    weights = {"cost": 1, "cohesion": 200_000}
    item = replace(item, wishes=replace(item.wishes, stages=(weights,)))
    problem, told = build(item, members), []
    best = solve(problem).values[0]
    # The time is over as soon as there is a plan, however fast the machine is.
    over = property(lambda job: 0.0 if told and told[-1].value is not None else 600.0)
    monkeypatch.setattr(Job, "seconds", over)
    outcome = solve(problem, progress=told.append)
    (stage,) = outcome.stages
    assert not outcome.proven
    wishes = outcome.plan.wishes
    assert stage.bound <= best < stage.value == wishes["cost"] + 200_000 * wishes["cohesion"]
    assert told[-1].bound == stage.bound
    assert broken_rules(problem, outcome.plan) == []
