"""The two types that flow from the parts to the encoder, and the arithmetic of uneven rows.

A batch is composed by column. Whatever is written is a *fragment*: the bytes of a word, a gap, a
line's move, a picture's placing, an object's number. Each distinct fragment is in the
:class:`Pool` once, and what a part draws for each record is a row of fragment ids, its
:class:`Marks`. The bytes of the whole batch are then one gather.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

EMPTY = 0  # the id of the fragment without bytes


@dataclass(frozen=True)
class Ragged:
    """Rows of uneven length: row r is ``values[starts[r]:starts[r + 1]]``."""

    values: np.ndarray
    starts: np.ndarray

    @classmethod
    def of_lengths(cls, values: np.ndarray, lengths: np.ndarray) -> "Ragged":
        return cls(values, np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))))

    @classmethod
    def table(cls, values: np.ndarray) -> "Ragged":
        """The rows of a two-dimensional array."""
        rows, width = values.shape
        return cls(values.reshape(-1), np.arange(rows + 1, dtype=np.int64) * width)

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: np.ndarray) -> "Ragged":
        """The rows with these indices, in this order."""
        lengths = self.lengths[rows]
        if np.all(lengths == 1):
            return Ragged(self.values[self.starts[rows]], np.arange(len(rows) + 1))
        made = Ragged.of_lengths(np.empty(0, self.values.dtype), lengths)
        index = np.repeat(self.starts[rows] - made.starts[:-1], lengths)
        index += np.arange(len(index))
        return Ragged(self.values[index], made.starts)

    def only(self, keep: np.ndarray) -> "Ragged":
        """The same rows, emptied where ``keep`` is false."""
        lengths = self.lengths
        return Ragged.of_lengths(self.values[np.repeat(keep, lengths)], np.where(keep, lengths, 0))


# What a part draws: fragment ids, a row for each record.
Marks = Ragged


def assemble(columns: Iterable[tuple[np.ndarray | None, Ragged]], rows: int) -> Ragged:
    """``rows`` rows, each joined from the columns that have something for it, in their order.

    A column is (the row that each of its rows goes to, without repeats; None: one by one).
    """
    columns = list(columns)
    total = np.zeros(rows, np.int64)
    for index, column in columns:
        total[slice(None) if index is None else index] += column.lengths
    made = Ragged.of_lengths(np.empty(int(total.sum()), np.int64), total)
    at = made.starts[:-1].copy()
    for index, column in columns:
        chosen: slice | np.ndarray = slice(None) if index is None else index
        lengths = column.lengths
        if np.all(lengths == 1):
            made.values[at[chosen]] = column.values[column.starts[:-1]]
        else:
            places = np.repeat(at[chosen] - column.starts[:-1], lengths)
            places += np.arange(column.starts[0], column.starts[-1])
            made.values[places] = column.values[column.starts[0] : column.starts[-1]]
        at[chosen] += lengths
    return made


class Pool:
    """The fragments of a worker, each once. Ids from 0 are kept from batch to batch (constants,
    words); ids below 0 are of the present batch only."""

    def __init__(self) -> None:
        self._constants: dict[bytes, int] = {}
        self._kept: list[pa.Array] = []
        self._passing: list[pa.Array] = []
        self.count = 0
        self._passing_count = 0
        self.size = 0
        assert self.constant(b"") == EMPTY

    def constant(self, data: bytes) -> int:
        """The id of a fragment that is kept."""
        found = self._constants.get(data)
        if found is None:
            found = self._constants[data] = self.keep([data])
        return found

    def keep(self, fragments: Iterable[bytes]) -> int:
        """Keep these fragments; their ids run on from the one returned."""
        array = pa.array(fragments, pa.binary())
        first = self.count
        self._kept.append(array)
        self.count += len(array)
        self.size += array.nbytes
        return first

    def passing(self, fragments: pa.Array) -> np.ndarray:
        """The ids of fragments of this batch (a binary array)."""
        self._passing.append(fragments)
        first = self._passing_count
        self._passing_count += len(fragments)
        return -1 - np.arange(first, self._passing_count, dtype=np.int64)

    def passing_numbers(self, values: np.ndarray) -> np.ndarray:
        """The ids of whole numbers in decimal."""
        return self.passing(pa.array(values).cast(pa.string()).cast(pa.binary()))

    def gather(self, ids: np.ndarray) -> pa.Array:
        """The fragments with these ids, in order; their value buffer is their bytes joined."""
        kept = self._kept = [pa.concat_arrays(self._kept)]
        whole = pa.concat_arrays([*kept, *self._passing])
        return whole.take(pa.array(np.where(ids < 0, self.count - 1 - ids, ids).astype(np.int32)))

    def drop_passing(self) -> None:
        self._passing.clear()
        self._passing_count = 0


def offsets(array: pa.Array) -> np.ndarray:
    """Where each value of a binary or string array begins, and where the last one ends."""
    kind = np.int64 if pa.types.is_large_binary(array.type) else np.int32
    buffer = np.frombuffer(array.buffers()[1], kind)
    return buffer[array.offset : array.offset + len(array) + 1].astype(np.int64)


def joined(array: pa.Array) -> memoryview:
    """The bytes of all values of a binary array, one after the other."""
    at = offsets(array)
    data = array.buffers()[2]
    return memoryview(data)[at[0] : at[-1]] if data is not None else memoryview(b"")
