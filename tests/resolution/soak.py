"""The long form of two tests: python -m tests.resolution.soak CASES MUTATIONS [SEED].

Random cases through the shipped manual, every one to its end within the proven bound, and
random mutations of the manual on which the checker and the simulator must agree.
"""

import random
import sys
import time
import tomllib
from collections import Counter
from importlib.resources import files
from typing import Any

from moyeora.resolution import (
    Calendar,
    Case,
    FileFaults,
    Manual,
    check,
    default_manual,
    manual_of,
    open_case,
    replay,
    step,
)
from moyeora.resolution.checker import PROPERTIES
from moyeora.resolution.exploration import Exploration

from .follow import Follower
from .mutations import mutate
from .random_cases import play_random
from .simulator import verdict

SMALL = range(2, 4)


def watch(case: Case) -> None:
    """What must hold after every step."""
    money = case.money
    assert sum(money.paid.values()) + sum(money.held.values()) == sum(money.statement.values())
    assert sum(case.owed.values()) == 0
    assert sum(money.held.values()) <= case.disputed
    assert all(0 <= held <= case.at_risk[firm] for firm, held in money.held.items())


def run_cases(manual: Manual, count: int, seed: int) -> Counter[str]:
    """Play ``count`` cases; an assertion fails on the first that is not as promised."""
    calendar = Calendar()
    follower = Follower(manual)
    bounds = {found.track: found.days for found in check(manual, calendar).longest}
    ends: Counter[str] = Counter()
    for number in range(count):
        played = play_random(manual, random.Random(f"{seed}/{number}"), calendar, check=watch)
        case = played.case
        assert case.ended is not None
        assert (case.ended - case.opened).days <= bounds[case.track], number
        assert not any(case.money.held.values())
        follower.follow(open_case(manual, played.opening, calendar), case)
        ends[case.state] += 1
        if number % 10 == 0:
            again = replay(manual, played.opening, played.acts, calendar)
            assert isinstance(again, Case), again
            assert step(manual, again, None, case.ended, calendar) == case, number
    print(f"{len(follower.taken)} of {len(follower.ways())} ways of the manual were taken")
    return ends


def small_data(data: dict[str, Any]) -> dict[str, Any]:
    """The manual for 2 and 3 firms, with votes of one, so that the simulator can walk it all."""
    data["manual"]["firms"] = {"least": SMALL[0], "most": SMALL[-1]}
    for state in data["state"]:
        if "vote" in state:
            state["vote"]["least"] = 1
    return data


def disagreements(data: dict[str, Any], count: int, seed: int) -> tuple[list[str], Counter[str]]:
    """The mutations on which checker and simulator differ, and how often each property broke."""
    differ: list[str] = []
    broken: Counter[str] = Counter()
    for number in range(count):
        mutated = mutate(data, random.Random(f"{seed}/{number}"))
        try:
            manual = manual_of(mutated, "mutated.toml")
        except FileFaults:
            broken["not read"] += 1
            continue
        explored = Exploration(manual, (SMALL[0], SMALL[-1]))
        found = {name: holds(explored) is None for name, _, holds in PROPERTIES}
        for name, holds in verdict(mutated, SMALL).items():
            broken[name] += not holds
            if found[name] != holds:
                differ.append(f"mutation {seed}/{number}: {name}: simulator says {holds}")
        broken["sound"] += all(found.values())
    return differ, broken


def main(words: list[str]) -> int:
    cases, mutations = int(words[0]), int(words[1])
    seed = int(words[2]) if len(words) > 2 else 0
    began = time.monotonic()
    ends = run_cases(default_manual(), cases, seed)
    print(
        f"{cases:,} cases ended within the bound: {dict(ends)} ({time.monotonic() - began:.0f} s)"
    )
    began = time.monotonic()
    source = (files("moyeora.resolution") / "default_manual.toml").read_text(encoding="utf-8")
    differ, broken = disagreements(small_data(tomllib.loads(source)), mutations, seed)
    print(
        f"{mutations:,} mutations, {len(differ)} disagreements: {dict(broken)} "
        f"({time.monotonic() - began:.0f} s)"
    )
    print("\n".join(differ))
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
