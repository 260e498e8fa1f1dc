"""One volume composed and written, by whichever process."""

import contextlib
import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from moyeora.press import register
from moyeora.press.compose import Composer
from moyeora.press.faults import Fault
from moyeora.press.records.frozen import read
from moyeora.press.volume import Volume

_COMPOSED_TOGETHER = 6144  # records: more are hardly faster and take more memory


@dataclass(frozen=True)
class PrintedVolume:
    """A volume as a worker wrote it, under its name but not yet in its place."""

    path: Path
    pages: int
    bytes: int
    register: pa.Table
    faults: tuple[Fault, ...]


def print_volume(
    composer: Composer,
    records: Path,
    folder: Path,
    number: int,
    start: int,
    stop: int,
    step: Callable[[int], None],
) -> PrintedVolume:
    """Compose the frozen records ``start`` to ``stop`` (from 0, end excluded) into a volume in
    ``folder``; ``step`` is told how many more are done."""
    path = folder / f"volume-{number:04}.pdf"
    volume = Volume(path, composer, number)
    faults: list[Fault] = []
    kept: list[pa.Table] = []
    job = composer.forme.job
    for at in range(start, stop, _COMPOSED_TOGETHER):
        table = read(records, at, min(at + _COMPOSED_TOGETHER, stop))
        contents = composer.compose(table, at + 1)
        printed = volume.add(contents)
        faults += contents.faults
        kept.append(
            register.of_batch(
                table["row"], table[job.customers.id], contents.held, at + 1, number,
                printed.page, printed.checksum,
                register.groups(table, job.customers.segment, job.customers.postcode),
            )
        )  # fmt: skip
        step(table.num_rows)
    volume.use(composer.take_used())
    size = volume.finish()
    whole = pa.concat_tables(kept) if kept else register.SCHEMA.empty_table()
    return PrintedVolume(path, volume.pages, size, whole, tuple(faults))


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
