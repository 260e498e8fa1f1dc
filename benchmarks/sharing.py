"""The numbers of `sharing`: each in a process of its own, so that its memory is its own.

    python benchmarks/sharing.py

Beside the exact rules run two other packages where they can: coopgt (all orders) for Shapley,
tucoopy (linear programs in floats) for the nucleolus.
"""

import multiprocessing
import resource
import time
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

from moyeora.sharing import games
from moyeora.sharing.agreement import read_agreement
from moyeora.sharing.certificate import certificate, check_certificate
from moyeora.sharing.nucleolus import nucleolus
from moyeora.sharing.receipt import read_receipt
from moyeora.sharing.shapley import shapley
from moyeora.sharing.statement import statement

MEGABYTE = 1024


def table(players: int, largest: int) -> list[int]:
    """Random values, nothing alone, with enough for everyone together."""
    random = Random(players)
    values = [random.randint(0, largest) for _ in range(2**players - 1)]
    values[:players], values[-1] = [0] * players, 3 * largest
    return values


def time_shapley(players: int, largest: int) -> float:
    """Seconds from a table of values to the exact Shapley value."""
    values = table(players, largest)
    started = time.perf_counter()
    shares = shapley(games.from_values(values, players))
    seconds = time.perf_counter() - started
    assert sum(shares) == values[-1]
    return seconds


def time_nucleolus(players: int, largest: int) -> float:
    """Seconds to the nucleolus, its certificate, and the certificate's check."""
    game = games.from_values(table(players, largest), players)
    started = time.perf_counter()
    check_certificate(certificate(game, nucleolus(game)))
    return time.perf_counter() - started


def time_airport(players: int, largest: int) -> float:
    """The same for an airport, where very many groups are tight at once."""
    random = Random(players)
    game = games.airport([random.randint(1, largest) for _ in range(players)]).savings()
    started = time.perf_counter()
    check_certificate(certificate(game, nucleolus(game)))
    return time.perf_counter() - started


def time_coopgt(players: int, largest: int) -> float:
    """Seconds of coopgt for the Shapley value."""
    import coopgt.shapley_value

    game = games.from_values(table(players, largest), players)
    values = {
        tuple(i + 1 for i in games.members_of(group)): float(game.value(group))
        for group in range(2**players)
    }
    started = time.perf_counter()
    coopgt.shapley_value.calculate(values, players)
    return time.perf_counter() - started


def time_tucoopy(players: int, largest: int) -> float:
    """Seconds of tucoopy for the nucleolus."""
    from tucoopy.base.game import Game
    from tucoopy.solutions import nucleolus as theirs

    game = games.from_values(table(players, largest), players)
    other = Game(players, {group: float(game.value(group)) for group in range(2**players)})
    started = time.perf_counter()
    theirs(other)
    return time.perf_counter() - started


def time_receipts(firms: int, receipts: int) -> float:
    """Receipts a second of one core (its own time) through 8 steps, in chains of 300."""
    names = [f"firm{i}" for i in range(firms)]
    agreement = read_agreement(
        {
            "title": "benchmark",
            "currency": "KRW",
            "firm": [{"id": name} for name in names],
            "account": [{"id": "tax"}, {"id": "office"}],
            "fact": [{"id": "late"}],
            "step": [
                {"id": "vat", "kind": "tax", "of": "receipt", "rate": "10%", "included": True,
                 "to": "tax"},
                {"id": "costs", "kind": "reimburse", "rule": "talmud"},
                {"id": "fee", "kind": "fee", "of": "left", "to": "office",
                 "brackets": [{"up_to": 10**8, "rate": "3%"}, {"rate": "2%"}]},
                {"id": "keep", "kind": "reserve", "of": "left", "rate": "5%", "cap": 10**9,
                 "overflow_to": "left", "release_on": date(2030, 1, 1)},
                {"id": "profit", "kind": "share", "rule": "proportional",
                 "contributions": {name: 7 + 3 * i for i, name in enumerate(names)}},
                {"id": "late", "kind": "adjust", "fact": "late", "each": 1000,
                 "from": names[0], "to": "profit"},
                {"id": "loss", "kind": "loss", "rule": "equal"},
                {"id": "rest", "kind": "remaining", "to": "office"},
            ],
        }
    )  # fmt: skip
    random = Random(1)
    chain = [
        read_receipt(
            {"id": f"r{number}", "date": date(2026, 1, 1), "amount": random.randint(0, 10**9),
             "facts": {"late": number % 2}},
            agreement,
        )
        for number in range(300)
    ]  # fmt: skip
    done, started = 0, time.process_time()
    while done < receipts:
        state = None
        for receipt in chain:
            _, state = statement(agreement, receipt, state)
        done += len(chain)
    return done / (time.process_time() - started)


def alone(measure: Callable[..., float], *arguments: int) -> tuple[float, float]:
    """The number of a measurement in a process of its own, and its peak memory in MB."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        number: tuple[float, float] = pool.apply(_measured, (measure, arguments))
    return number


def _measured(measure: Callable[..., Any], arguments: tuple[int, ...]) -> tuple[float, float]:
    number = measure(*arguments)
    return number, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def main() -> None:
    """Print the table."""
    rows = [
        ("Shapley, 20 firms, values to 10^10", time_shapley, (20, 10**10), "5 s, 1,000 MB"),
        ("Shapley, 20 firms, values to 10^30", time_shapley, (20, 10**30), ""),
        ("Shapley, 9 firms", time_shapley, (9, 10**4), ""),
        ("  coopgt, 9 firms", time_coopgt, (9, 10**4), ""),
        ("nucleolus + proof + check, 12 firms, to 10^2", time_nucleolus, (12, 10**2), "60 s"),
        ("nucleolus + proof + check, 12 firms, to 10^10", time_nucleolus, (12, 10**10), "60 s"),
        ("nucleolus + proof + check, 12 firms, to 10^30", time_nucleolus, (12, 10**30), "60 s"),
        ("the same of an airport, 12 firms, to 10^10", time_airport, (12, 10**10), "60 s"),
        ("nucleolus + proof + check, 15 firms, to 10^10", time_nucleolus, (15, 10**10), ""),
        ("nucleolus + proof + check, 8 firms", time_nucleolus, (8, 10**4), ""),
        ("  tucoopy, 8 firms", time_tucoopy, (8, 10**4), ""),
    ]
    print(f"{'what':<48} {'seconds':>9} {'peak MB':>8}  asked")
    for what, measure, arguments, asked in rows:
        seconds, memory = alone(measure, *arguments)
        print(f"{what:<48} {seconds:>9.3f} {memory:>8.0f}  {asked}")
    speed, memory = alone(time_receipts, 12, 6000)
    print(f"{'receipts a second, 8 steps, 12 firms':<48} {speed:>9,.0f} {memory:>8.0f}  2,000")


if __name__ == "__main__":
    main()
