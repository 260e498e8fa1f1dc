"""The text of a batch as tokens: words, or parts of words, a row of them for each record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow.compute as pc

from moyeora.press.columns import Columns, Defects
from moyeora.press.marks import Ragged, assemble
from moyeora.press.parts.lines import syllables
from moyeora.press.parts.words import Look, Words
from moyeora.press.templates import Cell, Line

# How a token stands to the one before it: the first of its cell, a further word of a field's
# value (a space before it), or a further syllable (nothing before it, but a line may begin).
FIRST, WORD, SYLLABLE = range(3)
_STAND_BIT, _CELL_BIT = 40, 42  # where a coded token holds them, above its fragment id


@dataclass(frozen=True)
class Tokens:
    """The tokens of a batch. For each: its fragment id, its cell, how it stands to the one
    before, its row, its advance and the width of the space before it (in hundredths of a point
    times EM), and whether a line begins with it whatever the width. ``glued`` are those before
    which no line may begin; row r has the tokens ``starts[r]`` to ``starts[r + 1]``."""

    ids: np.ndarray
    cell: np.ndarray
    stands: np.ndarray
    row: np.ndarray
    starts: np.ndarray
    advances: np.ndarray
    gaps: np.ndarray
    forced: np.ndarray
    glued: np.ndarray

    @property
    def record_starts(self) -> np.ndarray:
        """The first token of each record that has any."""
        return _record_starts(self.starts)


def _record_starts(starts: np.ndarray) -> np.ndarray:
    return starts[:-1][starts[1:] > starts[:-1]]


class Tokeniser:
    """Turns the columns of a batch into the tokens of one part.

    ``cells`` are those of all lines; ``gap_looks`` has for each the look of the space before it,
    ``blank`` how many empty lines of the template stand before it. With ``keeps_lines``, a line
    whose fields are all empty stays; with ``by_syllable``, words are split.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        looks: Mapping[str, Look],
        words: Words,
        *,
        keeps_lines: bool,
        by_syllable: bool,
    ) -> None:
        self.lines, self.looks, self.words = lines, looks, words
        self.cells: list[Cell] = [cell for line in lines for cell in line]
        self.keeps_lines, self.by_syllable = keeps_lines, by_syllable
        self._line = np.array([n for n, line in enumerate(lines) for _ in line], np.int64)
        blank = np.cumsum([not line for line in lines])
        self.blank = blank[self._line] if keeps_lines else np.zeros(len(self.cells), np.int64)
        # A glued cell takes the space of the cell before it where that one is empty.
        spaces = [cell.space for cell in self.cells]
        self._glued = np.array([space is None for space in spaces], bool)
        for i in range(1, len(spaces)):
            if spaces[i] is None and self._line[i] == self._line[i - 1]:
                spaces[i] = spaces[i - 1]
        pairs = list(zip(self.cells, spaces, strict=True))
        self.gap_looks = [looks[cell.style if space is None else space] for cell, space in pairs]
        self.cell_looks = [looks[cell.style] for cell in self.cells]
        self._size = np.array([look.size for look in self.cell_looks], np.int64)
        self._own_gap = np.array([self._gap(look) for look in self.cell_looks], np.int64)
        self._first_gap = np.array(
            [
                0 if space is None else self._gap(look)
                for (_, space), look in zip(pairs, self.gap_looks, strict=True)
            ],
            np.int64,
        )

    def _gap(self, look: Look) -> int:
        return self.words.space(look) * look.size

    def tokens(self, columns: Columns) -> tuple[Tokens, list[Defects]]:
        """The tokens of the records that these are the columns of, and what is bad in a field."""
        defects: list[Defects] = []
        made: list[tuple[None, Ragged]] = []
        for line in self.lines:
            keep = self._kept(line, columns)
            for cell in line:
                index = len(made)
                if cell.literal is not None:
                    values = self._units(cell.style, [cell.literal]).values
                    values[0] &= ~(3 << _STAND_BIT)
                    ragged = Ragged.table(np.broadcast_to(values, (columns.rows, len(values))))
                else:
                    ragged = self._fields(cell, columns, defects)
                ragged = ragged if keep is None else ragged.only(keep)
                made.append((None, Ragged(ragged.values | index << _CELL_BIT, ragged.starts)))
        joined = assemble(made, columns.rows)
        ids = joined.values & ((1 << _STAND_BIT) - 1)
        cell_of = joined.values >> _CELL_BIT
        stands = (joined.values >> _STAND_BIT) & 3
        forced, glued = self._boundaries(cell_of, stands, joined.starts)
        gaps = self._first_gap[cell_of]
        gaps[glued] = 0
        later = np.flatnonzero(stands)
        gaps[later] = np.where(stands[later] == WORD, self._own_gap[cell_of[later]], 0)
        return Tokens(
            ids,
            cell_of,
            stands,
            np.repeat(np.arange(columns.rows), joined.lengths),
            joined.starts,
            self.words.advances[ids] * self._size[cell_of],
            gaps,
            forced,
            glued,
        ), defects

    def _kept(self, line: Line, columns: Columns) -> np.ndarray | None:
        """Which records keep a text part's line: those where one of its fields has a value."""
        fields = {field.column for cell in line for field in cell.fields}
        if self.keeps_lines or not fields:
            return None
        some = np.zeros(columns.rows, bool)
        for name in fields:
            length = pc.binary_length(columns[name])
            some |= length.to_numpy(zero_copy_only=False) > 0
        return None if some.all() else some

    def _fields(self, cell: Cell, columns: Columns, defects: list[Defects]) -> Ragged:
        """The tokens of a cell with fields."""
        words = columns.words(cell.pieces)
        defects += words.defects
        units = self._units(cell.style, words.distinct)
        rows = words.rows
        if len(units.values) == len(words.distinct):
            made = Ragged(units.values[rows.values], rows.starts)
        else:
            made = units.take(rows.values)
            made = Ragged(made.values, made.starts[rows.starts])
        first = made.starts[:-1][made.lengths > 0]
        made.values[first] &= ~(3 << _STAND_BIT)
        return made

    def _units(self, style: str, words: Sequence[str]) -> Ragged:
        """The tokens of words, coded with their stand: one each, or their syllables."""
        lengths = np.ones(len(words), np.int64)
        stands = np.full(len(words), WORD)
        if self.by_syllable:
            pieces = list(map(syllables, words))
            lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
            words = list(chain.from_iterable(pieces))
            stands = np.full(len(words), SYLLABLE)
            stands[np.cumsum(lengths) - lengths] = WORD
        return Ragged.of_lengths(
            self.words.ids(self.looks[style], words) | (stands << _STAND_BIT), lengths
        )

    def _boundaries(
        self, cell: np.ndarray, stands: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """(where a record or a line of the template begins, the tokens glued to the one before
        them): a mask and indices."""
        forced = np.zeros(len(cell), bool)
        forced[_record_starts(starts)] = True
        glued = np.zeros(0, np.int64)
        if self._line.max(initial=0) > 0 or self._glued.any():
            previous = np.concatenate((cell[:1], cell[:-1]))
            first = stands == FIRST
            forced |= first & (self._line[cell] != self._line[previous])
            glued = np.flatnonzero(first & self._glued[cell] & (previous == cell - 1) & ~forced)
        return forced, glued
