"""What a run costs from outside: wall time, core time and the memory of all its processes."""

import ctypes
import os
import platform
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

EVERY_S = 0.05
_PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


@dataclass(frozen=True)
class Cost:
    """Of one run. ``core_s`` is user and system time of all its processes; ``peak_mb`` the
    greatest sum of their PSS (shared pages counted once) that a sample saw, 0 if not sampled."""

    wall_s: float
    core_s: float
    peak_mb: float


class RunFailed(Exception):
    """A measured command ended with an error; the message ends with what it said."""


def run(
    commands: Sequence[Sequence[str]], *, sample: bool = True, sampling_share: float = 1.0
) -> Cost:
    """Run the commands side by side and measure them together.

    Memory is sampled every 50 ms, or less often where a sample takes more than
    ``sampling_share`` of that time, so that watching does not slow what is timed.
    """
    _adopt_orphans()
    begun = time.perf_counter()
    running = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for command in commands
    ]
    said = [b""] * len(running)
    readers = [
        threading.Thread(
            target=lambda at=at, process=process: said.__setitem__(at, process.stderr.read()),
            daemon=True,
        )
        for at, process in enumerate(running)
    ]
    done, peak = threading.Event(), [0.0]
    sampler = threading.Thread(
        target=_sample, args=([process.pid for process in running], done, peak, sampling_share)
    )
    for reader in readers:
        reader.start()
    if sample:
        sampler.start()
    core = 0.0
    for process in running:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        core += usage.ru_utime + usage.ru_stime
    wall = time.perf_counter() - begun
    core += _orphans_core_s()
    done.set()
    if sample:
        sampler.join()
    for reader in readers:
        reader.join()
    for process, words, command in zip(running, said, commands, strict=True):
        process.stderr.close()
        if process.returncode:
            tail = words.decode("utf-8", "replace")[-2000:]
            raise RunFailed(f"{' '.join(command)} ended with {process.returncode}:\n{tail}")
    return Cost(wall, core, peak[0])


def _adopt_orphans() -> None:
    """Make this process the parent of whatever a command leaves: a server of workers ends after
    the command that started it, and its workers' time would else be counted nowhere."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "this system cannot count the time of all processes")


def _orphans_core_s() -> float:
    core = 0.0
    while True:
        try:
            _, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return core
        core += usage.ru_utime + usage.ru_stime


def _sample(
    roots: list[int], done: threading.Event, peak: list[float], sampling_share: float
) -> None:
    pause = EVERY_S
    while not done.wait(pause):
        begun = time.perf_counter()
        peak[0] = max(peak[0], sum(map(_pss_mb, _tree(roots))))
        pause = max(EVERY_S, (time.perf_counter() - begun) / sampling_share)


def _tree(roots: list[int]) -> list[int]:
    """The processes and all their descendants."""
    found, waiting = [], list(roots)
    while waiting:
        process = waiting.pop()
        found.append(process)
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            try:
                waiting += map(int, task.read_text().split())
            except OSError:  # ended meanwhile
                continue
    return found


def _pss_mb(process: int) -> float:
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:  # ended meanwhile
        return 0.0
    return (
        sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
    )


def bare_write(file: Path, size: int) -> float:
    """Seconds to write ``size`` bytes by one loop of a mebibyte a time: the floor of any engine."""
    block = os.urandom(1 << 20)
    begun = time.perf_counter()
    with file.open("wb", buffering=0) as out:
        for _ in range(size >> 20):
            out.write(block)
        out.write(block[: size & ((1 << 20) - 1)])
    seconds = time.perf_counter() - begun
    file.unlink()
    return seconds


PACKAGES = (
    "typst",
    "reportlab",
    "rl_accel",
    "fullbleed",
    "numpy",
    "pyarrow",
    "duckdb",
    "uharfbuzz",
)
TOOLS = {"mutool": ["mutool", "-v"], "pdftoppm": ["pdftoppm", "-v"], "gs": ["gs", "--version"]}


def machine() -> dict[str, object]:
    """What the numbers were measured on."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1])
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = None
    for tool, command in TOOLS.items():
        try:
            answer = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            versions[tool] = None
        else:
            versions[tool] = (answer.stdout or answer.stderr).splitlines()[0].strip()
    return {
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**20, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
        "versions": versions,
    }
