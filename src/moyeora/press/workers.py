"""Processes that print volumes side by side.

What a volume holds depends on the forme and the frozen records alone, so its bytes are the same
whichever process writes it.
"""

import contextlib
import multiprocessing
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing.forkserver import ensure_running, set_forkserver_preload
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moyeora.press.forme import Forme
    from moyeora.press.printing import PrintedVolume

Progress = Callable[[int, int], None]
Task = tuple[int, int, int]  # a volume's number, its first record, and the one after its last


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
        self, forme: "Forme", records: Path, folder: Path, tasks: Sequence[Task], progress: Progress
    ) -> Iterator["PrintedVolume"]:
        """Print the volumes of ``tasks`` into ``folder``, in their order; ``progress`` is told
        (records done, records in all)."""
        total = tasks[-1][2] if tasks else 0
        if self.count == 1 or len(tasks) == 1:
            tell = partial(_tell, progress, total)
            yield from _print_here(forme, records, folder, tasks, tell)
            return
        from moyeora.press.printing import give_back_memory

        locked = folder / "forme"
        locked.write_bytes(pickle.dumps(forme, protocol=5))
        context = multiprocessing.get_context("forkserver")
        done = context.Value("q", 0)
        pool = ProcessPoolExecutor(min(self.count, len(tasks)), context, _begin, (done,))
        try:
            with _main_set_aside():
                futures = [pool.submit(_print, locked, records, folder, task) for task in tasks]
            give_back_memory()
            while futures:
                future = futures.pop(0)  # a future would keep its volume's register
                while not future.done():
                    progress(done.value, total)
                    with contextlib.suppress(TimeoutError):
                        future.result(timeout=0.1)
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        progress(total, total)


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


def _tell(progress: Progress, total: int, done: int) -> None:
    progress(done, total)


def _print_here(
    forme: "Forme", records: Path, folder: Path, tasks: Sequence[Task], tell: Callable[[int], None]
) -> Iterator["PrintedVolume"]:
    from moyeora.press.compose import Composer
    from moyeora.press.printing import keep_memory, print_volume

    keep_memory()
    composer = Composer(forme)
    done = 0

    def step(more: int) -> None:
        nonlocal done
        done += more
        tell(done)

    for task in tasks:
        yield print_volume(composer, records, folder, *task, step)


# --- in a worker ----------------------------------------------------------------------------

_worker: dict[str, Any] = {}


def _begin(done: Any) -> None:
    import pyarrow as pa

    from moyeora.press.printing import keep_memory

    pa.set_cpu_count(1)
    keep_memory()
    _worker["done"] = done


def _print(locked: Path, records: Path, folder: Path, task: Task) -> "PrintedVolume":
    from moyeora.press.compose import Composer
    from moyeora.press.printing import print_volume

    if _worker.get("forme") != locked:
        _worker["forme"] = locked
        _worker["composer"] = Composer(pickle.loads(locked.read_bytes()))
    counter = _worker["done"]

    def step(more: int) -> None:
        with counter.get_lock():
            counter.value += more

    return print_volume(_worker["composer"], records, folder, *task, step)
