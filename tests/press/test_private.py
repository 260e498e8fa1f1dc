"""Customers' data lie in the output folder and nowhere else, however a run ends."""

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

CARD = """
#place(dx: 5mm, dy: 5mm, part("name", width: 60mm, height: 9mm))
#place(dx: 5mm, dy: 16mm, part("mark", width: 50mm, height: 9mm))
#place(dx: 70mm, dy: 5mm, part("code", width: 20mm))
"""
PARTS = {
    "name": {"kind": "text", "lines": ["{name}", "{amount:,}"]},
    "mark": {"kind": "block", "source": "blocks.typ", "function": "mark", "columns": ["town"]},
    "code": {"kind": "code", "symbology": "qr", "value": "{secret}"},
}
FILES = {"blocks.typ": '#let mark(value) = text(font: "Pretendard", size: 7pt, value.town)'}
# In every column, of every row, in faults and suppressed rows too.
SIGNS = [sign.encode() for sign in ("Quasimodo", "Esmeralda", "Frollo", "Gringoire")]
SHARED = [Path("/dev/shm"), Path("/var/tmp")]


@pytest.fixture
def job(mailing):
    rows = [
        {
            "id": f"Frollo{n}" if n % 5 else "Frollo7",
            "name": f"Quasimodo{n}" + "\u200e𓀀"[: n % 3] + "아주" * (40 * (n % 7 == 0)),
            "amount": f"Gringoire{n}" if n % 9 == 0 else str(n),
            "town": f"Esmeralda{n % 40}",
            "secret": f"Frollo{n}",
        }
        for n in range(1, 2001)
    ]
    source = {"order_by": ["name"], "suppress": {"이웃": "town = 'Esmeralda3'"}}
    return mailing(CARD, PARTS, rows, files=FILES, source=source)


@pytest.fixture
def elsewhere():
    """Home, temporary and working folder of the commands; short, for there are sockets in it."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_nothing_of_a_customer_is_left_elsewhere(job, tmp_path, elsewhere):
    """Runs and checks that end, that are refused, and that are killed at any moment."""
    out = job.folder.parent / "out"
    place = {"TMPDIR": elsewhere, "HOME": elsewhere, "XDG_CACHE_HOME": elsewhere / "cache"}
    environment = os.environ | {name: str(path) for name, path in place.items()}
    began = time.time()
    inputs = set(job.folder.rglob("*"))
    said = b""
    chance = random.Random(1831)

    def call(*arguments: object, seconds: float | None = None) -> int:
        nonlocal said
        command = [sys.executable, "-m", "moyeora.cli", "press", *map(str, arguments)]
        process = subprocess.Popen(
            command,
            cwd=elsewhere,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            said += process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            said += process.communicate()[0]
        return process.returncode

    start = time.perf_counter()
    run = ["run", job.folder, "-o", out, "--workers", 2, "--volume-pieces", 250]
    assert call(*run) == 0
    whole = time.perf_counter() - start
    for path in out.iterdir():
        path.unlink()
    for number in range(3):
        call(*run, seconds=whole * (number + chance.random()) / 3)
    call("check", job.folder, "--workers", 1, seconds=whole * chance.uniform(0.4, 0.9))
    assert call(*run) == 0
    assert call("reprint", out, "--pieces", "0") == 1
    file = job.folder / "mailing.toml"
    before = file.read_text("utf-8")
    for refused in (
        before.replace("town = 'Esmeralda3'", "name::INTEGER > 0"),  # fails on every name
        before + '[faults]\noverset = "fail"\n',
    ):
        file.write_text(refused, "utf-8")
        assert call("run", job.folder, "-o", tmp_path / "refused", "--workers", 1) == 1
    file.write_text(before, "utf-8")

    assert set(job.folder.rglob("*")) == inputs
    assert not (tmp_path / "refused").exists()
    assert not any(sign in said for sign in SIGNS)
    places = [elsewhere, *(path for path in SHARED if path.exists())]
    for path in (path for place in places for path in place.rglob("*")):
        try:
            if path.is_file() and path.stat().st_mtime >= began:
                data = path.read_bytes()
                assert not any(sign in data for sign in SIGNS), path
        except PermissionError:
            continue
    # They are in the folder, so there was something to find.
    assert SIGNS[2] in (out / "pieces.parquet").read_bytes()
    assert out.stat().st_mode & 0o077 == 0
