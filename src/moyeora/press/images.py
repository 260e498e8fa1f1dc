"""The parts ``picture`` and ``block``: what is stored once and placed by a record."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import numpy as np

from moyeora.press.artwork import Hole
from moyeora.press.drawing import Defects, Drawn, Frame
from moyeora.press.faults import Kind, PressError
from moyeora.press.job import BlockPart
from moyeora.press.marks import Pool, Ragged
from moyeora.press.pictures import Picture
from moyeora.press.templates import Cell, Columns, Field

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
    """Places one part's pictures or blocks in one hole."""

    def __init__(
        self,
        hole: Hole,
        fit: str,
        pieces: tuple[str | Field, ...],
        stored: Mapping[str, Picture | PressError],
        pool: Pool,
    ) -> None:
        self.frame, self.fit = Frame.of(hole), fit
        self.name = b"P"  # among its page's resources
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
        defects: list[Defects] = []
        for at, key in enumerate(keys):
            picture = self.stored.get(key)
            if not isinstance(picture, Picture):
                why = picture.what if picture else "is not there"
                defects.append(
                    Defects(
                        Kind.MISSING_PICTURE,
                        np.flatnonzero(which == at),
                        f"the picture {PurePosixPath(key).name!r} {why}",
                    )
                )
        chosen = pairs[which]
        return Drawn([Ragged.table(chosen[:, :1])], defects, Ragged.table(chosen[:, 1:]))

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
                found = (
                    self.pool.constant(self._drawing(picture)),
                    self.pool.constant(b"/%b %d 0 R" % (self.name, picture.number)),
                )
            else:
                found = (self.pool.empty, self.pool.empty)
            self._known[key] = found
        return found

    def _drawing(self, picture: Picture) -> bytes:
        width, height = float(self.frame.width), float(self.frame.height)
        if self.fit != "stretch":
            wide = width / height < picture.aspect
            if wide == (self.fit == "contain"):
                height = width / picture.aspect
            else:
                width = height * picture.aspect
        x, y = (self.frame.width - width) / 2, (self.frame.height - height) / 2
        clip = self._clip() if self.fit == "cover" else b""
        placed = self.frame.placing(x, y, width, height)
        left, bottom, box_width, box_height = picture.box
        inner = b""
        if picture.box != (0, 0, 1, 1):
            # A form draws on its own box; bring that to the unit square first.
            inner = b" %b cm" % matrix(
                1 / box_width, 0, 0, 1 / box_height, -left / box_width, -bottom / box_height
            )
        return b"q %b%b cm%b/%b Do Q " % (clip, placed, inner, self.name)

    def _clip(self) -> bytes:
        """The path of the hole's box as a clip."""
        w, h = self.frame.width, self.frame.height
        corners = [self.frame.on_page(x, y) for x, y in ((0, 0), (w, 0), (w, h), (0, h))]
        steps = [b"%d %d %b" % (int(x), int(y), op)
                 for (x, y), op in zip(corners, (b"m", b"l", b"l", b"l"), strict=True)]  # fmt: skip
        return b" ".join(steps) + b" h W n "


def matrix(*values: float) -> bytes:
    """Operands of a matrix that is multiplied by another, to a hundred-millionth."""
    return b" ".join(f"{value:.8f}".rstrip("0").rstrip(".").encode() for value in values)
