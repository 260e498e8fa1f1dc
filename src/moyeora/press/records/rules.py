"""The rules of a job as one query over its customers, each tried alone beforehand."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntFlag
from typing import TYPE_CHECKING

import pyarrow as pa

from moyeora.press.faults import JobError, Kind, Policy, PressError, SourceError
from moyeora.press.job import CodePart, Job
from moyeora.press.records import sql
from moyeora.press.records.sources import is_reserved
from moyeora.press.survey import read_words
from moyeora.press.templates import Field

if TYPE_CHECKING:
    import duckdb

RECORDS = sql.name("press:records")


class Finding(IntFlag):
    """What the query sees in a record, besides its values."""

    NO_ID = 1
    BAD_POSTCODE = 2
    LOST_ZERO = 4
    NO_LAYOUT = 8
    UNKNOWN_LAYOUT = 16
    MENDED = 32


@dataclass(frozen=True)
class Rules:
    """``query`` gives, in this order: ``row``, ``layout``, a truth for each of ``parts``, the
    texts of ``columns``, the number in the job's order of the reason to suppress the record or
    NULL, its :class:`Finding`, a hash of its id, and the two halves of a hash of what
    ``deduplicate`` compares or NULL, and the same of the code of each of the parts ``unique``.
    ``computed`` are those of ``columns`` that
    do not come from the source as they are. ``tried`` are the single rules: where each is
    written, and a query of it alone."""

    query: str
    columns: tuple[str, ...]
    computed: frozenset[str]
    parts: tuple[str, ...]
    unique: tuple[str, ...]
    tried: tuple[tuple[str, str], ...]

    def culprit(
        self, batches: Iterator[pa.RecordBatch], database: "duckdb.DuckDBPyConnection"
    ) -> SourceError | None:
        """The first rule that fails on a row of its own account, with that row."""
        for batch in batches:
            for place, query in self.tried:
                if (error := _failure(database, query, batch)) is None:
                    continue
                while batch.num_rows > 1:
                    half = batch.num_rows // 2
                    if found := _failure(database, query, batch.slice(0, half)):
                        batch, error = batch.slice(0, half), found
                    elif found := _failure(database, query, batch.slice(half)):
                        batch, error = batch.slice(half), found
                    else:
                        break
                row = batch.column("row")[0].as_py()
                return SourceError(f"row {row}: {sql.told_of_data(error)}", place=place)
        return None


def _failure(
    database: "duckdb.DuckDBPyConnection", query: str, batch: pa.RecordBatch
) -> Exception | None:
    import duckdb

    database.register("press:records", batch)
    try:
        database.sql(query).to_arrow_table()
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        return error
    finally:
        database.unregister("press:records")
    return None


def compile_rules(
    job: Job,
    texts: Mapping[str, str],
    schema: pa.Schema,
    database: "duckdb.DuckDBPyConnection",
) -> Rules:
    """Check every rule of a job against the columns of its source and join them into one query.

    ``texts`` are further text columns (name -> SQL). Raises :class:`JobError` with all that
    does not fit, by key.
    """
    customers = job.customers
    rules = _Compiler(database, schema)
    mends = customers.postcode if job.policy(Kind.BAD_POSTCODE) is Policy.FIX else None
    if mends not in customers.columns:
        rules.mend(mends)
    for column, rule in customers.columns.items():
        rules.compute(f"customers.columns.{column}", column, rule)
        if column == mends:
            rules.mend(mends)
    for column, rule in texts.items():
        rules.compute(column, column, rule)
    return rules.joined(job)


class _Compiler:
    """Gathers rules; ``scope`` is SQL for the records with what was computed so far."""

    def __init__(self, database: "duckdb.DuckDBPyConnection", schema: pa.Schema) -> None:
        self.database = database
        self.scope = RECORDS
        self.columns = [name for name in schema.names if name != "row"]
        self.computed: set[str] = set()
        self.mended = "false"
        self.tried: list[tuple[str, str]] = []
        self.problems: list[PressError] = []
        database.register("press:records", schema.empty_table())

    def place(self, key: str) -> str:
        return f"mailing.toml: {key}"

    def wrong(self, key: str, what: str, remedy: str = "") -> None:
        self.problems.append(PressError(what, place=self.place(key), remedy=remedy))

    def attempt(self, key: str, rule: str, order: str = "") -> bool:
        """Does the rule fit the records? If not, the problem is noted."""
        import duckdb

        # Together with the row number, so that an aggregate over the rows does not fit.
        query = f'SELECT "row", {rule} FROM {self.scope}{order}'
        try:
            self.database.sql(query).columns  # noqa: B018 (binds the query)
        except duckdb.Error as error:
            self.wrong(key, sql.told(error, self.columns))
            return False
        self.tried.append((self.place(key), query))
        return True

    def compute(self, key: str, column: str, rule: str) -> None:
        column = unicodedata.normalize("NFC", column)
        if is_reserved(column) or not column.strip():
            self.wrong(key, f"{column!r} is a name that press itself uses", "choose another")
            return
        value = sql.expression(rule) if self.attempt(key, sql.expression(rule)) else "NULL"
        known = {name.casefold(): name for name in self.columns}
        if same := known.get(column.casefold()):
            self.computed.add(same)
            self.scope = f"(SELECT * REPLACE ({value} AS {sql.name(same)}) FROM {self.scope})"
        else:
            self.computed.add(column)
            self.columns.append(column)
            self.scope = f"(SELECT *, {value} AS {sql.name(column)} FROM {self.scope})"

    def mend(self, postcode: str | None) -> None:
        """Put back the zero that a spreadsheet took from a postcode."""
        if postcode in self.columns:
            assert postcode is not None
            column = sql.name(postcode)
            short = _matches(column, 4)
            self.mended = sql.name("press:mended")
            self.scope = (
                f"(SELECT * REPLACE (CASE WHEN {short} THEN '0' || {column} ELSE {column}::VARCHAR "
                f"END AS {column}), {short} AS {self.mended} FROM {self.scope})"
            )

    def column(self, key: str, name: str) -> str:
        """A column that the job names, as text in SQL."""
        if name not in self.columns:
            self.wrong(key, f"there is no column {name!r}: {sql.nearest(name, self.columns)}")
            return "NULL"
        return self.texts()[self.columns.index(name)]

    def texts(self) -> list[str]:
        kinds = self.database.sql(f"SELECT {_list(self.columns)} FROM {self.scope}").types
        return [
            sql.as_text(sql.name(name), kind.id)
            for name, kind in zip(self.columns, kinds, strict=True)
        ]

    def joined(self, job: Job) -> Rules:
        customers = job.customers
        identity = self.column("customers.id", customers.id)
        layout, findings = self.layout(job)
        findings.append((Finding.NO_ID, f"{identity} IS NULL"))
        if customers.postcode is not None:
            postcode = self.column("customers.postcode", customers.postcode)
            findings += [
                (Finding.BAD_POSTCODE, f"NOT {_matches(postcode, 5)}"),
                (Finding.LOST_ZERO, _matches(postcode, 4)),
                (Finding.MENDED, self.mended),
            ]
        if customers.segment is not None:
            self.column("customers.segment", customers.segment)
        whens = {name: part.when for name, part in job.parts.items() if part.when is not None}
        truths = [self.truth(f"parts.{name}.when", rule) for name, rule in whens.items()]
        reasons = [
            f"WHEN {self.truth(f'customers.suppress.{reason}', rule)} THEN {number}"
            for number, (reason, rule) in enumerate(customers.suppress.items())
        ]
        compared = [
            f"CAST({sql.expression(rule)} AS VARCHAR)"
            for number, rule in enumerate(customers.deduplicate)
            if self.attempt(f"customers.deduplicate[{number}]", sql.expression(rule))
        ]
        codes = self.codes(job, dict(zip(whens, truths, strict=True)))
        order = ""
        for number, rule in enumerate(customers.order_by):
            rule = unicodedata.normalize("NFC", rule)
            key = f"customers.order_by[{number}]"
            if self.attempt(key, '"row"', f' ORDER BY\n{rule}\n, "row"'):
                order += f"\n{rule}\n, "
        if self.problems:
            raise JobError(self.problems)

        chosen = [
            '"row"',
            layout,
            *truths,
            *self.texts(),
            f"CASE {' '.join(reasons)} END::INTEGER" if reasons else "NULL::INTEGER",
            " + ".join(f"{int(bit)} * ({what})::INTEGER" for bit, what in findings),
            f"hash({identity})",
            *_halves(compared),
            *(half for texts in codes.values() for half in _halves(texts)),
        ]
        # No name of the list may be taken for a column in ORDER BY.
        named = (f'{value} AS "press:{number}"' for number, value in enumerate(chosen))
        query = f"SELECT {', '.join(named)} FROM {self.scope}"
        if order:
            query += f' ORDER BY {order}"row"'
        self.database.unregister("press:records")
        return Rules(
            query,
            tuple(self.columns),
            frozenset(self.computed),
            tuple(whens),
            tuple(codes),
            tuple(self.tried),
        )

    def layout(self, job: Job) -> tuple[str, list[tuple[Finding, str]]]:
        if job.layout is None:
            (name,) = job.layouts
            return sql.literal(name), []
        rule = f"CAST({sql.expression(job.layout)} AS VARCHAR)"
        chosen = sql.name("press:layout")
        value = rule if self.attempt("layout", rule) else "NULL"
        self.scope = f"(SELECT *, {value} AS {chosen} FROM {self.scope})"
        known = ", ".join(map(sql.literal, job.layouts))
        return chosen, [
            (Finding.NO_LAYOUT, f"{chosen} IS NULL"),
            (Finding.UNKNOWN_LAYOUT, f"coalesce({chosen} NOT IN ({known}), false)"),
        ]

    def codes(self, job: Job, shown: Mapping[str, str]) -> dict[str, list[str]]:
        """The columns, as texts in SQL, that make the code of each part that is to be unique. One
        with the piece's number in it is so by itself."""
        unique = [n for n, p in job.parts.items() if isinstance(p, CodePart) and p.unique]
        pieces = read_words(job).pieces if unique else {}
        texts = dict(zip(self.columns, self.texts(), strict=True))
        made = {}
        for name in unique:
            read = [piece.column for piece in pieces[name] if isinstance(piece, Field)]
            if all(column in texts for column in read):
                values = [texts[column] for column in read]
                if name in shown:
                    values = [f"CASE WHEN {shown[name]} THEN {value} END" for value in values]
                made[name] = values
        return made

    def truth(self, key: str, rule: str) -> str:
        value = f"coalesce(CAST({sql.expression(rule)} AS BOOLEAN), false)"
        return value if self.attempt(key, value) else "false"


def _halves(compared: list[str]) -> Iterator[str]:
    """SQL for a hash of these texts, in two numbers; NULL where there are none."""
    if not compared:
        yield from ("NULL::UBIGINT", "NULL::UBIGINT")
        return
    some = " OR ".join(f"{text} IS NOT NULL" for text in compared)
    # The separator is in no text that a person writes.
    whole = " || chr(31) || ".join(f"coalesce({text}, '')" for text in compared)
    for half in ("upper", "lower"):
        yield f"CASE WHEN {some} THEN md5_number_{half}({whole}) END"


def _list(columns: list[str]) -> str:
    return ", ".join(map(sql.name, columns))


def _matches(column: str, digits: int) -> str:
    return f"coalesce(regexp_full_match({column}::VARCHAR, '[0-9]{{{digits}}}'), false)"
