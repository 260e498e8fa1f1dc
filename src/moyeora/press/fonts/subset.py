"""Font files in, the subsets that a job prints with out.

Each font is subset once a job, from the code points that the job can print, with the closure of
its layout rules. Shaping uses the whole font; glyph ids are mapped to two-byte codes that avoid
``( ) \\ CR LF``, so that text is written as literal strings without escapes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import uharfbuzz as hb

from moyeora.press.faults import FontError
from moyeora.press.fonts.cff import by_glyph
from moyeora.press.fonts.harfbuzz import Shaper
from moyeora.press.pdf import number

if TYPE_CHECKING:
    from moyeora.press.objects import Shared

EM = 1_000_000  # advances are integers in millionths of an em
SPACE_CODE = b"\x00 "  # the same in every font, so that one gap serves all styles
_SAFE = [byte for byte in range(256) if byte not in b"()\\\r\n"]
# Every code but the space's, in ascending order.
_CODES = np.array(
    [high << 8 | low for high in _SAFE for low in _SAFE if high << 8 | low not in {0, 0x20}],
    np.uint16,
)
_FOR_SHAPING = (
    b"GSUB",
    b"GPOS",
    b"GDEF",
    b"kern",
    b"cmap",
    b"name",
    b"post",
    b"DSIG",
    b"vhea",
    b"vmtx",
)
_SUFFIXES = {".ttf", ".otf", ".ttc", ".otc"}


@dataclass(frozen=True)
class Face:
    """One font in a file. ``weight`` is OpenType's, 100 to 900."""

    path: Path
    index: int
    family: str
    postscript: str
    weight: int
    italic: bool

    def __getstate__(self) -> dict[str, object]:
        """Without what HarfBuzz made of it: another process opens the file itself."""
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)

    @cached_property
    def hb(self) -> hb.Face:
        return hb.Face(hb.Blob.from_file_path(str(self.path)), self.index)

    @cached_property
    def coverage(self) -> frozenset[int]:
        return frozenset(self.hb.unicodes)

    @cached_property
    def shaper(self) -> Shaper:
        return Shaper(self.path, self.index)


def load_faces(folder: Path) -> list[Face]:
    """All fonts below a folder, by path. FontError for one that cannot be printed with."""
    faces = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES):
        blob = hb.Blob.from_file_path(str(path))
        count = hb.Face.count.fget(hb.Face(blob)) if path.suffix.lower().endswith("c") else 1
        for index in range(count):
            face = hb.Face(blob, index)
            if not face.glyph_count:
                raise FontError("is not a font", place=path.name)
            if face.has_var_data:
                raise FontError(
                    "is a variable font, which Typst does not embed whole",
                    place=path.name,
                    remedy="put the static files of the family there instead",
                )
            names = hb.OTNameIdPredefined
            os2 = bytes(face.reference_table("OS/2").data)
            faces.append(
                Face(
                    path,
                    index,
                    face.get_name(names.TYPOGRAPHIC_FAMILY)
                    or face.get_name(names.FONT_FAMILY)
                    or path.stem,
                    face.get_name(names.POSTSCRIPT_NAME) or path.stem,
                    int.from_bytes(os2[4:6], "big") if len(os2) > 6 else 400,
                    bool(int.from_bytes(os2[62:64], "big") & 1) if len(os2) > 64 else False,
                )
            )
    return faces


def named(faces: Sequence[Face], postscript: str) -> Face:
    """The face with this PostScript name."""
    for face in faces:
        if face.postscript == postscript:
            return face
    raise FontError(f"the design uses {postscript}, which is not in the fonts folder")


def in_family(faces: Sequence[Face], family: str, like: Face) -> Face:
    """The face of a family that is nearest in slant and weight to another face."""
    members = [face for face in faces if face.family.casefold() == family.casefold()]
    if not members:
        known = ", ".join(sorted({face.family for face in faces}))
        raise FontError(
            f"there is no font family {family!r} in the fonts folder",
            place="mailing.toml: fonts.fallback",
            remedy=f"put its files there, or name one of: {known}",
        )

    def distance(face: Face) -> tuple[bool, int, str]:
        return face.italic != like.italic, abs(face.weight - like.weight), face.postscript

    return min(members, key=distance)


class Font:
    """A face made ready to print: its subset, codes, widths and what each glyph stands for.

    The arrays are indexed by the glyph id of the whole face: ``codes`` uint16 (0: not in the
    subset), ``advances`` int64 in millionths of an em, ``stands_for`` int64 code points (0: no
    single one; text that uses such a glyph says what it is by ActualText).
    """

    def __init__(self, face: Face, characters: Iterable[int], name: str) -> None:
        self.face, self.name = face, name
        wanted = face.coverage.intersection(characters) | {0x20}
        source = hb.SubsetInput()
        source.unicode_set.update(wanted)
        plan = hb.SubsetPlan(face.hb, source)
        glyphs = np.array(sorted(dict(plan.old_to_new_glyph_mapping.items())), np.int64)

        # A second time from the glyphs alone, without the tables that only shaping needs.
        source = hb.SubsetInput()
        source.glyph_set.update(glyphs.tolist())
        source.flags = hb.SubsetFlags.NO_LAYOUT_CLOSURE | hb.SubsetFlags.NOTDEF_OUTLINE
        source.drop_table_tag_set.update(int.from_bytes(tag, "big") for tag in _FOR_SHAPING)
        plan = hb.SubsetPlan(face.hb, source)
        subset = dict(plan.old_to_new_glyph_mapping.items())
        self.data = bytes(plan.execute().blob.data)

        count = face.hb.glyph_count
        font = hb.Font(face.hb)
        self.codes = np.zeros(count, np.uint16)
        self.codes[glyphs[glyphs > 0]] = _CODES[: (glyphs > 0).sum()]
        self.advances = np.zeros(count, np.int64)
        self.stands_for = np.zeros(count, np.int64)
        for glyph in glyphs.tolist():
            self.advances[glyph] = round(font.get_glyph_h_advance(glyph) * EM / face.hb.upem)
        cmap = {c: font.get_nominal_glyph(c) for c in sorted(wanted, reverse=True)}
        for character, glyph in cmap.items():
            if glyph:
                self.stands_for[glyph] = character
        space = cmap[0x20] or 0
        self.codes[space] = int.from_bytes(SPACE_CODE, "big")
        self.space = int(self.advances[space])
        # Each code as bytes, and for each glyph of the whole face which of them is its own.
        self.code_fragments = [code.to_bytes(2, "big") for code in self.codes[glyphs].tolist()]
        self.codes_index = np.zeros(count, np.int64)
        self.codes_index[glyphs] = np.arange(len(glyphs))
        self._alternates(glyphs)
        self._glyphs = {int(self.codes[g]): subset.get(g, 0) for g in glyphs.tolist()}
        self._extents = font.get_font_extents("ltr")

    def __getstate__(self) -> dict[str, object]:
        """What shaping needs; the subset itself is among the forme's objects."""
        left_out = {"data", "_extents", "_glyphs"}
        return {name: value for name, value in self.__dict__.items() if name not in left_out}

    def _alternates(self, glyphs: np.ndarray) -> None:
        """Let a glyph that replaces a single other one (case forms, tabular figures) stand for
        the same character."""
        nameless = {int(g) for g in glyphs if g and not self.stands_for[g]}
        if not nameless or not self.face.hb.has_layout_substitution:
            return
        table = bytes(self.face.hb.reference_table("GSUB").data)
        lookups = int.from_bytes(table[8:10], "big")
        count = int.from_bytes(table[lookups : lookups + 2], "big")
        for glyph in glyphs.tolist():
            character = int(self.stands_for[glyph])
            if not character or 0xAC00 <= character <= 0xD7A3:
                continue
            for lookup in range(count):
                for other in self.face.hb.get_lookup_glyph_alternates(lookup, glyph):
                    if other in nameless and not self.stands_for[other]:
                        self.stands_for[other] = character

    def write(self, shared: "Shared") -> int:
        """Add the font's objects (ISO 32000-2, 9.7) and return the number of the Type0 font."""
        em = self.face.hb.upem
        prefix = b"MOYEOR+" + self.face.postscript.encode("ascii", "ignore")
        cff = "CFF " in self.face.hb.table_tags
        if cff:
            program = hb.Face(hb.Blob(self.data)).reference_table("CFF ").data
            file = shared.stream(by_glyph(bytes(program)), b"/Subtype/CIDFontType0C")
        else:
            file = shared.stream(self.data, b"/Length1 %d" % len(self.data))
        extents = self._extents
        descriptor = shared.add(
            b"<</Type/FontDescriptor/FontName/%b/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0"
            b"/Ascent %d/Descent %d/CapHeight %d/StemV 80/%b %d 0 R>>"
            % (
                prefix,
                -1000, extents.descender * 1000 // em, 3000, extents.ascender * 1000 // em,
                extents.ascender * 1000 // em, extents.descender * 1000 // em,
                extents.ascender * 1000 // em,
                b"FontFile3" if cff else b"FontFile2",
                file,
            )
        )  # fmt: skip
        by_code = sorted(self._glyphs.items())
        if cff:
            encoding = b"%d 0 R" % shared.stream(_cmap(
                b"begincidchar", b"endcidchar",
                [b"<%04X> %d" % (code, glyph) for code, glyph in by_code if code],
            ), b"/Type/CMap/CMapName/Moyeora/CIDSystemInfo<</Registry(Moyeora)/Ordering(Codes)"
               b"/Supplement 0>>")  # fmt: skip
            codes = dict(by_code)
            kind = b"/CIDFontType0"
        else:
            encoding, codes = b"/Identity-H", {code: code for code, _ in by_code}
            table = np.zeros(max(codes) + 1, ">u2")
            for code, glyph in by_code:
                table[code] = glyph
            kind = b"/CIDFontType2/CIDToGIDMap %d 0 R" % shared.stream(table.tobytes())
        width = {int(self.codes[g]): int(self.advances[g]) for g in np.flatnonzero(self.codes)}
        widths = b"".join(
            b"%d[%b]" % (cid, number(width[code] * 1000 / EM))
            for code, cid in sorted(codes.items(), key=lambda item: item[1])
            if code
        )
        ordering = b"Codes" if cff else b"Identity"
        registry = b"Moyeora" if cff else b"Adobe"
        descendant = shared.add(
            b"<</Type/Font/Subtype%b/BaseFont/%b/CIDSystemInfo<</Registry(%b)/Ordering(%b)"
            b"/Supplement 0>>/FontDescriptor %d 0 R/DW 0/W[%b]>>"
            % (kind, prefix, registry, ordering, descriptor, widths)
        )
        characters = [
            b"<%04X> <%b>" % (code, chr(char).encode("utf-16-be").hex().upper().encode())
            for code, char in sorted(
                (int(self.codes[g]), int(self.stands_for[g])) for g in np.flatnonzero(self.codes)
            )
            if char
        ]
        to_unicode = shared.stream(_cmap(b"beginbfchar", b"endbfchar", characters))
        return shared.add(
            b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding %b/DescendantFonts[%d 0 R]"
            b"/ToUnicode %d 0 R>>" % (prefix, encoding, descendant, to_unicode)
        )


def _cmap(begin: bytes, end: bytes, rows: list[bytes]) -> bytes:
    """A CMap over two-byte codes; at most 100 rows a section (Adobe Technical Note 5014)."""
    sections = b"".join(
        b"%d %b\n%b\n%b\n" % (len(part), begin, b"\n".join(part), end)
        for part in (rows[i : i + 100] for i in range(0, len(rows), 100))
    )
    return (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        b"/CIDSystemInfo <</Registry (Moyeora) /Ordering (Codes) /Supplement 0>> def\n"
        b"/CMapName /Moyeora def /CMapType %d def\n"
        b"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n%b"
        b"endcmap CMapName currentdict /CMap defineresource pop end end"
        % (2 if begin == b"beginbfchar" else 1, sections)
    )
