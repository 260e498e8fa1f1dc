"""The faults of a list as one table: by kind and record, each with what to do about it."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.faults import RULES, Fault, Kind, Policy
from moyeora.press.job import Job

# The fields of a Fault.
SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("kind", pa.string()),
        ("place", pa.string()),
        ("what", pa.string()),
        ("mended", pa.bool_()),
    ]
)
HEADER = ("file", "row", "kind", "policy", "place", "what", "what to do")


@dataclass(frozen=True)
class Found:
    """One fault, in the same words, at several rows of the input."""

    kind: Kind
    rows: np.ndarray
    place: str
    what: str
    mended: bool

    def faults(self) -> list[Fault]:
        rows: list[int] = self.rows.tolist()
        return [Fault(self.kind, row, self.place, self.what, self.mended) for row in rows]


def of_found(found: Sequence[Found]) -> pa.Table:
    """The table of what a volume's records have."""
    if not found:
        return SCHEMA.empty_table()
    lengths = pa.array(np.repeat(np.arange(len(found)), [len(each.rows) for each in found]))
    texts = [(each.kind.value, each.place, each.what) for each in found]
    columns = [pa.array(c, pa.string()).take(lengths) for c in zip(*texts, strict=True)]
    rows = np.concatenate([each.rows for each in found])
    mended = pa.array([each.mended for each in found]).take(lengths)
    return pa.table([pa.array(rows, pa.int64()), *columns, mended], SCHEMA)


def of_faults(faults: Iterable[Fault]) -> pa.Table:
    """The same from single faults."""
    rows = [(f.row, f.kind.value, f.place, f.what, f.mended) for f in faults]
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], SCHEMA)


def in_order(tables: Sequence[pa.Table]) -> pa.Table:
    """One table in a total order: by row, then place, kind and words."""
    keys = [(name, "ascending") for name in ("row", "place", "kind", "what")]
    return pa.concat_tables([SCHEMA.empty_table(), *tables]).sort_by(keys).combine_chunks()


def by_kind(table: pa.Table) -> dict[Kind, int]:
    """How many faults there are of each kind, most first."""
    counts = {Kind(p["values"]): p["counts"] for p in pc.value_counts(table["kind"]).to_pylist()}
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def fatal(table: pa.Table, job: Job) -> list[Fault]:
    """The faults that the job says must stop it."""
    failing = [kind.value for kind in Kind if job.policy(kind) is Policy.FAIL]
    chosen = table.filter(pc.is_in(table["kind"], pa.array(failing, pa.string())))
    return [Fault(**fault | {"kind": Kind(fault["kind"])}) for fault in chosen.to_pylist()]


def whole(table: pa.Table, job: Job, decoys_from: int | None) -> pa.Table:
    """The table for people, in the columns of :data:`HEADER`: each fault with the file and the
    row in it (rows from ``decoys_from`` on are those of the decoys' file), its kind's policy and
    what to do."""
    rows = table["row"].to_numpy()
    decoy = np.zeros(len(rows), bool) if decoys_from is None else rows >= decoys_from
    files = np.where(decoy, _name(job.customers.decoys), _name(job.customers.source))
    kinds = table["kind"].combine_chunks().dictionary_encode()
    known = [Kind(kind) for kind in kinds.dictionary.to_pylist()]
    policies = [_policy(kind, job) for kind in known]
    told = [RULES[kind].remedy for kind in known]
    mends = [f"nothing; the press {RULES[kind].fix}" for kind in known]

    def by_kind(values: list[str]) -> pa.Array:
        return pa.array(values, pa.string()).take(kinds.indices)

    mended = table["mended"]
    columns = [
        pa.array(files, pa.string()),
        pa.array(np.where(decoy, rows - (decoys_from or 0) + 1, rows)),
        table["kind"], pc.if_else(mended, Policy.FIX.value, by_kind(policies)),
        table["place"], table["what"], pc.if_else(mended, by_kind(mends), by_kind(told)),
    ]  # fmt: skip
    return pa.table(columns, list(HEADER))


def placed(job: Job, decoys_from: int | None) -> Callable[[int], str]:
    """Says where an input row is: its file and the row in it."""

    def place(row: int) -> str:
        if decoys_from is not None and row >= decoys_from:
            return f"{_name(job.customers.decoys)}, row {row - decoys_from + 1}"
        return f"{_name(job.customers.source)}, row {row}"

    return place


def _policy(kind: Kind, job: Job) -> str:
    """What happens to a record with a fault of this kind that was not mended."""
    policy = job.policy(kind)
    return (Policy.HOLD if policy is Policy.FIX else policy).value


def write_csv(path: Path, table: pa.Table) -> None:
    """Write a table of :func:`whole` as a spreadsheet reads it."""
    columns = ([column.to_pylist() for column in b.columns] for b in table.to_batches(8192))
    write_lines(path, (line for batch in columns for line in zip(*batch, strict=True)))


def write_lines(path: Path, lines: Iterable[Sequence[object]]) -> None:
    """The same from its lines."""
    # With a byte-order mark, so that a spreadsheet reads the Korean in it.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        written = csv.writer(file)
        written.writerow(HEADER)
        written.writerows(lines)


def _name(path: Path | None) -> str:
    return path.name if path is not None else ""
