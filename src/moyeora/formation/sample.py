"""A made-up network of real shape: firms, offers, past consortia and exclusions from one seed.

The trades, places and units are real; the firms are not. What belongs together hangs together: a
bigger firm has more capacity, a higher set-up cost and a lower price; a better record costs a
little more; firms of a trade gather where the trade gathers; past consortia join firms of
different functions that are near each other; exclusions are rivals of one trade and city.
"""

import csv
from dataclasses import dataclass
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from moyeora.formation.trades import default_trades

CONSORTIA_PER_FIRM = 27 / 780
"""The association of the story: 27 consortia among 780 members."""

# Per capability: usual price in won for one unit, units that a firm of twelve people makes in a
# week, set-up cost in units' worth, usual lead time in days, and how many firms in 1,000 do it.
USUAL = {
    "customer-analysis": (14, 180_000, 60_000, 3, 26),
    "database-service": (18, 120_000, 70_000, 4, 22),
    "display-research": (620_000, 14, 2, 7, 20),
    "process-research": (540_000, 15, 2, 7, 18),
    "graphic-design": (420_000, 16, 1, 2, 40),
    "product-design": (560_000, 14, 2, 4, 30),
    "copywriting": (330_000, 16, 1, 2, 22),
    "personalisation-software": (590_000, 15, 3, 5, 30),
    "application-software": (560_000, 18, 3, 5, 40),
    "firmware": (610_000, 14, 3, 5, 24),
    "circuit-engineering": (600_000, 14, 3, 5, 26),
    "mould-making": (38_000_000, 1, 0, 14, 24),
    "type-approval-test": (2_900_000, 3, 0, 7, 14),
    "offset-printing": (46, 110_000, 9_000, 2, 44),
    "digital-printing": (98, 60_000, 3_000, 2, 36),
    "prepress": (3, 200_000, 40_000, 1, 24),
    "bookbinding": (21, 110_000, 9_000, 2, 26),
    "envelope-making": (34, 130_000, 10_000, 3, 18),
    "carton-making": (2_300, 5_200, 260, 5, 26),
    "lcd-panel": (112_000, 2_600, 60, 14, 16),
    "backlight-unit": (23_500, 3_600, 90, 10, 18),
    "bare-board": (6_400, 8_000, 220, 7, 22),
    "board-assembly": (9_800, 5_200, 180, 5, 34),
    "injection-moulding": (7_600, 6_400, 260, 5, 40),
    "metal-pressing": (3_900, 7_800, 300, 5, 34),
    "cable-harness": (2_700, 9_000, 250, 5, 26),
    "power-adapter": (11_200, 5_400, 120, 7, 20),
    "monitor-assembly": (16_800, 2_900, 130, 5, 20),
    "campaign-planning": (480_000, 14, 2, 3, 30),
    "exhibition-service": (690_000, 10, 2, 10, 18),
    "export-sales": (5_100, 6_000, 700, 5, 22),
    "trade-agency": (3_900, 7_000, 600, 5, 20),
    "online-sales": (6_200, 5_000, 500, 3, 22),
    "mail-handling": (56, 100_000, 6_000, 2, 24),
    "export-packing": (1_450, 7_500, 500, 3, 20),
    "freight-forwarding": (8_900, 6_500, 200, 5, 26),
    "display-repair": (14_500, 1_500, 60, 5, 20),
    "customer-help": (2_100, 9_000, 900, 3, 22),
}

# What a firm of a capability may also offer, on the same line where people or machines are shared.
NEIGHBOURS = {
    "customer-analysis": "database-service",
    "database-service": "customer-analysis",
    "display-research": "circuit-engineering",
    "graphic-design": "copywriting",
    "copywriting": "campaign-planning",
    "personalisation-software": "customer-analysis",
    "application-software": "personalisation-software",
    "firmware": "circuit-engineering",
    "circuit-engineering": "firmware",
    "offset-printing": "prepress",
    "digital-printing": "mail-handling",
    "bookbinding": "envelope-making",
    "carton-making": "export-packing",
    "backlight-unit": "lcd-panel",
    "bare-board": "board-assembly",
    "board-assembly": "bare-board",
    "injection-moulding": "mould-making",
    "mould-making": "injection-moulding",
    "metal-pressing": "injection-moulding",
    "monitor-assembly": "display-repair",
    "power-adapter": "cable-harness",
    "export-sales": "trade-agency",
    "mail-handling": "bookbinding",
    "freight-forwarding": "export-packing",
    "display-repair": "customer-help",
    "customer-help": "online-sales",
}

FIRST = (
    *(
        "한빛",
        "대성",
        "우진",
        "세림",
        "미래",
        "동방",
        "신우",
        "가온",
        "다솔",
        "누리",
        "해솔",
        "청명",
    ),
    *(
        "금강",
        "백산",
        "삼원",
        "태광",
        "유일",
        "은하",
        "정우",
        "한결",
        "서진",
        "보람",
        "새한",
        "동아",
    ),
    *(
        "대림",
        "명진",
        "성원",
        "광명",
        "제일",
        "중앙",
        "두리",
        "나래",
        "샛별",
        "큰솔",
        "한울",
        "온새",
    ),
    *("진성", "화인", "예림", "승리"),
)
LAST = {
    "R&D": ["연구소", "랩스", "기술연구", "데이터"],
    "design": ["디자인", "스튜디오", "크리에이티브", "디자인랩"],
    "engineering": ["소프트", "엔지니어링", "시스템즈", "테크"],
    "production": ["정밀", "산업", "전자", "공업"],
    "marketing": ["기획", "애드", "커뮤니케이션", "마케팅"],
    "sales": ["무역", "상사", "트레이딩", "통상"],
    "distribution": ["물류", "로지스", "유통", "익스프레스"],
    "after-sales service": ["서비스", "케어", "기술서비스", "솔루션"],
}
PRINTING = {"offset-printing", "digital-printing", "prepress", "bookbinding", "envelope-making"}
CERTIFICATES = ("ISO 9001", "ISO 14001", "ISO 27001", "ISMS-P", "벤처기업", "이노비즈", "여성기업")
REASONS = ("경쟁사", "특허 분쟁", "대금 분쟁", "거래 중단")


@dataclass(frozen=True)
class PastConsortium:
    """Firms that have worked together: their numbers, the leader's first; how often, and how it
    went (1 badly .. 5 very well).
    """

    firms: tuple[str, ...]
    times: int
    rating: int


@dataclass(frozen=True)
class Sample:
    """The three tables, ready to be written or read, and the past consortia behind the ties."""

    members: pl.DataFrame
    ties: pl.DataFrame
    exclusions: pl.DataFrame
    past: tuple[PastConsortium, ...]

    def write(self, folder: Path) -> list[Path]:
        """Write members.csv, ties.csv and exclusions.csv; returns their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for name in ("members", "ties", "exclusions"):
            paths.append(folder / f"{name}.csv")
            getattr(self, name).write_csv(paths[-1])
        return paths


def sample(firms: int, seed: int) -> Sample:
    """A network of ``firms`` firms (1 .. 10,000,000); the same arguments give the same bytes."""
    if not 1 <= firms <= 10_000_000:
        raise ValueError(f"a network has 1 to 10,000,000 firms, not {firms}")
    random = np.random.default_rng([seed, firms])
    table = _firms(firms, random)
    offers, past = _offers(table, random), _past(table, random)
    return Sample(offers, _ties(past, table["number"]), _exclusions(table, random), past)


def _firms(count: int, random: np.random.Generator) -> dict[str, NDArray[Any]]:
    terms = list(USUAL)
    share = np.array([USUAL[term][4] for term in terms], dtype=float)
    # Every capability has a few firms even in a small network: substitutes are the point.
    main = np.concatenate(
        [
            np.arange(min(len(terms), count)),
            random.choice(len(terms), max(0, count - len(terms)), p=share / share.sum()),
        ]
    )
    random.shuffle(main)
    text = (files("moyeora.formation") / "places.csv").read_text(encoding="utf-8")
    places = list(csv.DictReader(text.splitlines()))
    weight = np.array([float(place["weight"]) for place in places])
    # Each trade gathers: a capability's favourite places weigh more.
    favour = random.gamma(0.7, 1.0, (len(terms), len(places))) + 0.15
    chance = np.cumsum(favour * weight, axis=1)
    chance /= chance[:, -1:]
    drawn = random.random(count)
    place = (
        (drawn[:, None] > chance[main]).sum(axis=1)
        if count <= 100_000
        else np.concatenate(
            [
                (part[:, None] > chance[some]).sum(axis=1)
                for part, some in zip(
                    np.array_split(drawn, count // 50_000),
                    np.array_split(main, count // 50_000),
                    strict=True,
                )
            ]
        )
    )
    latitude = np.array([float(p["latitude"]) for p in places])[place]
    longitude = np.array([float(p["longitude"]) for p in places])[place]
    employees = np.clip(np.rint(np.exp(random.normal(2.5, 0.8, count))), 1, 290).astype(np.int64)
    return {
        "number": _business_numbers(count, random),
        "main": main,
        "place": place,
        "latitude": np.round(latitude + random.normal(0, 0.02, count), 4),
        "longitude": np.round(longitude + random.normal(0, 0.025, count), 4),
        "employees": employees,
        "skill": random.normal(0, 1, count),
        "name": random.integers(0, len(FIRST) * 4 * 6, count),
    }


def _business_numbers(count: int, random: np.random.Generator) -> NDArray[Any]:
    """Distinct ten-digit numbers with the check digit of Korean business registration."""
    space = 600 * 89 * 9999
    step = 330_017_003  # coprime with the space, so that no number comes twice
    serial = (np.arange(count, dtype=np.int64) * step + int(random.integers(space))) % space
    digits9 = (
        (serial // (89 * 9999) + 100) * 10**6
        + (serial // 9999 % 89 + 10) * 10**4
        + (serial % 9999 + 1)
    )
    digits = [(digits9 // 10 ** (8 - at)) % 10 for at in range(9)]
    total = sum(d * w for d, w in zip(digits, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=True))
    total = total + digits[8] * 5 // 10
    check = (10 - total % 10) % 10
    text = pl.Series((digits9 * 10 + check).astype(np.int64)).cast(pl.String)
    return (text.str.slice(0, 3) + "-" + text.str.slice(3, 2) + "-" + text.str.slice(5)).to_numpy()


def _offers(firm: dict[str, NDArray[Any]], random: np.random.Generator) -> pl.DataFrame:
    terms = list(USUAL)
    at = {term: index for index, term in enumerate(terms)}
    neighbour = np.array([at.get(NEIGHBOURS.get(term, ""), -1) for term in terms])
    count = len(firm["main"])
    second = np.where(random.random(count) < 0.55, neighbour[firm["main"]], -1)
    third = np.where(random.random(count) < 0.18, random.integers(0, len(terms), count), -1)
    third[(third == firm["main"]) | (third == second)] = -1
    rows, capability = [], []
    for rank, column in enumerate((firm["main"], second, third)):
        has = np.flatnonzero(column >= 0)
        rows.append(np.stack([has, np.full(len(has), rank)], axis=1))
        capability.append(column[has])
    order = np.lexsort(
        (np.concatenate([r[:, 1] for r in rows]), np.concatenate([r[:, 0] for r in rows]))
    )
    owner, rank = np.concatenate(rows)[order].T
    term = np.concatenate(capability)[order]
    size = len(owner)

    table = np.array([USUAL[name] for name in terms], dtype=float)

    def usual(column: int) -> NDArray[np.float64]:
        values: NDArray[np.float64] = table[term, column]
        return values

    scale = firm["employees"][owner] / 12
    skill = firm["skill"][owner]
    big = usual(0) > 1000
    factor = np.exp(-0.06 * np.log(scale) + 0.03 * skill + random.normal(0, 0.10, size)) * np.where(
        rank > 0, 1.07, 1.0
    )
    price = np.maximum(1, usual(0) * factor)
    price = np.where(big, np.rint(price / 100) * 100, np.rint(price)).astype(np.int64)
    capacity = usual(1) * scale**0.75 * np.exp(random.normal(0, 0.35, size))
    capacity *= np.where(rank > 0, 0.5, 1.0)
    grain = np.where(usual(1) >= 50_000, 1000, np.where(usual(1) >= 1000, 100, 1))
    capacity = (np.maximum(1, np.rint(capacity / grain)) * grain).astype(np.int64)
    lot = np.where(usual(1) >= 50_000, 1000, np.where(usual(1) >= 1000, 100, 1)).astype(np.int64)
    smallest = np.where(random.random(size) < 0.6, np.rint(capacity * 0.15 / lot), 0)
    smallest = (smallest * lot).astype(np.int64)
    weeks = random.integers(3, 14, size)
    largest = np.maximum(lot, capacity * weeks)
    setup = np.rint(usual(0) * usual(2) * scale**0.3 * random.uniform(0.4, 1.6, size) / 1000) * 1000
    own = np.minimum(np.rint(price * random.uniform(0.70, 0.93, size)), price).astype(np.int64)
    tells = random.random(size) < 0.6
    varies = random.random(size) < 0.12
    early = np.maximum(1, np.rint(capacity * random.uniform(0.2, 0.8, size) / grain)) * grain
    capacity_text = pl.Series(capacity).cast(pl.String)
    early_text = pl.Series(early.astype(np.int64)).cast(pl.String)
    breaks = random.random(size) < 0.25
    first = (np.maximum(1, np.rint(capacity * 1.5 / lot)) * lot).astype(np.int64)
    low = np.maximum(1, np.floor(price * 0.96)).astype(np.int64)
    has_break = breaks & (low >= np.where(tells, own, 0)) & (first > smallest) & (first < largest)
    shared = (rank > 0) & (
        np.array([neighbour[m] for m in range(len(terms))])[firm["main"][owner]] == term
    )
    sharing = np.zeros(count, dtype=bool)
    sharing[owner[shared]] = True
    on_line = sharing[owner] & (shared | (rank == 0))
    functions = [default_trades().capabilities[name] for name in terms]
    text = (files("moyeora.formation") / "places.csv").read_text(encoding="utf-8")
    places = list(csv.DictReader(text.splitlines()))
    return pl.DataFrame(
        {
            "firm": firm["number"][owner],
            "name": _names(firm, functions, terms)[owner],
            "trade": np.array([f.trade for f in functions])[firm["main"][owner]],
            "region": np.array([f"{p['region']} {p['city']}" for p in places])[
                firm["place"][owner]
            ],
            "latitude": firm["latitude"][owner],
            "longitude": firm["longitude"][owner],
            "employees": firm["employees"][owner],
            "capability": np.array(terms)[term],
            "unit": np.array([f.unit for f in functions])[term],
            "price": price,
            "capacity": pl.select(
                pl.when(pl.Series(varies))
                .then(early_text + ";" + early_text + ";" + capacity_text)
                .otherwise(capacity_text)
            ).to_series(),
            "lot": lot,
            "smallest": smallest,
            "largest": largest,
            "price_breaks": pl.select(
                pl.when(pl.Series(has_break))
                .then(pl.Series(first).cast(pl.String) + ":" + pl.Series(low).cast(pl.String))
                .otherwise(None)
            ).to_series(),
            "own_cost": pl.select(pl.when(pl.Series(tells)).then(pl.Series(own))).to_series(),
            "setup_cost": setup.astype(np.int64),
            "lead_days": np.maximum(0, np.rint(usual(3) * random.uniform(0.5, 1.5, size))).astype(
                np.int64
            ),
            "on_time": np.round(
                np.clip(0.955 + 0.02 * skill + random.normal(0, 0.015, size), 0.75, 1), 3
            ),
            "defect_ppm": np.clip(
                np.rint(np.exp(6.3 - 0.45 * skill + random.normal(0, 0.5, size))), 5, 20000
            ).astype(np.int64),
            "orders": random.poisson(np.clip(9 * scale**0.6, 0.5, 80)),
            "certificates": _certificates(firm, random)[owner],
            "line": np.where(on_line, "A", ""),
        }
    )


def _names(firm: dict[str, NDArray[Any]], functions: list[Any], terms: list[str]) -> NDArray[Any]:
    pools = [
        ["인쇄", "프린팅", "문화사", "피앤피"] if terms[at] in PRINTING else LAST[f.function]
        for at, f in enumerate(functions)
    ]
    table = np.array(
        [[first + last for first in FIRST for last in (pool * 6)[:24]] for pool in pools]
    )
    names: NDArray[Any] = table[firm["main"], firm["name"] % table.shape[1]]
    return names


def _certificates(firm: dict[str, NDArray[Any]], random: np.random.Generator) -> NDArray[Any]:
    count = len(firm["main"])
    chance = np.array([0.55, 0.30, 0.16, 0.10, 0.28, 0.18, 0.08])
    lift = 0.10 * firm["skill"] + 0.08 * np.log(firm["employees"] / 12)
    has = random.random((count, len(CERTIFICATES))) < chance + lift[:, None]
    codes = has @ (1 << np.arange(len(CERTIFICATES)))
    texts = [
        ";".join(name for bit, name in enumerate(CERTIFICATES) if code >> bit & 1)
        for code in range(1 << len(CERTIFICATES))
    ]
    return np.array(texts)[codes]


def _past(firm: dict[str, NDArray[Any]], random: np.random.Generator) -> tuple[PastConsortium, ...]:
    """Past consortia: a leader and firms of other functions, the nearer the likelier."""
    count = len(firm["main"])
    terms = list(USUAL)
    trades = default_trades()
    names = sorted({trades.capabilities[term].function for term in terms})
    function = np.array([names.index(trades.capabilities[t].function) for t in terms])[firm["main"]]
    past = []
    for _ in range(round(count * CONSORTIA_PER_FIRM) if count >= 8 else 0):
        leader = int(random.integers(count))
        pool = random.integers(0, count, 60)
        away = np.hypot(
            firm["latitude"][pool] - firm["latitude"][leader],
            firm["longitude"][pool] - firm["longitude"][leader],
        )
        together, seen = [leader], {int(function[leader])}
        wanted = int(random.integers(4, 8))
        for other in pool[np.argsort(away * random.uniform(0.3, 1.7, 60), kind="stable")]:
            if int(function[other]) not in seen and int(other) not in together:
                together.append(int(other))
                seen.add(int(function[other]))
            if len(together) == wanted:
                break
        times = int(random.integers(1, 5))
        mood = int(random.choice([2, 3, 4, 5], p=[0.1, 0.25, 0.4, 0.25]))
        past.append(PastConsortium(tuple(firm["number"][at] for at in together), times, mood))
    return tuple(past)


def _ties(past: tuple[PastConsortium, ...], numbers: NDArray[Any]) -> pl.DataFrame:
    """Who worked with whom; the first consortium of a pair says how it went."""
    index = {number: at for at, number in enumerate(numbers)}
    pairs: dict[tuple[int, int], list[int]] = {}
    for consortium in past:
        for one, other in combinations(sorted(index[number] for number in consortium.firms), 2):
            known = pairs.setdefault((one, other), [0, consortium.rating])
            known[0] += consortium.times
    return pl.DataFrame(
        [(numbers[a], numbers[b], min(t, 1000), r) for (a, b), (t, r) in sorted(pairs.items())],
        schema={"firm_a": pl.String, "firm_b": pl.String, "times": pl.Int64, "rating": pl.Int64},
        orient="row",
    )


def _exclusions(firm: dict[str, NDArray[Any]], random: np.random.Generator) -> pl.DataFrame:
    """Rivals of one trade and one city, and a few open disputes."""
    count = len(firm["main"])
    key = firm["main"] * 1000 + firm["place"]
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(key[order][1:] == key[order][:-1])
    picked = same[random.random(len(same)) < 0.12] if len(same) else same
    number = firm["number"]
    rows = [
        (number[order[at]], number[order[at + 1]], REASONS[int(random.integers(len(REASONS)))])
        for at in picked[: max(1, count // 40)]
    ]
    return pl.DataFrame(
        rows,
        schema={"firm_a": pl.String, "firm_b": pl.String, "reason": pl.String},
        orient="row",
    )
