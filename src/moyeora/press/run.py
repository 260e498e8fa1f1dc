"""Print a job: prepare it, compose its volumes, judge the whole list, keep its register."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from moyeora.press.faults import FolderError, PolicyError, PressError
from moyeora.press.folder import STAMP, Claim, Stamp, claimed
from moyeora.press.workers import Progress, Workers, cores

if TYPE_CHECKING:
    from moyeora.press.checkpoints import Finished
    from moyeora.press.forme import Forme
    from moyeora.press.prepare import Prepared
    from moyeora.press.printing import Task
    from moyeora.press.register import Counts

VOLUME_PIECES = 25_000
FAULTS = "faults.csv"
TIMING = "timing.json"  # how long so many pieces took, which is not the same each time


@dataclass(frozen=True)
class Result:
    """What a run made, and how long it took (seconds, from the start of :func:`run`). Of the
    volumes, ``kept`` were finished by a run before this one."""

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
    kept: int = 0


def run(
    job_path: Path,
    out: Path,
    *,
    workers: int | None = None,
    volume_pieces: int = VOLUME_PIECES,
    require_approval: bool = False,
    progress: Progress = lambda done, total: None,
) -> Result:
    """Print a whole job into ``out``, or go on with a run that was stopped there.

    ``workers`` are processes (None: one a core); ``progress(done, total)`` is called as records
    are composed. Leaves in ``out``, which only the owner may read: ``volume-0001.pdf`` and so
    on, ``pieces.parquet`` (the register), ``faults.csv``. Files get these names only when the
    whole list has been judged.

    A run may be stopped at any moment, by ``kill -9`` or a power cut too: what it finished stays
    in ``out/work``, and the same call goes on from there, to the same bytes. A folder that is
    whole already is left as it is.

    Raises a :class:`PressError` when the job, its sources or the folder do not allow it; then
    nothing is left but what was there. With ``require_approval`` that is also so when the client
    has not said yes to exactly this (:mod:`moyeora.press.approval`), and releases into the folder
    will ask for it too. Raises its child
    :class:`UnfinishedError` when the disk is full or processes are killed: the same call goes on.
    """
    began = time.perf_counter()
    count = cores() if workers is None else workers
    if volume_pieces < 1 or count < 1:
        raise PressError("workers and pieces a volume are whole numbers from 1")
    pool = Workers(count)
    # Imported while the workers' server starts.
    from moyeora.press import fault_table, register
    from moyeora.press.job_file import read_job
    from moyeora.press.prepare import prepare
    from moyeora.press.printing import Task

    job = read_job(job_path)
    with claimed(out) as claim:
        ready = prepare(job, claim.ready)
        if require_approval:
            from moyeora.press.approval import check_approved

            check_approved(ready)
        frozen, forme = ready.frozen, ready.forme
        claim.check_same_job(forme)
        stamp = Stamp.of(forme, volume_pieces)
        if claim.stamp is not None:
            require_approval |= claim.stamp.requires_approval
        if (printed := _printed_before(claim, stamp)) is not None:
            if require_approval != printed.requires_approval:
                replace(printed, requires_approval=True).write(out / STAMP)
            return _told(claim, printed, ready, time.perf_counter() - began)
        claim.begin(stamp)
        tasks = [
            Task(number, start, min(start + volume_pieces, frozen.rows))
            for number, start in enumerate(range(0, frozen.rows, volume_pieces), 1)
        ]
        made: list[Finished] = []
        faults = [frozen.faults]
        kept = timed = 0
        with register.Register(claim.ready / register.NAME, frozen.decoys_from) as book:
            for volume, before in finish_volumes(claim, pool, forme, frozen.path, tasks, progress):
                part, found = claim.checkpoints.tables(volume.number)
                book.write(part)
                faults.append(found)
                made.append(volume)
                kept += before
                timed += 0 if before else part.num_rows - part["volume"].null_count
            book.write(register.of_left_out(frozen.unreadable, register.HELD))
            book.write(register.of_left_out(frozen.suppressed, register.SUPPRESSED))
        counts = book.counts()
        assert counts.inputs == frozen.inputs
        table = fault_table.in_order(faults)
        if fatal := fault_table.fatal(table, job):
            raise PolicyError(fatal, fault_table.placed(job, frozen.decoys_from))
        fault_table.write_csv(
            claim.ready / FAULTS, fault_table.whole(table, job, frozen.decoys_from)
        )
        volumes = [volume for volume in made if volume.pages]
        # The same job may have been printed into more volumes before.
        for stale in set(out.glob("volume-*.pdf")).difference(out / v.name for v in volumes):
            stale.unlink()
        stamp = replace(stamp, faults=table.num_rows, requires_approval=require_approval)
        claim.publish(volumes, (register.NAME, FAULTS), stamp)
        timing = {"seconds": time.perf_counter() - began, "workers": count, "pieces": timed}
        (out / TIMING).write_text(json.dumps(timing) + "\n", "utf-8")
    return Result(
        folder=out,
        title=job.title,
        volumes=tuple(out / volume.name for volume in volumes),
        pages=sum(volume.pages for volume in volumes),
        bytes=sum(volume.bytes for volume in volumes),
        counts=counts,
        faults=table.num_rows,
        notes=frozen.notes,
        fingerprint=forme.fingerprint,
        seconds=time.perf_counter() - began,
        kept=kept,
    )


def finish_volumes(
    claim: Claim,
    pool: Workers,
    forme: "Forme",
    records: Path,
    tasks: Sequence["Task"],
    progress: Progress,
) -> Iterator[tuple["Finished", bool]]:
    """The volumes of ``tasks`` in their order, each on the disk with its checkpoint, and whether
    it was there before: what a stopped run had finished is not printed again."""
    found: dict[int, Finished] = {}
    for task in tasks:
        sound = claim.checkpoints.sound(forme.fingerprint, task.number, task.start, task.stop)
        if sound is not None:
            found[task.number] = sound
    before = set(found)
    done = sum(volume.stop - volume.start for volume in found.values())
    total = sum(task.stop - task.start for task in tasks)
    left = [task for task in tasks if task.number not in found]
    printed = pool.print_volumes(
        forme, records, claim.ready, left, lambda more: progress(done + more, total)
    )
    for task in tasks:
        while task.number not in found:
            volume = next(printed)
            claim.checkpoints.keep(volume.about, volume.part, volume.checkpoint)
            found[volume.about.number] = volume.about
        yield found[task.number], task.number in before
    progress(total, total)


def _printed_before(claim: Claim, stamp: Stamp) -> Stamp | None:
    """The stamp of the folder, if this job is printed there already and nothing is amiss."""
    held = claim.stamp
    if held is None:
        return None
    if held.volume_pieces == stamp.volume_pieces and not claim.damaged():
        claim.done = True
        return held
    if held.releases:
        raise FolderError(
            "pieces were released into it since, so it cannot be printed again",
            place=str(claim.out),
            remedy="name a new folder, or put back the files that this one had",
        )
    return None


def _told(claim: Claim, held: Stamp, ready: "Prepared", seconds: float) -> Result:
    from moyeora.press.register import count

    volumes = {name: about for name, about in held.files.items() if "pages" in about}
    return Result(
        folder=claim.out,
        title=held.title,
        volumes=tuple(claim.out / name for name in volumes),
        pages=sum(about["pages"] for about in volumes.values()),
        bytes=sum(about["bytes"] for about in volumes.values()),
        counts=count(claim.out),
        faults=held.faults,
        notes=ready.frozen.notes,
        fingerprint=held.fingerprint,
        seconds=seconds,
        kept=len(volumes),
    )
