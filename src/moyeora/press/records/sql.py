"""DuckDB, shut off from all but the tables given to it, and its errors without anyone's data."""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def connect(folder: Path, memory_limit_mb: int, threads: int) -> "duckdb.DuckDBPyConnection":
    """A database in memory that keeps rows in order and spills into ``folder``."""
    import duckdb

    database = duckdb.connect(":memory:")
    for setting, value in (
        ("temp_directory", literal(str(folder / "spilled"))),
        ("memory_limit", f"'{memory_limit_mb}MB'"),
        ("threads", str(threads)),
        ("preserve_insertion_order", "true"),
        ("TimeZone", "'UTC'"),
        # Names in SQL mean tables and columns, never variables of the running program.
        ("python_enable_replacements", "false"),
        # It reads a table twice in place of a window, and a stream can be read once only.
        ("disabled_optimizers", "'window_self_join'"),
    ):
        database.execute(f"SET {setting} = {value}")
    return database


def shut(database: "duckdb.DuckDBPyConnection", files: Iterable[Path] = ()) -> None:
    """From here on the database reads ``files`` and nothing else outside of itself."""
    allowed = ", ".join(literal(str(file)) for file in files)
    database.execute(f"SET allowed_paths = [{allowed}]")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")


def name(text: str) -> str:
    """A name as SQL writes it."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def expression(text: str) -> str:
    """Somebody's expression, enclosed so that it stays one, in the normal form of the data."""
    return f"(\n{unicodedata.normalize('NFC', text)}\n)"


def as_text(column: str, kind: str) -> str:
    """SQL for the text that a person reads in a column of DuckDB's type ``kind``; empty: NULL.

    Whole numbers have no decimals, days have no time, truth is ``true`` or ``false``.
    """
    match kind:
        case "varchar":
            text = column
        case "float" | "double":
            whole = f"isfinite({column}) AND {column} = trunc({column}) AND abs({column}) < 1e15"
            text = f"CASE WHEN {whole} THEN {column}::BIGINT::VARCHAR ELSE {column}::VARCHAR END"
        case "decimal":
            text = rf"regexp_replace({column}::VARCHAR, '\.0+$', '')"
        case "timestamp" | "timestamp_s" | "timestamp_ms" | "timestamp_ns":
            text = f"regexp_replace({column}::VARCHAR, ' 00:00:00$', '')"
        case "timestamp with time zone":
            text = f"regexp_replace({column}::TIMESTAMP::VARCHAR, ' 00:00:00$', '')"
        case "blob":
            text = f"decode({column})"
        case _:
            text = f"{column}::VARCHAR"
    return f"nullif({text}, '')"


def told(error: Exception, columns: Collection[str] = ()) -> str:
    """What is wrong with SQL that was not run yet: it quotes names and the SQL, but no data."""
    message = " ".join(re.split(r"\n\s*\n?LINE \d", str(error))[0].split())
    unknown = re.search(r'column "(.+?)" not found', message)
    return f"{message} ({nearest(unknown[1], columns)})" if unknown and columns else message


def told_of_data(error: Exception) -> str:
    """What is wrong with SQL that failed on a row: DuckDB's kind of error only, for its messages
    quote values."""
    if "No space left" in str(error):
        return "the disk is full: make room, then give the same command again"
    found = re.search(r"\b(Conversion|Out of Range|Out of Memory|Invalid Input)\b", str(error))
    match found[1] if found else None:
        case "Conversion":
            return "a value does not convert (Conversion Error); TRY_CAST gives NULL instead"
        case "Out of Range":
            return "a number becomes too large (Out of Range Error)"
        case "Out of Memory":
            return "the memory limit does not suffice (Out of Memory Error)"
        case "Invalid Input":
            return "a value is not allowed (Invalid Input Error)"
        case _:
            return f"it does not run ({type(error).__name__})"


def nearest(wanted: str, known: Collection[str]) -> str:
    """A hint at the known name that was probably meant, or all that there are."""
    # By the letters of which syllables are made: most Korean names have two or three syllables.
    spelt = {unicodedata.normalize("NFD", name).casefold(): name for name in known}
    near = difflib.get_close_matches(unicodedata.normalize("NFD", wanted).casefold(), spelt, 1)
    return f"did you mean {spelt[near[0]]!r}?" if near else f"there are: {', '.join(known)}"
