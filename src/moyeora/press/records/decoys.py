"""Decoys: addresses of the sender's own, mailed with the list's."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from moyeora.press.faults import SourceError
from moyeora.press.records.sources import Source, open_plain

if TYPE_CHECKING:
    import duckdb


def join_decoys(source: Source, path: Path, database: "duckdb.DuckDBPyConnection") -> None:
    """Let the rows of the decoys' file follow those of the list, under their own columns.

    Raises :class:`SourceError` for a column that the list has not.
    """
    decoys = open_plain(path, database)
    if unknown := [column for column in decoys.columns if column not in source.columns]:
        raise SourceError(
            f"has a column that {source.place} has not: {', '.join(map(repr, unknown))}",
            place=path.name,
            remedy="name its columns like those of the list, and leave out what decoys do not need",
        )
    source.notes += decoys.notes
    listed = source.batches

    def batches() -> Iterator[pa.RecordBatch]:
        count = 0
        for batch in listed:
            count += batch.num_rows
            yield batch
        # Every row has a number, those that cannot be read too.
        before = count + len(source.unreadable)
        source.decoys_from = before + 1
        for batch in decoys.batches:
            rows = batch.column("row").to_numpy() + before
            named = dict(zip(decoys.columns, batch.columns[1:], strict=True))
            empty = pa.nulls(len(rows), pa.string())
            yield source.batch(rows, (named.get(column, empty) for column in source.columns))
        source.unreadable += [replace(f, row=f.row + before) for f in decoys.unreadable]

    source.batches = batches()
