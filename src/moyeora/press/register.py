"""The piece register: what became of each row of the input, each row exactly once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NAME = "pieces.parquet"
PRINTED, HELD, SUPPRESSED = "printed", "held", "suppressed"

# piece: the place in the frozen table, from 1; page: the piece's first in its volume, from 1;
# checksum: CRC-32 of the piece's contents; reason: the fault's code, or the suppression's name;
# decoy: an address of the sender's own among the customers (the rows after the list's); region: the
# first two digits of the postcode. The last three are null for rows without a piece.
SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("id", pa.string()),
        ("status", pa.string()),
        ("piece", pa.int64()),
        ("volume", pa.int32()),
        ("page", pa.int32()),
        ("checksum", pa.uint32()),
        ("reason", pa.string()),
        ("decoy", pa.bool_()),
        ("layout", pa.string()),
        ("segment", pa.string()),
        ("region", pa.string()),
    ]
)


@dataclass(frozen=True)
class Counts:
    """The rows of a register by what became of them; ``reasons`` of those not printed. Of all,
    ``decoys`` are not of the list."""

    inputs: int
    printed: int
    held: int
    suppressed: int
    reasons: Mapping[str, int]
    decoys: int = 0

    def __post_init__(self) -> None:
        assert self.inputs == self.printed + self.held + self.suppressed


Groups = tuple[pa.ChunkedArray, pa.ChunkedArray, pa.ChunkedArray]


def groups(records: pa.Table, segment: str | None, postcode: str | None) -> Groups:
    """By what records are counted: layout, segment and region. ``segment`` and ``postcode`` name
    their columns, if there are any."""
    absent = pa.chunked_array([pa.nulls(records.num_rows, pa.string())])
    region = pc.utf8_slice_codeunits(records[postcode], 0, 2) if postcode else absent
    return records["layout"], records[segment] if segment else absent, region


def of_batch(
    rows: pa.Array, ids: pa.Array, held: np.ndarray, pieces: np.ndarray, volume: int,
    page: np.ndarray, checksum: np.ndarray, groups: Groups | None = None,
) -> pa.Table:  # fmt: skip
    """The register of a composed batch: ``held`` has a code or "" for each of its records,
    ``pieces`` a number, ``page`` and ``checksum`` a value for each printed one. ``groups`` are
    those of :func:`groups`."""
    count = len(held)
    printed = held == ""
    pages, checks = np.zeros(count, np.int32), np.zeros(count, np.uint32)
    pages[printed], checks[printed] = page, checksum
    absent = ~printed
    return pa.table(
        [
            rows,
            ids,
            pa.array(np.where(printed, PRINTED, HELD), pa.string()),
            pa.array(pieces, pa.int64()),
            pa.array(np.full(count, volume, np.int32), mask=absent),
            pa.array(pages, mask=absent),
            pa.array(checks, mask=absent),
            pa.array(held, pa.string(), mask=printed),
            pa.array(np.zeros(count, bool)),
            *(groups or [pa.nulls(count, pa.string())] * 3),
        ],
        SCHEMA,
    )


def of_judged(rows: pa.Array, ids: pa.Array, held: np.ndarray, first: int) -> pa.Table:
    """The register of a batch that was composed and not printed."""
    none = np.zeros(int((held == "").sum()), np.int64)
    return of_batch(rows, ids, held, np.arange(first, first + len(held)), 0, none, none)


def of_left_out(rows: pa.Table, status: str) -> pa.Table:
    """The register of rows that have no piece: suppressed, or held as unreadable."""
    count = rows.num_rows
    ids = rows["id"] if "id" in rows.column_names else pa.nulls(count, pa.string())
    empty = {name: pa.nulls(count, SCHEMA.field(name).type) for name in SCHEMA.names}
    columns = empty | {
        "row": rows["row"].cast(pa.int64()),
        "id": ids,
        "status": pa.array([status] * count, pa.string()),
        "reason": rows["reason"].cast(pa.string()),
        "decoy": pa.array(np.zeros(count, bool)),
    }
    return pa.table(columns, SCHEMA)


def marked(part: pa.Table, decoys_from: int | None) -> pa.Table:
    """A register with its rows from ``decoys_from`` on marked as decoys."""
    if decoys_from is None:
        return part
    decoy = pc.greater_equal(part["row"], decoys_from)
    return part.set_column(SCHEMA.get_field_index("decoy"), "decoy", decoy)


class Register:
    """Writes a register, a volume's part at a time, and adds it up. Rows from ``decoys_from`` on
    are decoys."""

    def __init__(self, path: Path, decoys_from: int | None) -> None:
        import pyarrow.parquet as pq

        self._writer = pq.ParquetWriter(path, SCHEMA)
        self._tally = Tally()
        self._decoys_from = decoys_from

    def __enter__(self) -> "Register":
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def write(self, part: pa.Table) -> None:
        """Write the register of some rows."""
        part = marked(part, self._decoys_from)
        self._writer.write_table(part)
        self._tally.add(part)

    def counts(self) -> Counts:
        """What was written so far."""
        return self._tally.counts()


class Tally:
    """Adds up registers."""

    def __init__(self) -> None:
        self._statuses: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._decoys = 0

    def add(self, part: pa.Table) -> None:
        self._decoys += pc.sum(part["decoy"]).as_py() or 0
        for counter, column in ((self._statuses, "status"), (self._reasons, "reason")):
            for pair in pc.value_counts(part[column].drop_null()).to_pylist():
                counter[pair["values"]] += pair["counts"]

    def counts(self) -> Counts:
        return Counts(
            self._statuses.total(),
            self._statuses[PRINTED],
            self._statuses[HELD],
            self._statuses[SUPPRESSED],
            dict(sorted(self._reasons.items(), key=lambda item: (-item[1], item[0]))),
            self._decoys,
        )


def count(folder: Path) -> Counts:
    """The counts of the register in a printed folder, read a part at a time."""
    import pyarrow.parquet as pq

    tally = Tally()
    with pq.ParquetFile(folder / NAME) as file:
        for batch in file.iter_batches(columns=["status", "reason", "decoy"]):
            tally.add(pa.Table.from_batches([batch]))
    return tally.counts()
