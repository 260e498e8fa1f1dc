"""Which pieces to look at: those where the design is tried the hardest.

One pass composes the whole list and measures each text as it was set; a second looks at the few
records that are the most extreme in something. As few of them are chosen as show every extreme.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press.compose import Composer
from moyeora.press.design.holes import UNIT, Hole
from moyeora.press.fonts.subset import EM
from moyeora.press.job import ParagraphPart
from moyeora.press.parts.writing import SetText
from moyeora.press.records.frozen import BATCH_ROWS, read
from moyeora.press.survey import PIECE
from moyeora.press.templates import BASE

_ABSENT = np.iinfo(np.int64).min  # the score of a record that has nothing to measure
_MM = 25.4 / 72 / UNIT  # of a hundredth of a point

Scores = npt.NDArray[np.int64]


class Why(StrEnum):
    """Why a piece is in a proof."""

    CHOSEN = "chosen"
    LAYOUT = "layout"
    LONGEST_VALUE = "longest-value"
    LONGEST_TEXT = "longest-text"
    MOST_LINES = "most-lines"
    LEAST_ROOM = "least-room"
    SMALLEST_TYPE = "smallest-type"
    RANDOM = "random"


_TOLD = {
    Why.CHOSEN: ("고른 사람", "chosen"),
    Why.LAYOUT: ("레이아웃 {place}", "layout {place}"),
    Why.LONGEST_VALUE: ("가장 긴 {place}: {value}자", "longest {place}: {value} letters"),
    Why.LONGEST_TEXT: ("{place}의 글이 가장 김: {value} mm", "most text in {place}: {value} mm"),
    Why.MOST_LINES: ("{place}의 줄이 가장 많음: {value}줄", "most lines in {place}: {value}"),
    Why.LEAST_ROOM: (
        "{place}의 남은 자리가 가장 적음: {value} %",
        "least room in {place}: {value} %",
    ),
    Why.SMALLEST_TYPE: (
        "{place}의 글자가 가장 작음: {value} pt",
        "smallest type in {place}: {value} pt",
    ),
    Why.RANDOM: ("무작위 (씨앗 {value})", "random (seed {value})"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a piece is in a proof: ``place`` is a column for the longest value, a layout for its
    first piece, else a part. ``value`` counts letters, lines, millimetres, percent of the hole's
    width or area, points, or is the seed."""

    why: Why
    place: str = ""
    value: float = 0.0

    def told(self, lang: str) -> str:
        """In words, ``"ko"`` or ``"en"``."""
        korean, english = _TOLD[self.why]
        return (korean if lang == "ko" else english).format(
            place=self.place, value=f"{self.value:.2f}".rstrip("0").rstrip(".")
        )


@dataclass(frozen=True, slots=True)
class _Measure:
    """Something in which one record is more extreme than all others."""

    why: Why
    place: str
    layout: str

    def reason(self, score: int, layouts: int) -> Reason:
        value = {
            Why.LAYOUT: 0.0,
            Why.LONGEST_TEXT: round(score * _MM),
            Why.LEAST_ROOM: round(-score / 100),
            Why.SMALLEST_TYPE: -score / UNIT,
        }.get(self.why, float(score))
        place = f"{self.place} ({self.layout})" if self.layout and layouts > 1 else self.place
        return Reason(self.why, place, value)


@dataclass
class _Best:
    """The highest score so far, the first row with it, how many of how many rows share it."""

    score: int = _ABSENT
    row: int = -1
    shared: int = 0
    measured: int = 0

    def add(self, scores: Scores, start: int) -> None:
        there = scores != _ABSENT
        self.measured += int(there.sum())
        top = int(scores.max(initial=_ABSENT))
        if top > self.score:
            self.score, self.row, self.shared = top, start + int(scores.argmax()), 0
        if top == self.score:
            self.shared += int((scores[there] == top).sum())

    @property
    def is_rare(self) -> bool:
        return 0 < self.shared < self.measured and self.shared <= max(1, self.measured // 10)


@dataclass(frozen=True)
class Extremes:
    """The rows of the frozen table (from 0) to look at, with what each is the extreme of;
    ``left_out`` is how many more extremes there are."""

    rows: Mapping[int, tuple[Reason, ...]]
    left_out: int


def find_extremes(composer: Composer, records: Path, rows: int, limit: int) -> Extremes:
    """At most ``limit`` records of a frozen table of ``rows`` that between them show every layout,
    and of each column and each hole with text the longest, the most lines, the least room and the
    smallest type. Records that are held do not take part; of equal ones the first is taken, and
    what more than a tenth of them have is no extreme."""
    gauge = _Gauge(composer)
    best: dict[_Measure, _Best] = {}
    for start in range(0, rows, BATCH_ROWS):
        table = read(records, start, min(start + BATCH_ROWS, rows))
        for measure, scores in gauge.scores(table, start + 1):
            best.setdefault(measure, _Best()).add(scores, start)
    wanted = {
        measure: found.score
        for measure, found in best.items()
        if found.is_rare or (measure.why is Why.LAYOUT and found.shared)
    }
    shows = {}
    for row in sorted({best[measure].row for measure in wanted}):
        found = dict(gauge.scores(read(records, row, row + 1), row + 1))
        shows[row] = {m for m, score in wanted.items() if m in found and found[m][0] == score}
    chosen = _cover(shows, limit)
    layouts = len(composer.forme.layouts)
    reasons = {
        row: tuple(measure.reason(wanted[measure], layouts) for measure in wanted if measure in new)
        for row, new in chosen.items()
    }
    return Extremes(reasons, len(wanted) - sum(map(len, reasons.values())))


def _cover(shows: Mapping[int, set[_Measure]], limit: int) -> dict[int, set[_Measure]]:
    """Few rows that show everything, every layout first; each thing is told where it is first
    shown."""
    left = set().union(*shows.values())
    chosen: dict[int, set[_Measure]] = {}
    while left and len(chosen) < limit:
        gains = [
            (sum(m.why is Why.LAYOUT for m in shown & left), len(shown & left), -row)
            for row, shown in shows.items()
        ]
        row = -max(gains)[2]
        chosen[row] = shows[row] & left
        left -= chosen[row]
    return chosen


class _Gauge:
    """Composes batches and scores their records; more is more extreme."""

    def __init__(self, composer: Composer) -> None:
        self.composer = composer
        self.columns = sorted(composer.forme.words.text_columns() - {PIECE})
        # A part that says nothing of the list, such as the piece's number, has no extremes.
        self._varied = {
            part: bool(composer.forme.words.columns_of(part) - {PIECE})
            for part in composer.forme.job.parts
        }
        self._seen: list[tuple[_Measure, Scores, Scores]] = []

    def scores(self, records: pa.Table, first: int) -> Iterator[tuple[_Measure, Scores]]:
        """The score of each record in each measure; those that are held have none."""
        self._seen.clear()
        held = self.composer.judge(records, first, self._watch)[0] != ""
        for column in self.columns:
            lengths = pc.utf8_length(records[column].combine_chunks().fill_null(""))
            values = lengths.to_numpy(zero_copy_only=False).astype(np.int64)
            yield _Measure(Why.LONGEST_VALUE, column, ""), np.where(held, _ABSENT, values)
        chosen = records["layout"].fill_null("").to_numpy(zero_copy_only=False)
        for layout in self.composer.forme.layouts:
            here = np.where((chosen == layout) & ~held, 1, _ABSENT)
            yield _Measure(Why.LAYOUT, layout, ""), here
        joined: dict[_Measure, Scores] = {}
        for measure, index, values in self._seen:
            whole = joined.setdefault(measure, np.full(len(held), _ABSENT))
            # A part may have several holes in a layout.
            whole[index] = np.maximum(whole[index], values)
        for measure, whole in joined.items():
            yield measure, np.where(held, _ABSENT, whole)

    def _watch(
        self,
        layout: str,
        hole: Hole,
        text: SetText,
        index: np.ndarray,
        shown: np.ndarray | None,
    ) -> None:
        if not self._varied[hole.part]:
            return
        rows = len(index)
        lines = np.bincount(text.lines.record, minlength=rows)
        here = lines > 0
        if shown is not None:
            here = here & shown
        widths = text.line_width // EM
        width, height = round(hole.width * UNIT), round(hole.height * UNIT)
        length = np.bincount(text.lines.record, widths, rows).astype(np.int64)
        depth = np.zeros(rows, np.int64)
        np.maximum.at(depth, text.lines.record, text.down + 1)
        if isinstance(self.composer.forme.job.parts[hole.part], ParagraphPart):
            leading, baseline = round(hole.leading * UNIT), round(hole.baseline * UNIT)
            capacity = width * (1 + max(0, height + 1 - baseline) // max(1, leading))
            last = np.zeros(rows, np.int64)
            ends = np.append(text.heads[1:], len(widths)) - 1
            last[text.lines.record[text.heads]] = widths[ends] if len(widths) else 0
            used = (depth - 1) * width + last
        else:
            capacity, used = width, np.zeros(rows, np.int64)
            np.maximum.at(used, text.lines.record, widths)
        measured = {
            Why.LONGEST_TEXT: length,
            Why.MOST_LINES: depth,
            Why.LEAST_ROOM: -np.maximum(10_000 * (capacity - used) // capacity, 0),
        }
        if text.size.min(initial=0) < round(hole.looks[BASE].size * UNIT):
            measured[Why.SMALLEST_TYPE] = -text.size
        for why, values in measured.items():
            self._seen.append(
                (_Measure(why, hole.part, layout), index, np.where(here, values, _ABSENT))
            )


def ordered(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Each reason once, in the order of :class:`Why`."""
    rank = list(Why)
    return tuple(sorted(dict.fromkeys(reasons), key=lambda reason: rank.index(reason.why)))
