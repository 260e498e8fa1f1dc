"""How long a search takes: over a million firms on PostgreSQL, over 780 on both databases.

    python -m benchmarks.network_search [firms]

The firms are made up from one seed with the trades, places and certificates of real ones; the
index is filled by COPY. What is timed is the whole search: the query read, SQL, ranking, and every
facet counted, one search after the other on one connection. Wall time, and the CPU time of this
process and its server together, which other work on the machine does not lengthen.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

SEED = 20260901
MILLION = 1_000_000
CHUNK = 5_000
SYLLABLES = (
    "가나다라마바사아자차하고노도로모보소오조호구누두루무부수우주강남동명문민방산상서"
    "선성송신안양영용원유은인일장재정종지진창천청태한해현화"
)


def firm(number: int) -> SimpleNamespace:
    """One made-up firm with what a document is made from."""
    from moyeora.formation.sample import CERTIFICATES, LAST, USUAL
    from moyeora.network.members.search.vocabulary import capability

    chance = random.Random(SEED * MILLION + number)
    terms = chance.choices(list(USUAL), [usual[4] for usual in USUAL.values()], k=3)
    terms = terms[: chance.choices((1, 2, 3), (5, 4, 1))[0]]
    main = capability(terms[0])
    assert main is not None
    name = "".join(chance.choices(SYLLABLES, k=chance.choice((2, 2, 3))))
    place = chance.choice(PLACES)
    return SimpleNamespace(
        id=UUID(int=chance.getrandbits(128)),
        name=name + chance.choice(LAST[main.function]),
        name_en=f"{chance.choice(SYLLABLES_EN)}{chance.choice(SYLLABLES_EN)} Co.",
        number=f"{100 + number // 9000 % 900}-81-{number % 100_000:05}",
        trade=main.trade,
        region=place[0],
        latitude=place[1] + chance.gauss(0, 0.02),
        longitude=place[2] + chance.gauss(0, 0.02),
        profile=f"{main.ko} 전문 기업으로 {chance.randint(3, 40)}년 동안 {place[0]}에서 "
        f"{chance.choice(('소량', '대량', '긴급', '맞춤'))} 주문을 "
        f"{chance.choice(('정확하게', '빠르게', '꼼꼼하게'))} 해 왔습니다.",
        offers=SimpleNamespace(
            all=lambda: [
                SimpleNamespace(active=True, capability=one, free_capacity=number % 4 > 0)
                for one in terms
            ]
        ),
        certificates=SimpleNamespace(
            all=lambda: [
                SimpleNamespace(name=one, expires=None)
                for one in CERTIFICATES
                if chance.random() < 0.22
            ]
        ),
    )


SYLLABLES_EN = ("Dae", "Han", "Sung", "Woo", "Jin", "Mir", "Ga", "On", "Sol", "Tech", "Star", "Bit")


def _places() -> list[tuple[str, float, float]]:
    import csv
    from importlib.resources import files

    text = (files("moyeora.formation") / "places.csv").read_text(encoding="utf-8")
    return [
        (f"{row['region']} {row['city']}", float(row["latitude"]), float(row["longitude"]))
        for row in csv.DictReader(text.splitlines())
        for _ in range(int(row["weight"]))
    ]


PLACES = _places()


def rows(bounds: tuple[int, int]) -> list[tuple[object, ...]]:
    """A chunk of the index, ready to be copied."""
    from datetime import date

    from moyeora.network.members.search.documents import document
    from moyeora.network.members.search.store import tsvector

    made = [document(firm(n), date(2026, 9, 1)) for n in range(*bounds)]
    return [
        (d.firm, d.tier, d.key, d.latitude, d.longitude, list(d.facets), tsvector(d)) for d in made
    ]


def fill_postgresql(count: int) -> None:
    """A million rows without touching anything else."""
    from django.db import connection

    copy = "COPY members_search (firm_id, tier, key, latitude, longitude, facets, words) FROM STDIN"
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX members_search_words")
    parts = [(at, min(at + CHUNK, count)) for at in range(0, count, CHUNK)]
    with get_context("spawn").Pool(2, initializer=_begin) as pool:
        for chunk in pool.imap_unordered(rows, parts):
            with connection.cursor() as cursor, cursor.copy(copy) as out:
                for row in chunk:
                    out.write_row(row)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE INDEX members_search_words ON members_search"
            " USING gin (words) WITH (fastupdate=off)"
        )
        cursor.execute("VACUUM ANALYZE members_search")


def queries() -> Iterator[tuple[str, str, dict[str, list[str]]]]:
    """Kind, text, chosen facets: what people look for."""
    from moyeora.formation.sample import CERTIFICATES, LAST
    from moyeora.formation.trades import FUNCTIONS, default_trades
    from moyeora.network.members.search.vocabulary import PROVINCES

    chance = random.Random(SEED)
    known = list(default_trades().capabilities.values())
    by_kind = {
        "one syllable": list("쇄형판장한김"),
        "two syllables": ["금형", "인쇄", "사출", "포장", "수출", "설계", "기획", "전자", "정밀"]
        + ["".join(chance.choices(SYLLABLES, k=2)) for _ in range(25)],
        "more syllables": [one.ko.replace(" ", "") for one in known]
        + [
            "".join(chance.choices(SYLLABLES, k=2))
            + chance.choice([last for lasts in LAST.values() for last in lasts])
            for _ in range(25)
        ],
        "English": [one.en for one in known] + ["variable data", "print", "mold", "Daewoo", "LCD"],
        "several words": [
            f"{chance.choice(list(PROVINCES))} {one.ko}" for one in chance.sample(known, 25)
        ]
        + [
            "전문 기업",
            "긴급 인쇄",
            "ISO 9001 금형",
            "여성기업 디자인 제주",
            "맞춤 소량 인쇄 부산",
        ],
        "number": [f"{100 + n}-81-{n:05}" for n in range(0, 500, 50)],
        "nothing": [""] * 5,
        "not there": ["홍익인간세상", "zebra", "가갸거겨", "없는회사이름"],
    }
    for kind, texts in by_kind.items():
        for text in texts:
            yield kind, text, {}
            facets = {
                "region": [chance.choice(list(PROVINCES))],
                "function": [chance.choice(FUNCTIONS)],
                "certificate": [chance.choice(CERTIFICATES)],
                "free": ["yes"],
            }
            some = chance.sample(sorted(facets), chance.randint(1, 3))
            yield f"{kind}, facets", text, {one: facets[one] for one in some}


def measure(title: str) -> None:
    """Run the mix twice, report the second time: a server in use is warm."""
    from moyeora.network.members.search.find import find
    from moyeora.network.members.search.query import read

    mix = list(queries())
    random.Random(SEED).shuffle(mix)
    for _, text, facets in mix:
        find(read(text), facets)
    wall: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    slow: list[tuple[float, str]] = []
    server = _server()
    for kind, text, facets in mix:
        began, worked = time.perf_counter(), time.process_time() + _worked(server)
        find(read(text), facets)
        wall.setdefault(kind, []).append(1000 * (time.perf_counter() - began))
        spent = 1000 * (time.process_time() + _worked(server) - worked)
        cpu.setdefault(kind, []).append(spent)
        slow.append((spent, f"{text} {facets or ''}"))
    load = os.getloadavg()[0]
    print(f"\n{title}: {len(mix)} searches, load of the machine {load:.1f}")
    print(f"  {'milliseconds':24}{'wall':>14}{'CPU':>27}")
    print(f"  {'':24}{'n':>5}" + f"{'p50':>9}{'p95':>9}{'max':>9}" * 2)
    for kind in [*sorted(wall), "all"]:
        line = f"  {kind:24}{len(wall.get(kind, mix)):5}"
        for taken in (wall, cpu):
            times = (
                taken[kind] if kind != "all" else [one for some in taken.values() for one in some]
            )
            p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
            line += f"{statistics.median(times):9.1f}{p95:9.1f}{max(times):9.1f}"
        print(line)
    for spent, text in sorted(slow, reverse=True)[:5]:
        print(f"  most CPU: {spent:.1f} ms  {text}")


def _server() -> int | None:
    """The process of PostgreSQL that serves this connection, where it can be watched."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid: int = cursor.fetchone()[0]
    return pid if Path(f"/proc/{pid}/schedstat").exists() else None


def _worked(pid: int | None) -> float:
    """Seconds that a process has been on a processor (Linux counts them to the nanosecond)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9 if pid else 0.0


def _begin() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moyeora.network.settings")
    django.setup()


def run(count: int) -> None:
    """Fill the database that DATABASE_URL names (SQLite otherwise) and measure."""
    _begin()
    from django.core.management import call_command
    from django.db import connection

    from moyeora.network.members.search.documents import document
    from moyeora.network.members.search.store import put

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    if connection.vendor == "postgresql":
        fill_postgresql(count)
    else:
        from datetime import date

        put([document(firm(n), date(2026, 9, 1)) for n in range(count)])
    print(f"{count:,} firms indexed in {time.perf_counter() - began:.0f} s", flush=True)
    measure(f"{count:,} firms, {connection.display_name}")


def main(arguments: list[str]) -> None:
    count = int(arguments[0]) if arguments else MILLION
    on_postgresql = [sys.executable, "-m", "tests.network.on_postgresql"]
    for firms, server in ((780, []), (780, on_postgresql), (count, on_postgresql)):
        with tempfile.TemporaryDirectory() as home:
            subprocess.run(
                [*server, sys.executable, "-m", "benchmarks.network_search", "--here", str(firms)],
                env={**os.environ, "MOYEORA_HOME": home},
                check=True,
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        run(int(sys.argv[2]))
    else:
        main(sys.argv[1:])
