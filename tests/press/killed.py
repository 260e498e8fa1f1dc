"""Runs in a process of their own that is killed in the middle, and what a power cut would leave.

The moment is counted in operations on files of the output folder (Python's audit events), so that
moments are spread over a whole run, its naming at the end too, however fast the machine is today.
"""

import hashlib
import multiprocessing
import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NAMED = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}


VOLUME_PIECES = 330


def printed(job: Path, out: Path, workers: int = 2, **more: Any) -> Any:
    """Here, because a process imports the module of what it is to call, and this one is light."""
    from moyeora.press.run import run

    return run(job, out, workers=workers, volume_pieces=VOLUME_PIECES, **more)


@dataclass(frozen=True)
class Moment:
    """After the operation with this number (from 1), and so many seconds more."""

    operation: int
    seconds: float = 0.0


def moments(count: int, operations: int, seed: int, slowest_s: float = 0.15) -> list[Moment]:
    """Random moments spread evenly over a run of so many operations; every second one lies
    between two operations."""
    chance = random.Random(seed)
    return [
        Moment(
            1 + int((number + chance.random()) * operations / count),
            chance.random() * slowest_s * (number % 2),
        )
        for number in range(count)
    ]


def run_until(call: Callable[..., Any], out: Path, moment: Moment | None, *given: Any) -> bool:
    """Call something in a process that is killed at a moment; was it, before it ended?"""
    process = multiprocessing.get_context("forkserver").Process(
        target=_watched, args=(call, out, moment, None, *given)
    )
    process.start()
    process.join()
    assert process.exitcode in {0, -signal.SIGKILL}, process.exitcode
    return process.exitcode != 0


def operations(call: Callable[..., Any], out: Path, *given: Any, log: Path) -> int:
    """How many operations on files of ``out`` a call makes that is left alone."""
    process = multiprocessing.get_context("forkserver").Process(
        target=_watched, args=(call, out, None, log, *given)
    )
    process.start()
    process.join()
    assert process.exitcode == 0
    return sum(not line.startswith("sync") for line in log.read_text().splitlines())


def cut_power(call: Callable[..., Any], out: Path, moment: Moment, *given: Any, log: Path) -> None:
    """Call something until the power is cut: files that were not brought to the disk are torn,
    names that were not are those of before."""
    log.unlink(missing_ok=True)
    process = multiprocessing.get_context("forkserver").Process(
        target=_watched, args=(call, out, moment, log, *given)
    )
    process.start()
    process.join()
    lines = [line.split("\t") for line in log.read_text().splitlines()]
    synced = {int(line[1]) for line in lines if line[0] == "sync"}
    for number, (what, *paths) in reversed([*enumerate(lines)]):
        if what != "os.rename":
            continue
        before, after = map(Path, paths[:2])
        later = {line[1] for line in lines[number:] if line[0] == "sync"}
        undone = paths[2] == "new" and after.exists() and before.parent.exists()
        if undone and str(after.parent.stat().st_ino) not in later:
            after.rename(before)
    for path in out.rglob("*"):
        if path.is_file() and path.stat().st_ino not in synced:
            os.truncate(path, path.stat().st_size // 2)


def digests(out: Path) -> dict[str, str]:
    """The SHA-256 of each file in a folder, and that there is nothing else in it; how long it took
    is not the same each time."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "a folder"
        for path in out.iterdir()
        if path.name != "timing.json"
    }


# --- in the process that is killed ----------------------------------------------------------


def _watched(
    call: Callable[..., Any], out: Path, moment: Moment | None, log: Path | None, *given: Any
) -> None:
    from moyeora.press import durable

    count = 0
    inside = str(out) + os.sep
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if log else None

    def note(*words: object) -> None:
        if written is not None:
            os.write(written, ("\t".join(map(str, words)) + "\n").encode())

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        if event not in _NAMED or not str(arguments[0]).startswith(inside):
            return
        count += 1
        new = event == "os.rename" and not Path(arguments[1]).exists()
        note(event, *arguments[:2], "new" if new else "over")
        if moment is not None and count == moment.operation:
            if not moment.seconds:
                os.kill(os.getpid(), signal.SIGKILL)
            threading.Timer(moment.seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()

    def sync(path: Path) -> None:
        really(path)
        note("sync", path.stat().st_ino)

    really, durable.sync = durable.sync, sync
    sys.addaudithook(watch)
    call(*given)
    os._exit(0)
