"""The parts ``text`` and ``paragraph``: words set into lines.

A batch's text is a row of tokens (words or parts of words) for each record. Widths count in
hundredths of a point times :data:`~moyeora.press.fonts.EM`, so that no rounding adds up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow.compute as pc

from moyeora.press.drawing import BLACK, Defects, Drawn, Frame, written
from moyeora.press.faults import Kind
from moyeora.press.fonts import EM, SPACE_CODE
from moyeora.press.holes import UNIT, Hole
from moyeora.press.job import ParagraphPart, TextPart
from moyeora.press.lines import Lines, greedy, measure, syllables
from moyeora.press.marks import Marks, Pool, Ragged, assemble
from moyeora.press.pdf import number
from moyeora.press.templates import Cell, Columns, Line
from moyeora.press.words import Look, Words

_SHRINK_STEP = 25  # sizes are tried in steps of a quarter of a point
_TOLERANCE = EM  # a hundredth of a point over the edge is no fault

# How a token stands to the one before it: the first of its cell, a further word of a field's
# value (a space before it), or a further syllable (nothing before it, but a line may begin).
_FIRST, _WORD, _SYLLABLE = range(3)
_NONE = np.iinfo(np.int64).min  # no fragment: other ids may be of either sign
_STAND_BIT, _CELL_BIT = 40, 42  # where a coded token holds them, above its fragment id


@dataclass(frozen=True)
class _Tokens:
    """The tokens of a batch: fragment id, cell, how it stands to the one before, and its row."""

    ids: np.ndarray
    cell: np.ndarray
    stands: np.ndarray
    row: np.ndarray
    starts: np.ndarray

    @property
    def record_starts(self) -> np.ndarray:
        """The first token of each record that has any."""
        return self.starts[:-1][self.starts[1:] > self.starts[:-1]]


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
        self.hole, self.part, self.lines, self.words, self.pool = hole, part, lines, words, pool
        self.frame = Frame.of(hole)
        self.looks = looks
        self.base = looks[""]
        self.cells: list[Cell] = [cell for line in lines for cell in line]
        self.wraps = isinstance(part, ParagraphPart)
        self._syllables = isinstance(part, ParagraphPart) and part.breaks == "syllable"

        self._line = np.array([n for n, line in enumerate(lines) for _ in line], np.int64)
        # Empty lines of a paragraph stand before the next line that has words.
        blank = np.cumsum([not line for line in lines])
        self._blank = blank[self._line] if self.wraps else np.zeros(len(self.cells), np.int64)
        # A glued cell takes the space of the cell before it where that one is empty.
        spaces = [cell.space for cell in self.cells]
        self._glued = np.array([space is None for space in spaces], bool)
        for i in range(1, len(spaces)):
            if spaces[i] is None and self._line[i] == self._line[i - 1]:
                spaces[i] = spaces[i - 1]
        gap_looks = [
            looks[c.style if s is None else s] for c, s in zip(self.cells, spaces, strict=True)
        ]
        self._size = np.array([looks[cell.style].size for cell in self.cells], np.int64)
        self._own_gap = np.array([self._gap(looks[cell.style]) for cell in self.cells], np.int64)
        self._first_gap = np.array(
            [
                0 if s is None else self._gap(look)
                for s, look in zip(spaces, gap_looks, strict=True)
            ],
            np.int64,
        )
        self._gap_size = np.array([look.size for look in gap_looks], np.int64)

        used = list(
            dict.fromkeys([self.base, *(looks[cell.style] for cell in self.cells), *gap_looks])
        )
        self._several = len(used) > 1
        self._style = np.array([used.index(looks[cell.style]) for cell in self.cells], np.int64)
        self._gap_style = np.array([used.index(look) for look in gap_looks], np.int64)
        self._switches = np.array(
            [
                pool.constant(b")]TJ%b[(" % look.select(words.fonts, look.ink, always=True))
                for look in used
            ],
            np.int64,
        )
        self._plain = all(look.ink == BLACK and not look.tracking for look in used)
        # The last letter of a line is not tracked.
        self._trail = np.array([looks[c.style].tracking * looks[c.style].size for c in self.cells])
        self._tracked = bool(np.any(self._trail))

    def _gap(self, look: Look) -> int:
        return self.words.space(look) * look.size

    # --- tokens ---------------------------------------------------------------------------

    def _tokens(self, columns: Columns) -> tuple[_Tokens, list[Defects]]:
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
        return _Tokens(
            joined.values & ((1 << _STAND_BIT) - 1),
            joined.values >> _CELL_BIT,
            (joined.values >> _STAND_BIT) & 3,
            np.repeat(np.arange(columns.rows), joined.lengths),
            joined.starts,
        ), defects

    def _kept(self, line: Line, columns: Columns) -> np.ndarray | None:
        """Which records keep a text part's line: those where one of its fields has a value."""
        fields = {field.column for cell in line for field in cell.fields}
        if self.wraps or not fields:
            return None
        some = np.zeros(columns.rows, bool)
        for name in fields:
            length = pc.binary_length(columns[name])
            some |= length.to_numpy(zero_copy_only=False) > 0
        return None if some.all() else some

    def _fields(self, cell: Cell, columns: Columns, defects: list[Defects]) -> Ragged:
        """The tokens of a cell with fields."""
        words = columns.words(cell.pieces)
        defects += [Defects(error.kind, where, str(error)) for where, error in words.bad]
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
        stands = np.full(len(words), _WORD)
        if self._syllables:
            pieces = list(map(syllables, words))
            lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
            words = list(chain.from_iterable(pieces))
            stands = np.full(len(words), _SYLLABLE)
            stands[np.cumsum(lengths) - lengths] = _WORD
        return Ragged.of_lengths(
            self.words.ids(self.looks[style], words) | (stands << _STAND_BIT), lengths
        )

    # --- setting --------------------------------------------------------------------------

    def draw(self, columns: Columns) -> Drawn:
        """The marks of the records that these are the columns of."""
        rows = columns.rows
        tokens, defects = self._tokens(columns)
        defects += self._flaws(tokens)
        cell = tokens.cell
        advances = self.words.advances[tokens.ids] * self._size[cell]
        forced, glued = self._boundaries(tokens)
        gaps = self._first_gap[cell]
        gaps[glued] = 0
        later = np.flatnonzero(tokens.stands)
        gaps[later] = np.where(tokens.stands[later] == _WORD, self._own_gap[cell[later]], 0)
        width = self.frame.width * EM
        trail = self._trail[cell] if self._tracked else 0
        if self.wraps:
            breaks = np.ones(len(cell), bool)
            breaks[glued] = False
            begins = greedy(advances, gaps, breaks, forced, width, trail)
        else:
            begins = forced
        lines = measure(begins, advances, gaps, tokens.row, trail)

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
        down += self._blank[cell[lines.first]]
        depth = np.zeros(rows, np.int64)
        depth[written] = down[heads + per_record - 1]
        leading, baseline = round(self.hole.leading * UNIT), round(self.hole.baseline * UNIT)
        tall = baseline + depth * leading
        too_tall = written[tall[written] > self.frame.height + 1]
        if len(too_tall):
            excess = (tall - self.frame.height) / UNIT * 25.4 / 72
            defects += self._overset(too_tall, excess, "too tall")

        ready = _Set(tokens, ids, begins, forced, gaps, lines, heads, line_width, down, tall, size)
        return Drawn(self._write(ready), defects)

    def _boundaries(self, tokens: _Tokens) -> tuple[np.ndarray, np.ndarray]:
        """(where a record or a line of the template begins, the tokens glued to the one before
        them): a mask and indices."""
        forced = np.zeros(len(tokens.ids), bool)
        forced[tokens.record_starts] = True
        several_lines, any_glued = self._line.max(initial=0) > 0, self._glued.any()
        glued = np.zeros(0, np.int64)
        if several_lines or any_glued:
            cell = tokens.cell
            previous = np.concatenate((cell[:1], cell[:-1]))
            first = tokens.stands == _FIRST
            forced |= first & (self._line[cell] != self._line[previous])
            glued = np.flatnonzero(first & self._glued[cell] & (previous == cell - 1) & ~forced)
        return forced, glued

    def _flaws(self, tokens: _Tokens) -> list[Defects]:
        flaws = self.words.flaws
        if not flaws:
            return []
        found = np.isin(tokens.ids, np.fromiter(flaws, np.int64, len(flaws)))
        made = []
        for token in np.unique(tokens.ids[found]).tolist():
            missing, character = flaws[token]
            rows = np.unique(tokens.row[tokens.ids == token])
            code = f"U+{ord(character):04X}"
            if missing:
                what = f"no font has {character} ({code})"
                made.append(Defects(Kind.MISSING_GLYPH, rows, what))
            else:
                what = f"contains the invisible character {code}"
                made.append(Defects(Kind.CONTROL_CHARACTER, rows, what))
        return made

    def _overset(self, rows: np.ndarray, excess_mm: np.ndarray, how: str) -> list[Defects]:
        rounded = np.round(excess_mm[rows], 1)
        return [
            Defects(Kind.OVERSET, rows[rounded == mm], f"the text is {mm:.1f} mm {how}")
            for mm in np.unique(rounded).tolist()
        ]

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

    # --- writing --------------------------------------------------------------------------

    def _write(self, set_: "_Set") -> list[Marks]:
        """The fragments of set text.

        A word's own fragment is followed in the pool by the same with a space before it. Other
        fragments come before a token only where a line begins, where a gap is stretched, and
        where the look changes.
        """
        tokens, lines, pool = set_.tokens, set_.lines, self.pool
        count = len(tokens.ids)
        spaced = set_.gaps > 0
        spaced[lines.first] = False
        between = np.full(count, _NONE, np.int64)
        if isinstance(self.part, ParagraphPart) and self.part.align == "justify":
            self._stretch(set_, spaced, between)
        between[lines.first] = self._heads(set_)
        inserted = [between]
        if self._several:
            before, after = self._turns(tokens, set_.gaps)
            apart = spaced & ((before != _NONE) | (after != _NONE)) & (between == _NONE)
            between[apart] = pool.constant(SPACE_CODE)
            inserted = [before, between, after]
        ids = set_.ids + (spaced & (between == _NONE))

        extra = sum((np.asarray(column != _NONE, np.int64) for column in inserted), np.int64(0))
        places = np.cumsum(extra) + np.arange(count)
        made = np.empty(count + int(np.sum(extra)), np.int64)
        made[places] = ids
        free = places - extra
        for column in inserted:
            there = np.flatnonzero(column != _NONE)
            made[free[there]] = column[there]
            free[there] += 1
        totals = np.concatenate(([0], places + 1))
        end = pool.constant(b")]TJ ET " if self._plain else b")]TJ ET Q ")
        some = np.diff(tokens.starts) > 0
        return [
            Ragged(made, totals[tokens.starts]),
            Ragged.of_lengths(np.full(int(some.sum()), end), some.astype(np.int64)),
        ]

    def _turns(self, tokens: _Tokens, gaps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The fragments that change the look before a token's space, and between it and its
        word, where there are any."""
        style, gap_style = self._style[tokens.cell], self._gap_style[tokens.cell]
        # Between the words of one field's value the space is in its own style.
        gap_style = np.where((gaps > 0) & (tokens.stands == _FIRST), gap_style, style)
        gap_style[tokens.record_starts] = 0  # a record begins in the base look
        previous = np.concatenate((style[:1] * 0, style[:-1]))
        previous[tokens.record_starts] = 0
        return (
            np.where(gap_style != previous, self._switches[gap_style], _NONE),
            np.where(style != gap_style, self._switches[style], _NONE),
        )

    def _stretch(self, set_: "_Set", gap: np.ndarray, between: np.ndarray) -> None:
        """Widen the gaps (where ``gap``) of every line that is followed by another of its
        paragraph: put their fragments into ``between``."""
        lines = set_.lines
        followed = np.append(~set_.forced[lines.first[1:]], False) & (lines.gaps > 0)
        slack = np.where(followed, self.frame.width * EM - set_.line_width, 0)
        cell, first = set_.tokens.cell, set_.tokens.stands == _FIRST
        gap_size = np.where(first, self._gap_size[cell], self._size[cell])
        sizes = np.add.reduceat(np.where(gap, gap_size, 0), lines.first)
        # TJ counts in thousandths of the size in force, towards the left.
        moves = np.rint(slack * 1000 / EM / np.maximum(sizes, 1)).astype(np.int64)
        wanted = np.unique(moves[followed])
        ids = np.array(
            [self.pool.constant(b")%d(%b" % (-move, SPACE_CODE)) for move in wanted.tolist()],
            np.int64,
        )
        of_line = np.zeros(len(moves), np.int64)
        of_line[followed] = ids[np.searchsorted(wanted, moves[followed])]
        line_of = np.cumsum(set_.begins) - 1
        stretched = gap & followed[line_of]
        between[stretched] = of_line[line_of[stretched]]

    def _heads(self, set_: "_Set") -> np.ndarray:
        """The fragment that begins each line: the first of a record selects font and place, the
        others move from the line before."""
        lines, frame, part = set_.lines, self.frame, self.part
        leading = round(self.hole.leading * UNIT)
        room = (frame.width * EM - set_.line_width) // EM
        x = {"center": room // 2, "right": room}.get(part.align, np.zeros_like(room))
        spare = frame.height - set_.tall
        lowered = {"middle": spare // 2, "bottom": spare}.get(part.vertical_align, spare * 0)
        y = (frame.height - round(self.hole.baseline * UNIT) - lowered[lines.record]
             - set_.down * leading)  # fmt: skip

        now = set_.heads
        heads = np.empty(len(lines.first), np.int64)
        later = np.delete(np.arange(len(lines.first)), now)
        heads[later] = self._fragments(
            b")]TJ ", x[later] - x[later - 1], b" ", y[later] - y[later - 1], b" Td[("
        )
        page_x, page_y = frame.on_page(x[now], y[now])
        turned = b"" if frame.upright else b" ".join(map(number, frame.matrix[:4])) + b" "
        select = self.base.select(self.words.fonts, None if self._plain else self.base.ink)
        size = set_.size[lines.record[now]]
        font, _, rest = select.partition(b"%d Tf" % self.base.size)
        tracked: list[bytes | np.ndarray] = []
        if self.base.tracking:
            tracked = [b" ", np.round(self.base.tracking * size / EM, 4), b" Tc"]
            rest = rest.partition(b" Tc")[2]
        heads[now] = self._fragments(
            (b"BT" if self._plain else b"q BT") + font, size, b" Tf", *tracked, rest, b" " + turned,
            page_x, b" ", page_y, b" Td[(" if frame.upright else b" Tm[(",
        )  # fmt: skip
        return heads

    def _fragments(self, *pieces: bytes | np.ndarray) -> np.ndarray:
        """Ids of fragments from constants and columns; a kept one if all rows are the same."""
        columns = [piece for piece in pieces if not isinstance(piece, bytes)]
        if not len(columns[0]):
            return columns[0]
        if all(np.all(values == values[0]) for values in columns):
            alike = b"".join(
                piece if isinstance(piece, bytes) else number(piece[0]) for piece in pieces
            )
            return np.full(len(columns[0]), self.pool.constant(alike))
        return self.pool.passing(written(*pieces))


@dataclass(frozen=True)
class _Set:
    """Text set into lines, before it is written."""

    tokens: _Tokens
    ids: np.ndarray  # of the words, at their final size
    begins: np.ndarray  # which tokens begin a line
    forced: np.ndarray  # which of them whatever the width
    gaps: np.ndarray  # the width of the space before each token
    lines: Lines
    heads: np.ndarray  # the first line of each record that has any
    line_width: np.ndarray
    down: np.ndarray  # how many lines below the first each line is
    tall: np.ndarray  # from the top of the hole to the last baseline, for each record
    size: np.ndarray  # for each record
