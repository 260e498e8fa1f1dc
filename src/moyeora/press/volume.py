"""Composed pieces in, a PDF file out, written once from front to back.

A volume is a whole PDF of a set number of consecutive pieces, so that processes and machines
work side by side and nothing is merged afterwards. A batch of pieces is a table of fragment ids,
one row a piece, so its bytes are one gather and its cross-references one cumulative sum.
"""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from moyeora.press.compose import Composer, Contents
from moyeora.press.forme import Forme, PageForme
from moyeora.press.marks import Ragged, assemble, joined, offsets
from moyeora.press.parts.images import Picture
from moyeora.press.pdf import HEADER, numbers, text_string

_KIDS = 64  # pages a node of the page tree
_MOST_OBJECTS = 8_388_607  # Annex C: more are beyond what older readers take


@dataclass(frozen=True)
class Printed:
    """What a batch wrote: the rows of its printed records (indices into the batch), the first
    page of each in the volume (from 1), and a CRC-32 of each one's contents."""

    rows: np.ndarray
    page: np.ndarray
    checksum: np.ndarray


class Volume:
    """Writes one volume. Use: ``add`` for each batch, then ``finish``."""

    def __init__(self, path: Path, composer: Composer, number: int) -> None:
        self.path, self.composer, self.number = path, composer, number
        self.forme: Forme = composer.forme
        self._file = path.open("wb")
        self._at = 0
        self._sha256 = hashlib.sha256()
        self._count = len(self.forme.bodies)  # objects so far
        self._offsets = np.zeros(self._count + 1, np.int64)
        self._chunks: list[np.ndarray] = [self._offsets]
        self._nodes: list[tuple[int, np.ndarray]] = []  # leaf node, its pages
        self.pages = 0
        self._pictures: dict[int, Picture] = {}
        self._write(HEADER)
        for object_number, body in enumerate(self.forme.bodies, 1):
            if body is not None:
                self._object(object_number, body)

    @property
    def size(self) -> int:
        """The bytes written so far."""
        return self._at

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was written so far, in hexadecimal."""
        return self._sha256.hexdigest()

    def _write(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._sha256.update(data)
        self._at += len(data)

    def _object(self, number: int, body: bytes) -> None:
        self._offsets[number] = self._at
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    # --- pieces -----------------------------------------------------------------------------

    def add(self, contents: Contents) -> Printed:
        """Write the pieces of a batch that are not held."""
        pool = self.composer.pool
        plan = _Numbers.of(contents, self.forme, self._count)
        ids = _Ids(
            pool.passing_numbers(np.arange(plan.first, plan.end)),
            pool.passing_numbers(np.diff(offsets(contents.streams))),
            pool.passing(contents.streams),
        )
        columns: list[tuple[np.ndarray, Ragged]] = []
        begins: list[np.ndarray] = []  # which columns of each table begin an object
        kids = np.empty(plan.pages, np.int64)
        for name, rows in contents.layouts.items():
            inside = contents.held[rows] == ""
            index = rows[inside]
            named = [[of[inside] for of in page] for page in contents.resources[name]]
            table, starts = self._pieces(name, index, named, contents.starts[index], plan, ids)
            columns.append((index, Ragged.table(table)))
            begins.append(starts)
            for at in range(len(named)):
                kids[plan.page[index] + at] = plan.object[index] + at
        laid = assemble(columns, len(contents.held))
        fragments = pool.gather(laid.values)

        places = np.zeros(plan.end - plan.first, np.int64)
        ends = offsets(fragments)
        for (index, _), starts in zip(columns, begins, strict=True):
            numbers = plan.object[index, None] - plan.first + np.arange(len(starts))
            places[numbers] = ends[laid.starts[index, None] + starts] + self._at
        self._write(joined(fragments))
        self._chunks.append(places)
        for leaf in range(plan.leaves):
            self._nodes.append((plan.first + leaf, kids[leaf * _KIDS : (leaf + 1) * _KIDS]))
        first_page = self.pages + 1
        self._count += len(places)
        self.pages += plan.pages
        printed = np.flatnonzero(contents.held == "")
        return Printed(printed, plan.page[printed] + first_page, _checksums(contents, printed))

    def _pieces(
        self,
        name: str,
        index: np.ndarray,
        named: Sequence[Sequence[np.ndarray]],
        stream: np.ndarray,
        plan: "_Numbers",
        ids: "_Ids",
    ) -> tuple[np.ndarray, np.ndarray]:
        """The fragments of a layout's pieces, one row a piece, and which columns begin an object:
        first the page objects, then the content streams."""
        constant, pages = self.composer.pool.constant, self.forme.layouts[name]
        number = plan.object[index] - plan.first
        made: list[np.ndarray | int] = []
        starts: list[int] = []
        next_stream = number + len(pages)
        for at, page in enumerate(pages):
            starts.append(len(made))
            streams = [ids.object[next_stream + n] for n in range(len(page.groups))]
            next_stream = next_stream + len(streams)
            leaf = (plan.page[index] + at) // _KIDS
            made += [ids.object[number + at], constant(b" 0 obj\n<</Type/Page/Parent ")]
            made += [ids.object[leaf], *self._page(page, streams, named[at])]
        for n in range(sum(len(page.groups) for page in pages)):
            starts.append(len(made))
            made += [ids.object[number + len(pages) + n], constant(b" 0 obj\n<</Length ")]
            made += [ids.length[stream + n], constant(b">>stream\n"), ids.stream[stream + n]]
            made += [constant(b"\nendstream\nendobj\n")]
        table = np.empty((len(index), len(made)), np.int64)
        for column, values in enumerate(made):
            table[:, column] = values
        return table, np.array(starts)

    def _page(
        self, page: PageForme, streams: Sequence[np.ndarray], named: Sequence[np.ndarray]
    ) -> list[np.ndarray | int]:
        """The columns of a page object from behind its parent's number."""
        constant = self.composer.pool.constant
        made: list[np.ndarray | int] = []
        text = b" 0 R/Contents["
        for at, stratum in enumerate(page.strata):
            text += b"%d 0 R" % stratum
            if at < len(streams):
                made += [constant(text + b" "), streams[at]]
                text = b" 0 R "
        text += b"]" + page.boxes + b"/Resources<<" + page.resources
        if named or page.xobjects:
            text += b"/XObject<<" + page.xobjects
            made += [constant(text), *named]
            text = b">>"
        made.append(constant(text + b">>>>\nendobj\n"))
        return made

    # --- the end ----------------------------------------------------------------------------

    def use(self, pictures: Mapping[int, Picture]) -> None:
        """Pictures, by object number, that pieces of this volume draw."""
        self._pictures |= pictures

    def finish(self) -> int:
        """Write pictures, page tree and cross-references; returns the bytes of the volume."""
        self._write_pictures()
        root = self._page_tree()
        title = text_string(f"{self.forme.job.title} {self.number}")
        catalog, info, table = (self._new() for _ in range(3))
        self._late(catalog, b"<</Type/Catalog/Pages %d 0 R>>" % root)
        self._late(info, b"<</Title%b/Producer(moyeora press)>>" % title)
        self._cross_reference(table, catalog, info)
        self._file.close()
        return self._at

    def _new(self) -> int:
        self._count += 1
        self._chunks.append(np.zeros(1, np.int64))
        return self._count

    def _late(self, number: int, body: bytes) -> None:
        self._late_offsets()[number] = self._at
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def _late_offsets(self) -> np.ndarray:
        """All offsets so far as one array."""
        if len(self._chunks) > 1 or len(self._chunks[0]) <= self._count:
            self._chunks = [np.concatenate(self._chunks)]
        return self._chunks[0]

    def _write_pictures(self) -> None:
        with self.forme.assets.open("rb") as assets:
            for _, picture in sorted(self._pictures.items()):
                assets.seek(picture.start)
                start = picture.start
                for number, end in enumerate(picture.ends, picture.first):
                    self._late(number, assets.read(end - start))
                    start = end

    def _page_tree(self) -> int:
        """Write the nodes, level by level, each of at most as many kids; returns the root."""
        level = [(number, kids, len(kids)) for number, kids in self._nodes]
        if not level:
            root = self._new()
            self._late(root, self._root(np.zeros(0, np.int64), 0))
            return root
        while True:
            if len(level) == 1:
                number, kids, count = level[0]
                self._late(number, self._root(kids, count))
                return number
            above = []
            for at in range(0, len(level), _KIDS):
                group = level[at : at + _KIDS]
                parent = self._new()
                for number, kids, count in group:
                    self._late(number, _node(kids, count, b"/Parent %d 0 R" % parent))
                above.append(
                    (parent, np.array([n for n, _, _ in group]), sum(c for _, _, c in group))
                )
            level = above

    def _root(self, kids: np.ndarray, count: int) -> bytes:
        """The root of the page tree, from which all pages inherit their size (7.7.3.4)."""
        return _node(kids, count, b"/MediaBox[0 0 %b]" % numbers(*self.forme.media))

    def _cross_reference(self, number: int, catalog: int, info: int) -> None:
        """The cross-reference stream (7.5.8): type, offset, generation of every object."""
        if self._count > _MOST_OBJECTS:
            raise ValueError(f"{self._count} objects in a volume; print fewer pieces a volume")
        places = self._late_offsets()
        places[number] = self._at
        entries = np.zeros((self._count + 1, 6), np.uint8)
        entries[:, 0] = places > 0
        entries[:, 1:] = places.astype(">u8").view(np.uint8).reshape(-1, 8)[:, 3:]
        # Rows differ little from the one above: PNG's Up filter makes them small.
        rows = np.zeros((len(entries), 7), np.uint8)
        rows[:, 0] = 2
        rows[0, 1:] = entries[0]
        rows[1:, 1:] = entries[1:] - entries[:-1]
        data = zlib.compress(rows.tobytes(), 1)
        identity = hashlib.sha256(f"{self.forme.fingerprint} {self.number}".encode()).hexdigest()
        start = self._at
        self._write(
            b"%d 0 obj\n<</Type/XRef/Size %d/W[1 5 0]/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]"
            b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 6>>/Length %d>>stream\n"
            % (number, self._count + 1, catalog, info, identity[:32].encode(),
               identity[:32].encode(), len(data))
            + data
            + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
        )  # fmt: skip


@dataclass(frozen=True)
class _Numbers:
    """The object numbers of a batch: ``leaves`` nodes of the page tree from ``first``, then each
    record's objects (from ``object``), up to ``end``; ``page`` counts pages from 0."""

    first: int
    end: int
    leaves: int
    pages: int
    object: np.ndarray
    page: np.ndarray

    @classmethod
    def of(cls, contents: Contents, forme: Forme, count: int) -> "_Numbers":
        pages = np.zeros(len(contents.held), np.int64)
        for name, rows in contents.layouts.items():
            pages[rows] = len(forme.layouts[name])
        objects = pages + np.diff(contents.starts)
        absent = contents.held != ""
        pages[absent] = objects[absent] = 0
        total = int(pages.sum())
        leaves = -(-total // _KIDS)
        objects_from = count + 1 + leaves
        return cls(
            count + 1,
            objects_from + int(objects.sum()),
            leaves,
            total,
            objects_from + np.cumsum(objects) - objects,
            np.cumsum(pages) - pages,
        )


@dataclass(frozen=True)
class _Ids:
    """The fragments of a batch's object numbers (from the first), stream lengths and streams."""

    object: np.ndarray
    length: np.ndarray
    stream: np.ndarray


def _node(kids: np.ndarray, count: int, entries: bytes) -> bytes:
    listed = b" ".join([b"%d 0 R"] * len(kids)) % tuple(kids.tolist())
    return b"<</Type/Pages/Count %d%b/Kids[%b]>>" % (count, entries, listed)


def _checksums(contents: Contents, rows: np.ndarray) -> np.ndarray:
    """A CRC-32 over each piece's content streams. They lie side by side, so it is one call."""
    data = contents.streams.buffers()[2]
    if data is None:
        return np.zeros(len(rows), np.uint32)
    view = memoryview(data)
    at = offsets(contents.streams)
    begin = at[contents.starts[rows]].tolist()
    end = at[contents.starts[rows + 1]].tolist()
    each = map(view.__getitem__, map(slice, begin, end))
    return np.fromiter(map(zlib.crc32, each), np.uint32, len(rows))
