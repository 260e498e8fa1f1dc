"""From sources and SQL to a frozen table on disk, and all that is wrong with its rows.

The rules of a job are SQL over its customers: they run once, over a stream, and what comes out
is written down in a total order. Everything after reads only that file, so that workers, a
resumed run and a reprint see the same records.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.fault_table import Found, fatal, in_order, of_faults, of_found, placed
from moyeora.press.faults import Kind, PolicyError, SourceError
from moyeora.press.job import Job
from moyeora.press.records import sql
from moyeora.press.records.decoys import join_decoys
from moyeora.press.records.frozen import BATCH_ROWS, Frozen, TableWriter
from moyeora.press.records.rules import Finding, Rules, compile_rules
from moyeora.press.records.sources import Source, Texts, give_tables, normal, open_source

if TYPE_CHECKING:
    import duckdb

Amend = Callable[[Source], None]
_NO_ROWS: npt.NDArray[np.int64] = np.zeros(0, np.int64)

# A file goes through as a stream. A query's rows are sorted whole, by all their columns and then
# by the job's order, and DuckDB does not spill all of a sort.
_FOR_A_FILE_MB, _FOR_A_QUERY_MB = 256, 512


def freeze(
    job: Job,
    folder: Path,
    *,
    texts: Mapping[str, str] = {},
    memory_limit_mb: int | None = None,
    amend: Amend = lambda source: None,
    printed: npt.NDArray[np.int64] = _NO_ROWS,
) -> Frozen:
    """Apply the rules of a job to its customers and write ``records.arrow`` into ``folder``.

    ``texts`` are further text columns (name -> SQL) besides the job's own. ``memory_limit_mb``
    is what this takes beyond the program itself: what a sort or a join needs beyond it goes to
    a folder inside ``folder``, which is removed. None: enough for 300,000 wide rows. ``amend``
    may change the source's rows before the rules see them.

    An id is repeated when an earlier row that is not suppressed has it; rows that were ``printed``
    before count as earlier than all others. The same for what ``deduplicate`` compares and for
    codes that are to be unique. The rules see ``row``
    besides the columns, and the customers' tables in subqueries.

    Raises :class:`JobError` (all that is wrong with the SQL), :class:`SourceError` (the file
    cannot be read, or a rule fails on a row) and :class:`PolicyError`; then nothing is left in
    ``folder``. No message has customers' data.
    """
    scratch = folder / "freezing"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    try:
        # The rest is for reading, writing and the hashes of the ids. Each thread needs memory of
        # its own, and a stream has no work for a second one.
        query = job.customers.source.suffix.lower() == ".sql"
        threads = 2 if query else 1
        if memory_limit_mb is None:
            memory_limit_mb = (_FOR_A_QUERY_MB if query else _FOR_A_FILE_MB) * (
                2 if query and job.customers.order_by else 1
            )
        with sql.connect(scratch, memory_limit_mb * 5 // 8, threads) as database:
            notes = give_tables(job.customers, database)
            source = _opened(job, database, amend)
            rules = compile_rules(job, texts, source.schema, database)
            sieve = _Sieve(job, rules, source, printed)
            staged = scratch / "staged.arrow"
            with TableWriter(staged, sieve.schema) as writer:
                for batch in _results(job, rules, source, database, amend):
                    for piece in sieve.kept(batch):
                        writer.add(piece)
            if not source.given and not source.unreadable:
                raise SourceError("has no rows", place=source.place)
            if (made := sieve.inputs - len(source.unreadable)) != source.given:
                raise SourceError(
                    f"the rules make {made} records of {source.given} rows",
                    place="mailing.toml",
                    remedy="let each expression give one value for each row (not unnest)",
                )
            repeated = sieve.repeated(staged)
            unsorted = not (sieve.in_order or job.customers.order_by)
            if unsorted or any(map(len, repeated.values())):
                staged = _amended(staged, repeated, unsorted, database)
        faults = in_order([of_faults(source.unreadable), of_found(sieve.found)])
        if failing := fatal(faults, job):
            raise PolicyError(failing, placed(job, source.decoys_from))
        path = staged.replace(folder / "records.arrow")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Frozen(
        path=path,
        rows=sieve.rows,
        columns=rules.columns,
        inputs=sieve.inputs,
        suppressed=sieve.suppressed(),
        unreadable=_unreadable(source),
        faults=faults,
        notes=(*notes, *source.notes, *sieve.notes()),
        digest=digest,
        decoys_from=source.decoys_from,
    )


def _opened(job: Job, database: "duckdb.DuckDBPyConnection", amend: Amend) -> Source:
    """The customers' rows, with the decoys after them."""
    source = open_source(job.customers, database)
    if job.customers.decoys is not None:
        join_decoys(source, job.customers.decoys, database)
    amend(source)
    return source


def _results(
    job: Job, rules: Rules, source: Source, database: "duckdb.DuckDBPyConnection", amend: Amend
) -> Iterator[pa.RecordBatch]:
    """What the rules make of the source. An error of theirs names the rule and the row."""
    import duckdb

    database.register("press:records", source.reader())
    try:
        yield from database.sql(rules.query).to_arrow_reader(BATCH_ROWS)
        return
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        what = sql.told_of_data(error)
    finally:
        database.unregister("press:records")
    # Not inside of `except`: DuckDB's error, with the value in it, must not live on as a context.
    if source.failure is not None:
        raise source.failure
    again = _opened(job, database, amend)
    raise rules.culprit(again.batches, database) or SourceError(what, place="mailing.toml")


class _Sieve:
    """Divides what the rules give into kept and suppressed records; ``found`` is what is wrong
    with the kept ones."""

    def __init__(
        self, job: Job, rules: Rules, source: Source, printed: npt.NDArray[np.int64]
    ) -> None:
        self.rows = 0
        self.in_order = True
        self.found: list[Found] = []
        fields: list[pa.Field[Any]] = [
            pa.field("row", pa.int64()),
            pa.field("layout", pa.string()),
            *(pa.field(f"when:{part}", pa.bool_()) for part in rules.parts),
            pa.field("problem", pa.string()),
            *(pa.field(column, pa.string()) for column in rules.columns),
        ]
        self.schema = pa.schema(fields)
        self._job, self._rules, self._source = job, rules, source
        self._texts = 2 + len(rules.parts)
        self._id = self._texts + rules.columns.index(job.customers.id)
        self._suppressed: list[pa.Table] = []
        self._last_row = 0
        self._hashes: list[npt.NDArray[np.uint64]] = []
        self._printed = printed
        # What must not be there twice: its kind, its place, and (hash, hash, row) of the records.
        self._compared: list[tuple[Kind, str, list[npt.NDArray[np.uint64]]]] = [
            (Kind.DUPLICATE_RECORD, "deduplicate", []),
            *((Kind.CODE_CLASH, part, []) for part in rules.unique),
        ]
        self._mended = self._lost_zeros = 0

    @property
    def inputs(self) -> int:
        suppressed: int = sum(table.num_rows for table in self._suppressed)
        return self.rows + suppressed + len(self._source.unreadable)

    def kept(self, batch: pa.RecordBatch) -> list[pa.RecordBatch]:
        """The records to keep of a batch, in the frozen table's columns."""
        whole_row = batch.columns
        halves = whole_row[-2 * len(self._compared) :]
        *columns, reasons, findings, hashes = whole_row[: -len(halves)]
        rows = columns[0].to_numpy()
        decoys = self._decoys(rows)
        keep = np.full(len(reasons), True)
        if reasons.null_count < len(reasons):
            keep = reasons.is_null().to_numpy(zero_copy_only=False) | decoys
            left_out = pa.array(~keep)
            self._suppress(*(c.filter(left_out) for c in (columns[0], columns[self._id], reasons)))
            if not keep.any():
                return []
        problems = self._problems(rows, np.where(keep, findings.to_numpy(), 0))
        for n, column in enumerate(self._rules.columns, self._texts):
            if column in self._rules.computed:
                columns[n] = normal(columns[n])
        columns.insert(self._texts, problems)
        whole = pa.record_batch(columns, schema=self.schema)

        for (_, _, compared), upper, lower in zip(
            self._compared, halves[::2], halves[1::2], strict=True
        ):
            if upper.null_count < len(upper):
                there = upper.is_valid().to_numpy(zero_copy_only=False)
                at = np.flatnonzero(there & keep & ~decoys)
                of = [column.take(at).to_numpy() for column in (upper, lower)]
                compared.append(np.stack([*of, rows[at].astype(np.uint64)]))
        rows = rows[keep]
        self.in_order &= bool(rows[0] > self._last_row and (rows[1:] > rows[:-1]).all())
        self._last_row = rows[-1]
        self._hashes.append(hashes.to_numpy()[keep])
        self.rows += len(rows)
        return _pieces(whole, keep)

    def _suppress(self, rows: "pa.Array[Any]", ids: Texts, reasons: "pa.Array[Any]") -> None:
        names = pa.array(list(self._job.customers.suppress), pa.string())
        columns = [rows, ids, names.take(reasons)]
        self._suppressed.append(pa.table(columns, schema=_SUPPRESSED))

    def _problems(self, rows: npt.NDArray[Any], findings: npt.NDArray[Any]) -> Texts:
        """The first problem of each record, if any; all of them go to ``found``."""
        if not findings.any():
            return pa.nulls(len(rows), pa.string())
        self._mended += int(np.count_nonzero(findings & Finding.MENDED))
        self._lost_zeros += int(np.count_nonzero(findings & Finding.LOST_ZERO))
        customers, layouts = self._job.customers, ", ".join(self._job.layouts)
        postcode = customers.postcode or ""
        lost = findings & Finding.LOST_ZERO > 0
        bad = findings & Finding.BAD_POSTCODE > 0
        kinds = [Kind.NO_ID, Kind.BAD_POSTCODE, Kind.NO_LAYOUT]
        first = np.full(len(rows), len(kinds))
        for kind, place, there, what in (
            (Kind.NO_ID, customers.id, findings & Finding.NO_ID > 0, "is empty"),
            (Kind.BAD_POSTCODE, postcode, bad & ~lost, "is not five digits"),
            (Kind.BAD_POSTCODE, postcode, bad & lost, "is four digits: its leading zero is lost"),
            (Kind.NO_LAYOUT, "layout", findings & Finding.NO_LAYOUT > 0, "gives none"),
            (Kind.NO_LAYOUT, "layout", findings & Finding.UNKNOWN_LAYOUT > 0,
             f"gives none of {layouts}"),
        ):  # fmt: skip
            self.found.append(Found(kind, rows[there], place, what))
            first[there] = np.minimum(first[there], kinds.index(kind))
        mended = rows[findings & Finding.MENDED > 0]
        what = "had lost its leading zero: put back"
        self.found.append(Found(Kind.BAD_POSTCODE, mended, postcode, what, mended=True))
        return pa.array([*kinds, None], pa.string()).take(pa.array(first))

    def _decoys(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        first = self._source.decoys_from
        return np.zeros(len(rows), bool) if first is None else rows >= first

    def repeated(self, staged: Path) -> dict[Kind, npt.NDArray[Any]]:
        """The rows that repeat an earlier kept row: its id, what ``deduplicate`` compares, or a
        code that is to be unique."""
        found = [(Kind.DUPLICATE_ID, self._ids_again(staged))]
        for kind, place, compared in self._compared:
            if compared:
                upper, lower, rows = np.concatenate(compared, axis=1)
                compared.clear()
                again, earlier = self._after_the_first(rows.astype(np.int64), upper, lower)
                what = "is the same" if kind is Kind.DUPLICATE_RECORD else "has the same code"
                self._note(kind, place, again, earlier, what)
                found.append((kind, again))
        return {
            kind: np.concatenate([rows for each, rows in found if each is kind])
            for kind, _ in found
        }

    def _after_the_first(
        self, rows: npt.NDArray[Any], *keys: npt.NDArray[Any]
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Of rows with equal keys all but the first, and that first one of each."""
        turn = np.lexsort((rows, ~np.isin(rows, self._printed), *keys))
        again = np.zeros(len(turn), bool)
        again[1:] = np.logical_and.reduce([np.diff(key[turn]) == 0 for key in keys])
        first = np.maximum.accumulate(np.where(again, 0, np.arange(len(turn))))
        return rows[turn][again], rows[turn[first]][again]

    def _ids_again(self, staged: Path) -> npt.NDArray[Any]:
        """The rows whose id an earlier kept row has."""
        if not self.rows:
            return _NO_ROWS
        hashes = np.concatenate(self._hashes)
        self._hashes.clear()
        in_turn = np.sort(hashes)
        several = np.unique(in_turn[1:][in_turn[1:] == in_turn[:-1]])
        if not len(several):
            return _NO_ROWS
        # Equal hashes are only a suspicion: the ids themselves decide.
        suspected = self._ids(staged, np.flatnonzero(np.isin(hashes, several)))
        codes = suspected["id"].combine_chunks().dictionary_encode().indices.to_numpy()
        again, earlier = self._after_the_first(suspected["row"].to_numpy(), codes)
        self._note(Kind.DUPLICATE_ID, self._job.customers.id, again, earlier, "has the same one")
        return again

    def _note(
        self, kind: Kind, place: str, rows: npt.NDArray[Any], of: npt.NDArray[Any], what: str
    ) -> None:
        told = pc.binary_join_element_wise("row", pa.array(of).cast(pa.string()), what, " ")
        self.found.append(Found(kind, rows, place, told))

    def _ids(self, staged: Path, positions: npt.NDArray[np.int64]) -> pa.Table:
        """The rows and the ids, of those that have one, at these positions in the table."""
        found = []
        with pa.OSFile(str(staged), "rb") as file, pa.ipc.open_file(file) as reader:
            for number, start in enumerate(range(0, self.rows, BATCH_ROWS)):
                low, high = np.searchsorted(positions, [start, start + BATCH_ROWS])
                if low < high:
                    batch = reader.get_batch(number)
                    named = pa.record_batch([batch.column(0), batch.column(self._id + 1)],
                                            ["row", "id"])  # fmt: skip
                    found.append(named.take(positions[low:high] - start))
        return pa.Table.from_batches(found).filter(pc.field("id").is_valid())

    def suppressed(self) -> pa.Table:
        """(row, id, reason) of the suppressed records, by row."""
        return pa.concat_tables([_SUPPRESSED.empty_table(), *self._suppressed]).sort_by("row")

    def notes(self) -> Iterator[str]:
        place = self._source.place
        if self._mended:
            yield f"{place}: {self._mended} postcodes had lost their leading zeros; put back"
        if self._lost_zeros:
            yield (
                f"{place}: {self._lost_zeros} postcodes have lost their leading zeros; "
                'bad-postcode = "fix" under [faults] puts them back'
            )


_SUPPRESSED = pa.schema([pa.field("row", pa.int64())]).append(pa.field("id", pa.string()))
_SUPPRESSED = _SUPPRESSED.append(pa.field("reason", pa.string()))


def _pieces(batch: pa.RecordBatch, keep: npt.NDArray[np.bool_]) -> list[pa.RecordBatch]:
    """The rows to keep, without a copy while there are few gaps."""
    gaps = np.flatnonzero(~keep).tolist()
    if len(gaps) > 64:
        return [batch.filter(pa.array(keep))]
    starts, stops = [0, *(gap + 1 for gap in gaps)], [*gaps, batch.num_rows]
    return [
        batch.slice(start, stop - start)
        for start, stop in zip(starts, stops, strict=True)
        if start < stop
    ]


def _unreadable(source: Source) -> pa.Table:
    faults = sorted(source.unreadable, key=lambda fault: fault.row)
    return pa.table(
        {
            "row": pa.array([fault.row for fault in faults], pa.int64()),
            "reason": pa.array([fault.kind.value for fault in faults], pa.string()),
        }
    )


def _amended(
    staged: Path,
    repeated: Mapping[Kind, npt.NDArray[Any]],
    sort: bool,
    database: "duckdb.DuckDBPyConnection",
) -> Path:
    """The staged table with the repetitions as problems, of a row's the first, put into row order
    if need be."""
    amended = staged.with_name("amended.arrow")
    with pa.OSFile(str(staged), "rb") as file, pa.ipc.open_file(file) as reader:
        schema = reader.schema
        batches: Iterable[pa.RecordBatch] = map(reader.get_batch, range(reader.num_record_batches))
        if sort:
            stream = pa.RecordBatchReader.from_batches(schema, batches)
            database.register("press:staged", stream)
            query = 'SELECT * FROM "press:staged" ORDER BY "row"'
            batches = database.sql(query).to_arrow_reader(BATCH_ROWS)
        rows = pa.array(np.concatenate([*repeated.values()]), pa.int64())
        problems = pa.array(np.repeat([*repeated], [*map(len, repeated.values())]), pa.string())
        place = schema.get_field_index("problem")
        with TableWriter(amended, schema) as writer:
            for batch in batches:
                at = pc.index_in(batch.column("row"), rows)
                amends = pc.coalesce(problems.take(at), batch.column(place))
                writer.add(batch.set_column(place, schema.field(place), amends))
    return amended
