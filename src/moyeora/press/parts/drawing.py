"""What all parts share: where a hole lies, and fragments made of bytes and columns of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.columns import Defects
from moyeora.press.design.holes import UNIT, Hole, Matrix
from moyeora.press.marks import Marks
from moyeora.press.pdf import number

if TYPE_CHECKING:
    from moyeora.press.parts.writing import SetText

BLACK = b"0 0 0 1 k"  # the ink that each group of holes begins with


@dataclass(frozen=True)
class Drawn:
    """What a part draws for a batch: rows of fragments, side by side. ``resources`` are the
    entries it adds to the page's XObject dictionary, a fragment id each, where it has any; ``text``
    is how text was set."""

    marks: Sequence[Marks]
    defects: Sequence[Defects] = ()
    resources: np.ndarray | None = None
    text: "SetText | None" = None


@dataclass(frozen=True)
class Frame:
    """A hole in hundredths of a point: its size, and how its own coordinates (origin at the lower
    left) lie on the page."""

    width: int
    height: int
    matrix: Matrix

    @classmethod
    def of(cls, hole: Hole) -> "Frame":
        a, b, c, d, e, f = hole.frame
        return cls(
            round(hole.width * UNIT), round(hole.height * UNIT), (a, b, c, d, e * UNIT, f * UNIT)
        )

    @property
    def upright(self) -> bool:
        """Whether it is only moved, neither turned nor scaled."""
        return max(abs(x - y) for x, y in zip(self.matrix[:4], (1, 0, 0, 1), strict=True)) < 1e-5

    def on_page(
        self, x: float | np.ndarray, y: float | np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """A point of the hole on the page, in whole hundredths of a point."""
        a, b, c, d, e, f = self.matrix
        return (
            np.rint(np.asarray(a * x + c * y + e)).astype(np.int64),
            np.rint(np.asarray(b * x + d * y + f)).astype(np.int64),
        )

    def placing(self, x: float, y: float, width: float, height: float) -> bytes:
        """The operands of ``cm`` that stretch the unit square over a rectangle of the hole."""
        a, b, c, d, _, _ = self.matrix
        left, bottom = self.on_page(x, y)
        return b" ".join(
            number(float(value))
            for value in (a * width, b * width, c * height, d * height, left, bottom)
        )


def written(*pieces: bytes | np.ndarray) -> pa.Array:
    """Binary fragments from constants and columns of numbers, row by row."""
    parts = [
        pa.scalar(piece, pa.binary())
        if isinstance(piece, bytes)
        else pa.array(piece).cast(pa.string()).cast(pa.binary())
        for piece in pieces
    ]
    return pc.binary_join_element_wise(*parts, pa.scalar(b"", pa.binary()))
