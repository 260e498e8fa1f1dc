"""Print a job: prepare it, compose its volumes, judge the whole list, keep its register."""

import csv
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from moyeora.press.faults import Fault, Policy, PolicyError, PressError
from moyeora.press.folder import STAMP, check_same_job, claimed
from moyeora.press.job import Job
from moyeora.press.workers import Progress, Workers

if TYPE_CHECKING:
    from moyeora.press.register import Counts

VOLUME_PIECES = 25_000


@dataclass(frozen=True)
class Result:
    """What a run made, and how long it took (seconds, from the start of :func:`run`)."""

    folder: Path
    title: str
    volumes: tuple[Path, ...]
    pages: int
    bytes: int
    counts: "Counts"
    faults: int
    notes: tuple[str, ...]
    fingerprint: str
    seconds: float


@dataclass(frozen=True)
class _Made:
    """A volume that is written, not yet in its place."""

    path: Path
    pages: int
    bytes: int


def run(
    job_path: Path,
    out: Path,
    *,
    workers: int | None = None,
    volume_pieces: int = VOLUME_PIECES,
    require_approval: bool = False,
    progress: Progress = lambda done, total: None,
) -> Result:
    """Print a whole job into ``out``.

    ``workers`` are processes (None: one a core); ``progress(done, total)`` is called as records
    are composed. Leaves in ``out``, which only the owner may read: ``volume-0001.pdf`` and so
    on, ``pieces.parquet`` (the register), ``faults.csv``. Files get these names only when the
    whole list has been judged. Raises a :class:`PressError` when the job, its sources or the
    folder do not allow it; then nothing is left but what was there. With ``require_approval`` that
    is also so when the client has not said yes to exactly this (:mod:`moyeora.press.approval`).
    """
    began = time.perf_counter()
    count = _cores() if workers is None else workers
    if volume_pieces < 1 or count < 1:
        raise PressError("workers and pieces a volume are whole numbers from 1")
    pool = Workers(count)
    # Imported while the workers' server starts.
    from moyeora.press import register
    from moyeora.press.job_file import read_job
    from moyeora.press.prepare import prepare

    job = read_job(job_path)
    with claimed(out) as work:
        ready = prepare(job, work)
        if require_approval:
            from moyeora.press.approval import check_approved

            check_approved(ready)
        frozen, forme = ready.frozen, ready.forme
        check_same_job(out, forme.fingerprint)
        tasks = [
            (number, start, min(start + volume_pieces, frozen.rows))
            for number, start in enumerate(range(0, frozen.rows, volume_pieces), 1)
        ]
        made: list[_Made] = []
        faults = list(frozen.faults)
        with register.Register(work / "pieces.parquet") as book:
            for volume in pool.print_volumes(forme, frozen.path, work, tasks, progress):
                book.write(volume.register)
                faults += volume.faults
                made.append(_Made(volume.path, volume.pages, volume.bytes))
            book.write(register.of_left_out(frozen.unreadable, register.HELD))
            book.write(register.of_left_out(frozen.suppressed, register.SUPPRESSED))
        counts = book.counts()
        assert counts.inputs == frozen.inputs
        faults = _judged(job, faults)
        _write_faults(work / "faults.csv", faults, job)
        seconds = time.perf_counter() - began
        _write_stamp(work / STAMP, job, forme.fingerprint, seconds=seconds, workers=count)
        volumes = _publish(out, work, [volume for volume in made if volume.pages])
    return Result(
        folder=out,
        title=job.title,
        volumes=volumes,
        pages=sum(volume.pages for volume in made),
        bytes=sum(volume.bytes for volume in made),
        counts=counts,
        faults=len(faults),
        notes=frozen.notes,
        fingerprint=forme.fingerprint,
        seconds=time.perf_counter() - began,
    )


def _cores() -> int:
    """The cores that this process may use; all there are where the system does not tell (macOS)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _judged(job: Job, faults: Sequence[Fault]) -> list[Fault]:
    """The faults in the order of rows. Raises PolicyError for those that must stop the job."""
    fatal = [fault for fault in faults if job.policy(fault.kind) is Policy.FAIL]
    if fatal:
        raise PolicyError(fatal)
    return sorted(faults, key=lambda fault: (fault.row, fault.place, fault.kind, fault.what))


def _publish(out: Path, work: Path, made: Sequence[_Made]) -> tuple[Path, ...]:
    """Move what was made into its place, the stamp last."""
    volumes = []
    for volume in made:
        volumes.append(out / volume.path.name)
        volume.path.replace(volumes[-1])
    # The same job may have been printed into more volumes before.
    for stale in set(out.glob("volume-*.pdf")).difference(volumes):
        stale.unlink()
    for name in ("pieces.parquet", "faults.csv", STAMP):
        (work / name).replace(out / name)
    return tuple(volumes)


def _write_stamp(path: Path, job: Job, fingerprint: str, *, seconds: float, workers: int) -> None:
    stamp = {
        "title": job.title,
        "fingerprint": fingerprint,
        "seconds": round(seconds, 3),
        "workers": workers,
    }
    path.write_text(json.dumps(stamp, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _write_faults(path: Path, faults: Sequence[Fault], job: Job) -> None:
    # With a byte-order mark, so that a spreadsheet reads the Korean in it.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(["row", "kind", "policy", "place", "what", "what to do"])
        for fault in faults:
            policy = job.policy(fault.kind)
            table.writerow([fault.row, fault.kind, policy, fault.place, fault.what, fault.remedy])
