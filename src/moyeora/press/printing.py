"""One volume composed and written, by whichever process."""

import contextlib
import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from moyeora.press import checkpoints, durable, fault_table, register
from moyeora.press.checkpoints import Finished
from moyeora.press.compose import Composer
from moyeora.press.fault_table import Found
from moyeora.press.records.frozen import read
from moyeora.press.volume import Volume

_COMPOSED_TOGETHER = 6144  # records: more are hardly faster and take more memory


@dataclass(frozen=True)
class Task:
    """A volume to print: its number, its first frozen record (from 0), the one after its last,
    and the numbers of its pieces where they are not one more than those of the records."""

    number: int
    start: int
    stop: int
    pieces: np.ndarray | None = None


@dataclass(frozen=True)
class PrintedVolume:
    """A volume as a worker wrote it: two files, not yet on the disk nor under their names."""

    about: Finished
    part: Path
    checkpoint: Path


Step = Callable[[int], None]  # is told how many more records are done


def print_volume(
    composer: Composer, records: Path, folder: Path, task: Task, step: Step
) -> PrintedVolume:
    """Compose frozen records into a volume in ``folder``."""
    # A process may outlive the run that started it for a moment, and the next run come already.
    part = folder / f"volume-{task.number:04}.{os.getpid()}{durable.PART}"
    volume = Volume(part, composer, task.number)
    found: list[Found] = []
    kept: list[pa.Table] = []
    job = composer.forme.job
    pieces = task.pieces if task.pieces is not None else np.arange(task.start, task.stop) + 1
    for at in range(task.start, task.stop, _COMPOSED_TOGETHER):
        table = read(records, at, min(at + _COMPOSED_TOGETHER, task.stop))
        those = pieces[at - task.start :][: table.num_rows]
        contents = composer.compose(table, those)
        printed = volume.add(contents)
        found += contents.found
        kept.append(
            register.of_batch(
                table["row"], table[job.customers.id], contents.held, those, task.number,
                printed.page, printed.checksum,
                register.groups(table, job.customers.segment, job.customers.postcode),
            )
        )  # fmt: skip
        step(table.num_rows)
    volume.use(composer.take_used())
    size = volume.finish()
    about = Finished(
        composer.forme.fingerprint, task.number, task.start, task.stop, volume.pages, size,
        volume.sha256,
    )  # fmt: skip
    whole = pa.concat_tables(kept) if kept else register.SCHEMA.empty_table()
    checkpoint = part.with_suffix(f".finished{durable.PART}")
    checkpoint.write_bytes(checkpoints.pack(about, whole, fault_table.of_found(found)))
    return PrintedVolume(about, part, checkpoint)


@dataclass(frozen=True)
class Judged:
    """What became of a range of records that were composed and not written: their register
    (without places in a volume) and their faults."""

    register: pa.Table
    faults: pa.Table


def judge(composer: Composer, records: Path, folder: Path, task: Task, step: Step) -> Judged:
    """Compose frozen records and see what is wrong with them; nothing is written."""
    found: list[Found] = []
    kept: list[pa.Table] = []
    name = composer.forme.job.customers.id
    for at in range(task.start, task.stop, _COMPOSED_TOGETHER):
        table = read(records, at, min(at + _COMPOSED_TOGETHER, task.stop))
        held, wrong = composer.judge(table, at + 1)
        found += wrong
        kept.append(register.of_judged(table["row"], table[name], held, at + 1))
        step(table.num_rows)
    whole = pa.concat_tables(kept) if kept else register.SCHEMA.empty_table()
    return Judged(whole, fault_table.of_found(found))


def keep_memory() -> None:
    """Tell the C library to keep what arrays give back, for the next batch's: handing pages to
    the system and back costs 3 µs a piece. Where it has no such setting, nothing is lost."""
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for setting, value in ((-3, 32 << 20), (-1, 1 << 30), (-2, 16 << 20)):
            mallopt(setting, value)  # M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_TOP_PAD


def give_back_memory() -> None:
    """Hand what preparing a job took back to the system before others need it."""
    pa.default_memory_pool().release_unused()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
