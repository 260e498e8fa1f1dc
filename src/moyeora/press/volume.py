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
from moyeora.press.pdf import HEADER, text_string
from moyeora.press.pictures import Picture

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
        self._count = self.forme.count  # objects so far
        self._offsets = np.zeros(self._count + 1, np.int64)
        self._chunks: list[np.ndarray] = [self._offsets]
        self._nodes: list[tuple[int, np.ndarray]] = []  # leaf node, its pages
        self.pages = 0
        self._pictures: dict[int, Picture] = {}
        self._write(HEADER)
        for object_number, body in enumerate(self.forme.bodies, 1):
            self._object(object_number, body)

    @property
    def size(self) -> int:
        """The bytes written so far."""
        return self._at

    def _write(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._at += len(data)

    def _object(self, number: int, body: bytes) -> None:
        self._offsets[number] = self._at
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    # --- pieces -----------------------------------------------------------------------------

    def add(self, contents: Contents) -> Printed:
        """Write the pieces of a batch that are not held."""
        pool = self.composer.pool
        kept = contents.held == ""
        pages_of = np.zeros(len(kept), np.int64)
        streams_of = np.diff(contents.starts)
        for name, rows in contents.layouts.items():
            pages_of[rows] = len(self.forme.layouts[name])
        pages_of[~kept] = 0
        objects_of = np.where(kept, pages_of + streams_of, 0)
        leaves = -(-int(pages_of.sum()) // _KIDS)
        first_leaf = self._count + 1
        first_object = first_leaf + leaves + np.cumsum(objects_of) - objects_of
        first_page = np.cumsum(pages_of) - pages_of

        streams = pool.passing(contents.streams)
        lengths = np.diff(offsets(contents.streams))
        length_ids = pool.passing_numbers(lengths)
        object_ids = pool.passing_numbers(
            np.arange(first_leaf, first_leaf + leaves + int(objects_of.sum()))
        )
        columns: list[tuple[np.ndarray, Ragged]] = []
        # For each table, which of its columns begin an object.
        begins: list[tuple[np.ndarray, np.ndarray]] = []
        kids = np.empty(int(pages_of.sum()), np.int64)
        for name, rows in contents.layouts.items():
            inside = kept[rows]
            index = rows[inside]
            pages = self.forme.layouts[name]
            number = first_object[index]
            table: list[np.ndarray | int] = []
            starts: list[int] = []
            stream_number = number + len(pages)
            for at, page in enumerate(pages):
                named = [ids[inside] for ids in contents.resources[name][at]]
                kids[first_page[index] + at] = number + at
                leaf = (first_page[index] + at) // _KIDS
                starts.append(len(table))
                table += self._page(
                    page, object_ids[number + at - first_leaf], object_ids[leaf],
                    [object_ids[stream_number + n - first_leaf] for n in range(len(page.groups))],
                    named,
                )  # fmt: skip
                stream_number = stream_number + len(page.groups)
            for n in range(sum(len(page.groups) for page in pages)):
                starts.append(len(table))
                stream = contents.starts[index] + n
                table += [
                    object_ids[number + len(pages) + n - first_leaf],
                    pool.constant(b" 0 obj\n<</Length "), length_ids[stream],
                    pool.constant(b">>stream\n"), streams[stream],
                    pool.constant(b"\nendstream\nendobj\n"),
                ]  # fmt: skip
            filled = np.empty((len(index), len(table)), np.int64)
            for at, values in enumerate(table):
                filled[:, at] = values
            columns.append((index, Ragged.table(filled)))
            begins.append((index, np.array(starts)))
        laid = assemble(columns, len(kept))
        fragments = pool.gather(laid.values)
        at = offsets(fragments)
        places = np.zeros(leaves + int(objects_of.sum()), np.int64)
        for index, starts_ in begins:
            numbers = first_object[index, None] - first_leaf + np.arange(len(starts_))
            places[numbers] = at[laid.starts[index, None] + starts_] + self._at
        self._write(joined(fragments))
        for leaf in range(leaves):
            self._nodes.append((first_leaf + leaf, kids[leaf * _KIDS : (leaf + 1) * _KIDS]))
        self._chunks.append(places)
        self._count += len(places)
        page = first_page + self.pages + 1
        self.pages += int(pages_of.sum())
        rows = np.flatnonzero(kept)
        return Printed(rows, page[rows], _checksums(contents, rows))

    def _page(
        self, page: PageForme, number: np.ndarray, leaf: np.ndarray,
        streams: Sequence[np.ndarray], named: Sequence[np.ndarray],
    ) -> list[np.ndarray | int]:  # fmt: skip
        """The columns of a page object."""
        constant = self.composer.pool.constant
        made: list[np.ndarray | int] = [number, constant(b" 0 obj\n<</Type/Page/Parent "), leaf]
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
            self._late(root, b"<</Type/Pages/Kids[]/Count 0>>")
            return root
        while True:
            if len(level) == 1:
                number, kids, count = level[0]
                self._late(number, _node(kids, count, None))
                return number
            above = []
            for at in range(0, len(level), _KIDS):
                group = level[at : at + _KIDS]
                parent = self._new()
                for number, kids, count in group:
                    self._late(number, _node(kids, count, parent))
                above.append(
                    (parent, np.array([n for n, _, _ in group]), sum(c for _, _, c in group))
                )
            level = above

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
        data = zlib.compress(rows.tobytes(), 6)
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


def _node(kids: np.ndarray, count: int, parent: int | None) -> bytes:
    return b"<</Type/Pages/Count %d%b/Kids[%b]>>" % (
        count,
        b"" if parent is None else b"/Parent %d 0 R" % parent,
        b" ".join(b"%d 0 R" % kid for kid in kids.tolist()),
    )


def _checksums(contents: Contents, rows: np.ndarray) -> np.ndarray:
    """A CRC-32 over each piece's content streams. They lie side by side, so it is one call."""
    data = contents.streams.buffers()[2]
    if data is None:
        return np.zeros(len(rows), np.uint32)
    view = memoryview(data)
    at = offsets(contents.streams)
    begin = at[contents.starts[rows]].tolist()
    end = at[contents.starts[rows + 1]].tolist()
    crc = zlib.crc32
    return np.fromiter((crc(view[a:b]) for a, b in zip(begin, end, strict=True)), np.uint32, len(rows))

