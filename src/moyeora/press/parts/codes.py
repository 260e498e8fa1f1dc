"""The part ``code``: machine-readable codes, a column of them at a time.

A symbol is written as an inline image mask of its modules (ISO 32000-2, 8.9.6.2 and 8.9.7) in
ASCII85, painted in black ink alone.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.columns import Columns, Defects
from moyeora.press.design.holes import Hole
from moyeora.press.faults import Kind
from moyeora.press.job import CodePart
from moyeora.press.marks import EMPTY, Pool, Ragged, joined, offsets
from moyeora.press.parts import code128, qr
from moyeora.press.parts.drawing import Drawn, Frame
from moyeora.press.templates import Field


class Coder:
    """Draws one part's codes in one hole.

    ``longest`` is the length in bytes of the list's longest value (it sets the QR version, so
    that all pieces carry symbols of one size); ``digits`` says which of a Code 128's columns
    hold digits in the whole list, by the values' length.
    """

    def __init__(
        self,
        hole: Hole,
        part: CodePart,
        pieces: tuple[str | Field, ...],
        longest: int,
        digits: Mapping[int, np.ndarray],
        pool: Pool,
    ) -> None:
        self.frame, self.part, self.pieces, self.pool = Frame.of(hole), part, pieces, pool
        self.digits = digits
        self.version = 0
        if part.symbology == "qr":
            try:
                self.version = qr.smallest_version(longest, part.level)
            except qr.TooLong as error:
                self.version = 40
                self.capacity = error.longest

    def draw(self, columns: Columns) -> Drawn:
        """The marks of the records that these are the columns of."""
        rows = columns.rows
        values, defects = columns.text(self.pieces)
        lengths = pc.binary_length(values).to_numpy(zero_copy_only=False).astype(np.int64)
        ids = np.full(rows, EMPTY, np.int64)
        around = np.full((rows, 2), EMPTY, np.int64)
        data = np.frombuffer(joined(values.cast(pa.binary())), np.uint8)
        starts = offsets(values.cast(pa.binary()))[:-1]
        starts = starts - starts[0] if rows else starts
        for length in np.unique(lengths[lengths > 0]).tolist():
            at = np.flatnonzero(lengths == length)
            text = data[starts[at, None] + np.arange(length)]
            if self.part.symbology == "qr":
                if length > qr.capacity(self.version, self.part.level):
                    defects.append(Defects(Kind.BAD_CODE, at, f"{length} bytes are too long"))
                    continue
                symbols = qr.symbols(text, self.version, self.part.level)
                modules, height = qr.size(self.version), qr.size(self.version)
            else:
                good = code128.encodable(text)
                if not good.all():
                    what = "holds a character that Code 128 has not"
                    defects.append(Defects(Kind.BAD_CODE, at[~good], what))
                    at, text = at[good], text[good]
                    if not len(at):
                        continue
                packed, modules = code128.symbols(text, self.digits.get(length))
                symbols, height = packed[:, None, :], 1
            around[at] = self._around(modules, height)
            encoded = ascii85(symbols.reshape(len(at), -1))
            ids[at] = self.pool.passing(rows_as_binary(encoded))
            # Readers that look for the operator EI would find these letters in the data.
            torn = np.flatnonzero(((encoded[:, :-1] == 69) & (encoded[:, 1:] == 73)).any(axis=1))
            mended = [encoded[row].tobytes().replace(b"EI", b"E\nI") for row in torn.tolist()]
            ids[at[torn]] = self.pool.passing(pa.array(mended, pa.binary()))
        marks = np.stack([around[:, 0], ids, around[:, 1]], axis=1)
        return Drawn([Ragged.table(marks)], defects)

    def _around(self, modules: int, height: int) -> tuple[int, int]:
        """The fragments before and after the data of a symbol of this size."""
        frame = self.frame
        quiet = 0
        if self.part.quiet_zone:
            quiet = qr.QUIET_ZONE if self.part.symbology == "qr" else code128.QUIET_ZONE
        if self.part.symbology == "qr":
            side = min(frame.width, frame.height) * modules / (modules + 2 * quiet)
            x, y, width, tall = (frame.width - side) / 2, (frame.height - side) / 2, side, side
        else:
            width = frame.width * modules / (modules + 2 * quiet)
            x, y, tall = (frame.width - width) / 2, 0.0, float(frame.height)
        before = b"q %b cm BI/IM true/W %d/H %d/D[1 0]/F/A85 ID " % (
            frame.placing(x, y, width, tall), modules, height,
        )  # fmt: skip
        return self.pool.constant(before), self.pool.constant(b"~>\nEI Q ")


def ascii85(data: np.ndarray) -> np.ndarray:
    """Rows of bytes (n, k) in ASCII base 85 (ISO 32000-2, 7.4.3), all of one length.

    A group of four zero bytes is written ``!!!!!``, which readers take like ``z``.
    """
    rows, length = data.shape
    padded = np.zeros((rows, -(-length // 4) * 4), np.uint8)
    padded[:, :length] = data
    groups = padded.view(">u4").astype(np.uint32)
    made = np.empty((*groups.shape, 5), np.uint8)
    for place in range(4, -1, -1):
        groups, made[:, :, place] = np.divmod(groups, np.uint32(85))
    made += 33
    return made.reshape(rows, -1)[:, : length + -(-length // 4)]


def rows_as_binary(data: np.ndarray) -> pa.Array:
    """The rows of a byte array as binary values."""
    rows, length = data.shape
    ends = (np.arange(rows + 1) * length).astype(np.int32)
    return pa.BinaryArray.from_buffers(
        pa.binary(), rows, [None, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(data))]
    )
