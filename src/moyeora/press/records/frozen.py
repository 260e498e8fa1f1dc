"""The frozen table of a job's records: what :func:`moyeora.press.records.freeze` leaves."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

BATCH_ROWS = 8192  # records in a batch of the frozen table; the press composes as many at once


@dataclass(frozen=True)
class Frozen:
    """A frozen table and what became of every row of the input.

    ``inputs`` = ``rows`` + rows of ``suppressed`` + rows of ``unreadable``. ``path`` is an Arrow
    IPC file of record batches of 8,192 rows: ``row`` (int64: the number of the input row, from 1),
    ``layout`` (string), ``when:<part>`` (bool) for each part with a condition, ``problem``
    (string: the code of the :class:`Kind` for which the record is held already, or null), and
    then ``columns``, all of them text in normal form C, null where empty.

    ``suppressed`` is (row, id, reason), ``unreadable`` is (row, reason), both by row. ``faults``
    (:data:`fault_table.SCHEMA`) are those of the rows in the table and of the unreadable ones.
    ``notes`` tell what was detected or mended. Input rows from ``decoys_from`` on are those of the
    decoys' file, of which they are rows 1 and on. ``digest`` is the SHA-256 of the file, which
    depends on its content alone.
    """

    path: Path
    rows: int
    columns: tuple[str, ...]
    inputs: int
    suppressed: pa.Table
    unreadable: pa.Table
    faults: pa.Table
    notes: tuple[str, ...]
    digest: str
    decoys_from: int | None = None


def read(path: Path, start: int, stop: int) -> pa.Table:
    """Rows ``start`` to ``stop`` (from 0, end excluded) of a frozen table.

    Reads the batches with these rows only, and maps no memory. Raises :class:`IndexError` when
    the table has not all of them.
    """
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as reader:
        first, last = start // BATCH_ROWS, -(-stop // BATCH_ROWS)
        batches = [reader.get_batch(n) for n in range(first, min(last, reader.num_record_batches))]
        table = pa.Table.from_batches(batches, reader.schema)
    taken = table.slice(start - first * BATCH_ROWS, stop - start)
    if not 0 <= start <= stop or taken.num_rows != stop - start:
        raise IndexError(f"{path.name} has no rows {start} to {stop}")
    return taken


class TableWriter:
    """Writes a frozen table, whose bytes depend on its rows, not on how they arrive."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_file(self._file, schema)
        self._pending: list[pa.RecordBatch] = []
        self._rows = 0

    def __enter__(self) -> "TableWriter":
        return self

    def __exit__(self, *_: object) -> None:
        if self._rows:
            self._flush()
        self._writer.close()
        self._file.close()

    def add(self, batch: pa.RecordBatch) -> None:
        taken = 0
        while taken < batch.num_rows:
            piece = batch.slice(taken, BATCH_ROWS - self._rows)
            self._pending.append(piece)
            taken += piece.num_rows
            self._rows += piece.num_rows
            if self._rows == BATCH_ROWS:
                self._flush()

    def _flush(self) -> None:
        (batch,) = pa.Table.from_batches(self._pending).combine_chunks().to_batches()
        # Of a slice Arrow also writes what follows it, up to the next multiple of 64 bytes, and
        # of a last byte of bits all eight; a copy has nothing there.
        if len(self._pending) == 1 or self._rows < BATCH_ROWS:
            batch = batch.take(np.arange(self._rows))
        self._writer.write(batch)
        self._pending, self._rows = [], 0
