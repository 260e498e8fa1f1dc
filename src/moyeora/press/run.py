"""Print a job: freeze its records, lock up its forme, compose its volumes, keep its register.

Volumes are composed by processes side by side; what each writes depends on the forme and the
frozen records alone, so the bytes are the same whatever their number. Files get their final
names only when the whole list has been judged.
"""

import contextlib
import csv
import ctypes
import fcntl
import json
import multiprocessing
import os
import pickle
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from moyeora.press import register
from moyeora.press.artwork import PageArt, Typst, compile_layout
from moyeora.press.compose import Composer
from moyeora.press.faults import Fault, FolderError, JobError, Policy, PolicyError, PressError
from moyeora.press.forme import Forme, lock_up
from moyeora.press.job import Job, read_job
from moyeora.press.records import Frozen, freeze, read
from moyeora.press.survey import PIECE, Words, read_words, survey
from moyeora.press.volume import Volume

BATCH_PIECES = 8192
VOLUME_PIECES = 25_000
STAMP = "moyeora-press.json"  # says which job a folder holds
_WORK = "work"  # in the output folder, while it runs: frozen records, forme, unjudged volumes

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Result:
    """What a run made, and how long it took (seconds, from the start of :func:`run`)."""

    folder: Path
    title: str
    volumes: tuple[Path, ...]
    pages: int
    bytes: int
    counts: register.Counts
    faults: int
    notes: tuple[str, ...]
    fingerprint: str
    seconds: float


@dataclass(frozen=True)
class Prepared:
    """A job up to the point where pieces can be composed."""

    job: Job
    frozen: Frozen
    forme: Forme


def run(
    job_path: Path,
    out: Path,
    *,
    workers: int | None = None,
    volume_pieces: int = VOLUME_PIECES,
    progress: Progress | None = None,
) -> Result:
    """Print a whole job into ``out``.

    ``workers`` are processes (None: one a core); ``progress(done, total)`` is called as records
    are composed. Leaves in ``out``, which only the owner may read: ``volume-0001.pdf`` and so
    on, ``pieces.parquet`` (the register), ``faults.csv``. Raises a :class:`PressError` when the
    job, its sources or the folder do not allow it; then nothing is left but what was there.
    """
    began = time.perf_counter()
    workers = workers or len(os.sched_getaffinity(0))
    if volume_pieces < 1 or workers < 1:
        raise PressError("workers and pieces a volume are whole numbers from 1")
    job = read_job(job_path)
    with _claimed(out) as work, _pool(workers) as pool:
        ready = prepare(job, work)
        _same_job(out, ready.forme.fingerprint)
        tasks = [
            (number, start, min(start + volume_pieces, ready.frozen.rows))
            for number, start in enumerate(range(0, ready.frozen.rows, volume_pieces), 1)
        ]
        made = list(_printed(pool, work, ready, tasks, progress))
        faults = sorted(
            [*ready.frozen.faults, *(fault for volume in made for fault in volume.faults)],
            key=lambda fault: (fault.row, fault.place, fault.kind),
        )
        fatal = [fault for fault in faults if job.policy(fault.kind) is Policy.FAIL]
        if fatal:
            raise PolicyError(fatal)
        _write_register(work / "pieces.parquet", made, ready.frozen)
        counts = register.count(work / "pieces.parquet")
        assert counts.inputs == ready.frozen.inputs
        _write_faults(work / "faults.csv", faults, job)
        stamp = {"title": job.title, "fingerprint": ready.forme.fingerprint}
        (work / STAMP).write_text(json.dumps(stamp, ensure_ascii=False, indent=1) + "\n", "utf-8")
        volumes = _publish(out, work, [volume for volume in made if volume.pages])
    return Result(
        out, job.title, volumes, sum(v.pages for v in made), sum(v.bytes for v in made), counts,
        len(faults), ready.frozen.notes, ready.forme.fingerprint, time.perf_counter() - began,
    )  # fmt: skip


def prepare(job: Job, work: Path) -> Prepared:
    """Freeze a job's records into ``work`` and lock up its forme. Raises JobError with all that
    is wrong with designs, templates and fonts, and what :func:`freeze` raises."""
    compiler = Typst(job)
    words = read_words(job)
    with ThreadPoolExecutor(1) as beside:
        compiling: Future[dict[str, tuple[PageArt, ...]]] = beside.submit(_compiled, job, compiler)
        frozen = freeze(job, work)
        layouts = compiling.result()
    _check_words(job, words, frozen, layouts)
    found = survey(job, words, frozen.path)
    forme = lock_up(job, words, found, compiler, layouts, work, frozen.digest)
    return Prepared(job, frozen, forme)


def _compiled(job: Job, compiler: Typst) -> dict[str, tuple[PageArt, ...]]:
    made: dict[str, tuple[PageArt, ...]] = {}
    problems: list[PressError] = []
    for name, design in job.layouts.items():
        try:
            made[name] = compile_layout(compiler, design)
        except PressError as problem:
            problems.append(problem)
    if problems:
        raise JobError(problems)
    return made


def _check_words(
    job: Job, words: Words, frozen: Frozen, layouts: dict[str, tuple[PageArt, ...]]
) -> None:
    """Every part has a place, and every field a column."""
    import difflib

    problems = []
    placed = {hole.part for arts in layouts.values() for art in arts
              for group in art.holes for hole in group}  # fmt: skip
    known = {*frozen.columns, PIECE}
    for name in job.parts:
        if name not in placed:
            problems.append(PressError(
                "no design has a place for it", place=f"mailing.toml: parts.{name}",
                remedy=f'put part("{name}", width: …, height: …) into a design, or take it out',
            ))  # fmt: skip
        used = {
            f.column for line in words.lines.get(name, ()) for cell in line for f in cell.fields
        }
        used |= {piece.column for piece in words.pieces.get(name, ()) if not isinstance(piece, str)}
        for missing in sorted(used - known):
            near = difflib.get_close_matches(missing, known, 1)
            problems.append(PressError(
                f"there is no column {missing!r}", place=f"mailing.toml: parts.{name}",
                remedy=f"did you mean {{{near[0]}}}?" if near
                else "the columns are: " + ", ".join(frozen.columns),
            ))  # fmt: skip
    if problems:
        raise JobError(problems)


# --- the output folder ----------------------------------------------------------------------


@contextlib.contextmanager
def _claimed(out: Path) -> Iterator[Path]:
    """A private folder for the work inside ``out``, held by this run alone and removed at the
    end; FolderError if ``out`` holds anything but an earlier run of a job."""
    if out.exists() and not out.is_dir():
        raise FolderError("is not a folder", place=str(out))
    fresh = not out.exists() or not any(out.iterdir())
    if not fresh and not (out / STAMP).exists() and not (out / _WORK).exists():
        raise FolderError(
            "holds something that is not a print job", place=str(out), remedy="name a new folder"
        )
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    out.chmod(0o700)
    work = out / _WORK
    lock = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderError(
                "another run is printing into it", place=str(out), remedy="wait until it has ended"
            ) from None
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
            if fresh and not any(out.iterdir()):
                out.rmdir()
    finally:
        os.close(lock)


def _same_job(out: Path, fingerprint: str) -> None:
    stamp = out / STAMP
    if not stamp.exists():
        return
    held = json.loads(stamp.read_text("utf-8"))
    if held.get("fingerprint") != fingerprint:
        raise FolderError(
            f"holds another job ({held.get('title')}), or this one before it was changed",
            place=str(out),
            remedy="name a new folder, or remove this one yourself",
        )


def _publish(out: Path, work: Path, made: Sequence["PrintedVolume"]) -> tuple[Path, ...]:
    volumes = []
    for volume in made:
        volumes.append(out / volume.path.name)
        volume.path.replace(volumes[-1])
    for name in ("pieces.parquet", "faults.csv", STAMP):
        (work / name).replace(out / name)
    return tuple(volumes)


def _write_register(path: Path, made: Sequence["PrintedVolume"], frozen: Frozen) -> None:
    with pq.ParquetWriter(path, register.SCHEMA) as writer:
        for volume in made:
            writer.write_table(volume.register)
        writer.write_table(register.of_left_out(frozen.unreadable, register.HELD))
        writer.write_table(register.of_left_out(frozen.suppressed, register.SUPPRESSED))


def _write_faults(path: Path, faults: Sequence[Fault], job: Job) -> None:
    # With a byte-order mark, so that a spreadsheet reads the Korean in it.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(["row", "kind", "policy", "place", "what", "what to do"])
        for fault in faults:
            policy = job.policy(fault.kind)
            table.writerow([fault.row, fault.kind, policy, fault.place, fault.what, fault.remedy])


# --- volumes --------------------------------------------------------------------------------


@dataclass(frozen=True)
class PrintedVolume:
    """A volume as a worker wrote it, under its name but not yet in its place."""

    path: Path
    pages: int
    bytes: int
    register: pa.Table
    faults: tuple[Fault, ...]


def print_volume(
    composer: Composer, records: Path, path: Path, number: int, start: int, stop: int,
    step: Callable[[int], None] = lambda _: None,
) -> PrintedVolume:  # fmt: skip
    """Compose the frozen records ``start`` to ``stop`` (from 0) into one volume; ``step`` is
    told how many were done."""
    volume = Volume(path, composer, number)
    faults: list[Fault] = []
    kept: list[pa.Table] = []
    job = composer.forme.job
    for at in range(start, stop, BATCH_PIECES):
        table = read(records, at, min(at + BATCH_PIECES, stop))
        contents = composer.compose(table, at + 1)
        printed = volume.add(contents)
        faults += contents.faults
        kept.append(
            register.of_batch(
                table["row"], table[job.customers.id], contents.held, at + 1, number,
                printed.page, printed.checksum,
            )
        )  # fmt: skip
        step(table.num_rows)
    volume.use(composer.take_used())
    size = volume.finish()
    whole = pa.concat_tables(kept) if kept else register.SCHEMA.empty_table()
    return PrintedVolume(path, volume.pages, size, whole, tuple(faults))


@contextlib.contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor | None]:
    """Worker processes, started at once so that they are ready when the forme is."""
    if workers == 1:
        yield None
        return
    # Spawned, not forked: the parent has threads of its own by the time there is work.
    context = multiprocessing.get_context("spawn")
    counter = context.Value("q", 0)
    pool = ProcessPoolExecutor(workers, context, _begin_worker, (counter,))
    try:
        for _ in range(workers):
            pool.submit(os.getpid)
        pool.moyeora_counter = counter  # type: ignore[attr-defined]
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def keep_memory() -> None:
    """Tell the C library to keep what arrays give back, for the next batch's: handing pages to
    the system and back costs 3 µs a piece. Where it has no such setting, nothing is lost."""
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for setting, value in ((-3, 32 << 20), (-1, 1 << 30), (-2, 16 << 20)):
            mallopt(setting, value)  # M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_TOP_PAD


_worker: dict[str, Any] = {}


def _begin_worker(counter: Any) -> None:
    pa.set_cpu_count(1)
    keep_memory()
    _worker["counter"] = counter


def _in_worker(forme: Path, records: Path, path: Path, task: tuple[int, int, int]) -> PrintedVolume:
    if _worker.get("forme") != forme:
        _worker["forme"] = forme
        _worker["composer"] = Composer(pickle.loads(forme.read_bytes()))
    counter = _worker["counter"]

    def step(done: int) -> None:
        with counter.get_lock():
            counter.value += done

    return print_volume(_worker["composer"], records, path, *task, step)


def _printed(
    pool: ProcessPoolExecutor | None, work: Path, ready: Prepared,
    tasks: Sequence[tuple[int, int, int]], progress: Progress | None,
) -> Iterator[PrintedVolume]:  # fmt: skip
    """The volumes in order, by this process or by the pool's."""
    total, records = ready.frozen.rows, ready.frozen.path
    paths = [work / f"volume-{number:04}.pdf" for number, _, _ in tasks]
    if pool is None:
        keep_memory()
        composer = Composer(ready.forme)
        done = 0

        def step(more: int) -> None:
            nonlocal done
            done += more
            if progress:
                progress(done, total)

        for path, task in zip(paths, tasks, strict=True):
            yield print_volume(composer, records, path, *task, step)
        return
    forme = work / "forme"
    forme.write_bytes(pickle.dumps(ready.forme, protocol=5))
    futures = [
        pool.submit(_in_worker, forme, records, path, task)
        for path, task in zip(paths, tasks, strict=True)
    ]
    for future in futures:
        while progress and not future.done():
            progress(pool.moyeora_counter.value, total)  # type: ignore[attr-defined]
            with contextlib.suppress(TimeoutError):
                future.result(timeout=0.1)
        yield future.result()
    if progress:
        progress(total, total)
