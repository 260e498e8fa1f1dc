"""The same input gives the same answer: any number of workers, any order of the rows."""

import random
from datetime import date
from pathlib import Path

import pytest

from moyeora.formation.item import Item, read_item
from moyeora.formation.members import Members, read_members
from moyeora.formation.plan import broken_rules
from moyeora.formation.problem import build
from moyeora.formation.program import Limits
from moyeora.formation.sample import sample
from moyeora.formation.solve import solve

ITEM = Path("examples/department-store/item.toml")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    sample(780, 7).write(folder)
    return folder


def _read(folder: Path) -> tuple[Item, Members]:
    names = [folder / f"{name}.csv" for name in ("members", "ties", "exclusions")]
    return read_item(ITEM, date(2026, 11, 24)), read_members(names[0], names[1], names[2])


def test_one_and_two_workers_and_shuffled_rows(network: Path, tmp_path: Path) -> None:
    item, members = _read(network)
    problem = build(item, members)
    one = solve(problem)
    assert one.proven
    assert broken_rules(problem, one.plan) == []
    assert solve(problem, Limits(workers=2)).plan == one.plan
    draw = random.Random(3)
    for name in ("members", "ties", "exclusions"):
        head, *rows = (network / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        draw.shuffle(rows)
        (tmp_path / f"{name}.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    item, members = _read(tmp_path)
    assert solve(build(item, members)).plan == one.plan


def test_the_sample_is_the_same_bytes_and_of_real_shape(network: Path, tmp_path: Path) -> None:
    made = sample(780, 7)
    made.write(tmp_path)
    for name in ("members", "ties", "exclusions"):
        path = network / f"{name}.csv"
        assert (tmp_path / f"{name}.csv").read_bytes() == path.read_bytes()
    assert made.members["firm"].n_unique() == 780
    functions = made.members.group_by("capability").len()
    assert functions.height >= 30
    assert functions["len"].min() >= 3, "every capability has substitutes"
