"""kill -9 in a distribution and in a mailing: both or neither, and another goes on."""

import json
import os
import random
import time
from pathlib import Path

from tests.network.processes import Environment, answer, begin, program
from tests.network.settling import PIECES, RECEIPTS
from tests.network.test_mailing import MARK, found_in

# The rest of fifty is for `make soak-network`.
KILLS = int(os.environ.get("KILLS", "3"))
MODULE = "tests.network.settling"


def test_a_killed_worker_leaves_both_or_neither_and_another_goes_on(empty_database: Environment):
    rng = random.Random(KILLS)
    answer(empty_database, MODULE, "world")
    for what, longest in (("divide", 4.0), ("work", 6.0)):
        for _ in range(KILLS):
            worker = begin(empty_database, MODULE, what)
            time.sleep(rng.uniform(0.5, longest))
            worker.kill()
            worker.communicate(timeout=30)
    program(empty_database, MODULE, "divide")
    for _ in range(30):  # the lease of who was killed last runs out
        program(empty_database, MODULE, "work")
        found = json.loads(program(empty_database, MODULE, "judge").splitlines()[-1])
        if found["states"] == ["printed", "printed"]:
            break
    assert found["divided"] == RECEIPTS
    assert found["states"] == ["printed", "printed"]
    assert found["printed"] == [PIECES, PIECES]
    assert found["deliveries"] == [1, 1]
    assert found["same"], "the volumes of the disturbed run are those of the undisturbed one"
    assert found["open"] == [False, False]
    folder = Path(empty_database["MOYEORA_HOME"])
    assert found_in(folder, MARK) == []
