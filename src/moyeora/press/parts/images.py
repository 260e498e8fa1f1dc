"""The parts ``picture`` and ``block``: what is stored once and placed by a record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa

from moyeora.press.columns import Columns, Defects
from moyeora.press.design.holes import Hole
from moyeora.press.faults import Kind, PressError
from moyeora.press.job import BlockPart
from moyeora.press.marks import EMPTY, Pool, Ragged
from moyeora.press.parts.drawing import Drawn, Frame
from moyeora.press.templates import Cell, Field


@dataclass(frozen=True)
class Picture:
    """``number`` draws it; ``first`` and ``ends`` are its object numbers and where each body ends
    in the assets file after ``start``. ``box`` is the area it draws on: (left, bottom, width,
    height), the unit square for images; ``aspect`` is width over height."""

    number: int
    first: int
    start: int
    ends: tuple[int, ...]
    box: tuple[float, float, float, float]
    aspect: float


_SEPARATOR = "\x1f"  # between the values of a block's columns in its key


def picture_pieces(cells: Sequence[Cell]) -> tuple[str | Field, ...]:
    """A file name's template as pieces again, with the single spaces between its cells."""
    pieces: list[str | Field] = []
    for cell in cells:
        if cell.space is not None:
            pieces.append(" ")
        pieces += cell.pieces
    return tuple(pieces)


def block_pieces(part: BlockPart) -> tuple[str | Field, ...]:
    """The key of a block: the values of its columns."""
    pieces: list[str | Field] = []
    for name in part.columns:
        pieces += [Field(name, ()), _SEPARATOR]
    return tuple(pieces)


def block_values(part: BlockPart, key: str) -> dict[str, str]:
    """The values that a block's key stands for."""
    return dict(zip(part.columns, key.split(_SEPARATOR), strict=False))


class Placer:
    """Places one part's pictures or blocks in one hole. A ``settled`` hole is drawn by the page
    itself, and only what it draws differs."""

    def __init__(
        self,
        hole: Hole,
        fit: str,
        pieces: tuple[str | Field, ...],
        stored: Mapping[str, Picture | PressError],
        pool: Pool,
        *,
        settled: bool,
    ) -> None:
        self.settled = settled
        self.hole, self.fit = hole, fit
        self.pieces, self.stored, self.pool = pieces, stored, pool
        self._used: set[str] = set()
        self._known: dict[str, tuple[int, int]] = {}

    def draw(self, columns: Columns) -> Drawn:
        """The marks of the records that these are the columns of."""
        values, _ = columns.text(self.pieces)
        encoded = values.dictionary_encode()
        which = encoded.indices.to_numpy(zero_copy_only=False)
        keys = encoded.dictionary.to_pylist()
        self._used.update(keys)
        pairs = np.array([self._placed(key) for key in keys], np.int64).reshape(-1, 2)
        chosen = pairs[which]
        marks = [] if self.settled else [Ragged.table(chosen[:, :1])]
        return Drawn(marks, self._missing(keys, which), chosen[:, 1])

    def _missing(self, keys: Sequence[str], which: np.ndarray) -> list[Defects]:
        told = [self._wrong(key) for key in keys]
        missing = np.array([what is not None for what in told], bool)
        rows = np.flatnonzero(missing[which])
        if not len(rows):
            return []
        what = pa.array(told, pa.string()).take(pa.array(which[rows]))
        return [Defects(Kind.MISSING_PICTURE, rows, what)]

    def _wrong(self, key: str) -> str | None:
        """Why a picture cannot be drawn, if it cannot."""
        picture = self.stored.get(key)
        if isinstance(picture, Picture):
            return None
        why = picture.what if picture else "is not there"
        return f"the picture {PurePosixPath(key).name!r} {why}"

    def take_used(self) -> list[Picture]:
        """The pictures drawn since this was last asked."""
        found = [self.stored.get(key) for key in sorted(self._used)]
        self._used.clear()
        return [picture for picture in found if isinstance(picture, Picture)]

    def _placed(self, key: str) -> tuple[int, int]:
        """(the fragment that draws a picture, the one that names it among the resources)."""
        found = self._known.get(key)
        if found is None:
            picture = self.stored.get(key)
            if isinstance(picture, Picture):
                name = self.hole.name.encode()
                drawn = b"" if self.settled else drawing(self.hole, self.fit, picture)
                found = (
                    self.pool.constant(drawn),
                    self.pool.constant(b"/%b %d 0 R" % (name, picture.number)),
                )
            else:
                found = (EMPTY, EMPTY)
            self._known[key] = found
        return found


def drawing(hole: Hole, fit: str, picture: Picture) -> bytes:
    """The operators that draw a picture in a hole, fitted."""
    frame = Frame.of(hole)
    width, height = float(frame.width), float(frame.height)
    if fit != "stretch":
        wide = width / height < picture.aspect
        if wide == (fit == "contain"):
            height = width / picture.aspect
        else:
            width = height * picture.aspect
    clip = _clip(frame) if fit == "cover" else b""
    placed = frame.placing((frame.width - width) / 2, (frame.height - height) / 2, width, height)
    left, bottom, box_width, box_height = picture.box
    inner = b""
    if picture.box != (0, 0, 1, 1):
        # A form draws on its own box; bring that to the unit square first.
        inner = b" %b cm" % matrix(
            1 / box_width, 0, 0, 1 / box_height, -left / box_width, -bottom / box_height
        )
    return b"q %b%b cm%b/%b Do Q " % (clip, placed, inner, hole.name.encode())


def _clip(frame: Frame) -> bytes:
    """The path of a hole's box as a clip."""
    w, h = frame.width, frame.height
    corners = [frame.on_page(x, y) for x, y in ((0, 0), (w, 0), (w, h), (0, h))]
    steps = [
        b"%d %d %b" % (int(x), int(y), operator)
        for (x, y), operator in zip(corners, (b"m", b"l", b"l", b"l"), strict=True)
    ]
    return b" ".join(steps) + b" h W n "


def matrix(*values: float) -> bytes:
    """Operands of a matrix that is multiplied by another, to a hundred-millionth."""
    return b" ".join(f"{value:.8f}".rstrip("0").rstrip(".").encode() for value in values)
