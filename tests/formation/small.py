"""Small random items and members, and the best consortium by trying everything.

The search below shares with the library only the list of pairs (which offer may serve which need
and how much of it); it knows nothing of programs, relaxations or cuts.
"""

import itertools
import math
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from moyeora.formation.item import Item, parse_item
from moyeora.formation.members import Members, read_members
from moyeora.formation.problem import Problem
from moyeora.formation.trades import default_trades

TODAY = date(2026, 9, 1)
TERMS = ("offset-printing", "digital-printing", "bookbinding")
HEADER = (
    "firm,name,trade,region,latitude,longitude,capability,unit,price,capacity,lot,smallest,"
    "largest,price_breaks,own_cost,setup_cost,lead_days,on_time,defect_ppm,certificates,line"
)


def small_members(seed: int, folder: Path, shuffled: bool = False) -> Members:
    """Three or four firms with one or two offers each, some ties and exclusions."""
    draw = random.Random(seed)
    firms = [f"F{at}" for at in range(draw.randint(3, 4))]
    rows = []
    for firm in firms:
        place = f"{37 + draw.random():.3f},{127 + draw.random():.3f}"
        for term in draw.sample(TERMS, draw.choice([1, 1, 2])):
            price = draw.randint(3, 12)
            largest = draw.randint(2, 3)
            rows.append(
                ",".join(
                    str(cell)
                    for cell in (
                        firm,
                        f"firm {firm}",
                        "18113",
                        "서울",
                        place,
                        term,
                        "piece",
                        price,
                        draw.choice([draw.randint(2, 4), f"{draw.randint(0, 2)};4"]),
                        draw.choice([1, 1, 2]),
                        draw.randint(0, 2),
                        largest,
                        draw.choice(["", f"3:{price - 1}"]),
                        draw.choice(["", price - 2]),
                        draw.choice([0, 0, 5, 9]),
                        draw.choice([0, 0, 4]),
                        draw.choice([1, 0.9]),
                        draw.choice([0, 40000]),
                        draw.choice(["", "ISO 9001"]),
                        draw.choice(["", "A"]),
                    )
                )
            )
    pairs = list(itertools.combinations(firms, 2))
    tied = [p for p in pairs if draw.random() < 0.35]
    apart = [p for p in pairs if draw.random() < 0.12]
    tie_rows = [f"{a},{b},{draw.randint(1, 4)},{draw.randint(1, 5)}" for a, b in tied]
    out = [f"{a},{b},rivals" for a, b in apart]
    if shuffled:
        for table in (rows, tie_rows, out):
            draw.shuffle(table)
    (folder / "members.csv").write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    (folder / "ties.csv").write_text(
        "\n".join(["firm_a,firm_b,times,rating", *tie_rows]), encoding="utf-8"
    )
    (folder / "exclusions.csv").write_text(
        "\n".join(["firm_a,firm_b,reason", *out]), encoding="utf-8"
    )
    return read_members(folder / "members.csv", folder / "ties.csv", folder / "exclusions.csv")


def small_table(seed: int) -> dict[str, Any]:
    """An item with two or three needs in three weeks, as TOML's types."""
    draw = random.Random(seed * 7 + 1)
    needs: list[dict[str, Any]] = []
    for at in range(draw.randint(2, 3)):
        need: dict[str, Any] = {
            "id": f"n{at}",
            "role": "production",
            "capability": draw.sample(TERMS, draw.choice([1, 2])),
            "quantity": draw.randint(1, 3),
            "unit": "piece",
        }
        if at and draw.random() < 0.5:
            need["after"] = [f"n{at - 1}"]
        if draw.random() < 0.25:
            need["split"] = False
        if draw.random() < 0.2:
            need["must"] = {"certificates": ["ISO 9001"]}
        needs.append(need)
    wishes: dict[str, Any] = {"newcomers": draw.choice([0, 1])}
    names = ["cost", "time", "quality", "cohesion", "equality", "newcomers"]
    if draw.random() < 0.4:
        wishes["order"] = draw.sample(names, draw.randint(1, 3))
    elif draw.random() < 0.7:
        wishes["weights"] = {name: draw.randint(1, 9) for name in draw.sample(names, 3)}
    if draw.random() < 0.3:
        wishes["firms_max"] = draw.randint(1, 3)
    if draw.random() < 0.2:
        wishes["share_cap"] = "1/2"
    if draw.random() < 0.2:
        wishes["seat"] = [{"firm": "F0"}]
    item = {
        "title": "small",
        "start": "2026-09-07",
        "due": "2026-09-27",
        "budget": draw.choice([90, 10_000, 10_000]),
        "latitude": 37.5,
        "longitude": 127.0,
    }
    return {"item": item, "need": needs, "wishes": wishes}


def small_item(seed: int) -> Item:
    """The item of :func:`small_table`."""
    return parse_item(small_table(seed), "item.toml", TODAY, default_trades())


def best_values(problem: Problem) -> tuple[int, ...] | None:
    """The lexicographically least values of the item's stages over every plan; None if none."""
    best: tuple[int, ...] | None = None
    for lots in _amounts(problem):
        firms = {int(problem.firm[pair]) for pair in lots}
        if not _allowed(problem, lots, firms):
            continue
        if best is not None and _values(problem, lots, firms, 1) >= best:
            continue  # even if it were done in the first week
        ends = _ends(problem, lots)
        if ends is None:
            continue
        values = _values(problem, lots, firms, ends)
        if best is None or values < best:
            best = values
    return best


def amounts(problem: Problem) -> int:
    """How many ways there are to take something or nothing from each pair."""
    return math.prod(
        int(high) - int(low) + 2 for low, high in zip(problem.least, problem.most, strict=True)
    )


def _amounts(problem: Problem) -> Iterator[dict[int, int]]:
    choices = [
        [0, *range(int(low), int(high) + 1)]
        for low, high in zip(problem.least, problem.most, strict=True)
    ]
    for picked in itertools.product(*choices):
        lots = {pair: count for pair, count in enumerate(picked) if count}
        covered = [0] * len(problem.item.needs)
        for pair, count in lots.items():
            covered[int(problem.need[pair])] += count * int(problem.lot[pair])
        if all(c >= need.quantity for c, need in zip(covered, problem.item.needs, strict=True)):
            yield lots


def _paid(problem: Problem, lots: dict[int, int]) -> dict[int, int]:
    paid: dict[int, int] = {}
    for pair, count in lots.items():
        tiers = zip(problem.tier_from[pair], problem.tier_price[pair], strict=True)
        price = [int(p) for start, p in tiers if start <= count][-1]
        firm = int(problem.firm[pair])
        paid[firm] = paid.get(firm, 0) + int(problem.setup[pair]) + price * count
    return paid


def _allowed(problem: Problem, lots: dict[int, int], firms: set[int]) -> bool:
    wishes = problem.item.wishes
    paid = _paid(problem, lots)
    if len(firms) > wishes.firms_max or (problem.budget or 10**18) < sum(paid.values()):
        return False
    if problem.firm_cap is not None and max(paid.values()) > problem.firm_cap:
        return False
    if any(int(a) in firms and int(b) in firms for a, b in zip(*problem.exclusions, strict=True)):
        return False
    for seat in wishes.seats:
        if seat.firm not in {problem.number[firm] for firm in firms}:
            return False
    for at, need in enumerate(problem.item.needs):
        here = {int(problem.firm[pair]) for pair in lots if problem.need[pair] == at}
        if need.firms_max is not None and len(here) > need.firms_max:
            return False
    return True


def _ends(problem: Problem, lots: dict[int, int]) -> int | None:
    """The earliest end of the whole, over every interval of every need; None if none fits."""
    periods = range(problem.item.periods)
    intervals = [
        [(s, e) for s in periods for e in periods if s <= e < need.until]
        for need in problem.item.needs
    ]
    index = {need.id: at for at, need in enumerate(problem.item.needs)}
    best = None
    for picked in itertools.product(*intervals):
        end = max(e for _, e in picked) + 1
        if best is not None and end >= best:
            continue
        late = any(
            picked[at][0] <= picked[index[earlier]][1]
            for at, need in enumerate(problem.item.needs)
            for earlier in need.after
        )
        if not late and _fits(problem, lots, picked):
            best = end
    return best


def _fits(problem: Problem, lots: dict[int, int], picked: tuple[tuple[int, int], ...]) -> bool:
    lines: dict[int, list[int]] = {}
    for pair in lots:
        lines.setdefault(int(problem.line[pair]), []).append(pair)
    return all(_line_fits(problem, lots, picked, pairs, {}) for pairs in lines.values())


def _line_fits(
    problem: Problem,
    lots: dict[int, int],
    picked: tuple[tuple[int, int], ...],
    pairs: list[int],
    busy: dict[int, int],
) -> bool:
    """Place the pairs of a line one after another in every way; busy is in billionths."""
    if not pairs:
        return True
    pair, rest = pairs[0], pairs[1:]
    start, end = picked[int(problem.need[pair])]
    slots = [
        (t, int(problem.capacity[pair, t]))
        for t in range(start + int(problem.lead[pair]), end + 1)
        if problem.capacity[pair, t] > 0
    ]
    units = lots[pair] * int(problem.lot[pair])
    for split in _splits(units, [capacity for _, capacity in slots]):
        load = dict(busy)
        for (t, capacity), made in zip(slots, split, strict=True):
            load[t] = load.get(t, 0) + made * (10**9 // capacity)
        if all(value <= 10**9 for value in load.values()) and _line_fits(
            problem, lots, picked, rest, load
        ):
            return True
    return False


def _splits(units: int, room: list[int]) -> Iterator[tuple[int, ...]]:
    if not room:
        if units == 0:
            yield ()
        return
    for here in range(min(units, room[0]) + 1):
        for rest in _splits(units - here, room[1:]):
            yield (here, *rest)


def _values(problem: Problem, lots: dict[int, int], firms: set[int], end: int) -> tuple[int, ...]:
    paid = _paid(problem, lots)
    wishes = {
        "cost": sum(paid.values()),
        "time": end * problem.item.period_days,
        "quality": sum(count * int(problem.risk[pair]) for pair, count in lots.items()),
        "cohesion": sum(int(problem.distance[firm]) for firm in firms)
        - sum(
            int(points)
            for a, b, points in zip(*problem.ties, strict=True)
            if int(a) in firms and int(b) in firms
        ),
        "equality": max(paid.values()),
        "newcomers": max(
            0,
            problem.item.wishes.newcomers - sum(bool(problem.newcomer[firm]) for firm in firms),
        ),
    }
    return tuple(
        sum(weight * wishes[name] for name, weight in stage.items())
        for stage in problem.item.wishes.stages
    )
