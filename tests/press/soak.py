"""``make soak-press``: 200 kills of a job of 20,000 pieces, and what each run ends with after.

Half of the moments are counted in operations on files, half in seconds. After each kill the same
command runs to its end; all its files must be those of a run that nothing happened to.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq
from killed import Moment, digests, operations, run_until
from mailings import EXAMPLES, write_job

from moyeora.press.run import run

PIECES, VOLUME_PIECES = 20_000, 1_000
CARD = """
#place(dx: 5mm, dy: 5mm, part("name", width: 60mm, height: 9mm))
#place(dx: 5mm, dy: 16mm, part("letter", width: 50mm, height: 30mm))
#place(dx: 70mm, dy: 5mm, part("code", width: 20mm))
"""
PARTS = {
    "name": {"kind": "text", "lines": ["{name} 님 {piece}"]},
    "letter": {"kind": "paragraph", "text": "{name} 고객님, {amount:,}원을 드립니다. " * 4},
    "code": {"kind": "code", "symbology": "qr", "value": "https://example.com/{id}"},
}


def printed(job: Path, out: Path) -> None:
    run(job, out, workers=2, volume_pieces=VOLUME_PIECES)


def main(kills: int) -> int:
    with tempfile.TemporaryDirectory(dir=os.environ.get("SOAK_FOLDER")) as name:
        base = Path(name)
        rows = [
            {
                "id": f"K{n}" if n % 97 else "",
                "name": "𓀀" if n % 89 == 0 else f"이름{n * 7919 % 997}",
                "amount": "x" if n % 83 == 0 else str(n * n),
                "out": "NY"[n % 79 == 0],
            }
            for n in range(1, PIECES + 1)
        ]
        fonts = EXAMPLES / "department-store" / "fonts"
        source = {"suppress": {"수신 거부": "\"out\" = 'Y'"}}
        job = write_job(base / "job", fonts, CARD, PARTS, rows, source=source).folder
        whole = base / "whole"
        count = operations(printed, whole, job, whole, log=base / "log")
        wanted, out = digests(whole), base / "out"
        command = [
            sys.executable, "-m", "moyeora.cli", "press", "run", str(job), "-o", str(out),
            "--workers", "2", "--volume-pieces", str(VOLUME_PIECES),
        ]  # fmt: skip
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - began
        print(f"undisturbed: {len(wanted)} files, {seconds:.1f} s", flush=True)
        chance = random.Random(20_000)
        named = 0
        for number in range(kills):
            part = (number + chance.random()) / kills
            moment = Moment(1 + int(part * count), chance.random() * 0.2)
            killed = False
            while not killed:
                shutil.rmtree(out, ignore_errors=True)
                if number % 2:
                    killed = run_until(printed, out, moment, job, out)
                    moment = Moment(max(1, moment.operation - 1), moment.seconds / 2)
                else:
                    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
                    time.sleep(part * seconds)
                    killed = process.poll() is None
                    process.kill()
                    process.wait()
                    part *= 0.9
                # Not killed: it was through before the moment. The same again, a little earlier.
            named += out.exists() and any(out.glob("volume-*.pdf"))
            printed(job, out)
            register = pq.read_table(out / "pieces.parquet")["row"].to_pylist()
            if digests(out) != wanted or sorted(register) != [*range(1, PIECES + 1)]:
                kept = Path(tempfile.mkdtemp(prefix="soak-press-"))
                shutil.move(out, kept / "out")
                print(f"FAILED: after kill {number + 1} a run ends with other files, in {kept}")
                return 1
            if (number + 1) % 20 == 0:
                minutes = (time.perf_counter() - began) / 60
                print(f"{number + 1} of {kills} kills, {minutes:.1f} min: all the same", flush=True)
    print(f"PASSED: {kills} kills before the end, {named} of them while files were named: "
          f"each ended with the same {len(wanted)} files, {PIECES:,} rows once each")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
