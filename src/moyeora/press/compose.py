"""A batch of frozen records in, the contents of its pieces out.

The records of a batch are grouped by layout; each hole is drawn for all records of its layout at
once; then the fragments of all streams of all pieces are put into the order of the file.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from moyeora.press.columns import Columns, Defects
from moyeora.press.design.holes import Hole
from moyeora.press.fault_table import Found, faults, of_found
from moyeora.press.faults import Fault, Policy
from moyeora.press.forme import Forme, stored_key
from moyeora.press.job import CodePart, ParagraphPart, PicturePart, TextPart
from moyeora.press.marks import EMPTY, Pool, Ragged, assemble, offsets
from moyeora.press.parts.codes import Coder
from moyeora.press.parts.drawing import Drawn
from moyeora.press.parts.images import Picture, Placer
from moyeora.press.parts.setting import Setter
from moyeora.press.parts.words import Words
from moyeora.press.parts.writing import SetText
from moyeora.press.survey import PIECE

# What a worker keeps of words and constants before it begins anew, so that memory stays flat.
_POOL_LIMIT = 24 << 20

Painter = Setter | Placer | Coder

# Told, for each hole with text: its layout, the hole, how the text of the layout's records was set,
# their places in the batch, and which of them show it (None: all).
Watch = Callable[[str, Hole, SetText, np.ndarray, np.ndarray | None], None]


@dataclass(frozen=True)
class Contents:
    """The composed streams of a batch of records.

    ``streams`` are the content streams of all records, one after the other (binary); record r's
    begin at ``starts[r]``. ``layouts`` are the rows of each layout, ``resources`` for each of
    its pages the columns of fragment ids (one row a record of the layout) that name its
    pictures. ``held`` is the code of the fault for which a record is not printed, else "".
    ``found`` is what is wrong with them, :attr:`faults` the same one by one.
    """

    streams: pa.Array
    starts: np.ndarray
    layouts: Mapping[str, np.ndarray]
    resources: Mapping[str, Sequence[Sequence[np.ndarray]]]
    held: np.ndarray
    found: Sequence[Found]

    @property
    def faults(self) -> list[Fault]:
        return list(dict.fromkeys(faults(of_found(self.found))))


@dataclass(frozen=True)
class _Batch:
    """What all parts drew for the records of a batch; ``streams`` are (the streams, numbered
    through the batch, what is drawn into each)."""

    starts: np.ndarray
    layouts: Mapping[str, np.ndarray]
    held: np.ndarray
    found: list[Found] = field(default_factory=list)
    streams: list[tuple[np.ndarray, Ragged]] = field(default_factory=list)
    resources: dict[str, list[list[np.ndarray]]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Painting:
    """What fills a hole, on which page of a piece and in which of its streams (None: the page
    itself draws it)."""

    painter: Painter
    hole: Hole
    page: int
    stream: int | None

    def draw(self, columns: Columns, shown: Mapping[str, np.ndarray]) -> Drawn:
        """The marks, nothing where the part's condition does not hold."""
        drawn = self.painter.draw(columns)
        here = shown.get(self.hole.part)
        if here is None or here.all():
            return drawn
        defects = [each.only(here) for each in drawn.defects]
        named = drawn.resources
        if named is not None:
            named = np.where(here, named, EMPTY)
        return Drawn([marks.only(here) for marks in drawn.marks], defects, named, drawn.text)


class Composer:
    """Composes batches of one job; a worker has one. ``pool`` holds the fragments that
    :class:`Contents` refer to, until the next batch."""

    def __init__(self, forme: Forme) -> None:
        self.forme = forme
        self.columns = sorted(forme.words.columns() - {PIECE})
        self._begin()

    def _begin(self) -> None:
        self.pool = Pool()
        words = Words(self.pool, self.forme.fonts)
        self._painters: dict[str, list[_Painting]] = {}
        for layout, pages in self.forme.layouts.items():
            made = self._painters[layout] = []
            stream = 0
            for at, page in enumerate(pages):
                for hole in page.settled:
                    made.append(_Painting(self._painter(layout, hole, words, True), hole, at, None))
                for group in page.groups:
                    for hole in group:
                        painter = self._painter(layout, hole, words, False)
                        made.append(_Painting(painter, hole, at, stream))
                    stream += 1

    def _painter(self, layout: str, hole: Hole, words: Words, settled: bool) -> Painter:
        forme, name = self.forme, hole.part
        part, survey = forme.job.parts[name], forme.survey
        if isinstance(part, TextPart | ParagraphPart):
            looks = forme.looks[layout, hole]
            return Setter(hole, part, forme.words.lines[name], looks, words, self.pool)
        pieces = forme.words.pieces[name]
        if isinstance(part, CodePart):
            return Coder(hole, part, pieces, survey.longest[name], survey.digits[name], self.pool)
        stored = forme.stored[stored_key(forme.job, hole)]
        fit = part.fit if isinstance(part, PicturePart) else "stretch"
        return Placer(hole, fit, pieces, stored, self.pool, settled=settled)

    def compose(self, records: pa.Table, first: int | np.ndarray) -> Contents:
        """Compose records; ``first`` is the piece number of the first of them, where they are
        consecutive, or the number of each."""
        drawn = self._drawn(records, first)
        joined_ids = assemble(drawn.streams, int(drawn.starts[-1]))
        fragments = self.pool.gather(joined_ids.values)
        ends = offsets(fragments)[joined_ids.starts].astype(np.int32)
        return Contents(
            pa.BinaryArray.from_buffers(
                pa.binary(), len(ends) - 1,
                [None, pa.py_buffer(ends), fragments.buffers()[2] or pa.py_buffer(b"")],
            ),
            drawn.starts, drawn.layouts, drawn.resources, drawn.held, drawn.found,
        )  # fmt: skip

    def judge(
        self, records: pa.Table, first: int, watch: Watch | None = None
    ) -> tuple[np.ndarray, list[Found]]:
        """``held`` and ``found`` of :meth:`compose`, without the streams. ``watch`` is told how
        each text is set."""
        drawn = self._drawn(records, first, watch)
        return drawn.held, drawn.found

    def _drawn(
        self, records: pa.Table, first: int | np.ndarray, watch: Watch | None = None
    ) -> "_Batch":
        """Draw every part of every record."""
        if self.pool.size > _POOL_LIMIT:
            self._begin()
        self.pool.drop_passing()
        rows = records.num_rows
        records = records.combine_chunks()
        pieces = first if isinstance(first, np.ndarray) else np.arange(first, first + rows)
        numbers = records["row"].to_numpy()
        held = records["problem"].fill_null("").to_numpy(zero_copy_only=False).astype(object)
        layout_of = records["layout"].fill_null("").combine_chunks().dictionary_encode()
        which = layout_of.indices.to_numpy(zero_copy_only=False)
        names = layout_of.dictionary.to_pylist()
        layouts = {
            name: np.flatnonzero(which == at)
            for at, name in enumerate(names)
            if name in self.forme.layouts
        }
        counts = np.zeros(rows, np.int64)
        for name, index in layouts.items():
            counts[index] = sum(len(page.groups) for page in self.forme.layouts[name])
        made = _Batch(np.concatenate(([0], np.cumsum(counts))), layouts, held)
        for name, index in layouts.items():
            columns, shown = self._columns(records, index, pieces)
            made.resources[name] = [[] for _ in self.forme.layouts[name]]
            for painting in self._painters[name]:
                drawn = painting.draw(columns, shown)
                if watch and drawn.text:
                    part = painting.hole.part
                    watch(name, painting.hole, drawn.text, index, shown.get(part))
                if painting.stream is not None:
                    rows_of = made.starts[index] + painting.stream
                    made.streams.extend((rows_of, marks) for marks in drawn.marks)
                if drawn.resources is not None:
                    made.resources[name][painting.page].append(drawn.resources)
                self._judge(drawn.defects, painting.hole.part, index, numbers, held, made.found)
        return made

    def take_used(self) -> dict[int, Picture]:
        """The pictures drawn since this was last asked, by object number."""
        used: dict[int, Picture] = {}
        for painting in (each for made in self._painters.values() for each in made):
            if isinstance(painting.painter, Placer):
                used |= {p.number: p for p in painting.painter.take_used() if p.ends}
        return used

    def cost_of_parts(self, records: pa.Table) -> dict[str, tuple[int, float]]:
        """For each part, the bytes of content and the seconds that these records take."""
        self.pool.drop_passing()
        records = records.combine_chunks()
        costs = dict.fromkeys(self.forme.job.parts, (0, 0.0))
        layout = records["layout"].fill_null("").to_numpy(zero_copy_only=False)
        for name, paintings in self._painters.items():
            index = np.flatnonzero(layout == name)
            columns, shown = self._columns(records, index, np.arange(1, len(layout) + 1))
            for painting in paintings:
                began = time.perf_counter()
                drawn = painting.draw(columns, shown)
                size = sum(self.pool.gather(marks.values).nbytes for marks in drawn.marks)
                before = costs[painting.hole.part]
                costs[painting.hole.part] = (
                    before[0] + size,
                    before[1] + time.perf_counter() - began,
                )
        return costs

    def _columns(
        self, records: pa.Table, index: np.ndarray, pieces: np.ndarray
    ) -> tuple[Columns, dict[str, np.ndarray]]:
        """The columns that parts read, for these rows, and for parts with a condition, where it
        holds."""
        whole = len(index) == records.num_rows
        rows = None if whole else pa.array(index)

        def of(name: str) -> pa.Array:
            values = records[name].combine_chunks()
            return values if rows is None else values.take(rows)

        columns = {name: of(name) for name in self.columns}
        columns[PIECE] = pa.array(pieces[index]).cast(pa.string())
        shown = {
            name: of(f"when:{name}").to_numpy(zero_copy_only=False)
            for name, part in self.forme.job.parts.items()
            if part.when is not None
        }
        return Columns(columns, len(index)), shown

    def _judge(
        self,
        defects: Sequence[Defects],
        part: str,
        index: np.ndarray,
        numbers: np.ndarray,
        held: np.ndarray,
        found: list[Found],
    ) -> None:
        """Note the faults of a part's records and hold those that the job says to hold."""
        for defect in defects:
            rows = index[defect.rows]
            mended = self.forme.job.policy(defect.kind) is Policy.FIX
            found.append(Found(defect.kind, numbers[rows], part, defect.what, mended))
            if not mended:
                held[rows[held[rows] == ""]] = defect.kind.value
