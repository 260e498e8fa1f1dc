"""Damaged pieces are given again byte for byte, and the register's folder tells of it."""

import datetime
import zlib

import numpy as np
import pikepdf
import pyarrow.parquet as pq
import pytest
from everything import write_everything
from mailings import drawn

from moyeora.press.faults import FolderError, PressError
from moyeora.press.reprint import reprint

NOW = datetime.datetime(2026, 11, 24, 9, 30, tzinfo=datetime.UTC)


@pytest.fixture
def printed(tmp_path, fonts):
    """Ten pieces of two pages with parts of all kinds, in three volumes."""
    return write_everything(tmp_path / "job", fonts).print(volume_pieces=4)


def value(thing, seen=()):
    """What a PDF object is, through all references: streams as their raw bytes."""
    if isinstance(thing, pikepdf.Array):
        return [value(item, seen) for item in thing]
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        # The node of the page tree is the reprint's own; what it hands down is compared apart.
        entries = {key: value(item, seen) for key, item in thing.items() if key != "/Parent"}
        raw = thing.read_raw_bytes() if isinstance(thing, pikepdf.Stream) else None
        return entries, raw
    return str(thing) if isinstance(thing, pikepdf.Object) else thing


def test_pages_are_those_of_the_volumes(printed):
    places = {row["piece"]: row for row in printed.register}
    wanted = [9, 2, 5]
    made = reprint(printed.folder, wanted, at=NOW, why="젖음")
    assert (made.number, made.path.name, made.pieces, made.pages) == (
        1, "reprint-0001.pdf", (9, 2, 5), 6
    )  # fmt: skip
    volumes = {n: pikepdf.open(printed.folder / f"volume-{n:04}.pdf") for n in (1, 2, 3)}
    again = pikepdf.open(made.path)
    at = 0
    for piece in wanted:
        place = places[piece]
        streams = b""
        for page in range(2):
            ours = again.pages[at]
            theirs = volumes[place["volume"]].pages[place["page"] - 1 + page]
            assert value(ours.Contents) == value(theirs.Contents)
            assert value(ours.Resources) == value(theirs.Resources)
            for box in ("mediabox", "bleedbox", "trimbox"):
                assert [*getattr(ours, box)] == [*getattr(theirs, box)]
            streams += b"".join(s.read_raw_bytes() for s in list(ours.Contents)[1::2])
            at += 1
        assert zlib.crc32(streams) == place["checksum"]
    assert at == len(again.pages)
    pictures = [page for piece in wanted for page in _pages(printed, places[piece])]
    assert all(map(np.array_equal, drawn(made.path, dpi=60), pictures))


def _pages(printed, place):
    path = printed.folder / f"volume-{place['volume']:04}.pdf"
    return drawn(path, 60, slice(place["page"] - 1, place["page"] + 1))


def test_each_reprint_is_noted_and_none_written_over(printed):
    register = (printed.folder / "pieces.parquet").read_bytes()
    first = reprint(printed.folder, [4, 4], at=NOW, why="접힘").path.read_bytes()
    second = reprint(printed.folder, [10, 4], at=NOW + datetime.timedelta(days=1))
    assert second.number == 2
    notes = pq.read_table(printed.folder / "reprints.parquet").to_pylist()
    assert [(n["reprint"], n["piece"], n["why"], n["at"].day) for n in notes] == [
        (1, 4, "접힘", 24), (2, 10, "", 25), (2, 4, "", 25)
    ]  # fmt: skip
    places = {row["piece"]: row for row in printed.register}
    for note in notes:
        assert {name: note[name] for name in ("row", "id", "volume", "page", "checksum")} == {
            name: places[note["piece"]][name]
            for name in ("row", "id", "volume", "page", "checksum")
        }
        assert note["pages"] == 2
    assert (printed.folder / "pieces.parquet").read_bytes() == register
    assert (printed.folder / "reprint-0001.pdf").read_bytes() == first
    # The same pieces are the same bytes.
    assert reprint(printed.folder, [4], at=NOW).path.read_bytes() == first
    assert not (printed.folder / "work").exists()


def test_numbers_that_no_piece_has_and_volumes_that_are_damaged(printed):
    with pytest.raises(PressError, match="no printed piece has the number 11, 99"):
        reprint(printed.folder, [1, 11, 99], at=NOW)
    volume = printed.folder / "volume-0002.pdf"
    data = bytearray(volume.read_bytes())
    data[len(data) // 2] ^= 1
    volume.write_bytes(data)
    with pytest.raises(FolderError, match=r"volume-0002.pdf: is not as it was printed"):
        reprint(printed.folder, [1, 5], at=NOW)
    assert not (printed.folder / "reprints.parquet").exists()
    assert reprint(printed.folder, [1, 9], at=NOW).pages == 4
