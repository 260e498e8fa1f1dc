"""Processes that print volumes side by side.

What a volume holds depends on the forme and the frozen records alone, so its bytes are the same
whichever process writes it. So when a process is killed, another does its volume again.
"""

import contextlib
import multiprocessing
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.forkserver import ensure_running, set_forkserver_preload
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from moyeora.press.faults import UnfinishedError

if TYPE_CHECKING:
    from moyeora.press.forme import Forme
    from moyeora.press.printing import Judged, PrintedVolume, Task

Progress = Callable[[int, int], None]

_DEATHS = 3  # so many in a row, without a volume finished, and the run gives up


def cores() -> int:
    """The cores that this process may use; all there are where the system does not tell (macOS)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """A number of processes (one: this one)."""

    def __init__(self, count: int) -> None:
        self.count = count
        if count > 1:
            # Not forked from here: this process has threads by the time there is work. The server
            # that forks them imports what they need, once, while the job is prepared.
            set_forkserver_preload(["moyeora.press.printing"])
            ensure_running()

    def print_volumes(
        self,
        forme: "Forme",
        records: Path,
        folder: Path,
        tasks: Sequence["Task"],
        progress: Callable[[int], None],
    ) -> Iterator["PrintedVolume"]:
        """Print the volumes of ``tasks`` into ``folder``, in whichever order they are ready;
        ``progress`` is told how many of their records are done.

        Raises UnfinishedError when processes are killed again and again.
        """
        return self._do("print_volume", forme, records, folder, tasks, progress)

    def judge(
        self,
        forme: "Forme",
        records: Path,
        folder: Path,
        tasks: Sequence["Task"],
        progress: Callable[[int], None],
    ) -> Iterator["Judged"]:
        """The same, but what is wrong with the records instead of volumes."""
        return self._do("judge", forme, records, folder, tasks, progress)

    def _do(
        self,
        what: str,
        forme: "Forme",
        records: Path,
        folder: Path,
        tasks: Sequence["Task"],
        progress: Callable[[int], None],
    ) -> Iterator[Any]:
        """What the function of :mod:`printing` called ``what`` makes of each task."""
        if not tasks:
            return
        if self.count == 1 or len(tasks) == 1:
            yield from _here(what, forme, records, folder, tasks, progress)
            return
        from moyeora.press.printing import give_back_memory

        locked = folder / "forme"
        locked.write_bytes(pickle.dumps(forme, protocol=5))
        give_back_memory()
        left = {task.number: task for task in tasks}
        deaths = done = 0
        while left:
            try:
                tell = partial(_tell, progress, done)
                given = what, locked, records, folder
                for number, made in self._side_by_side(given, [*left.values()], tell):
                    task = left.pop(number)
                    done += task.stop - task.start
                    deaths = 0
                    yield made
            except BrokenProcessPool:
                deaths += 1
                if deaths == _DEATHS:
                    raise UnfinishedError(
                        f"a process that prints was ended by the system, {deaths} times in a row",
                        place=f"volume {min(left)}",
                        remedy="most often memory is short: give the same command again, with "
                        "--workers 1; it goes on with the volumes that are finished",
                    ) from None
        progress(done)

    def _side_by_side(
        self,
        given: tuple[str, Path, Path, Path],
        tasks: Sequence["Task"],
        progress: Callable[[int], None],
    ) -> Iterator[tuple[int, Any]]:
        """(a task's number, what was made of it), as they are ready."""
        context = multiprocessing.get_context("forkserver")
        done = context.Value("q", 0)
        pool = ProcessPoolExecutor(min(self.count, len(tasks)), context, _begin, (done,))
        try:
            try:
                with _main_set_aside():
                    numbers = {pool.submit(_in_worker, *given, task): task.number for task in tasks}
            except OSError:  # of the pipes to a process that was killed while it started
                raise BrokenProcessPool from None
            futures = set(numbers)
            while futures:
                ready, futures = wait(futures, timeout=0.1, return_when=FIRST_COMPLETED)
                progress(done.value)
                made = [(numbers.pop(future), future.result()) for future in ready]
                # In their order, so that the register can follow as early as may be.
                yield from sorted(made, key=lambda each: each[0])
                del ready, made
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _tell(progress: Callable[[int], None], before: int, done: int) -> None:
    progress(before + done)


@contextlib.contextmanager
def _main_set_aside() -> Iterator[None]:
    """Start processes without the caller's main module: they need nothing of it, and a script
    without ``if __name__ == "__main__"`` would run again in each of them."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _here(
    what: str,
    forme: "Forme",
    records: Path,
    folder: Path,
    tasks: Sequence["Task"],
    progress: Callable[[int], None],
) -> Iterator[Any]:
    from moyeora.press import printing
    from moyeora.press.compose import Composer

    printing.keep_memory()
    composer = Composer(forme)
    done = 0

    def step(more: int) -> None:
        nonlocal done
        done += more
        progress(done)

    for task in tasks:
        yield getattr(printing, what)(composer, records, folder, task, step)


# --- in a worker ----------------------------------------------------------------------------

_worker: dict[str, Any] = {}


def _begin(done: Any) -> None:
    import pyarrow as pa

    from moyeora.press.printing import keep_memory

    threading.Thread(target=_end_with_the_run, daemon=True).start()
    pa.set_cpu_count(1)
    keep_memory()
    _worker["done"] = done


def _end_with_the_run() -> None:
    """A run that is killed cannot end its processes; they would wait for work for ever."""
    run = multiprocessing.parent_process()
    assert run is not None
    run.join()
    os._exit(1)


def _in_worker(what: str, locked: Path, records: Path, folder: Path, task: "Task") -> Any:
    from moyeora.press import printing
    from moyeora.press.compose import Composer

    if _worker.get("forme") != locked:
        _worker["forme"] = locked
        _worker["composer"] = Composer(pickle.loads(locked.read_bytes()))
    counter = _worker["done"]

    def step(more: int) -> None:
        with counter.get_lock():
            counter.value += more

    return getattr(printing, what)(_worker["composer"], records, folder, task, step)
