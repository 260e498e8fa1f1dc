"""Text that is set into lines, written as fragments."""

from dataclasses import dataclass

import numpy as np

from moyeora.press.design.holes import UNIT, Hole
from moyeora.press.fonts.subset import EM, SPACE_CODE
from moyeora.press.job import ParagraphPart, TextPart
from moyeora.press.marks import Marks, Pool, Ragged
from moyeora.press.parts.drawing import BLACK, Frame, written
from moyeora.press.parts.lines import Lines
from moyeora.press.parts.tokens import FIRST, Tokeniser, Tokens
from moyeora.press.pdf import number

_NONE = np.iinfo(np.int64).min  # no fragment: other ids may be of either sign


@dataclass(frozen=True)
class SetText:
    """Text set into lines, before it is written."""

    tokens: Tokens
    ids: np.ndarray  # of the words, at their final size
    begins: np.ndarray  # which tokens begin a line
    lines: Lines
    heads: np.ndarray  # the first line of each record that has any
    line_width: np.ndarray
    down: np.ndarray  # how many lines below the first each line is
    tall: np.ndarray  # from the top of the hole to the last baseline, for each record
    size: np.ndarray  # for each record


class Writer:
    """Writes the set text of one part in one hole."""

    def __init__(
        self, hole: Hole, part: TextPart | ParagraphPart, tokeniser: Tokeniser, pool: Pool
    ) -> None:
        self.hole, self.part, self.words, self.pool = hole, part, tokeniser.words, pool
        self.frame = Frame.of(hole)
        self.base = tokeniser.looks[""]
        cell_looks, gap_looks = tokeniser.cell_looks, tokeniser.gap_looks
        self._size = np.array([look.size for look in cell_looks], np.int64)
        self._gap_size = np.array([look.size for look in gap_looks], np.int64)
        used = list(dict.fromkeys([self.base, *cell_looks, *gap_looks]))
        self._several = len(used) > 1
        self._look = np.array([used.index(look) for look in cell_looks], np.int64)
        self._gap_look = np.array([used.index(look) for look in gap_looks], np.int64)
        selects = [look.select(self.words.fonts, look.ink, always=True) for look in used]
        self._switches = np.array([pool.constant(b")]TJ%b[(" % s) for s in selects], np.int64)
        self._plain = all(look.ink == BLACK and not look.tracking for look in used)

    def write(self, set_: SetText) -> list[Marks]:
        """The fragments of set text.

        A word's own fragment is followed in the pool by the same with a space before it. Other
        fragments come before a token only where a line begins, where a gap is stretched, and
        where the look changes.
        """
        tokens, lines, pool = set_.tokens, set_.lines, self.pool
        count = len(tokens.ids)
        spaced = tokens.gaps > 0
        spaced[lines.first] = False
        between = np.full(count, _NONE, np.int64)
        if isinstance(self.part, ParagraphPart) and self.part.align == "justify":
            self._stretch(set_, spaced, between)
        between[lines.first] = self._heads(set_)
        inserted = [between]
        if self._several:
            before, after = self._turns(tokens)
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

    def _turns(self, tokens: Tokens) -> tuple[np.ndarray, np.ndarray]:
        """The fragments that change the look before a token's space, and between it and its
        word, where there are any."""
        look, gap_look = self._look[tokens.cell], self._gap_look[tokens.cell]
        # Between the words of one field's value the space is in its own look.
        gap_look = np.where((tokens.gaps > 0) & (tokens.stands == FIRST), gap_look, look)
        gap_look[tokens.record_starts] = 0  # a record begins in the base look
        previous = np.concatenate((look[:1] * 0, look[:-1]))
        previous[tokens.record_starts] = 0
        return (
            np.where(gap_look != previous, self._switches[gap_look], _NONE),
            np.where(look != gap_look, self._switches[look], _NONE),
        )

    def _stretch(self, set_: SetText, gap: np.ndarray, between: np.ndarray) -> None:
        """Widen the gaps (where ``gap``) of every line that is followed by another of its
        paragraph: put their fragments into ``between``."""
        lines = set_.lines
        followed = np.append(~set_.tokens.forced[lines.first[1:]], False) & (lines.gaps > 0)
        slack = np.where(followed, self.frame.width * EM - set_.line_width, 0)
        cell, first = set_.tokens.cell, set_.tokens.stands == FIRST
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

    def _heads(self, set_: SetText) -> np.ndarray:
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
