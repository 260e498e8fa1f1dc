"""QR symbols by algebra: all the codes of a batch at once, by array arithmetic.

At a fixed version, level and mask every module of a symbol is a sum over GF(2) of bits of its
data, plus a constant. So nothing is searched and nothing is drawn: the error correction of a
block is the XOR of one row of a table for each of its data codewords, and placing is a fixed
permutation of bits. A codeword that is the same in all values (the host of a URL, the padding)
is looked up once for all of them.

Clauses are those of ISO/IEC 18004:2015.
"""

from functools import lru_cache
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

QUIET_ZONE = 4
"""Light modules that must stay free on each side (clause 6.3.8)."""

MASK = 0
"""The mask when the caller names none.

Clause 7.8.3 lets an encoder judge all eight masks for each symbol. A reader needs no such
choice: it takes the mask from the format information, and the error correction is the same. One
mask for all pieces of a part costs nothing and makes a symbol depend on its own bytes alone.
"""

LEVELS = ("L", "M", "Q", "H")
"""Error correction levels: about 7, 15, 25 and 30 % of the codewords may be lost (clause 5.1)."""

# Table 9: error correction codewords in a block, and blocks, for versions 1 to 40.
_CHECKS = {
    "L": "7 10 15 20 26 18 20 24 30 18 20 24 26 30 22 24 28 30 28 28"
    " 28 28 30 30 26 28 30 30 30 30 30 30 30 30 30 30 30 30 30 30",
    "M": "10 16 26 18 24 16 18 22 22 26 30 22 22 24 24 28 28 26 26 26"
    " 26 28 28 28 28 28 28 28 28 28 28 28 28 28 28 28 28 28 28 28",
    "Q": "13 22 18 26 18 24 18 22 20 24 28 26 24 20 30 24 28 28 26 30"
    " 28 30 30 30 30 28 30 30 30 30 30 30 30 30 30 30 30 30 30 30",
    "H": "17 28 22 16 22 28 26 26 24 28 24 28 22 24 24 30 28 28 26 28"
    " 30 24 30 30 30 30 30 30 30 30 30 30 30 30 30 30 30 30 30 30",
}
_BLOCKS = {
    "L": "1 1 1 1 1 2 2 2 2 4 4 4 4 4 6 6 6 6 7 8"
    " 8 9 9 10 12 12 12 13 14 15 16 17 18 19 19 20 21 22 24 25",
    "M": "1 1 1 2 2 4 4 4 5 5 5 8 9 9 10 10 11 13 14 16"
    " 17 17 18 20 21 23 25 26 28 29 31 33 35 37 38 40 43 45 47 49",
    "Q": "1 1 2 2 4 4 6 6 8 8 8 10 12 16 12 17 16 18 21 20"
    " 23 23 25 27 29 34 34 35 38 40 43 45 48 51 53 56 59 62 65 68",
    "H": "1 1 2 4 4 4 5 6 8 8 11 11 16 16 18 16 19 21 25 25"
    " 25 34 30 32 35 37 40 42 45 48 51 54 57 60 63 66 70 74 77 81",
}

_BITS = (0x80 >> np.arange(8)).astype(np.uint8)[:, None]
_LONGEST_BLOCK = 123  # data codewords; reached by 27-L
_WORKSPACE = 1 << 20  # bytes of unpacked codewords at a time: they should stay in the cache


class TooLong(ValueError):
    """No version, or not the version asked for, holds so many bytes at the level."""

    code = "qr-too-long"

    def __init__(self, length: int, longest: int, where: str) -> None:
        super().__init__(
            f"a QR code of {where} holds at most {longest} bytes, not {length};"
            " shorten the content, or choose a lower error correction level"
        )
        self.length = length
        self.longest = longest


def size(version: int) -> int:
    """Modules on a side, without the quiet zone: 21 to 177 (clause 6.3.2)."""
    return 17 + 4 * version


@lru_cache(maxsize=160)
def capacity(version: int, level: str) -> int:
    """The most bytes that byte mode holds (Table 7): 17 at 1-L, 42 at 3-M, 2953 at 40-L."""
    data = sum(_blocks(version, level)[0])
    return data - 1 - _count_bytes(version)


def smallest_version(length: int, level: str) -> int:
    """The smallest version, 1 to 40, that holds ``length`` bytes; :class:`TooLong` if none."""
    for version in range(1, 41):
        if length <= capacity(version, level):
            return version
    raise TooLong(length, capacity(40, level), f"level {level}")


def symbols(data: Bytes, version: int, level: str, mask: int = MASK) -> Bytes:
    """The symbols of ``n`` byte strings of one length, in byte mode, without quiet zone.

    ``data`` is uint8 of shape (n, length); ``version`` 1 to 40, ``level`` one of L, M, Q, H,
    ``mask`` 0 to 7. The result is uint8 of shape (n, size, ceil(size / 8)): rows of modules
    from the top, most significant bit first, 1 is dark, spare bits are 0. A symbol depends on
    its own bytes only, never on its neighbours. Raises :class:`TooLong`.

    Byte mode names no character set: text beyond ASCII goes as UTF-8, which readers recognise.
    """
    count, length = data.shape
    if mask not in range(8):
        raise ValueError(f"a QR code has a mask of 0 to 7, not {mask}")
    if length > (longest := capacity(version, level)):
        raise TooLong(length, longest, f"version {version}-{level}")
    source, constant = _placement(version, level), _constant(version, level, mask)
    side, planes = size(version), 8 * (_codewords(version) + 1)
    out = np.empty((count, constant.size), np.uint8)
    step = max(64, _WORKSPACE // planes) | 1  # odd: rows 2^n apart would share cache lines
    for start in range(0, count, step):
        some = slice(start, start + step)
        message = _message(data[some], version, level)
        bits = ((message[:, None] & _BITS) != 0).view(np.uint8).reshape(planes, -1)
        modules = bits.take(source[0], axis=0)
        for plane in source[1:]:
            modules += modules
            modules |= bits.take(plane, axis=0)
        modules ^= constant
        out[some] = modules.T
    return out.reshape(count, side, -(-side // 8))


def _message(data: Bytes, version: int, level: str) -> Bytes:
    """The codewords of each value, one value a column: all data blocks, then all their checks.

    Shape (codewords + 1, n); the last row is zero, for the modules that carry no codeword.
    """
    blocks, checks = _blocks(version, level)
    # Clause 7.4.5: the mode 0100, then the count, so that every byte straddles two codewords;
    # the half codeword left at the end is exactly the terminator of clause 7.4.9.
    length = data.shape[1]
    head = [0b0100, *length.to_bytes(_count_bytes(version))]
    stream = np.zeros((len(head) + length + 1, len(data)), np.uint8)
    stream[: len(head)] = np.array(head, np.uint8)[:, None]
    stream[len(head) : -1] = data.T
    message = np.zeros((_codewords(version) + 1, len(data)), np.uint8)
    used, full = len(stream) - 1, sum(blocks)
    message[:used] = stream[:-1] << 4 | stream[1:] >> 4
    message[used:full:2] = 0b11101100  # clause 7.4.10
    message[used + 1 : full : 2] = 0b00010001
    first, out = 0, full
    for block in blocks:
        message[out : out + checks] = _checks(message[first : first + block], checks)
        first, out = first + block, out + checks
    return message


def _checks(block: Bytes, checks: int) -> Bytes:
    """The check codewords of a block (clause 7.5.2), from (data codewords, n) to (checks, n)."""
    table = _contributions(checks)
    row = 256 * np.arange(len(block))[::-1]
    varies = (block != block[:, :1]).any(axis=1)
    varying = table.take(row[varies, None] + block[varies], axis=0)
    steady = table.take(row[~varies] + block[~varies, 0], axis=0)  # once for all values
    sums: npt.NDArray[np.uint64] = np.bitwise_xor.reduce(varying, axis=0)
    sums ^= np.bitwise_xor.reduce(steady, axis=0)
    return sums.view(np.uint8)[:, :checks].T


@lru_cache(maxsize=13)
def _contributions(checks: int) -> npt.NDArray[np.uint64]:
    """What a data codeword adds to the check codewords of its block.

    Row 256 d + v is for the value v with d data codewords after it: v x^(d + checks) modulo the
    generator polynomial (Annex A), its bytes padded to 8, 16 or 32 for whole words. 1 MB at most.
    """
    generator = np.array([1], np.uint8)  # highest power first
    for power in range(checks):
        root = _PRODUCTS[_POWERS[power]]
        generator = np.append(generator, 0).astype(np.uint8) ^ np.append(0, root[generator])
    remainders = np.empty((_LONGEST_BLOCK, checks), np.uint8)
    remainders[0] = generator[1:]
    for before, after in pairwise(remainders):
        after[:] = np.append(before[1:], 0) ^ _PRODUCTS[before[0], generator[1:]]
    width = 8 if checks <= 8 else 16 if checks <= 16 else 32
    table = np.zeros((_LONGEST_BLOCK, 256, width), np.uint8)
    table[:, :, :checks] = _PRODUCTS[:, remainders].swapaxes(0, 1)
    return table.reshape(-1, width).view(np.uint64)


def _field() -> tuple[Bytes, Bytes]:
    """Powers of 2 and the table of products in GF(256) modulo x^8+x^4+x^3+x^2+1 (7.5.2)."""
    powers = np.ones(255, np.uint8)
    for power in range(1, 255):
        double = int(powers[power - 1]) << 1
        powers[power] = double ^ 0b1_0001_1101 if double > 255 else double
    logs = np.empty(256, np.intp)
    logs[powers] = np.arange(255)
    products = powers[(logs[1:, None] + logs[1:]) % 255]
    return powers, np.pad(products, ((1, 0), (1, 0)))


_POWERS, _PRODUCTS = _field()


def _count_bytes(version: int) -> int:
    """Bytes of the character count in byte mode (Table 3)."""
    return 1 if version < 10 else 2


@lru_cache(maxsize=40)
def _codewords(version: int) -> int:
    """Codewords of a symbol, data and checks together (Table 1)."""
    _, reserved = _function_patterns(version)
    return int(np.count_nonzero(~reserved)) // 8


@lru_cache(maxsize=160)
def _blocks(version: int, level: str) -> tuple[tuple[int, ...], int]:
    """The data codewords of each block, and the check codewords of every block (Table 9)."""
    if version not in range(1, 41) or level not in LEVELS:
        raise ValueError(
            f"a QR code has a version of 1 to 40 and a level L, M, Q or H, not {version}-{level}"
        )
    count = int(_BLOCKS[level].split()[version - 1])
    checks = int(_CHECKS[level].split()[version - 1])
    whole, longer = divmod(_codewords(version), count)
    return (whole - checks,) * (count - longer) + (whole - checks + 1,) * longer, checks


@lru_cache(maxsize=8)
def _placement(version: int, level: str) -> npt.NDArray[np.intp]:
    """Which bit of the message each module shows.

    Shape (8, bytes of a symbol): for bit b, counted from the most significant, of each byte.
    """
    blocks, checks = _blocks(version, level)
    firsts = np.cumsum([0, *blocks])
    data = [
        first + turn
        for turn in range(max(blocks))
        for first, block in zip(firsts, blocks, strict=False)
        if turn < block
    ]
    rest = firsts[-1] + np.arange(len(blocks) * checks).reshape(-1, checks).T.ravel()
    order = np.concatenate([data, rest])
    bits = (8 * order[:, None] + np.arange(8)).ravel()

    # Clause 7.7.3: pairs of columns from the right, upwards and downwards in turn, past column 6.
    side = size(version)
    _, reserved = _function_patterns(version)
    right = np.arange(side - 1, 0, -2)
    right[right <= 6] -= 1
    rows = np.tile(np.arange(side), (len(right), 1))
    rows[::2] = rows[::2, ::-1]
    rows = np.repeat(rows.ravel(), 2)
    columns = (right[:, None, None] - np.arange(2) + np.zeros((side, 1), np.intp)).ravel()
    free = ~reserved[rows, columns]
    rows, columns = rows[free][: len(bits)], columns[free][: len(bits)]

    grid = np.full((side, -(-side // 8) * 8), 8 * len(order))
    grid[rows, columns] = bits
    return np.ascontiguousarray(grid.reshape(-1, 8).T)


@lru_cache(maxsize=64)
def _constant(version: int, level: str, mask: int) -> Bytes:
    """Function patterns, format and version information, and the mask: shape (bytes, 1)."""
    dark, reserved = _function_patterns(version)
    dark = dark.copy()
    side = size(version)
    # Clause 7.9 and Annex C: 5 bits and 10 checks, least significant first along the finders.
    data = {"L": 0b01, "M": 0b00, "Q": 0b11, "H": 0b10}[level] << 3 | mask
    word = (data << 10 | _remainder(data << 10, 0b101_0011_0111)) ^ 0b101_0100_0001_0010
    bits = (word >> np.arange(15) & 1).astype(bool)
    dark[[0, 1, 2, 3, 4, 5, 7, 8], 8] = dark[8, side - 1 - np.arange(8)] = bits[:8]
    dark[8, [7, 5, 4, 3, 2, 1, 0]] = dark[side - 7 + np.arange(7), 8] = bits[8:]
    if version >= 7:  # clause 7.10 and Annex D: 6 bits and 12 checks
        word = version << 12 | _remainder(version << 12, 0b1_1111_0010_0101)
        bits = (word >> np.arange(18) & 1).astype(bool)
        dark[:6, side - 11 : side - 8] = bits.reshape(6, 3)
        dark[side - 11 : side - 8, :6] = bits.reshape(6, 3).T
    i, j = np.indices((side, side))
    inverted = (  # Table 10
        (i + j) % 2,
        i % 2,
        j % 3,
        (i + j) % 3,
        (i // 2 + j // 3) % 2,
        i * j % 2 + i * j % 3,
        (i * j % 2 + i * j % 3) % 2,
        ((i + j) % 2 + i * j % 3) % 2,
    )[mask] == 0
    return np.packbits(dark | inverted & ~reserved, axis=1).reshape(-1, 1)


@lru_cache(maxsize=40)
def _function_patterns(version: int) -> tuple[npt.NDArray[np.bool], npt.NDArray[np.bool]]:
    """The dark modules of the fixed patterns, and all modules that carry no codeword."""
    side = size(version)
    dark = np.zeros((side, side), np.bool)
    reserved = np.zeros((side, side), np.bool)
    i, j = np.indices((side, side))
    dark[6, ::2] = dark[::2, 6] = True  # timing, clause 6.3.5
    reserved[6] = reserved[:, 6] = True
    positions = _alignment(version)
    last = side - 7
    finders = {(6, 6), (6, last), (last, 6)}
    for row, column in set(product(positions, positions)) - finders:  # alignment, clause 6.3.6
        ring = np.maximum(abs(i - row), abs(j - column))
        reserved |= ring <= 2
        dark[ring <= 2] = ring[ring <= 2] != 1
    for row, column in ((3, 3), (3, side - 4), (side - 4, 3)):  # finders, separators: 6.3.3, 6.3.4
        ring = np.maximum(abs(i - row), abs(j - column))
        reserved |= ring <= 4
        dark[ring <= 4] = (ring[ring <= 4] != 2) & (ring[ring <= 4] != 4)
    reserved[:9, 8] = reserved[8, :9] = reserved[side - 8 :, 8] = reserved[8, side - 8 :] = True
    dark[side - 8, 8] = True  # clause 7.9.1: the one module that is always dark
    if version >= 7:
        reserved[:6, side - 11 : side - 8] = reserved[side - 11 : side - 8, :6] = True
    return dark, reserved


def _alignment(version: int) -> list[int]:
    """Rows and columns of the centres of the alignment patterns (Annex E): evenly from the end."""
    if version == 1:
        return []
    gaps = version // 7 + 1
    step = (version * 8 + gaps * 3 + 8) // (gaps * 4) * 2
    last = size(version) - 7
    return [6, *(last - step * gap for gap in range(gaps - 1, -1, -1))]


def _remainder(word: int, generator: int) -> int:
    """The remainder of polynomials over GF(2)."""
    while (over := word.bit_length() - generator.bit_length()) >= 0:
        word ^= generator << over
    return word
