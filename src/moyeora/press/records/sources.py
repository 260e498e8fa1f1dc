"""Customer files as streams of text columns: CSV, XLSX, Parquet, or a query over such files.

Whatever the file, the same rows come out: every value as the text that a person would read, in
Unicode's normal form C, empty ones as NULL, and each row with its number (1 = the first row of
data; blank lines have none). Only a window of the file is ever in memory, save for XLSX, which
cannot be read otherwise.
"""

import csv
import datetime
import io
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.faults import Fault, Kind, SourceError
from moyeora.press.job import Customers
from moyeora.press.marks import joined, offsets
from moyeora.press.records import sql
from moyeora.press.records.charset import (
    BLOCK_BYTES,
    Charset,
    Utf8Reader,
    bad_bytes,
    count_quotes,
    detect,
)
from moyeora.press.records.frozen import BATCH_ROWS

if TYPE_CHECKING:
    import duckdb

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

Rows = npt.NDArray[np.int64]
Texts: TypeAlias = "pa.Array[Any]"


@dataclass
class Source:
    """The rows of one file, to be read once.

    ``batches`` have ``row`` (int64, increasing) and then ``columns`` (string). While they are
    read, ``unreadable`` gathers the rows that could not be, in no order. ``given`` counts the
    rows that ``reader`` gave. Rows from ``decoys_from`` on are decoys, as soon as they come.
    """

    place: str
    columns: tuple[str, ...]
    batches: Iterator[pa.RecordBatch] = field(default_factory=lambda: iter(()))
    unreadable: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failure: SourceError | None = None
    given: int = 0
    decoys_from: int | None = None

    @property
    def schema(self) -> pa.Schema:
        fields: list[pa.Field[Any]] = [pa.field("row", pa.int64())]
        fields += [pa.field(name, pa.string()) for name in self.columns]
        return pa.schema(fields)

    def batch(self, rows: Rows, arrays: Iterable[Texts]) -> pa.RecordBatch:
        return pa.record_batch([pa.array(rows), *map(normal, arrays)], schema=self.schema)

    def reader(self) -> pa.RecordBatchReader:
        """The batches for a database, which would turn an exception of theirs into one of its
        own: the true one is kept in ``failure``."""

        def guarded() -> Iterator[pa.RecordBatch]:
            try:
                for batch in self.batches:
                    self.given += batch.num_rows
                    yield batch
            except SourceError as error:
                self.failure = error
                raise

        return pa.RecordBatchReader.from_batches(self.schema, guarded())

    def unread(self, kind: Kind, row: int, what: str) -> None:
        self.unreadable.append(Fault(kind, row, self.place, what))


def give_tables(customers: Customers, database: "duckdb.DuckDBPyConnection") -> list[str]:
    """Give a database the tables that the customers name, and nothing else from then on.

    Returns what was detected in them. Raises :class:`SourceError` when one cannot be read.
    """
    notes = []
    files = [customers.source, *filter(None, [customers.decoys])]
    for table, file in customers.tables.items():
        if file.suffix.lower() == ".parquet":
            _parquet_columns(file)
            rows = f"SELECT * FROM read_parquet({sql.literal(str(file))})"
            database.execute(f"CREATE VIEW {sql.name(table)} AS {rows}")
            files.append(file)
        else:
            notes += _load(database, table, file)
    sql.shut(database, [file for file in files if file.suffix.lower() == ".parquet"])
    return notes


def open_source(customers: Customers, database: "duckdb.DuckDBPyConnection") -> Source:
    """Open the customers' file, whatever it is; a query runs in the ``database``.

    Raises :class:`SourceError` when it cannot be read at all, here or from ``batches``.
    """
    path = customers.source
    match path.suffix.lower():
        case ".parquet":
            return _parquet(path, database)
        case ".sql":
            return _query(path, database)
        case _:
            return open_file(path, customers.sheet, customers.encoding)


def open_plain(path: Path, database: "duckdb.DuckDBPyConnection") -> Source:
    """Open a CSV, XLSX or Parquet file for itself."""
    return _parquet(path, database) if path.suffix.lower() == ".parquet" else open_file(path)


def open_file(
    path: Path,
    sheet: str | None = None,
    encoding: str | None = None,
    allowed: Collection[str] = (),
) -> Source:
    """Open a CSV or XLSX file. ``allowed`` are columns that may have a name of the press's own."""
    workbook = path.suffix.lower() in {".xlsx", ".xlsm"}
    return _xlsx(path, sheet, allowed) if workbook else _csv(path, encoding, allowed)


def is_reserved(column: str) -> bool:
    """Is this one of the frozen table's own columns?"""
    return column.casefold() in {"row", "layout", "problem"} or column.startswith("when:")


def _columns(place: str, header: Iterable[str], allowed: Collection[str] = ()) -> tuple[str, ...]:
    """The names in a header; raises what makes them useless as names."""
    columns = tuple(unicodedata.normalize("NFC", column).strip() for column in header)
    if not columns:
        raise SourceError("has no columns", place=place, remedy="name them in the first row")
    if empty := [str(n) for n, column in enumerate(columns, 1) if not column]:
        raise SourceError(
            f"has no name for column {', '.join(empty)}",
            place=place,
            remedy="name every column in the first row",
        )
    counts = Counter(column.casefold() for column in columns)
    if twice := sorted({column for column in columns if counts[column.casefold()] > 1}):
        raise SourceError(
            f"has several columns named {', '.join(map(repr, twice))}",
            place=place,
            remedy="give each column a name of its own; SQL does not tell A from a",
        )
    if taken := [c for c in columns if is_reserved(c) and c not in allowed]:
        raise SourceError(
            f"has a column {', '.join(map(repr, taken))}, a name that press itself uses",
            place=place,
            remedy="rename the column",
        )
    return columns


def normal(column: Texts) -> Texts:
    """A string column in normal form C.

    Nearly all columns are in it already, which is seen from all their text at once. Where two
    values join the check may see a pair to compose that neither has: then nothing changes.
    """
    _, offsets, data = column.buffers()
    if offsets is None or data is None:
        return column
    ends = np.frombuffer(memoryview(offsets), np.int32)[column.offset :][: len(column) + 1]
    joined = memoryview(data)[ends[0] : ends[-1]].tobytes()
    if joined.isascii() or unicodedata.is_normalized("NFC", joined.decode()):
        return column
    composed: Texts = pc.call_function("utf8_normalize", [column], pc.Utf8NormalizeOptions("NFC"))
    return composed


# CSV ------------------------------------------------------------------------------------------


def _csv(path: Path, encoding: str | None, allowed: Collection[str]) -> Source:
    from pyarrow import csv as arrow_csv

    charset = detect(path, encoding)
    header, delimiter, has_rows = _header(path, charset)
    source = Source(path.name, _columns(path.name, header, allowed))
    if not has_rows:
        raise SourceError("has no rows", place=path.name, remedy="there is only a header")
    if encoding is None:
        source.notes.append(f"{path.name}: {charset.codec.upper()}")
    if delimiter != ",":
        source.notes.append(f"{path.name}: fields separated by {DELIMITERS[delimiter]}")

    ragged: list[int] = []

    def put_aside(row: arrow_csv.InvalidRow) -> Literal["skip"]:
        assert row.number is not None
        number = row.number - 1
        ragged.append(number)
        what = f"the row has {row.actual_columns} fields, the header {row.expected_columns}"
        source.unread(Kind.RAGGED_ROW, number, what)
        return "skip"

    # Of UTF-8, what is no text stays as it is until its row is put aside.
    utf8 = charset.codec == "utf-8"
    given = str(path) if utf8 else cast(IO[bytes], Utf8Reader(path, charset.codec))
    try:
        reader = arrow_csv.open_csv(
            given,
            # One thread: only then does the reader number the rows that it puts aside.
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=put_aside
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={column: pa.string() for column in header},
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise _broken_row(path.name, 0, error) from None
    if reader.schema.names != header:
        raise SourceError(
            "has a header that cannot be read",
            place=path.name,
            remedy='put quotes (") around whole names only',
        )

    def batches() -> Iterator[pa.RecordBatch]:
        last_row, last_value, bad_rows = 0, b"", 0
        while True:
            try:
                batch = reader.read_next_batch()
            except StopIteration:
                break
            except pa.ArrowInvalid as error:
                raise _broken_row(path.name, last_row, error) from None
            if not batch.num_rows:
                continue
            rows = _row_numbers(last_row + 1, batch.num_rows, ragged)
            ragged[:] = [row for row in ragged if row > rows[-1]]
            last_row = int(rows[-1])
            last_value = batch.columns[-1].cast(pa.binary())[-1].as_py() or b""
            if charset.first_bad is None:
                yield source.batch(rows, batch.columns)
                continue
            bad = _with_bad_bytes(batch)
            bad_rows += int(bad.sum())
            for row in rows[bad]:
                what = f"the row has bytes that are no text in {charset.codec.upper()}"
                source.unread(Kind.BAD_ENCODING, int(row), what)
            good = batch.filter(pa.array(~bad))
            yield source.batch(rows[~bad], good.columns)
        # A quote that is never closed takes all that follows into the last value.
        lines = len(last_value.splitlines())
        if lines > 1 and count_quotes(path, charset.codec) % 2:
            raise SourceError(
                f"row {last_row} opens a quote that is never closed",
                place=path.name,
                remedy='close the quote ("), or double it where the sign itself is meant',
            )
        # Not some damaged rows, but another encoding or no text at all.
        if bad_rows * 2 > max([last_row, *ragged]):
            raise charset.error(path.name)

    source.batches = batches()
    return source


def _header(path: Path, charset: Charset) -> tuple[list[str], str, bool]:
    """The names in the first row, the delimiter, and whether rows follow.

    Of the delimiters that divide the first row, the one that divides most rows as often.
    """
    with Utf8Reader(path, charset.codec) as file:
        sample = file.read(BLOCK_BYTES // 4).decode(errors="replace")
    if not sample.strip():
        raise SourceError("is empty", place=path.name, remedy="write a header and rows")
    tried: list[tuple[float, int, list[str], str, bool]] = []
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(sample, ""), delimiter=delimiter)
        try:
            rows = [row for row in islice(reader, 101) if row]
        except csv.Error:
            continue
        # The sample may end in the middle of its last row.
        whole = rows[:-1] if 2 < len(rows) < 101 else rows
        width = len(rows[0])
        agree = sum(len(row) == width for row in whole) / len(whole)
        tried.append((agree * (width > 1), width, rows[0], delimiter, len(rows) > 1))
    if not tried:
        raise SourceError("has a header that cannot be read", place=path.name)
    _, _, header, delimiter, has_rows = max(tried, key=lambda each: each[:2])
    if charset.first_bad is not None and any("\N{REPLACEMENT CHARACTER}" in c for c in header):
        raise charset.error(path.name)
    return header, delimiter, has_rows


def _broken_row(place: str, last_row: int, error: pa.ArrowInvalid) -> SourceError:
    long = "straddl" in str(error) or "block size" in str(error)
    return SourceError(
        f"cannot be read after row {last_row}"
        + f": the next is longer than {BLOCK_BYTES >> 10} KB" * long,
        place=place,
        remedy='see whether a quote (") is opened there and never closed',
    )


def _row_numbers(first: int, count: int, skipped: Iterable[int]) -> Rows:
    """The ``count`` row numbers from ``first`` on that are not in ``skipped``."""
    gaps = [row for row in skipped if row >= first]
    rows = np.arange(first, first + count + len(gaps), dtype=np.int64)
    return rows[~np.isin(rows, gaps)][:count] if gaps else rows


def _with_bad_bytes(batch: pa.RecordBatch) -> npt.NDArray[np.bool_]:
    bad = np.zeros(batch.num_rows, np.bool_)
    for column in batch.columns:
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            # Side by side, two halves of a character would make a whole one.
            values = column.cast(pa.binary()).fill_null(b"")
            apart = pc.binary_join_element_wise(values, b"\n", b"")
            at = np.searchsorted(offsets(apart), bad_bytes(joined(apart)), side="right")
            bad[at - 1] = True
    return bad


# XLSX -----------------------------------------------------------------------------------------


def _xlsx(path: Path, sheet: str | None, allowed: Collection[str]) -> Source:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = workbook.sheet_names
        if sheet is not None and sheet not in sheets:
            raise SourceError(
                f"{path.name} has no sheet {sheet!r}: {sql.nearest(sheet, sheets)}",
                place="mailing.toml: customers.sheet",
            )
        cells = workbook.get_sheet_by_name(sheets[0] if sheet is None else sheet).iter_rows()
    except (CalamineError, OSError):
        raise SourceError(
            "is no XLSX file that can be read",
            place=path.name,
            remedy="save it again as an Excel workbook without a password",
        ) from None
    written = filter(any, ([_as_read(value) for value in row] for row in cells))
    header = next(written, [])
    # Cells with a format but no value make the sheet wider than what is written in it.
    while header and not header[-1]:
        header.pop()
    width = len(header)
    source = Source(path.name, _columns(path.name, (column or "" for column in header), allowed))
    if sheet is None and len(sheets) > 1:
        source.notes.append(f"{path.name}: sheet {sheets[0]!r}, the first of {len(sheets)}")

    def batches() -> Iterator[pa.RecordBatch]:
        numbered = enumerate(written, 1)
        while some := list(islice(numbered, BATCH_ROWS)):
            for number, row in some:
                if any(row[width:]):
                    what = f"the row has values beyond the {width} columns of the header"
                    source.unread(Kind.RAGGED_ROW, number, what)
            kept = [(number, row) for number, row in some if not any(row[width:])]
            padded = [[*row, *[None] * width][:width] for _, row in kept]
            yield source.batch(
                np.array([number for number, _ in kept], np.int64),
                (pa.array([row[n] for row in padded], pa.string()) for n in range(width)),
            )

    source.batches = batches()
    return source


def _as_read(value: Any) -> str | None:
    """A cell as a person reads it."""
    match value:
        case str():
            return value or None
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime.datetime():
            return value.isoformat(" ").removesuffix(" 00:00:00")
        case _:
            return str(value)


# Parquet and queries --------------------------------------------------------------------------


def _parquet(path: Path, database: "duckdb.DuckDBPyConnection") -> Source:
    source = Source(path.name, _columns(path.name, _parquet_columns(path)))
    _stream(source, database, f"SELECT * FROM read_parquet({sql.literal(str(path))})")
    return source


def _parquet_columns(path: Path) -> list[str]:
    from pyarrow import parquet

    try:
        names: list[str] = parquet.read_schema(path).names
    except (pa.ArrowInvalid, OSError):
        raise SourceError("is no Parquet file that can be read", place=path.name) from None
    return names


def _query(path: Path, database: "duckdb.DuckDBPyConnection") -> Source:
    """One query over tables; its result is numbered in the total order of all its columns."""
    import duckdb

    try:
        query = unicodedata.normalize("NFC", path.read_text("utf-8-sig"))
        statements = duckdb.extract_statements(query)
        if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
            raise SourceError(
                "is not one query",
                place=path.name,
                remedy="write one SELECT; name its tables under customers.tables",
            )
        ordered = f"SELECT * FROM (\n{_without_semicolon(query)}\n) ORDER BY ALL"
        source = Source(path.name, _columns(path.name, database.sql(ordered).columns))
    except UnicodeDecodeError:
        raise SourceError("is not UTF-8", place=path.name, remedy="save it as UTF-8") from None
    except duckdb.Error as error:
        raise SourceError(sql.told(error), place=path.name) from None
    _stream(source, database, ordered)
    return source


def _without_semicolon(query: str) -> str:
    """The query without the sign that ends it, which must not stand inside of another."""
    import duckdb

    encoded = query.encode()
    end = len(encoded)
    for start, kind in reversed(duckdb.tokenize(query)):
        if encoded[start : start + 1] == b";":
            end = start
        elif kind != duckdb.token_type.comment:
            break
    return encoded[:end].decode()


def _load(database: "duckdb.DuckDBPyConnection", table: str, file: Path) -> list[str]:
    """Copy a CSV or XLSX file into a table; no row of it may be unreadable."""
    import duckdb

    source = open_file(file)
    database.register("press:loaded", source.reader())
    columns = ", ".join(map(sql.name, source.columns))
    failure: SourceError | None = None
    try:
        database.execute(f'CREATE TABLE {sql.name(table)} AS SELECT {columns} FROM "press:loaded"')
    except (duckdb.Error, OSError) as error:
        failure = source.failure or SourceError(sql.told_of_data(error), place=file.name)
    finally:
        database.unregister("press:loaded")
    if failure is not None:
        raise failure
    if source.unreadable:
        first = min(source.unreadable, key=lambda fault: fault.row)
        raise SourceError(
            f"row {first.row}: {first.what} ({len(source.unreadable)} such rows)",
            place=file.name,
            remedy=first.remedy,
        )
    return source.notes


def _stream(source: Source, database: "duckdb.DuckDBPyConnection", query: str) -> None:
    """Let the source's batches be the result of a query, as text, in its order."""
    import duckdb

    def batches() -> Iterator[pa.RecordBatch]:
        last_row = 0
        failure: SourceError | None = None
        # A connection of its own to the same database, for the rules run at the same time.
        connection = database.cursor()
        try:
            found = connection.sql(query)
            texts = [
                sql.as_text(sql.name(column), kind.id)
                for column, kind in zip(found.columns, found.types, strict=True)
            ]
            reader = connection.sql(f"SELECT {', '.join(texts)} FROM ({query})")
            for batch in reader.to_arrow_reader(BATCH_ROWS):
                rows = np.arange(last_row + 1, last_row + 1 + batch.num_rows, dtype=np.int64)
                last_row += batch.num_rows
                yield source.batch(rows, batch.columns)
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            failure = SourceError(sql.told_of_data(error), place=source.place)
        finally:
            connection.close()
        if failure is not None:
            raise failure

    source.batches = batches()
