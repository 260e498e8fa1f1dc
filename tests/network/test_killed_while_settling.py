"""kill -9 in a distribution and in a mailing: both or neither, and another goes on."""

import os
import random
import signal
import time
from pathlib import Path

from tests.network.processes import Environment, answer, begin, new_database, program
from tests.network.settling import PIECES, RECEIPTS
from tests.network.test_mailing import MARK, found_in

# The rest of fifty is for `make soak-network`.
KILLS = int(os.environ.get("KILLS", "3"))
MODULE = "tests.network.settling"
LONGEST = {"divide": 0.3, "work": 2.0}  # seconds from its beginning; most kills come before the end


def test_a_killed_worker_leaves_both_or_neither_and_another_goes_on(migrated: str, tmp_path: Path):
    rng = random.Random(KILLS)
    kills = dict.fromkeys(LONGEST, 0)
    while min(kills.values()) < KILLS:
        home = tmp_path / f"after-{sum(kills.values())}-kills"
        home.mkdir(exist_ok=True)
        with new_database(home, migrated) as environment:
            answer(environment, MODULE, "world")
            for what, longest in LONGEST.items():
                while kills[what] < KILLS and killed(environment, what, rng.uniform(0, longest)):
                    kills[what] += 1
            others_end_it(environment)
    print(kills)


def killed(environment: Environment, what: str, after: float) -> bool:
    """Kill a worker so long after it began; whether it had not come to its end by itself."""
    worker = begin(environment, MODULE, what)
    assert worker.stdout.readline() == "begun\n"
    time.sleep(after)
    worker.kill()
    said = worker.communicate(timeout=30)[1]
    assert worker.returncode in (0, -signal.SIGKILL), said
    return worker.returncode != 0


def others_end_it(environment: Environment) -> None:
    program(environment, MODULE, "divide")
    program(environment, MODULE, "work")
    found = answer(environment, MODULE, "judge")
    assert found["divided"] == RECEIPTS
    assert found["states"] == ["printed", "printed"]
    assert found["printed"] == [PIECES, PIECES]
    assert found["deliveries"] == [1, 1]
    assert found["same"], "the volumes of the disturbed run are those of the undisturbed one"
    assert found["open"] == [False, False]
    assert found_in(Path(environment["MOYEORA_HOME"]), MARK) == []
