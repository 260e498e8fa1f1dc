"""The faults of a list as one table: by kind and record, each with what to do about it."""

import codecs
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.faults import RULES, Fault, Kind, Policy
from moyeora.press.job import Job
from moyeora.press.marks import joined

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
    """One kind of fault in one place at several rows of the input, in the same words for all of
    them or in words of its own for each (a string array)."""

    kind: Kind
    rows: np.ndarray
    place: str
    what: str | pa.Array
    mended: bool = False

    def table(self) -> pa.Table:
        """One line a row."""
        count = len(self.rows)
        what = pa.repeat(self.what, count) if isinstance(self.what, str) else self.what
        kind, place = pa.repeat(self.kind.value, count), pa.repeat(self.place, count)
        columns = [
            pa.array(self.rows, pa.int64()),
            kind,
            place,
            what,
            pa.repeat(self.mended, count),
        ]
        return pa.table(columns, SCHEMA)


def of_found(found: Iterable[Found]) -> pa.Table:
    """The table of what a volume's records have."""
    return pa.concat_tables([SCHEMA.empty_table(), *(each.table() for each in found)])


def of_faults(faults: Iterable[Fault]) -> pa.Table:
    """The same from single faults."""
    rows = [(f.row, f.kind.value, f.place, f.what, f.mended) for f in faults]
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], SCHEMA)


def in_order(tables: Sequence[pa.Table]) -> pa.Table:
    """One table in a total order, by row, then place, kind and words, each line once: a field may
    stand in a part several times."""
    keys = [(name, "ascending") for name in ("row", "place", "kind", "what")]
    table = pa.concat_tables([SCHEMA.empty_table(), *tables]).combine_chunks().sort_by(keys)
    differs = np.ones(table.num_rows, bool)
    differs[1:] = False
    for column in table.select(["row", "place", "kind", "what"]).columns:
        differs[1:] |= pc.not_equal(column[1:], column[:-1]).to_numpy()
    return table.filter(pa.array(differs)).combine_chunks()


def faults(table: pa.Table) -> list[Fault]:
    """The lines of a table as single faults."""
    return [Fault(**line | {"kind": Kind(line["kind"])}) for line in table.to_pylist()]


def by_kind(table: pa.Table) -> dict[Kind, int]:
    """How many faults there are of each kind, most first."""
    counts = {Kind(p["values"]): p["counts"] for p in pc.value_counts(table["kind"]).to_pylist()}
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def fatal(table: pa.Table, job: Job) -> list[Fault]:
    """The faults that the job says must stop it."""
    failing = [kind.value for kind in Kind if job.policy(kind) is Policy.FAIL]
    return faults(table.filter(pc.is_in(table["kind"], pa.array(failing, pa.string()))))


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
    """Write a table of :func:`whole` as a spreadsheet reads it (RFC 4180)."""
    with path.open("wb") as file:
        # With a byte-order mark, so that a spreadsheet reads the Korean in it.
        file.write(codecs.BOM_UTF8 + ",".join(HEADER).encode() + b"\r\n")
        for batch in table.to_batches(8192):
            fields = [_quoted(column.cast(pa.string())) for column in batch.columns]
            lines = pc.binary_join_element_wise(*fields, ",")
            file.write(joined(pc.binary_join_element_wise(lines, "\r\n", "")))


def _quoted(values: pa.Array) -> pa.Array:
    """A column with quotes around what would else be taken for several fields or lines."""
    special = pc.match_substring_regex(values, '[",\r\n]')
    if not special.true_count:
        return values
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(values, '"', '""'), '"', "")
    return pc.if_else(special, quoted, values)


def _name(path: Path | None) -> str:
    return path.name if path is not None else ""
