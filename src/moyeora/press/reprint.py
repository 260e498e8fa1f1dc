"""Pieces printed again, as they are in their volumes, with a note of it beside the register.

Nothing is composed anew: the pages are copied out of the volumes. Of each page the content
streams, and the fonts, pictures and drawings that it names, are the same bytes; its boxes and
resources are the same entries. Only object numbers and the page tree are the reprint's own. And
before a piece is given out, the CRC-32 of its contents must be the one in the register.
"""

import contextlib
import datetime
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moyeora.press import durable, register
from moyeora.press.checkpoints import is_sound
from moyeora.press.faults import FolderError, PressError
from moyeora.press.folder import Claim, claimed

NAME = "reprints.parquet"

# A line for each piece that was printed again: in which reprint (1, 2, ...), where it was taken
# from, when and why.
SCHEMA = pa.schema(
    [
        ("reprint", pa.int32()),
        ("piece", pa.int64()),
        ("row", pa.int64()),
        ("id", pa.string()),
        ("volume", pa.int32()),
        ("page", pa.int32()),
        ("pages", pa.int32()),
        ("checksum", pa.uint32()),
        ("at", pa.timestamp("s", "UTC")),
        ("why", pa.string()),
    ]
)


@dataclass(frozen=True)
class Reprint:
    """A reprint: its number in the folder, its file, and the pieces and pages in it."""

    number: int
    path: Path
    pieces: tuple[int, ...]
    pages: int


def reprint(out: Path, pieces: Sequence[int], *, at: datetime.datetime, why: str = "") -> Reprint:
    """Copy these pieces out of the volumes in ``out``, in this order, into the next
    ``reprint-0001.pdf`` there, and note it in ``reprints.parquet``.

    ``at`` is the time to note, with its zone. Raises PressError for numbers that no printed
    piece has (all at once), and FolderError if ``out`` holds no finished run or a volume is
    damaged; then nothing is noted.
    """
    import pikepdf

    wanted = list(dict.fromkeys(pieces))
    if not wanted:
        raise PressError("no piece is named", remedy="name them, as in --pieces 12,345")
    if not out.is_dir():
        raise FolderError("is not there", place=str(out), remedy="print the job first")
    with claimed(out) as claim, contextlib.ExitStack() as opened, pikepdf.new() as made:
        lines = _lines(claim, wanted)
        volumes = {
            number: opened.enter_context(pikepdf.open(_sound(claim, number)))
            for number in sorted({line["volume"] for line in lines})
        }
        for line in lines:
            first = line["page"] - 1
            pages = volumes[line["volume"]].pages[first : first + line["pages"]]
            if _checksum(pages) != line["checksum"]:
                raise FolderError(
                    f"piece {line['piece']} is not as the register says",
                    place=str(out / f"volume-{line['volume']:04}.pdf"),
                )
            made.pages.extend(pages)
        count = len(made.pages)
        data = io.BytesIO()
        # Streams as they are: neither packed nor unpacked.
        made.save(
            data, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.disable, deterministic_id=True,
        )  # fmt: skip
        return _noted(claim, lines, data.getvalue(), at, why, count)


def _lines(claim: Claim, wanted: Sequence[int]) -> list[dict[str, Any]]:
    """The lines of the register for these pieces, in this order, with their ``pages``."""
    import pyarrow.parquet as pq

    if claim.stamp is None or claim.begun is not None:
        raise FolderError(
            "holds no finished run", place=str(claim.out), remedy="`press run` goes on with it"
        )
    columns = ["piece", "row", "id", "status", "volume", "page", "checksum"]
    printed = pq.read_table(
        claim.out / register.NAME, columns=columns, filters=[("status", "==", register.PRINTED)]
    )
    found = printed.filter(pc.is_in(printed["piece"], pa.array(wanted, pa.int64()))).to_pylist()
    by_piece = {line["piece"]: line for line in found}
    if missing := [str(piece) for piece in wanted if piece not in by_piece]:
        raise PressError(
            f"no printed piece has the number {', '.join(missing)}",
            place=str(claim.out),
            remedy="the register tells each piece's number; held ones leave gaps",
        )
    for volume in {line["volume"] for line in found}:
        about = claim.stamp.files[f"volume-{volume:04}.pdf"]
        those = printed.filter(pc.equal(printed["volume"], volume))["page"].to_numpy()
        begins = np.append(np.sort(those), about["pages"] + 1)
        for line in (line for line in found if line["volume"] == volume):
            after = begins[np.searchsorted(begins, line["page"], side="right")]
            line["pages"] = int(after) - line["page"]
    return [by_piece[piece] for piece in wanted]


def _sound(claim: Claim, number: int) -> Path:
    """The file of a volume, which is as it was printed."""
    assert claim.stamp is not None
    path = claim.out / f"volume-{number:04}.pdf"
    about = claim.stamp.files[path.name]
    if not is_sound(path, about["bytes"], about["sha256"]):
        raise FolderError(
            "is not as it was printed",
            place=str(path),
            remedy="put the file back; if nothing was released, `press run` makes it anew",
        )
    return path


def _checksum(pages: Sequence[Any]) -> int:
    """The CRC-32 of what varies on the pages of a piece: the streams between its strata."""
    made = 0
    for page in pages:
        for stream in list(page.obj["/Contents"])[1::2]:
            made = zlib.crc32(stream.read_raw_bytes(), made)
    return made


def _noted(
    claim: Claim, lines: list[dict[str, Any]], pdf: bytes, at: datetime.datetime, why: str,
    pages: int,
) -> Reprint:  # fmt: skip
    """Note a reprint and only then give its file its name, so that none is without its note."""
    import pyarrow.parquet as pq

    notes = claim.out / NAME
    before = pq.read_table(notes, schema=SCHEMA) if notes.exists() else SCHEMA.empty_table()
    number: int = (pc.max(before["reprint"]).as_py() or 0) + 1
    for line in lines:
        line |= {"reprint": number, "at": at, "why": why}
    sink = io.BytesIO()
    pq.write_table(pa.concat_tables([before, pa.Table.from_pylist(lines, SCHEMA)]), sink)
    part = claim.ready / f"reprint-{number:04}.pdf"
    part.write_bytes(pdf)
    durable.sync(part)
    durable.write(notes, sink.getvalue())
    path = claim.out / part.name
    part.replace(path)
    durable.sync(claim.out)
    return Reprint(number, path, tuple(line["piece"] for line in lines), pages)
