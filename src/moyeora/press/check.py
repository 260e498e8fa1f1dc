"""The whole list judged, and nothing printed: each fault with its file, its row and what to do."""

from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press import fault_table, register
from moyeora.press.faults import RULES, Kind, Policy, PressError
from moyeora.press.folder import scratch
from moyeora.press.job import Job
from moyeora.press.job_file import read_job
from moyeora.press.prepare import prepare
from moyeora.press.printing import Task
from moyeora.press.register import Counts
from moyeora.press.workers import Progress, Workers, cores

_TASK_RECORDS = 12_288


@dataclass(frozen=True)
class KindFound:
    """A kind of fault in a list: its policy, how often it is there, in how many records, for how
    many of them the press mends it, and what to do about the others."""

    kind: Kind
    policy: Policy
    faults: int
    records: int
    mended: int
    remedy: str


@dataclass(frozen=True)
class Judgement:
    """A job as it would be printed today.

    ``counts``: what would become of each row; ``kinds``: the kinds of faults, most records
    first; ``faults``: each one, in the columns of :data:`fault_table.HEADER`, by row. ``stops``:
    whether a fault has the policy to fail the job, so that nothing would be printed.
    """

    title: str
    counts: Counts
    kinds: tuple[KindFound, ...]
    faults: pa.Table
    stops: bool
    notes: tuple[str, ...]
    fingerprint: str

    def unmended(self) -> pa.Table:
        """The faults that the press does not mend by itself."""
        return self.faults.filter(pc.not_equal(self.faults["policy"], Policy.FIX.value))


def check(
    job_path: Path,
    *,
    workers: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Judgement:
    """Judge every record of a job's list, as :func:`moyeora.press.run.run` would, and leave
    nothing behind. Raises PressError for what is wrong with the job itself."""
    count = cores() if workers is None else workers
    if count < 1:
        raise PressError("workers are a whole number from 1")
    pool = Workers(count)
    job = read_job(job_path)
    # What would fail the job is to be told with all the rest.
    held = {kind: Policy.HOLD for kind in Kind if job.policy(kind) is Policy.FAIL}
    lenient = replace(job, faults={**job.faults, **held})
    with scratch(job.folder) as work:
        ready = prepare(lenient, work)
        frozen = ready.frozen
        tally = register.Tally()
        tables = [frozen.faults]
        tasks = [
            Task(number, start, min(start + _TASK_RECORDS, frozen.rows))
            for number, start in enumerate(range(0, frozen.rows, _TASK_RECORDS))
        ]
        total = frozen.rows
        for judged in pool.judge(
            ready.forme, frozen.path, work, tasks, lambda done: progress(done, total)
        ):
            tally.add(register.marked(judged.register, frozen.decoys_from))
            tables.append(judged.faults)
    for left_out, status in (
        (frozen.unreadable, register.HELD),
        (frozen.suppressed, register.SUPPRESSED),
    ):
        tally.add(register.marked(register.of_left_out(left_out, status), frozen.decoys_from))
    faults = fault_table.in_order(tables)
    kinds = _kinds(faults, job)
    return Judgement(
        job.title,
        tally.counts(),
        kinds,
        fault_table.whole(faults, job, frozen.decoys_from),
        any(found.policy is Policy.FAIL for found in kinds),
        frozen.notes,
        ready.forme.fingerprint,
    )


def _kinds(faults: pa.Table, job: Job) -> tuple[KindFound, ...]:
    """What there is of each kind."""
    found = []
    for kind, count in fault_table.by_kind(faults).items():
        those = faults.filter(pc.equal(faults["kind"], kind.value))
        records: int = pc.count_distinct(those["row"]).as_py()
        mended: int = pc.count_distinct(those.filter(those["mended"])["row"]).as_py()
        found.append(KindFound(kind, job.policy(kind), count, records, mended, RULES[kind].remedy))
    return tuple(sorted(found, key=lambda each: (-each.records, each.kind)))
