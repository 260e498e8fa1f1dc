"""Which encoding a text file is in, judged by all of its bytes, and reading it as UTF-8."""

import codecs
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from moyeora.press.faults import SourceError

BLOCK_BYTES = 1 << 20

# A noncharacter stands for a byte that is no text, until its row is known and put aside.
BAD_BYTE = "\uffff"


@dataclass(frozen=True)
class Charset:
    """An encoding by its name in Python's codecs.

    ``first_bad`` is the offset of the first byte that is no text in it, if there is one.
    ``odd_quotes``: the file has an odd number of the sign ``"``.
    """

    codec: str
    first_bad: int | None = None
    odd_quotes: bool = False

    @property
    def plain(self) -> bool:
        """Is the file sound UTF-8?"""
        return self.codec == "utf-8" and self.first_bad is None

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

    if candidates[0] == "utf-8" and (odd_quotes := _utf8_quotes(path)) is not None:
        return Charset("utf-8", None, odd_quotes % 2 == 1)
    least: tuple[int, Charset] | None = None
    for codec in reversed(candidates):
        places, first_bad, quotes = _damage(path, codec)
        if least is None or places < least[0]:
            least = places, Charset(codec, first_bad, quotes % 2 == 1)
        if not places:
            break
    assert least is not None
    return least[1]


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


def _utf8_quotes(path: Path) -> int | None:
    """The number of quotes in a UTF-8 file; None when it is not UTF-8.

    Arrow's validator is twice as fast as Python's decoder.
    """
    quotes, rest = 0, b""
    with path.open("rb", buffering=0) as file:
        while read := file.read(BLOCK_BYTES):
            quotes += read.count(b'"')
            block = rest + read
            end = len(block)
            for back in range(1, min(3, len(block)) + 1):
                if block[-back] >= 0xC0:
                    end = len(block) - back
                if block[-back] < 0x80 or block[-back] >= 0xC0:
                    break
            rest = block[end:]
            if not _is_utf8(block[:end]):
                return None
    return quotes if _is_utf8(rest) else None


def _is_utf8(block: bytes) -> bool:
    offsets = pa.py_buffer(np.array([0, len(block)], np.int32))
    array = pa.Array.from_buffers(pa.binary(), 1, [None, offsets, pa.py_buffer(block)])
    try:
        array.cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True


def _damage(path: Path, codec: str) -> tuple[int, int | None, int]:
    """How many places are no text in this codec, the first one's offset, and how many quotes."""
    decoder = codecs.getincrementaldecoder(codec)()
    places = quotes = fed = 0
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
                if first_bad is None:
                    first_bad = fed - len(error.object) + error.start
                decoder.reset()
                decoder.errors = "replace"
                text = decoder.decode(error.object, last)
                decoder.errors = "strict"
                places += max(1, text.count("\N{REPLACEMENT CHARACTER}"))
            quotes += text.count('"')
    return places, first_bad, quotes


class Utf8Reader(io.RawIOBase):
    """A file in any encoding, read as UTF-8 without byte-order mark; what is no text in its
    encoding reads as :data:`BAD_BYTE`."""

    def __init__(self, path: Path, codec: str) -> None:
        self._file = path.open("rb", buffering=0)
        codec = "utf-8-sig" if codec == "utf-8" else codec
        self._decoder = codecs.getincrementaldecoder(codec)("moyeora.press.bad-byte")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes, if given as 3 or more; none at the end of the file."""
        # No byte of any encoding becomes more than three in UTF-8.
        while block := self._file.read(max(1, size // 3) if size >= 0 else -1):
            if text := self._decoder.decode(block):
                return text.encode()
        return self._decoder.decode(b"", final=True).encode()

    def close(self) -> None:
        self._file.close()
        super().close()


def _bad_byte(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return BAD_BYTE, error.end


codecs.register_error("moyeora.press.bad-byte", _bad_byte)
