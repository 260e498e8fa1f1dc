"""Corrections of single records: new values for rows of a list that was printed with some held."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.faults import JobError, PressError, SourceError
from moyeora.press.records.sources import Source, open_file

ROW = "row"  # in a file of corrections: the row of the list, for records without an id of their own

Corrections = Mapping[int, Mapping[str, str]]  # row of the list -> column -> new value


def read_corrections(
    path: Path, id_column: str, register: pa.Table
) -> tuple[Corrections, tuple[str, ...]]:
    """Read a CSV or XLSX file of corrections. Each row names a record by its id, or by the
    ``row`` of the list (then the id is a new value too); where a cell is empty, the list's value
    stays.

    ``register`` has the columns row, id and status. Returns the corrections of held rows, and
    notes about records that are not held. Raises JobError with all that is wrong with the file.
    """
    source, records = _read(path)
    if not {ROW, id_column} & set(source.columns):
        raise SourceError(
            f"has neither a column {id_column!r} nor a column {ROW!r}",
            place=path.name,
            remedy="name in each row the record that it corrects",
        )
    find = _Register(register, id_column, records)
    problems = [
        PressError(fault.what, place=f"{path.name}, row {fault.row}", remedy=fault.remedy)
        for fault in source.unreadable
    ]
    found: dict[int, dict[str, str]] = {}
    notes: list[str] = []
    for record in records:
        place = f"{path.name}, row {record.pop('')}"
        try:
            row, status = find.record(record)
        except PressError as problem:
            problems.append(PressError(problem.what, place=place, remedy=problem.remedy))
            continue
        if status != "held":
            notes.append(f"{place}: its record was {status} before; nothing is printed for it")
        elif row in found:
            problems.append(PressError("corrects a record again", place=place, remedy="join them"))
        else:
            found[row] = record
    if problems:
        raise JobError(problems)
    return found, tuple(notes)


def _read(path: Path) -> tuple[Source, list[dict[str, str]]]:
    """A file of corrections: its source, and a dictionary for each row, with its number under
    ``""`` and without empty cells."""
    source = open_file(path, allowed=(ROW,))
    rows = []
    for batch in source.batches:
        for number, *values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            named = zip(source.columns, values, strict=True)
            rows.append({"": number} | {name: value for name, value in named if value is not None})
    return source, rows


class _Register:
    """Finds the records that corrections name."""

    def __init__(self, register: pa.Table, id_column: str, records: list[dict[str, str]]) -> None:
        self._id = id_column
        ids = pa.array(
            {record[id_column] for record in records if id_column in record}, pa.string()
        )
        named = register.filter(pc.is_in(register["id"], ids))
        self._by_id: dict[str, list[tuple[int, str]]] = {}
        for line in named.select(["id", "row", "status"]).to_pylist():
            self._by_id.setdefault(line["id"], []).append((line["row"], line["status"]))
        rows = {int(record[ROW]) for record in records if record.get(ROW, "").isdecimal()}
        named = register.filter(pc.is_in(register["row"], pa.array(rows, pa.int64())))
        self._by_row = {line["row"]: line["status"] for line in named.to_pylist()}

    def record(self, values: dict[str, str]) -> tuple[int, str]:
        """The row and the status of the record that a correction names, which is taken out."""
        if ROW in values:
            text = values.pop(ROW)
            if not text.isdecimal() or int(text) not in self._by_row:
                raise PressError("names a row that the list has not", remedy=f"mend {ROW!r}")
            return int(text), self._by_row[int(text)]
        if self._id not in values:
            raise PressError(f"has no {self._id!r}", remedy=f"name the record, or its {ROW!r}")
        records = self._by_id.get(values.pop(self._id), [])
        if not records:
            raise PressError("names a record that the list has not", remedy=f"mend {self._id!r}")
        held = [record for record in records if record[1] == "held"]
        if len(held) > 1:
            raise PressError(
                f"names several held records, in the rows {', '.join(str(row) for row, _ in held)}",
                remedy=f"name the row too, in a column {ROW!r}",
            )
        return (held or records)[0]


def amend(source: Source, corrections: Corrections, place: str) -> None:
    """Let a source give these rows as corrected; those that could not be read have no other
    values. ``place`` is the file that the corrections come from."""
    columns = {column for values in corrections.values() for column in values}
    if unknown := sorted(columns.difference(source.columns)):
        raise SourceError(
            f"has a column that {source.place} has not: {', '.join(map(repr, unknown))}",
            place=place,
            remedy=f"the columns are: {', '.join(source.columns)}",
        )
    before = source.batches
    rows = np.array(sorted(corrections), np.int64)

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in before:
            yield _corrected(batch, corrections, rows)
        mended = [fault.row for fault in source.unreadable if fault.row in corrections]
        source.unreadable = [f for f in source.unreadable if f.row not in corrections]
        if mended:
            given = [corrections[row] for row in sorted(set(mended))]
            yield source.batch(
                np.array(sorted(set(mended)), np.int64),
                (pa.array([each.get(name) for each in given], pa.string())
                 for name in source.columns),
            )  # fmt: skip

    source.batches = batches()


def _corrected(
    batch: pa.RecordBatch,
    corrections: Corrections,
    rows: "np.ndarray[tuple[int], np.dtype[np.int64]]",
) -> pa.RecordBatch:
    at = np.flatnonzero(np.isin(batch.column(0).to_numpy(), rows))
    if not len(at):
        return batch
    of = [corrections[row] for row in batch.column(0).to_numpy()[at].tolist()]
    for place, name in enumerate(batch.schema.names[1:], 1):
        values = {n: each[name] for n, each in zip(at.tolist(), of, strict=True) if name in each}
        if values:
            mask = np.zeros(batch.num_rows, bool)
            mask[[*values]] = True
            new = pa.array(list(values.values()), pa.string())
            mended = pc.replace_with_mask(batch.column(place), pa.array(mask), new)
            batch = batch.set_column(place, batch.schema.field(place), mended)
    return batch
