"""Twenty client processes over HTTP at once in one consortium: nothing twice, nothing lost."""

import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.network.crowd import AMOUNT, REFERENCES
from tests.network.processes import Environment, answer, begin

# SQLite writes one after the other; the crowd is for a server's database.
CLIENTS = 20 if os.environ.get("DATABASE_URL", "").startswith("postgres") else 6


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """What the server says of its errors."""
    return tmp_path / "server.log"


@pytest.fixture
def port(empty_database: Environment, log: Path):
    """The application on two processes of four threads each."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "moyeora.network.wsgi:application"),
            *("--bind", f"127.0.0.1:{number}", "--workers", "2", "--threads", "4"),
            *("--timeout", "120"),
        ],
        env=empty_database,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.DEVNULL,
        stderr=log.open("wb"),
    )
    try:
        for _ in range(600):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", number)) == 0:
                    break
            time.sleep(0.1)
        yield number
    finally:
        server.terminate()
        server.wait(30)


def test_twenty_clients_settle_sign_and_deliver_at_once(
    empty_database: Environment, port: int, log: Path
):
    told = answer(empty_database, "tests.network.crowd", "world")
    crowd = [
        begin(
            empty_database,
            "tests.network.crowd",
            *("client", str(port), json.dumps(told), str(seed)),
        )
        for seed in range(CLIENTS)
    ]
    codes: Counter[str] = Counter()
    for one in crowd:
        out, error = one.communicate(timeout=240)
        assert one.returncode == 0, error
        codes.update(json.loads(out.splitlines()[-1]))
    # Done, or refused with reasons: never an error.
    assert {code.rsplit(" ", 1)[1] for code in codes} <= {"200", "302", "422"}, (
        f"{codes}\n{log.read_text()[-6000:]}"
    )
    found = answer(empty_database, "tests.network.crowd", "judge", json.dumps(told))
    assert found["out_of_balance"] == {}
    assert 0 < found["receipts"] <= REFERENCES
    assert found["receipts"] == found["references"] == found["postings"] == found["divided"]
    assert found["receipts"] == found["recorded"] == found["divisions"]
    assert found["bank"] == found["receipts"] * AMOUNT
    assert found["instructed"] + found["left"] == found["bank"]
    assert found["over"] == []
    assert found["signed"] <= 6  # three of the first version, one a firm of the amendment
    assert found["length"] == found["entries"] == found["numbers"]
