"""Held records printed after correction, into further volumes of the same folder and register."""

import csv
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press import durable, fault_table, register
from moyeora.press.approval import check_approved
from moyeora.press.fault_table import Found
from moyeora.press.faults import FolderError, Kind, PolicyError, PressError, SourceError
from moyeora.press.folder import STAMP, Claim, Stamp, claimed, read_stamp
from moyeora.press.job import Job
from moyeora.press.job_file import read_job
from moyeora.press.prepare import Prepared, prepare
from moyeora.press.printing import Task
from moyeora.press.records.corrections import Corrections, amend, read_corrections
from moyeora.press.records.frozen import TableWriter
from moyeora.press.records.sources import Source
from moyeora.press.register import Counts
from moyeora.press.run import FAULTS, VOLUME_PIECES, finish_volumes
from moyeora.press.workers import Progress, Workers, cores

_BEFORE = "before"  # inside of work: register and faults as they were


@dataclass(frozen=True)
class Released:
    """What a release made: how many held records it ``printed``, in which ``volumes``, how many
    became ``suppressed``; ``counts`` are those of the whole register now. ``differs`` says what
    else than the list's held records is not as it was when the others were printed."""

    folder: Path
    title: str
    volumes: tuple[Path, ...]
    pages: int
    printed: int
    suppressed: int
    counts: Counts
    faults: int
    differs: str
    notes: tuple[str, ...]
    fingerprint: str
    seconds: float


def release(
    job_path: Path,
    out: Path,
    *,
    corrections: Path | None = None,
    corrected_list: Path | None = None,
    workers: int | None = None,
    volume_pieces: int = VOLUME_PIECES,
    require_approval: bool = False,
    progress: Progress = lambda done, total: None,
) -> Released:
    """Print what was held in ``out`` and is right now.

    The correction is any of these: ``corrections``, a CSV or XLSX file that names records by id
    (or by the ``row`` of the list) and gives new values; ``corrected_list``, the whole list with
    the same rows in the same places; the job itself, with a picture added or a font named.
    Only records that the register calls held are printed, each under the piece number that it
    had; one whose id was printed is not printed again. The register then tells of each row what
    became of it now, so that rows = printed + held + suppressed.

    With ``require_approval``, or where the run into the folder required it, the client must have
    said yes to the job as it stands without ``corrections`` and ``corrected_list``: these give
    values to held records and nothing else. All else that would be corrected (words, rules, a
    design, a font, a picture, the job's own list) needs a new yes.

    May be stopped at any moment: the same call goes on. Raises PressError when the folder holds
    no finished run, the corrections do not fit it, or a yes is missing; then nothing is changed.
    """
    began = time.perf_counter()
    count = cores() if workers is None else workers
    if volume_pieces < 1 or count < 1:
        raise PressError("workers and pieces a volume are whole numbers from 1")
    pool = Workers(count)
    job = as_it_stands = read_job(job_path)
    if corrected_list is not None:
        if not corrected_list.is_file():
            raise SourceError("is not there", place=str(corrected_list))
        job = replace(job, customers=replace(job.customers, source=corrected_list.resolve()))
    if corrections is not None and not corrections.is_file():
        raise SourceError("is not there", place=str(corrections))
    if not out.is_dir():
        raise FolderError("is not there", place=str(out), remedy="print the job first")
    with claimed(out) as claim:
        stamp, old = _begun(claim)
        corrected: Corrections = {}
        notes: tuple[str, ...] = ()
        if corrections is not None:
            corrected, notes = read_corrections(corrections, job.customers.id, old)

        def mend(source: Source) -> None:
            amend(source, corrected, corrections.name if corrections is not None else "")

        required = require_approval or stamp.requires_approval
        if required:
            check_approved(prepare(as_it_stands, claim.ready))
        there = old.filter(pc.equal(old["status"], register.PRINTED))["row"].to_numpy()
        ready = prepare(job, claim.ready, mend, there)
        frozen, forme = ready.frozen, ready.forme
        mark = {"fingerprint": forme.fingerprint}
        claim.check_same_release(forme)
        released = [_number(name) for told in stamp.releases for name in told["volumes"]]
        held = _Held(old, released, ready, claim.ready / "held.arrow")
        claim.begin(replace(Stamp.of(forme, volume_pieces), releases=(*stamp.releases, mark)))
        first = 1 + max((_number(name) for name in stamp.files), default=0)
        tasks = [
            Task(first + n, start, min(start + volume_pieces, held.rows),
                 held.pieces[start : start + volume_pieces])
            for n, start in enumerate(range(0, held.rows, volume_pieces))
        ]  # fmt: skip
        parts, volumes = [], []
        faults = [frozen.faults, held.again]
        for volume, _ in finish_volumes(claim, pool, forme, held.path, tasks, progress):
            part, found = claim.checkpoints.tables(volume.number)
            parts.append(part)
            faults.append(found)
            volumes += [volume] * (volume.pages > 0)
        now = held.judged(parts)
        table = fault_table.in_order(faults)
        table = table.filter(pc.is_in(table["row"], now["row"]))
        if fatal := fault_table.fatal(table, job):
            raise PolicyError(fatal, fault_table.placed(job, frozen.decoys_from))
        with register.Register(claim.ready / register.NAME, frozen.decoys_from) as book:
            book.write(_merged(old, now))
        counts = book.counts()
        assert counts.inputs == old.num_rows
        total = _write_faults(claim, table, now, job, frozen.decoys_from)
        printed: int = pc.sum(pc.equal(now["status"], register.PRINTED)).as_py() or 0
        suppressed: int = pc.sum(pc.equal(now["status"], register.SUPPRESSED)).as_py() or 0
        releases = stamp.releases
        if printed or suppressed:
            names = [volume.name for volume in volumes]
            releases = (*releases, mark | {"volumes": names, "printed": printed})
        named = replace(stamp, faults=total, releases=releases, requires_approval=required)
        claim.publish(volumes, (register.NAME, FAULTS), named)
    return Released(
        out, job.title, tuple(out / volume.name for volume in volumes),
        sum(volume.pages for volume in volumes), printed, suppressed, counts, total,
        stamp.differs_in(forme), (*notes, *frozen.notes), forme.fingerprint,
        time.perf_counter() - began,
    )  # fmt: skip


def _begun(claim: Claim) -> tuple[Stamp, pa.Table]:
    """The stamp of the finished run in a folder, and its register, before this release."""
    import pyarrow.parquet as pq

    before, begun = claim.work / _BEFORE, claim.begun
    if claim.stamp is None or (begun is not None and not begun.releases):
        raise FolderError(
            "holds no finished run", place=str(claim.out), remedy="`press run` goes on with it"
        )
    if begun is None:
        if damaged := claim.damaged():
            raise FolderError(
                f"is not as it was printed: {', '.join(damaged)}",
                place=str(claim.out),
                remedy="put these files back; if nothing was released, `press run` makes them anew",
            )
        before.mkdir(mode=0o700, exist_ok=True)
        for name in (register.NAME, FAULTS, STAMP):
            durable.write(before / name, (claim.out / name).read_bytes())
    stamp = read_stamp(before / STAMP)
    assert stamp is not None
    return stamp, pq.read_table(before / register.NAME)


class _Held:
    """The records that were held, as the corrected list has them: frozen rows in the order of
    their ``pieces`` (numbers), in the file ``path``."""

    def __init__(self, old: pa.Table, released: Sequence[int], ready: Prepared, path: Path) -> None:
        self._frozen, self.path = ready.frozen, path
        self._id = ready.job.customers.id
        place = ready.job.customers.source.name
        if ready.frozen.inputs != old.num_rows:
            raise SourceError(
                f"has {ready.frozen.inputs} rows with the decoys; {old.num_rows} were printed from",
                place=place,
                remedy="keep all rows in their places, and correct the held ones only",
            )
        by_row = old.sort_by("row").combine_chunks()
        self._ids = by_row["id"].combine_chunks()
        statuses = by_row["status"].to_numpy()
        self._is_printed, self._is_held = statuses == register.PRINTED, statuses == register.HELD
        # What was released before had corrections of its own, which this list need not have.
        volumes = by_row["volume"].fill_null(0).to_numpy()
        self._of_list = self._is_printed & ~np.isin(volumes, np.array(released, np.int64))
        self.rows_held = np.flatnonzero(self._is_held) + 1
        records = self._records(place)
        self.pieces = self._numbers(by_row, records["row"].to_numpy())
        turn = np.argsort(self.pieces)
        self.pieces, self.rows = self.pieces[turn], len(turn)
        with TableWriter(path, records.schema) as writer:
            for batch in records.take(pa.array(turn)).to_batches():
                writer.add(batch)

    def _records(self, place: str) -> pa.Table:
        """The held rows that the corrected list keeps; nobody gets a second piece."""
        printed = self._ids.filter(pa.array(self._is_printed))
        with pa.OSFile(str(self._frozen.path), "rb") as file, pa.ipc.open_file(file) as reader:
            found = [reader.schema.empty_table()]
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                at = batch.column("row").to_numpy() - 1
                same = pc.equal(batch.column(self._id), self._ids.take(pa.array(at)))
                other = ~same.fill_null(False).to_numpy(zero_copy_only=False) & self._of_list[at]
                if other.any():
                    raise SourceError(
                        f"row {at[other][0] + 1} is another record than the one that was printed",
                        place=place,
                        remedy="keep all rows in their places, and correct the held ones only",
                    )
                if (held := self._is_held[at]).any():
                    found.append(pa.Table.from_batches([batch.filter(pa.array(held))]))
        records = pa.concat_tables(found).combine_chunks()
        again = pc.and_(pc.is_in(records[self._id], printed), pc.is_null(records["problem"]))
        rows = records["row"].filter(again).to_numpy()
        what = "a piece with this id was printed already"
        self.again = Found(Kind.DUPLICATE_ID, rows, self._id, what).table()
        problem = pc.if_else(again, Kind.DUPLICATE_ID.value, records["problem"])
        place_of = records.schema.get_field_index("problem")
        return records.set_column(place_of, records.schema.field(place_of), problem)

    @staticmethod
    def _numbers(by_row: pa.Table, rows: np.ndarray) -> np.ndarray:
        """The piece number of each of these rows: the one it had, or a further one."""
        known = by_row["piece"].fill_null(0).to_numpy()
        numbers: np.ndarray = known[rows - 1].copy()
        new = np.flatnonzero(numbers == 0)
        numbers[new[np.argsort(rows[new])]] = known.max(initial=0) + 1 + np.arange(len(new))
        return numbers

    def judged(self, parts: Sequence[pa.Table]) -> pa.Table:
        """The register of all rows that were held, from what was composed and what was not."""
        left_out = [
            register.of_left_out(table.filter(self._of_held(table)), status)
            for table, status in (
                (self._frozen.unreadable, register.HELD),
                (self._frozen.suppressed, register.SUPPRESSED),
            )
        ]
        now = pa.concat_tables([*parts, *left_out]).combine_chunks()
        assert np.array_equal(np.sort(now["row"].to_numpy()), self.rows_held)
        return now

    def _of_held(self, table: pa.Table) -> pa.Array:
        return pc.is_in(table["row"], pa.array(self.rows_held))


def _merged(old: pa.Table, now: pa.Table) -> pa.Table:
    """A register with the lines of ``now`` in place of those with the same rows."""
    others = old.filter(pc.invert(pc.is_in(old["row"], now["row"].combine_chunks())))
    whole = pa.concat_tables([others, now])
    place = np.empty(old.num_rows + 1, np.int64)
    place[old["row"].to_numpy()] = np.arange(old.num_rows)
    return whole.take(pa.array(np.argsort(place[whole["row"].to_numpy()])))


def _write_faults(
    claim: Claim, found: pa.Table, now: pa.Table, job: Job, decoys_from: int | None
) -> int:
    """Write the faults of the whole list: of the rows in ``now`` those ``found``, of all others
    those that are known; returns how many there are."""
    where = fault_table.placed(job, decoys_from)
    gone = {where(row) for row in now["row"].to_pylist()}
    with (claim.work / _BEFORE / FAULTS).open(encoding="utf-8-sig", newline="") as file:
        known = list(csv.reader(file))[1:]
    # The corrected list may have another name.
    decoys = job.customers.decoys
    listed = job.customers.source.name

    def place(line: Sequence[str]) -> str:
        file = line[0] if decoys is not None and line[0] == decoys.name else listed
        return f"{file}, row {line[1]}"

    lines = [line for line in known if place(line) not in gone]
    new = fault_table.whole(found, job, decoys_from)
    lines += [[str(value) for value in line.values()] for line in new.to_pylist()]
    lines.sort(key=lambda line: (decoys is not None and line[0] == decoys.name, int(line[1])))
    columns = list(zip(*lines, strict=True)) or [()] * len(fault_table.HEADER)
    arrays = [pa.array(column, pa.string()) for column in columns]
    fault_table.write_csv(claim.ready / FAULTS, pa.table(arrays, list(fault_table.HEADER)))
    return len(lines)


def _number(name: str) -> int:
    """The number of a volume's file, 0 for another file."""
    found = re.fullmatch(r"volume-(\d+)\.pdf", name)
    return int(found[1]) if found else 0
