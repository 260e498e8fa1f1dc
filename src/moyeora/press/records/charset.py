"""Which encoding a text file is in, judged by all of its bytes, and reading it as UTF-8."""

import codecs
import io
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from moyeora.press.faults import SourceError

BLOCK_BYTES = 1 << 19

# What stands for a byte that is no text, until its row is known and put aside: FF, which is in no
# UTF-8, and in Python's texts what becomes it by "surrogateescape".
BAD_BYTE = 0xFF
_BAD_BYTE = "\udcff"
_MARKED = "moyeora.press.marked"  # as an error handler


@dataclass(frozen=True)
class Charset:
    """An encoding by its name in Python's codecs.

    ``first_bad`` is the offset of the first byte that is no text in it, if there is one.
    """

    codec: str
    first_bad: int | None = None

    def error(self, name: str) -> SourceError:
        """The error for a file that is not in this encoding."""
        return SourceError(
            f"is not {self.codec.upper()}: byte {self.first_bad} (counted from 0) is no text",
            place=name,
            remedy="save the file as UTF-8, or name its encoding under customers.encoding",
        )


def detect(path: Path, named: str | None = None) -> Charset:
    """The encoding of a file: the named one, or by its byte-order mark, or UTF-8, or CP949.

    When there are bytes that neither of the last two allows, the one with fewer of them. Raises
    :class:`SourceError` when ``named`` is no encoding.
    """
    with path.open("rb") as file:
        mark = file.read(2)
    if named is not None:
        candidates = [_codec(named)]
    elif mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8", "cp949"]

    if candidates[0] == "utf-8" and _is_utf8(path):
        return Charset("utf-8")
    bytes_bad, first_bad = _damage(path, candidates[0])
    found = Charset(candidates[0], first_bad)
    for codec in candidates[1:]:
        others, first_bad = _damage(path, codec, bytes_bad)
        if others <= bytes_bad:
            bytes_bad, found = others, Charset(codec, first_bad)
    return found


def _codec(named: str) -> str:
    try:
        codec = codecs.lookup(named).name
        codecs.getincrementaldecoder(codec)().decode(b"")
        "".encode(codec)
    except (LookupError, TypeError, ValueError):
        raise SourceError(
            f"{named!r} is no encoding",
            place="mailing.toml: customers.encoding",
            remedy="write utf-8 or cp949, or leave it out",
        ) from None
    # What is called EUC-KR today is its superset CP949; a byte-order mark is always allowed.
    return {"euc_kr": "cp949", "utf-8-sig": "utf-8"}.get(codec, codec)


def _is_utf8(path: Path) -> bool:
    """Arrow's validator is three times as fast as Python's decoder."""
    rest = b""
    with path.open("rb", buffering=0) as file:
        while read := file.read(BLOCK_BYTES):
            block = rest + read
            end = len(block)
            # The last character may go on in the next block.
            for back in range(1, min(3, len(block)) + 1):
                if block[-back] >= 0xC0:
                    end = len(block) - back
                if block[-back] < 0x80 or block[-back] >= 0xC0:
                    break
            rest = block[end:]
            if not _is_utf8_block(block[:end]):
                return False
    return _is_utf8_block(rest)


def _is_utf8_block(block: bytes) -> bool:
    ends = pa.py_buffer(struct.pack("=2i", 0, len(block)))
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(block)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _damage(path: Path, codec: str, enough: int | None = None) -> tuple[int, int | None]:
    """How many bytes are no text in this codec, counted until they are more than ``enough``,
    and the offset of the first."""
    decoder = codecs.getincrementaldecoder(codec)()
    count = fed = 0
    first_bad = None
    with path.open("rb", buffering=0) as file:
        last = False
        while not last:
            block = file.read(BLOCK_BYTES)
            last = not block
            fed += len(block)
            try:
                text = decoder.decode(block, last)
            except UnicodeDecodeError as error:
                first_bad = fed - len(error.object) + error.start
                decoder.reset()
                decoder.errors = _MARKED
                text = decoder.decode(error.object, last)
            if first_bad is not None:
                count += text.count(_BAD_BYTE)
                if enough is not None and count > enough:
                    break
    return count, first_bad


def count_quotes(path: Path, codec: str) -> int:
    """How often the sign ``"`` occurs in a file."""
    with Utf8Reader(path, codec) as file:
        return sum(block.count(b'"') for block in iter(lambda: file.read(BLOCK_BYTES), b""))


class Utf8Reader(io.RawIOBase):
    """A file in any encoding, read as UTF-8 without byte-order mark; a byte that is no text in its
    encoding reads as :data:`BAD_BYTE`."""

    def __init__(self, path: Path, codec: str) -> None:
        self._file = path.open("rb", buffering=0)
        codec = "utf-8-sig" if codec == "utf-8" else codec
        self._decoder = codecs.getincrementaldecoder(codec)(_MARKED)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes, if given as 3 or more; none at the end of the file."""
        # No byte of any encoding becomes more than three in UTF-8.
        while block := self._file.read(max(1, size // 3) if size >= 0 else -1):
            if text := self._decoder.decode(block):
                return text.encode(errors="surrogateescape")
        return self._decoder.decode(b"", final=True).encode(errors="surrogateescape")

    def close(self) -> None:
        self._file.close()
        super().close()


def bad_bytes(data: memoryview) -> npt.NDArray[np.intp]:
    """Where in a stretch of UTF-8 bytes are that are no text."""
    marked = bytes(data).decode(errors=_MARKED).encode(errors="surrogateescape")
    return np.flatnonzero(np.frombuffer(marked, np.uint8) == BAD_BYTE)


def _marked(error: UnicodeError) -> tuple[str, int]:
    """As many marks as bytes, so that all others keep their places."""
    assert isinstance(error, UnicodeDecodeError)
    return _BAD_BYTE * (error.end - error.start), error.end


codecs.register_error(_MARKED, _marked)
