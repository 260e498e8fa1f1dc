"""The parts ``text`` and ``paragraph``: words set into lines.

Widths count in hundredths of a point times :data:`~moyeora.press.fonts.subset.EM`, so that no
rounding adds up.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from moyeora.press.columns import Columns, Defects
from moyeora.press.design.holes import UNIT, Hole
from moyeora.press.faults import Kind
from moyeora.press.fonts.subset import EM
from moyeora.press.job import ParagraphPart, TextPart
from moyeora.press.marks import Pool
from moyeora.press.parts.drawing import Drawn, Frame
from moyeora.press.parts.lines import greedy, measure
from moyeora.press.parts.tokens import Tokeniser, Tokens
from moyeora.press.parts.words import Look, Words
from moyeora.press.parts.writing import SetText, Writer
from moyeora.press.templates import Line

_SHRINK_STEP = 25  # sizes are tried in steps of a quarter of a point
_TOLERANCE = EM  # a hundredth of a point over the edge is no fault


class Setter:
    """Sets one part in one hole, batch after batch."""

    def __init__(
        self,
        hole: Hole,
        part: TextPart | ParagraphPart,
        lines: Sequence[Line],
        looks: Mapping[str, Look],
        words: Words,
        pool: Pool,
    ) -> None:
        self.hole, self.part, self.words = hole, part, words
        self.frame = Frame.of(hole)
        self.base = looks[""]
        self.wraps = isinstance(part, ParagraphPart)
        self.tokeniser = Tokeniser(
            lines,
            looks,
            words,
            keeps_lines=self.wraps,
            by_syllable=isinstance(part, ParagraphPart) and part.breaks == "syllable",
        )
        self.writer = Writer(hole, part, self.tokeniser, pool)
        # The last letter of a line is not tracked.
        cell_looks = self.tokeniser.cell_looks
        self._trail = np.array([look.tracking * look.size for look in cell_looks], np.int64)
        self._tracked = bool(np.any(self._trail))

    def draw(self, columns: Columns) -> Drawn:
        """The marks of the records that these are the columns of."""
        rows = columns.rows
        tokens, defects = self.tokeniser.tokens(columns)
        defects += self._flaws(tokens)
        width = self.frame.width * EM
        trail = self._trail[tokens.cell] if self._tracked else 0
        if self.wraps:
            breaks = np.ones(len(tokens.ids), bool)
            breaks[tokens.glued] = False
            begins = greedy(tokens.advances, tokens.gaps, breaks, tokens.forced, width, trail)
        else:
            begins = tokens.forced
        lines = measure(begins, tokens.advances, tokens.gaps, tokens.row, trail)

        size = np.full(rows, self.base.size, np.int64)
        # The first line of each record that has any.
        heads = np.flatnonzero(np.concatenate(([True], lines.record[1:] != lines.record[:-1])))
        heads = heads[: len(lines.record)]
        written = lines.record[heads]
        widest = np.zeros(rows, np.int64)
        widest[written] = np.maximum.reduceat(lines.width, heads) if len(heads) else 0
        over = widest > width + _TOLERANCE
        ids, line_width = tokens.ids, lines.width
        if isinstance(self.part, TextPart) and self.part.least_size_pt and over.any():
            fitted = self.base.size * width // np.maximum(widest, 1)
            size[over] = fitted[over] // _SHRINK_STEP * _SHRINK_STEP
            over &= size < self.part.least_size_pt * UNIT
            size[over] = self.base.size
            line_width = line_width * size[lines.record] // self.base.size
            ids = self._sized(ids, tokens.row, size)
        if over.any():
            excess = (widest - width) / EM / UNIT * 25.4 / 72
            defects += self._overset(np.flatnonzero(over), excess, "too wide")

        # How many lines down each line lies, empty lines of the template included.
        per_record = np.diff(np.append(heads, len(lines.record)))
        down = np.arange(len(lines.first)) - np.repeat(heads, per_record)
        down += self.tokeniser.blank[tokens.cell[lines.first]]
        depth = np.zeros(rows, np.int64)
        depth[written] = down[heads + per_record - 1]
        leading, baseline = round(self.hole.leading * UNIT), round(self.hole.baseline * UNIT)
        tall = baseline + depth * leading
        too_tall = written[tall[written] > self.frame.height + 1]
        if len(too_tall):
            excess = (tall - self.frame.height) / UNIT * 25.4 / 72
            defects += self._overset(too_tall, excess, "too tall")

        ready = SetText(tokens, ids, begins, lines, heads, line_width, down, tall, size)
        return Drawn(self.writer.write(ready), defects, text=ready)

    def _flaws(self, tokens: Tokens) -> list[Defects]:
        at = np.flatnonzero(self.words.flawed[tokens.ids])
        if not len(at):
            return []
        words, which = np.unique(tokens.ids[at], return_inverse=True)
        flaws = [self.words.flaws[word] for word in words.tolist()]
        # In an order that does not depend on what was set before: what is found first is the
        # reason to hold a record.
        kinds = sorted(set(flaws), reverse=True)
        numbers = {flaw: number for number, flaw in enumerate(kinds)}
        flaw_of = np.array([numbers[flaw] for flaw in flaws])[which]
        # Each flaw once for each record that has it.
        count = int(tokens.row.max()) + 1
        flaw_of, rows = np.divmod(np.unique(flaw_of * count + tokens.row[at]), count)
        told = pa.array([flaw.told for flaw in kinds], pa.string()).take(pa.array(flaw_of))
        missing = int(np.searchsorted(flaw_of, sum(flaw.missing for flaw in kinds)))
        made = [
            Defects(Kind.MISSING_GLYPH, rows[:missing], told[:missing]),
            Defects(Kind.CONTROL_CHARACTER, rows[missing:], told[missing:]),
        ]
        return [defects for defects in made if len(defects.rows)]

    def _overset(self, rows: np.ndarray, excess_mm: np.ndarray, how: str) -> list[Defects]:
        lengths, which = np.unique(np.round(excess_mm[rows], 1), return_inverse=True)
        told = pa.array([f"the text is {mm:.1f} mm {how}" for mm in lengths.tolist()], pa.string())
        return [Defects(Kind.OVERSET, rows, told.take(pa.array(which)))]

    def _sized(self, ids: np.ndarray, row: np.ndarray, size: np.ndarray) -> np.ndarray:
        """The ids with those words set anew whose fragments name a size."""
        sized = self.words.sized
        if not sized:
            return ids
        ids = ids.copy()
        small = np.flatnonzero(
            (size[row] != self.base.size) & np.isin(ids, np.fromiter(sized, np.int64, len(sized)))
        )
        for at in small.tolist():
            look = self.base.at(int(size[row[at]]))
            ids[at] = self.words.ids(look, [sized[int(ids[at])]])[0]
        return ids
