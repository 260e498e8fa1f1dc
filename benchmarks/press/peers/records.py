"""What every peer is given: the bench flyer's records as the texts to print, read from the CSV.

The letter is broken into lines here, at spaces as Korean is set today: Typst breaks between
syllables and the others need the lines anyway. Word widths are remembered, so it costs little.
The QR matrices and the font that draws them are made beforehand (:func:`prepare`) and cost the
peers nothing.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import segno
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from pyarrow import csv

from benchmarks.press import content
from benchmarks.press.flyers import PLAIN_FAMILY

MODULES = 29  # a QR symbol of version 3
QUIET = 4
# The font draws a block of modules with one glyph; 3 rows of 4 need 4,096 glyphs.
BLOCK_ROWS, BLOCK_COLUMNS = 3, 4
BLOCKS_DOWN, BLOCKS_ACROSS = 10, 8
FIRST_CHARACTER = 0xE000
CODE_FAMILY = "Code Blocks"
CODE_FONT = "code-blocks.ttf"

DESCRIPTION = "Compose records of the bench flyer with this peer."


@dataclass(frozen=True)
class Records:
    """Columns of equal length, one item a record."""

    headlines: list[str]
    points: list[str]
    letters: list[list[str]]
    addresses: list[tuple[str, ...]]
    pictures: list[tuple[str, str, str]]
    packed: np.ndarray  # the QR matrices, uint8, (records, 29, 4): a bit a module

    def __len__(self) -> int:
        return len(self.headlines)

    def code_lines(self, part: slice) -> list[list[str]]:
        """Each symbol of these records as 10 lines of 8 characters of the code font."""
        matrices = np.unpackbits(self.packed[part], axis=2)[:, :, :MODULES]
        rows, columns = BLOCKS_DOWN * BLOCK_ROWS, BLOCKS_ACROSS * BLOCK_COLUMNS
        padded = np.zeros((len(matrices), rows, columns), np.uint32)
        padded[:, :MODULES, :MODULES] = matrices
        blocks = padded.reshape(-1, BLOCKS_DOWN, BLOCK_ROWS, BLOCKS_ACROSS, BLOCK_COLUMNS)
        bits = blocks.transpose(0, 1, 3, 2, 4).reshape(-1, BLOCKS_DOWN, BLOCKS_ACROSS, 12)
        weights = 1 << np.arange(BLOCK_ROWS * BLOCK_COLUMNS, dtype=np.uint32)
        characters = (bits @ weights).astype(np.uint32) + FIRST_CHARACTER
        return characters.view(f"U{BLOCKS_ACROSS}")[..., 0].tolist()


def read_records(job: Path, first: int, count: int) -> Records:
    """Rows ``first`` to ``first + count`` of the job's customers, formatted for print."""
    text = csv.ConvertOptions(column_types=dict.fromkeys(_header(job), pa.string()))
    table = csv.read_csv(job / "customers.csv", convert_options=text).slice(first, count)
    column = {name: table[name].to_pylist() for name in table.column_names}
    days = {day: _spoken(day) for day in set(column["expires"])}
    amounts = {amount: f"{int(amount):,}" for amount in set(column["amount"])}
    measure = _measurer(plain_font(job, bold=False), content.TYPES["letter"].size_pt)
    width = content.PLACES["letter"].width / 25.4 * 72
    letter = content.LETTER.replace("{amount:,}", "{amount}")
    return Records(
        headlines=[content.HEADLINE.format(name=name) for name in column["name"]],
        points=[content.POINTS.format(points=int(points)) for points in column["points"]],
        letters=[
            _broken(
                letter.format(name=name, expires=days[day], amount=amounts[won]), width, measure
            )
            for name, day, won in zip(
                column["name"], column["expires"], column["amount"], strict=True
            )
        ],
        addresses=[
            tuple(
                line.format(address=address, detail=detail, postcode=postcode, name=name)
                for line in content.ADDRESS
            )
            for address, detail, postcode, name in zip(
                *(column[key] for key in ("address", "detail", "postcode", "name")), strict=True
            )
        ],
        pictures=list(zip(*(column[f"picture_{slot}"] for slot in (1, 2, 3)), strict=True)),
        packed=np.load(job / "matrices.npy", mmap_mode="r")[first : first + count],
    )


def _header(job: Path) -> list[str]:
    with (job / "customers.csv").open(encoding="utf-8") as file:
        return [name.strip().strip('"') for name in file.readline().split(",")]


def _spoken(day: str) -> str:
    year, month, number = map(int, day.split("-"))
    return f"{year}년 {month}월 {number}일"


def prepare(job: Path) -> None:
    """Write the job's QR matrices (``matrices.npy``: uint8, (records, 29, 4), a bit a module) and
    the font that draws them."""
    table = csv.read_csv(
        job / "customers.csv", convert_options=csv.ConvertOptions(include_columns=["coupon"])
    )
    coupons = np.array(table["coupon"].to_pylist(), "S16")
    np.save(job / "matrices.npy", _matrices(coupons))
    _write_code_font(job / "fonts-peers" / CODE_FONT)


def _matrices(coupons: np.ndarray) -> np.ndarray:
    """At a fixed version, level and mask the symbol is an affine function of the bits: one symbol
    of segno for each bit that varies tells them all."""
    prefix = content.CODE_URL.encode()

    def symbol(coupon: bytes) -> np.ndarray:
        code = segno.make_qr(
            prefix + coupon, version=3, error="m", mode="byte", mask=2, boost_error=False
        )
        return np.packbits(np.array(code.matrix, np.uint8), axis=1)

    zero = bytes(16)
    origin = symbol(zero)
    table = np.zeros((16, 256, *origin.shape), np.uint8)
    for place in range(16):
        for bit in range(8):
            flipped = symbol(zero[:place] + bytes([1 << bit]) + zero[place + 1 :]) ^ origin
            table[place, (np.arange(256) >> bit) & 1 == 1] ^= flipped
    if (
        origin ^ np.bitwise_xor.reduce(table[range(16), list(coupons[0])]) != symbol(coupons[0])
    ).any():
        raise AssertionError("the QR matrices made by algebra are not segno's")
    letters = coupons.view(np.uint8).reshape(-1, 16)
    matrices = np.repeat(origin[None], len(letters), axis=0)
    for place in range(16):
        matrices ^= table[place, letters[:, place]]
    return matrices


def _write_code_font(file: Path) -> None:
    """1,000 units an em, a module 250; a block's rows hang above the baseline."""
    module = 250
    glyphs, names = {".notdef": TTGlyphPen(None).glyph()}, {}
    for bits in range(1 << (BLOCK_ROWS * BLOCK_COLUMNS)):
        pen = TTGlyphPen(None)
        for place in range(BLOCK_ROWS * BLOCK_COLUMNS):
            if bits >> place & 1:
                row, column = divmod(place, BLOCK_COLUMNS)
                x, y = column * module, (BLOCK_ROWS - 1 - row) * module
                corners = ((x, y), (x, y + module), (x + module, y + module), (x + module, y))
                pen.moveTo(corners[0])
                for corner in corners[1:]:
                    pen.lineTo(corner)
                pen.closePath()
        names[FIRST_CHARACTER + bits] = f"b{bits}"
        glyphs[f"b{bits}"] = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    # fullbleed keeps a slot's font only if the font also has the letters of the slot's name.
    builder.setupCharacterMap(names | dict.fromkeys(range(0x20, 0x7F), "b0"))
    builder.setupGlyf(glyphs)
    # The side bearing must be the outline's left edge: renderers shift the glyph by it.
    builder.setupHorizontalMetrics(
        {
            name: (BLOCK_COLUMNS * module, getattr(glyph, "xMin", 0))
            for name, glyph in glyphs.items()
        }
    )
    height = BLOCK_ROWS * module
    builder.setupHorizontalHeader(ascent=height, descent=0)
    builder.setupNameTable(
        {"familyName": CODE_FAMILY, "styleName": "Regular", "psName": CODE_FAMILY.replace(" ", "")}
    )
    builder.setupOS2(sTypoAscender=height, sTypoDescender=0, usWinAscent=height, sCapHeight=height)
    builder.setupPost()
    file.parent.mkdir(exist_ok=True)
    builder.save(file)


def _measurer(font: Path, size_pt: float) -> Callable[[str], float]:
    """The width of a word in points, remembered, for words recur."""
    opened = TTFont(font, lazy=True)
    scale = size_pt / opened["head"].unitsPerEm
    metrics = opened["hmtx"].metrics
    advances = {code: metrics[name][0] * scale for code, name in opened.getBestCmap().items()}
    return cache(lambda word: sum(advances[ord(character)] for character in word))


def _broken(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """``text`` broken at spaces into lines not wider than ``width`` points."""
    lines, line, length, space = [], "", 0.0, measure(" ")
    for word in text.split(" "):
        advance = measure(word)
        if line and length + space + advance > width:
            lines.append(line)
            line, length = word, advance
        else:
            line, length = (f"{line} {word}", length + space + advance) if line else (word, advance)
    return [*lines, line]


def plain_font(job: Path, *, bold: bool) -> Path:
    """The job's own font, which every peer sets the flyer in."""
    return job / "fonts" / f"Plain-{'Bold' if bold else 'Regular'}.ttf"


def ascent_mm(job: Path, size_pt: float) -> float:
    """From the top of a line to its baseline: the capitals' height, as Typst has it."""
    font = TTFont(plain_font(job, bold=False), lazy=True)
    return font["OS/2"].sCapHeight / font["head"].unitsPerEm * size_pt / 72 * 25.4


def css_ascent_mm(job: Path, size_pt: float, line_pt: float) -> float:
    """From the top of a CSS line box ``line_pt`` high to its baseline (CSS 2.2, 10.8.1)."""
    font = TTFont(plain_font(job, bold=False), lazy=True)
    em = font["head"].unitsPerEm
    ascent, descent = font["hhea"].ascent / em, -font["hhea"].descent / em
    return (ascent * size_pt + (line_pt - (ascent + descent) * size_pt) / 2) / 72 * 25.4


def arguments() -> argparse.Namespace:
    """``JOB OUT --first N --count N``, the same for every peer."""
    parser = argparse.ArgumentParser(description=DESCRIPTION)
    parser.add_argument("job", type=Path)
    parser.add_argument("out", type=Path, help="a folder for the volumes")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, required=True)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    return given


__all__ = [
    "BLOCKS_ACROSS",
    "BLOCKS_DOWN",
    "BLOCK_COLUMNS",
    "BLOCK_ROWS",
    "CODE_FAMILY",
    "CODE_FONT",
    "MODULES",
    "PLAIN_FAMILY",
    "QUIET",
    "Records",
    "arguments",
    "ascent_mm",
    "css_ascent_mm",
    "plain_font",
    "prepare",
    "read_records",
]
