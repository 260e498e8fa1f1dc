"""Each explanation is checked by solving the changed question again from all members."""

from dataclasses import replace
from pathlib import Path

from tests.formation.small import best_values, small_item, small_members

from moyeora.formation.alternatives import front, repair, runners_up
from moyeora.formation.conflict import is_possible, smallest_conflict
from moyeora.formation.demands import demands, without
from moyeora.formation.discretion import band, for_others
from moyeora.formation.explain import ways_in, why
from moyeora.formation.faults import NoConsortium
from moyeora.formation.item import Item, Seat
from moyeora.formation.plan import broken_rules
from moyeora.formation.problem import Change, Terms, build
from moyeora.formation.solve import solve
from moyeora.formation.value import value_game

COST_ONLY = ({"cost": 1},)


def _cases(tmp_path: Path, count: int, possible: bool = True):
    found, seed = 0, 0
    while found < count:
        seed += 1
        item, members = small_item(seed), small_members(seed, tmp_path)
        item = replace(item, wishes=replace(item.wishes, stages=COST_ONLY))
        if (best_values(item, members) is not None) == possible:
            found += 1
            yield item, members


def _seated(item: Item, firm: str, need: str) -> Item:
    seats = (*item.wishes.seats, Seat(firm, need))
    return replace(item, wishes=replace(item.wishes, seats=seats))


def test_a_firm_gets_in_at_the_named_price_and_not_above(tmp_path: Path) -> None:
    asked = 0
    for item, members in _cases(tmp_path, 12):
        plan = solve(build(item, members)).plan
        for firm in [number for number in members.numbers if number not in plan.firms]:
            for way in ways_in(item, members, firm):
                if way.price is None:
                    continue
                asked += 1
                waive = bool(way.missing)
                for price, inside in ((way.price, True), (way.price + 1, False)):
                    terms = Terms(price=price, waive=waive)
                    changed = Change(terms=((way.offer, terms),))
                    best = best_values(_seated(item, firm, way.need), members, changed)
                    other = best_values(item, members, Change(frozenset([firm])))
                    assert (best is not None and (other is None or best < other)) == inside
                for capacity in () if way.capacity is None else (way.capacity, way.capacity - 1):
                    changed = Change(terms=((way.offer, Terms(None, capacity, waive)),))
                    best = best_values(_seated(item, firm, way.need), members, changed)
                    other = best_values(item, members, Change(frozenset([firm])))
                    wins = best is not None and (other is None or best < other)
                    assert wins == (capacity == way.capacity)
    assert asked > 5


def test_each_firms_worth_and_each_demands_price(tmp_path: Path) -> None:
    for item, members in _cases(tmp_path, 15):
        answer = why(item, members)
        cost = answer.outcome.plan.cost
        for each in answer.firms:
            seats = tuple(s for s in item.wishes.seats if s.firm != each.firm)
            freed = replace(item, wishes=replace(item.wishes, seats=seats))
            best = best_values(freed, members, Change(frozenset([each.firm])))
            assert (None if best is None else best[0] - cost) == each.extra_cost
        by_key = {(d.key, d.words): d for d in demands(item, members)}
        for priced in answer.demands:
            changed = by_key[priced.key, priced.words].drop(item, members)
            best = best_values(*changed)
            assert best is not None
            assert cost - best[0] == priced.cost >= 0, "a dropped demand never costs more"


def test_the_smallest_conflict_is_one_and_is_minimal(tmp_path: Path) -> None:
    for item, members in _cases(tmp_path, 15, possible=False):
        conflict = smallest_conflict(item, members)
        every = demands(item, members)
        rest = [d for d in every if d.key not in {c.key for c in conflict}]
        assert conflict
        assert best_values(*without(item, members, rest)) is None
        for freed in conflict:
            fewer = without(item, members, [*rest, freed])
            only_need = freed.key.count(".") == 1 and len(fewer[0].needs) == len(item.needs)
            if len(conflict) > 1 and not only_need:
                assert is_possible(*fewer) or len(fewer[0].needs) == 1


def test_repair_keeps_as_many_firms_as_can_be(tmp_path: Path) -> None:
    for item, members in _cases(tmp_path, 12):
        plan = solve(build(item, members)).plan
        gone = plan.firms[0]
        if any(seat.firm == gone for seat in item.wishes.seats):
            continue
        problem = build(item, members, Change(without=frozenset([gone])))
        try:
            repaired = repair(item, members, plan.firms, [gone])
        except NoConsortium:
            assert best_values(item, members, Change(without=frozenset([gone]))) is None
            continue
        assert gone not in repaired.plan.firms
        assert broken_rules(problem, repaired.plan) == []
        kept = len(set(repaired.plan.firms) & set(plan.firms))
        assert kept >= len(set(solve(problem).plan.firms) & set(plan.firms))


def test_runners_up_differ_and_are_never_better(tmp_path: Path) -> None:
    for item, members in _cases(tmp_path, 10):
        outcome = solve(build(item, members))
        seen = [set(outcome.plan.firms)]
        for other in runners_up(outcome):
            assert other.values >= outcome.values
            for before in seen:
                assert len(before - set(other.plan.firms)) >= -(-len(before) // 3)
            seen.append(set(other.plan.firms))


def test_no_point_of_the_front_is_beaten(tmp_path: Path) -> None:
    for item, members in _cases(tmp_path, 6):
        for wish in ("time", "cohesion"):
            points = front(item, members, wish)
            for point in points:
                stages = ({wish: 1}, {"cost": 1})
                tight = replace(item, budget=point.cost, wishes=replace(item.wishes, stages=stages))
                if item.wishes.share_cap is None:
                    best = best_values(tight, members)
                    assert best is not None
                    assert best[0] == point.value


def test_the_game_is_what_each_group_could_earn(tmp_path: Path) -> None:
    for item, members in _cases(tmp_path, 6):
        firms = members.numbers[:3]
        item = replace(item, owner=firms[0], price=150)
        game = value_game(item, members, firms)
        assert game.groups[:4] == ((firms[0],), (firms[1],), (firms[2],), (firms[0], firms[1]))
        for group, value in zip(game.groups, game.values, strict=True):
            best = best_values(item, members, Change(at_own_cost=frozenset(group)))
            owned = firms[0] in group and best is not None
            assert value == (max(0, 150 - best[0]) if owned and best else 0)


def test_bands_hide_a_price_within_five_per_cent() -> None:
    for amount in [1, 39, 41, 999, 12_345, 10**9 + 7]:
        least, most = band(amount)
        assert least <= amount <= most < least * 1.05 + 1
        assert band(least) == band(most) == (least, most)
    assert for_others({"cost": 1000, "units": 1000})["units"] == 1000
    assert for_others({"cost": 1000})["cost"] == dict(zip(("from", "to"), band(1000), strict=True))
