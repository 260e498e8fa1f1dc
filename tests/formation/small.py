"""Small random items and members, and the best consortium by trying everything.

The search below reads the offers' rows by itself and knows nothing of the library's list of pairs,
its programs, relaxations or cuts. Items are so small that it always ends.
"""

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from moyeora.formation.item import Item, parse_item
from moyeora.formation.members import Members, read_members
from moyeora.formation.problem import Change, Terms
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
    firms = [f"F{at}" for at in range(draw.choice([3, 3, 4]))]
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
            "capability": draw.sample(TERMS, 2 if at == 0 else 1),
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


@dataclass(frozen=True)
class Way:
    """One offer for one need, as the row says."""

    firm: str
    need: int
    line: tuple[str, str]
    lot: int
    lots: tuple[int, ...]
    breaks: tuple[tuple[int, int], ...]  # from so many units, price a unit
    setup: int
    lead: int  # periods
    room: tuple[int, ...]  # units in each period
    ppm: int

    def cost(self, lots: int) -> int:
        units = lots * self.lot
        return self.setup + units * [price for start, price in self.breaks if start <= units][-1]


def ways(item: Item, members: Members, change: Change) -> list[Way]:
    """Every offer for every need that it may serve."""
    found, terms = [], dict(change.terms)
    for at, row in enumerate(members.offers.iter_rows(named=True)):
        firm = members.numbers[row["firm_index"]]
        other = terms.get(at, Terms())
        if firm in change.without:
            continue
        breaks = [(0, row["price"]), *((a, b) for a, b in row["price_breaks"] or [])]
        if firm in change.at_own_cost and row["own_cost"] is not None:
            breaks = [(0, row["own_cost"])]
        if other.price is not None:
            breaks = [(0, other.price)]
        weeks, largest = list(row["capacity"]), row["largest"]
        if other.capacity is not None:
            weeks, largest = [other.capacity], 10**9
        room = tuple(weeks[min(week, len(weeks) - 1)] for week in range(item.periods))
        for place, need in enumerate(item.needs):
            has = set(row["certificates"].split(";")) >= set(need.must.certificates)
            if row["capability"] not in need.capabilities or not (has or other.waive):
                continue
            most = min(largest, sum(room), 12) // row["lot"]
            lots = [n for n in range(1, most + 1) if n * row["lot"] >= row["smallest"]]
            # More than covers the need by itself helps only to reach the smallest lot or a break.
            useful = [n for n in lots if (n - 1) * row["lot"] < need.quantity]
            useful += [n for n in lots if n not in useful and n == lots[0]]
            useful += [
                n
                for n in lots
                if n not in useful
                and any((n - 1) * row["lot"] < start <= n * row["lot"] for start, _ in breaks[1:])
            ]
            late = round((1 - row["on_time"]) * 1_000_000)
            found.append(
                Way(
                    firm,
                    place,
                    (firm, row["line"] or f"offer {at}"),
                    row["lot"],
                    tuple(useful),
                    tuple(breaks),
                    row["setup_cost"],
                    -(-row["lead_days"] // item.period_days),
                    room,
                    row["defect_ppm"] + late,
                )
            )
    return found


Plan = tuple[tuple[Way, int], ...]


def best_values(
    item: Item, members: Members, change: Change | None = None
) -> tuple[int, ...] | None:
    """The lexicographically least values of the item's stages over every plan; None if none."""
    every = ways(item, members, change or Change())
    facts = Facts(item, members)
    best: tuple[int, ...] | None = None
    for plan in _plans(item, every):
        if not facts.allow(plan):
            continue
        if best is not None and facts.values(plan, 1) >= best:
            continue  # even if it were done in the first week
        end = _end(item, plan)
        if end is None:
            continue
        values = facts.values(plan, end)
        if best is None or values < best:
            best = values
    return best


def _plans(item: Item, every: list[Way]) -> Iterator[Plan]:
    by_need = []
    for at, need in enumerate(item.needs):
        mine = [way for way in every if way.need == at]
        amounts = itertools.product(*([(way, 0), *((way, n) for n in way.lots)] for way in mine))
        taken = (tuple((way, n) for way, n in each if n) for each in amounts)
        by_need.append(
            [each for each in taken if sum(way.lot * n for way, n in each) >= need.quantity]
        )
    for parts in itertools.product(*by_need):
        yield tuple(itertools.chain.from_iterable(parts))


class Facts:
    """What the item and the tables say of firms."""

    def __init__(self, item: Item, members: Members) -> None:
        self.item, numbers = item, members.numbers
        ties, apart = members.ties, members.exclusions
        self.points = {
            (numbers[a], numbers[b]): min(int(times), 10) * (int(rating) - 2)
            for a, b, times, rating in zip(ties.a, ties.b, ties.times, ties.rating, strict=True)
        }
        self.apart = {(numbers[a], numbers[b]) for a, b in zip(apart.a, apart.b, strict=True)}
        self.tied = {firm for pair in self.points for firm in pair}
        self.distance = {
            firm: round(_km(item.latitude, item.longitude, latitude, longitude))
            for firm, latitude, longitude in members.firms.select(
                "firm", "latitude", "longitude"
            ).iter_rows()
        }

    def _paid(self, plan: Plan) -> dict[str, int]:
        paid: dict[str, int] = {}
        for way, lots in plan:
            paid[way.firm] = paid.get(way.firm, 0) + way.cost(lots)
        return paid

    def allow(self, plan: Plan) -> bool:
        """Whether the plan keeps every rule that is not about time."""
        item, wishes, paid = self.item, self.item.wishes, self._paid(plan)
        if len(paid) > wishes.firms_max:
            return False
        if item.budget is not None and sum(paid.values()) > item.budget:
            return False
        cap = wishes.share_cap
        capped = cap is not None and item.budget is not None
        if capped and max(paid.values()) > math.floor(item.budget * cap):
            return False
        if any(a in paid and b in paid for a, b in self.apart):
            return False
        for seat in wishes.seats:
            if not any(
                way.firm == seat.firm and seat.need in (None, item.needs[way.need].id)
                for way, _ in plan
            ):
                return False
        return all(
            need.firms_max is None
            or len({way.firm for way, _ in plan if way.need == at}) <= need.firms_max
            for at, need in enumerate(item.needs)
        )

    def values(self, plan: Plan, end: int) -> tuple[int, ...]:
        """The values of the item's stages when the whole is done in ``end`` periods."""
        item, wishes, paid = self.item, self.item.wishes, self._paid(plan)
        ties = sum(p for (a, b), p in self.points.items() if a in paid and b in paid)
        worth = {
            "cost": sum(paid.values()),
            "time": end * item.period_days,
            "quality": sum(
                lots * (way.lot * way.ppm * 1000 // item.needs[way.need].quantity)
                for way, lots in plan
            ),
            "cohesion": sum(self.distance[firm] for firm in paid) - ties * wishes.km_per_tie,
            "equality": max(paid.values()),
            "newcomers": max(0, wishes.newcomers - len(set(paid) - self.tied)),
        }
        return tuple(
            sum(weight * worth[name] for name, weight in stage.items()) for stage in wishes.stages
        )


def _km(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Great-circle distance by the spherical law of cosines (the library takes the haversine)."""
    a, b = math.radians(latitude), math.radians(to_latitude)
    between = math.radians(to_longitude - longitude)
    cosine = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(between)
    return 6371.0088 * math.acos(min(1.0, cosine))


def _end(item: Item, plan: Plan) -> int | None:
    """The earliest end of the whole, over every interval of every need; None if none fits."""
    periods = range(item.periods)
    intervals = [
        [(s, e) for s in periods for e in periods if s <= e < need.until] for need in item.needs
    ]
    index = {need.id: at for at, need in enumerate(item.needs)}
    best = None
    for picked in itertools.product(*intervals):
        end = max(e for _, e in picked) + 1
        if best is not None and end >= best:
            continue
        late = any(
            picked[at][0] <= picked[index[earlier]][1]
            for at, need in enumerate(item.needs)
            for earlier in need.after
        )
        if not late and _fits(plan, picked):
            best = end
    return best


def _fits(plan: Plan, picked: tuple[tuple[int, int], ...]) -> bool:
    lines: dict[tuple[str, str], list[tuple[Way, int]]] = {}
    for way, lots in plan:
        lines.setdefault(way.line, []).append((way, lots))
    return all(_line_fits(picked, tasks, {}) for tasks in lines.values())


def _line_fits(
    picked: tuple[tuple[int, int], ...], tasks: list[tuple[Way, int]], busy: dict[int, int]
) -> bool:
    """Place the tasks of a line one after another in every way; busy is in billionths."""
    if not tasks:
        return True
    (way, lots), rest = tasks[0], tasks[1:]
    start, end = picked[way.need]
    slots = [(t, way.room[t]) for t in range(start + way.lead, end + 1) if way.room[t] > 0]
    for split in _splits(lots * way.lot, [room for _, room in slots]):
        load = dict(busy)
        for (t, room), made in zip(slots, split, strict=True):
            load[t] = load.get(t, 0) + made * (10**9 // room)
        if all(value <= 10**9 for value in load.values()) and _line_fits(picked, rest, load):
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
