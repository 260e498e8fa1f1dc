"""The numbers of the manual: python -m benchmarks.resolution (make bench-resolution).

Prints one line a claim: what was asked, and the processor seconds it took on this machine, best of
a few runs. All of it runs on one core, so that on an idle machine these are the seconds one waits.
The peer of the checker is the plain walk of the tests, which knows every firm by name; both are
timed on the same manual in the same run.
"""

import random
import time
import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from tests.resolution.random_cases import play_random
from tests.resolution.simulator import verdict
from tests.resolution.soak import SMALL, small_data

from moyeora.resolution import Calendar, check, default_manual, manual_of
from moyeora.resolution.draw import drawing
from moyeora.resolution.remedies import adjusted_winner, leximin, max_nash_welfare

CASES = 500


def best(run: Callable[[], Any], times: int = 3) -> float:
    """Processor seconds of the fastest run."""
    seconds = []
    for _ in range(times):
        began = time.process_time()
        run()
        seconds.append(time.process_time() - began)
    return min(seconds)


def points(firms: int, roles: int, seed: int) -> dict[str, dict[str, int]]:
    """Each firm divides 100 points among the roles at random."""
    rng = random.Random(seed)
    given = {}
    for firm in range(firms):
        cuts = sorted(rng.sample(range(1, 100), roles - 1))
        parts = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
        given[f"firm{firm}"] = {f"role{role}": part for role, part in enumerate(parts)}
    return given


def main() -> None:
    manual, calendar = default_manual(), Calendar()
    report = check(manual, calendar)
    assert report.sound
    assert report.bound is not None

    def row(claim: str, asked: str, measured: str) -> None:
        print(f"{claim:<58} {asked:>12} {measured:>14}")

    row("claim", "asked", "measured")
    three = best(lambda: check(manual, calendar, (3, 3)))
    row("check the default manual, 3 firms", "< 2 s", f"{three:.2f} s")
    row("check it, 2 to 12 firms", "< 30 s", f"{best(lambda: check(manual, calendar)):.2f} s")
    row("  sets of parties proved", "every", f"{report.party_sets:,}")
    row("  combinations of who has acted", "", f"{report.configurations:.1e}")
    row("  longest case, every start of 2024 to 2028", "printed", f"{report.bound.days} days")

    data = small_data(
        tomllib.loads((files("moyeora.resolution") / "default_manual.toml").read_text("utf-8"))
    )
    small = manual_of(data, "small")
    row("check for 2 and 3 firms", "", f"{best(lambda: check(small, calendar)):.2f} s")
    plain = best(lambda: verdict(data, SMALL), 1)
    row("  the plain walk of the tests (peer), without dates", "", f"{plain:.2f} s")

    def cases() -> None:
        for number in range(CASES):
            play_random(manual, random.Random(number), calendar)

    row("random cases played to their end", "", f"{CASES / best(cases, 2):,.0f} / s")
    row("draw the default manual", "", f"{best(lambda: drawing(manual)):.2f} s")
    eight = points(8, 20, 1)
    row("leximin, 8 firms and 20 roles, proved", "", f"{best(lambda: leximin(eight), 1):.2f} s")
    nash = best(lambda: max_nash_welfare(eight), 1)
    row("maximum Nash welfare, 8 firms and 20 roles, proved", "", f"{nash:.2f} s")
    one, two = points(2, 20, 2).values()
    row("adjusted winner, 20 roles", "", f"{1000 * best(lambda: adjusted_winner(one, two)):.1f} ms")


if __name__ == "__main__":
    main()
