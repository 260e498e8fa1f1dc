"""The piece register: what became of each row of the input, each row exactly once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PRINTED, HELD, SUPPRESSED = "printed", "held", "suppressed"

# piece: the place in the frozen table, from 1; page: the piece's first in its volume, from 1;
# checksum: CRC-32 of the piece's contents; reason: the fault's code, or the suppression's name.
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
    ]
)


@dataclass(frozen=True)
class Counts:
    """The rows of a register by what became of them; ``reasons`` of those not printed."""

    inputs: int
    printed: int
    held: int
    suppressed: int
    reasons: Mapping[str, int]

    def __post_init__(self) -> None:
        assert self.inputs == self.printed + self.held + self.suppressed


def of_batch(
    rows: pa.Array, ids: pa.Array, held: np.ndarray, first: int, volume: int,
    page: np.ndarray, checksum: np.ndarray,
) -> pa.Table:  # fmt: skip
    """The register of a composed batch: ``held`` has a code or "" for each of its records,
    ``page`` and ``checksum`` a value for each printed one."""
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
            pa.array(np.arange(first, first + count)),
            pa.array(np.full(count, volume, np.int32), mask=absent),
            pa.array(pages, mask=absent),
            pa.array(checks, mask=absent),
            pa.array(held, pa.string(), mask=printed),
        ],
        SCHEMA,
    )


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
    }
    return pa.table(columns, SCHEMA)


def count(path: Path) -> Counts:
    """Add up a register."""
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=["status", "reason"])
    statuses = dict(_counted(table["status"]))
    return Counts(
        table.num_rows,
        statuses.get(PRINTED, 0),
        statuses.get(HELD, 0),
        statuses.get(SUPPRESSED, 0),
        dict(sorted(_counted(table["reason"].drop_null()), key=lambda item: (-item[1], item[0]))),
    )


def _counted(values: pa.ChunkedArray) -> list[tuple[str, int]]:
    return [(pair["values"], pair["counts"]) for pair in pc.value_counts(values).to_pylist()]
