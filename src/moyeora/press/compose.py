"""A batch of frozen records in, the contents of its pieces out.

The records of a batch are grouped by layout; each hole is drawn for all records of its layout at
once; then the fragments of all streams of all pieces are put into the order of the file.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from moyeora.press.artwork import Hole
from moyeora.press.codes import Coder
from moyeora.press.drawing import Defects, Drawn
from moyeora.press.faults import Fault, Policy
from moyeora.press.forme import Forme, stored_key
from moyeora.press.images import Placer
from moyeora.press.job import BlockPart, CodePart, ParagraphPart, PicturePart, TextPart
from moyeora.press.marks import Pool, Ragged, assemble, offsets
from moyeora.press.pictures import Picture
from moyeora.press.setting import Setter
from moyeora.press.survey import PIECE
from moyeora.press.templates import Columns
from moyeora.press.words import Words

# What a worker keeps of words and constants before it begins anew, so that memory stays flat.
_POOL_LIMIT = 48 << 20

Painter = Setter | Placer | Coder


@dataclass(frozen=True)
class Contents:
    """The composed streams of a batch of records.

    ``streams`` are the content streams of all records, one after the other (binary); record r's
    begin at ``starts[r]``. ``layouts`` are the rows of each layout, ``resources`` for each of
    its pages the columns of fragment ids (one row a record of the layout) that name its
    pictures. ``held`` is the code of the fault for which a record is not printed, else "".
    """

    streams: pa.Array
    starts: np.ndarray
    layouts: Mapping[str, np.ndarray]
    resources: Mapping[str, Sequence[Sequence[np.ndarray]]]
    held: np.ndarray
    faults: Sequence[Fault]


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
        # layout -> pages -> groups -> painters
        self._painters = {
            layout: [
                [
                    [(self._painter(layout, hole, words), hole.part) for hole in group]
                    for group in page.groups
                ]
                for page in pages
            ]
            for layout, pages in self.forme.layouts.items()
        }
        for pages in self._painters.values():
            for page in pages:
                placers = [p for group in page for p, _ in group if isinstance(p, Placer)]
                for number, placer in enumerate(placers):
                    placer.name = b"P%d" % number

    def _painter(self, layout: str, hole: Hole, words: Words) -> Painter:
        forme, name = self.forme, hole.part
        part, survey = forme.job.parts[name], forme.survey
        if isinstance(part, TextPart | ParagraphPart):
            looks = forme.looks_of(layout, hole)
            return Setter(hole, part, forme.words.lines[name], looks, words, self.pool)
        pieces = forme.words.pieces[name]
        if isinstance(part, CodePart):
            return Coder(hole, part, pieces, survey.longest[name], survey.digits[name], self.pool)
        stored = forme.stored[stored_key(name, hole, forme.job)]
        fit = part.fit if isinstance(part, PicturePart) else "stretch"
        assert isinstance(part, PicturePart | BlockPart)
        return Placer(hole, fit, pieces, stored, self.pool)

    def compose(self, records: pa.Table, first: int) -> Contents:
        """Compose consecutive records; ``first`` is the piece number of the first of them."""
        if self.pool.size > _POOL_LIMIT:
            self._begin()
        self.pool.drop_passing()
        rows = records.num_rows
        records = records.combine_chunks()
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
        starts = np.concatenate(([0], np.cumsum(counts)))

        faults: list[Fault] = []
        streams: list[tuple[np.ndarray, Ragged]] = []
        resources: dict[str, list[list[np.ndarray]]] = {}
        for name, index in layouts.items():
            columns, shown = self._columns(records, index, first)
            stream = starts[index]
            resources[name] = []
            for page in self._painters[name]:
                named: list[np.ndarray] = []
                for group in page:
                    for painter, part in group:
                        drawn = self._drawn(painter, columns, shown.get(part))
                        streams += [(stream, marks) for marks in drawn.marks]
                        if drawn.resources is not None:
                            named.append(drawn.resources.values)
                        self._judge(drawn.defects, part, index, numbers, held, faults)
                    stream = stream + 1
                resources[name].append(named)
        joined_ids = assemble(streams, int(starts[-1]))
        fragments = self.pool.gather(joined_ids.values)
        ends = offsets(fragments)[joined_ids.starts].astype(np.int32)
        return Contents(
            pa.BinaryArray.from_buffers(
                pa.binary(), len(ends) - 1,
                [None, pa.py_buffer(ends), fragments.buffers()[2] or pa.py_buffer(b"")],
            ),
            starts, layouts, resources, held, faults,
        )  # fmt: skip

    def take_used(self) -> dict[int, Picture]:
        """The pictures drawn since this was last asked, by object number."""
        used: dict[int, Picture] = {}
        for pages in self._painters.values():
            for painter, _ in (pair for page in pages for group in page for pair in group):
                if isinstance(painter, Placer):
                    used |= {p.number: p for p in painter.take_used() if p.ends}
        return used

    def cost_of_parts(self, records: pa.Table) -> dict[str, tuple[int, float]]:
        """For each part, the bytes of content and the seconds that these records take."""
        self.pool.drop_passing()
        records = records.combine_chunks()
        costs = dict.fromkeys(self.forme.job.parts, (0, 0.0))
        layout = records["layout"].fill_null("").to_numpy(zero_copy_only=False)
        for name, pages in self._painters.items():
            index = np.flatnonzero(layout == name)
            columns, shown = self._columns(records, index, 1)
            for painter, part in (pair for page in pages for group in page for pair in group):
                began = time.perf_counter()
                drawn = self._drawn(painter, columns, shown.get(part))
                size = sum(self.pool.gather(marks.values).nbytes for marks in drawn.marks)
                seconds = time.perf_counter() - began
                costs[part] = (costs[part][0] + size, costs[part][1] + seconds)
        return costs

    def _columns(
        self, records: pa.Table, index: np.ndarray, first: int
    ) -> tuple[Columns, dict[str, np.ndarray]]:
        """The columns that parts read, for these rows, and for parts with a condition, where it
        holds."""
        whole = len(index) == records.num_rows
        rows = None if whole else pa.array(index)

        def of(name: str) -> pa.Array:
            values = records[name].combine_chunks()
            return values if rows is None else values.take(rows)

        columns = {name: of(name) for name in self.columns}
        columns[PIECE] = pa.array(index + first).cast(pa.string())
        shown = {
            name: of(f"when:{name}").to_numpy(zero_copy_only=False)
            for name, part in self.forme.job.parts.items()
            if part.when is not None
        }
        return Columns(columns, len(index)), shown

    @staticmethod
    def _drawn(painter: Painter, columns: Columns, shown: np.ndarray | None) -> Drawn:
        drawn = painter.draw(columns)
        if shown is None or shown.all():
            return drawn
        defects = [Defects(d.kind, d.rows[shown[d.rows]], d.what) for d in drawn.defects]
        return Drawn([marks.only(shown) for marks in drawn.marks], defects, drawn.resources)

    def _judge(
        self,
        defects: Sequence[Defects],
        part: str,
        index: np.ndarray,
        numbers: np.ndarray,
        held: np.ndarray,
        faults: list[Fault],
    ) -> None:
        """Note the faults of a part's records and hold those that the job says to hold."""
        for defect in defects:
            rows = index[defect.rows]
            faults += [Fault(defect.kind, row, part, defect.what) for row in numbers[rows].tolist()]
            if self.forme.job.policy(defect.kind) is not Policy.FIX:
                for row in rows.tolist():
                    held[row] = held[row] or defect.kind.value
