"""Reading the three tables: every cell checked, every fault with its file, row and column.

A table is CSV (UTF-8), XLSX (the first sheet), Parquet, a query that DuckDB runs (text that
begins with SELECT, WITH or FROM), or rows that are there already: mappings of column to value.
Whole columns are parsed at once, so that a million rows take seconds; a column that arrives as
numbers is not turned into text first. Rows are counted as a spreadsheet counts them: the header
is row 1.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from moyeora.formation.faults import SHOWN_FAULTS, BadInput, Fault

ROW = "row"
QUERY_WORDS = ("select", "with", "from")
Source = str | Path | Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Column:
    """One column of a schema.

    ``kind`` is ``text``, ``int``, ``number``, ``date``, ``ints`` (a ``;``-list of integers) or
    ``breaks`` (a ``;``-list of ``quantity:price``). ``low`` and ``high`` bound each number.
    ``default`` fills an empty cell; without one (``required``) an empty cell is a fault.
    """

    name: str
    kind: str
    meaning: str
    required: bool = False
    default: Any = None
    low: float = 0
    high: float = 10**12


class Faults:
    """Collects the faults of one table, and which rows are bad."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Fault] = []
        self.bad_rows: set[int] = set()

    def add(self, row: int, column: str, code: str, problem: str, remedy: str = "") -> None:
        """One fault in one cell."""
        self.bad_rows.add(row)
        self.found.append(Fault(self.file, row, column, code, problem, remedy))

    def where(
        self,
        frame: pl.DataFrame,
        wrong: pl.Expr,
        column: str,
        code: str,
        problem: str,
        remedy: str = "",
    ) -> None:
        """A fault for every row where ``wrong`` holds; ``problem`` may show the cell as {}."""
        hits = frame.filter(wrong.fill_null(False)).select(ROW, column)
        for row, value in hits.iter_rows():
            self.add(row, column, code, problem.format(repr(value)), remedy)


def source_name(source: Source, table: str) -> str:
    """How a table is called in messages: the file's name, ``query``, or what the rows are of."""
    if not isinstance(source, (str, Path)):
        return table
    return "query" if _is_query(source) else Path(source).name


def read_table(source: Source, columns: Iterable[Column], name: str) -> pl.DataFrame:
    """The named columns of a table as they were written, with the column :data:`ROW` added.

    Raises :class:`BadInput` when the file cannot be read or a required column is missing: no
    row can be used then.
    """
    wanted = {column.name: column for column in columns}
    try:
        frame = _load(source, list(wanted))
    except BadInput:
        raise
    except Exception as wrong:
        first = str(wrong).splitlines()[0] if str(wrong) else type(wrong).__name__
        raise BadInput(
            [Fault(name, 0, "", "unreadable", f"this cannot be read: {first}.")]
        ) from wrong
    missing = [
        Fault(
            name,
            1,
            column.name,
            "missing-column",
            f"there is no column {column.name!r} ({column.meaning}).",
            f"Columns found: {', '.join(frame.columns) or 'none'}.",
        )
        for column in wanted.values()
        if column.required and column.name not in frame.columns
    ]
    if missing:
        raise BadInput(missing)
    kept = [column for column in frame.columns if column in wanted]
    return frame.select(kept).with_row_index(ROW, offset=2)


def parse(frame: pl.DataFrame, columns: Iterable[Column], faults: Faults) -> pl.DataFrame:
    """The columns as their kinds, defaults filled in; every bad cell goes to ``faults``."""
    parsed = {ROW: frame[ROW]}
    for column in columns:
        if column.name in frame.columns:
            parsed[column.name] = _column(frame.select(ROW, column.name), column, faults)
        else:
            parsed[column.name] = _default(column, frame.height)
    return pl.DataFrame(parsed)


def good(frame: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """The rows without a fault."""
    if not faults.bad_rows:
        return frame
    return frame.filter(~pl.col(ROW).is_in(sorted(faults.bad_rows)))


def _is_query(source: Source) -> bool:
    return isinstance(source, str) and source.lstrip().lower().split(" ")[0] in QUERY_WORDS


def _load(source: Source, wanted: list[str]) -> pl.DataFrame:
    if not isinstance(source, (str, Path)):
        given = [name for name in wanted if not source or any(name in row for row in source)]
        # As texts, like a CSV's: the same checks then hold for both, cell by cell.
        return pl.DataFrame(
            {name: [_text(row.get(name)) for row in source] for name in given},
            schema=dict.fromkeys(given, pl.String),
        )
    if _is_query(source):
        import duckdb

        with duckdb.connect() as connection:
            return pl.DataFrame(connection.execute(str(source)).to_arrow_table())
    path = Path(source)
    match path.suffix.lower():
        case ".parquet":
            present = pl.read_parquet_schema(path)
            return pl.read_parquet(path, columns=[name for name in wanted if name in present])
        case ".xlsx":
            from python_calamine import CalamineWorkbook

            rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
            if not rows:
                return pl.DataFrame()
            head, body = [str(cell).strip() for cell in rows[0]], rows[1:]
            return pl.DataFrame(
                {
                    name: [_cell(row[at]) if at < len(row) else "" for row in body]
                    for at, name in enumerate(head)
                    if name
                },
                schema={name: pl.String for name in head if name},
            )
        case _:
            with path.open("rb") as raw:
                head = pl.read_csv(raw.readline(), has_header=True, infer_schema=False).columns
            frame = pl.read_csv(
                path,
                infer_schema=False,
                columns=[at for at, name in enumerate(head) if name.strip("\ufeff ") in wanted],
                truncate_ragged_lines=False,
                encoding="utf8",
            )
            return frame.rename(lambda name: name.strip("\ufeff "))


def _text(value: object) -> str | None:
    if isinstance(value, Sequence) and not isinstance(value, str):
        colons = (":".join(map(str, v)) if isinstance(v, Sequence) else str(v) for v in value)
        return ";".join(colons)
    return None if value is None else str(value)


def _cell(value: object) -> str:
    # A spreadsheet has no integers: 1200 arrives as 1200.0.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _default(column: Column, height: int) -> pl.Series:
    match column.kind:
        case "int":
            return pl.repeat(column.default, height, dtype=pl.Int64, eager=True)
        case "number":
            return pl.repeat(column.default, height, dtype=pl.Float64, eager=True)
        case "date":
            return pl.repeat(column.default, height, dtype=pl.Date, eager=True)
        case "ints":
            return pl.Series([None] * height, dtype=pl.List(pl.Int64))
        case "breaks":
            return pl.Series([None] * height, dtype=pl.List(pl.List(pl.Int64)))
        case _:
            return pl.repeat(column.default or "", height, dtype=pl.String, eager=True)


def _column(frame: pl.DataFrame, column: Column, faults: Faults) -> pl.Series:
    name, raw = column.name, frame[column.name]
    if raw.dtype == pl.String or raw.dtype == pl.Categorical:
        raw = raw.cast(pl.String).str.strip_chars()
        raw = raw.set(raw == "", None)
    elif isinstance(raw.dtype, pl.List) and column.kind in {"ints", "breaks"}:
        return raw
    elif column.kind in {"text", "ints", "breaks"}:
        raw = raw.cast(pl.String)
    frame = frame.with_columns(raw.alias(name))
    empty = pl.col(name).is_null()
    if column.required:
        faults.where(frame, empty, name, "empty", "nothing is written here.", column.meaning + ".")
    if column.kind == "text":
        return raw.fill_null(column.default or "")
    parsed, what = _parsed(raw, column.kind)
    frame = frame.with_columns(parsed.alias("parsed"))
    faults.where(frame, ~empty & pl.col("parsed").is_null(), name, "type", f"{{}} is not {what}.")
    if column.kind in {"int", "number"}:
        within = pl.col("parsed").is_between(column.low, column.high)
        faults.where(
            frame,
            ~within,
            name,
            "range",
            f"{{}} is not within {column.low:g} .. {column.high:g}.",
        )
        if column.default is not None:
            parsed = parsed.fill_null(column.default)
    elif column.kind in {"ints", "breaks"}:
        lowest = pl.col("parsed").list.eval(
            pl.element().min() if column.kind == "ints" else pl.element().list.min().min()
        )
        faults.where(
            frame,
            lowest.list.first() < column.low,
            name,
            "range",
            f"{{}} has a number below {column.low:g}.",
        )
    return parsed.alias(name)


def _parsed(raw: pl.Series, kind: str) -> tuple[pl.Series, str]:
    match kind:
        case "int":
            if raw.dtype.is_float():
                whole = raw.cast(pl.Int64, strict=False)
                return whole.set(whole.cast(pl.Float64) != raw, None), "a whole number"
            return raw.cast(pl.Int64, strict=False), "a whole number"
        case "number":
            number = raw.cast(pl.Float64, strict=False)
            return number.set(~number.is_finite(), None), "a number"
        case "date":
            if raw.dtype == pl.Date:
                return raw, "a date"
            return raw.str.to_date("%Y-%m-%d", strict=False), "a date such as 2026-09-07"
        case "ints":
            numbers = raw.str.split(";").list.eval(
                pl.element().str.strip_chars().cast(pl.Int64, strict=False)
            )
            broken = numbers.list.eval(pl.element().is_null().any()).list.first()
            return numbers.set(broken.fill_null(False), None), "whole numbers such as 900;1200"
        case _:
            pairs = raw.str.split(";").list.eval(
                pl.element()
                .str.split(":")
                .list.eval(pl.element().str.strip_chars().cast(pl.Int64, strict=False))
            )
            broken = pairs.list.eval(
                (pl.element().list.len() != 2).any()
                | pl.element().list.eval(pl.element().is_null().any()).list.first().any()
            ).list.first()
            return pairs.set(broken.fill_null(False), None), "breaks such as 10000:110;50000:95"


def merged(*errors: BadInput | Iterable[Fault]) -> BadInput:
    """One error that holds the faults of several inputs."""
    faults: list[Fault] = []
    for error in errors:
        faults.extend(error.faults if isinstance(error, BadInput) else error)
    return BadInput(faults)


def summary(faults: list[Fault]) -> Mapping[str, int]:
    """How many faults there are of each code, most first."""
    counts: dict[str, int] = {}
    for fault in faults:
        counts[fault.code] = counts.get(fault.code, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


__all__ = [
    "ROW",
    "SHOWN_FAULTS",
    "Column",
    "Faults",
    "good",
    "merged",
    "parse",
    "read_table",
    "source_name",
]
