"""A new firm never makes the optimum worse; a dropped demand never makes it dearer.

Both hold of the whole objective, all stages compared in their order, wherever an old plan is still
allowed and worth what it was. Where that cannot be, the tests leave the case out and say why. The
cost alone may rise with it: where time comes first, a date that is dropped may buy days with money.
"""

from pathlib import Path

from tests.formation.small import small_item, small_members

from moyeora.formation.demands import Demand, demands
from moyeora.formation.faults import NoConsortium
from moyeora.formation.item import Item
from moyeora.formation.members import Members, read_members
from moyeora.formation.problem import build
from moyeora.formation.solve import solve

SEEDS = range(60)


def _values(item: Item, members: Members) -> tuple[int, ...] | None:
    try:
        return solve(build(item, members), canonical=False).values
    except NoConsortium:
        return None


def _wishes(item: Item) -> set[str]:
    return {wish for stage in item.wishes.stages for wish in stage}


def _without_last_firm(folder: Path, members: Members) -> Members:
    """The tables as they were before the last firm joined, its ties and exclusions gone with it."""
    gone = members.numbers[-1]
    for name in ("members", "ties", "exclusions"):
        lines = (folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if gone not in line.split(",")[:2]]
        (folder / f"{name}.csv").write_text("\n".join(kept), encoding="utf-8")
    return read_members(*(folder / f"{name}.csv" for name in ("members", "ties", "exclusions")))


def test_a_new_firm_never_makes_it_worse(tmp_path: Path) -> None:
    better = checked = 0
    for seed in SEEDS:
        item, members = small_item(seed), small_members(seed, tmp_path)
        fewer = _without_last_firm(tmp_path, members)
        assert members.numbers[:-1] == fewer.numbers
        if "newcomers" in _wishes(item) and (members.has_tie[:-1] != fewer.has_tie).any():
            continue  # whoever has worked with the new firm is no newcomer any more
        before, after = _values(item, fewer), _values(item, members)
        checked += before is not None
        better += before is None or (after is not None and after < before)
        assert before is None or (after is not None and after <= before), seed
    assert checked > 20
    assert better > 20


def _is_need(demand: Demand) -> bool:
    return demand.key.startswith("need.") and demand.key.count(".") == 1


def test_a_dropped_demand_never_makes_it_dearer(tmp_path: Path) -> None:
    better: dict[str, int] = {}
    checked = 0
    for seed in SEEDS:
        item, members = small_item(seed), small_members(seed, tmp_path)
        before = _values(item, members)
        for demand in demands(item, members):
            if _is_need(demand) and (
                # Without a need its firms leave, where they do nothing else: their ties, their
                # newness and the seat that they held here go with them.
                {"cohesion", "newcomers"} & _wishes(item) or item.wishes.seats
            ):
                continue
            after = _values(*demand.drop(item, members))
            checked += 1
            assert before is None or (after is not None and after <= before), (seed, demand.key)
            if before is None or (after is not None and after < before):
                kind = demand.key.split(".")[-1] if not _is_need(demand) else "need"
                better[kind] = better.get(kind, 0) + (after is not None)
    assert checked > 150
    assert len([kind for kind, times in better.items() if times]) >= 6, better
