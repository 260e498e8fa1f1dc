"""A Typst design in, the pages of a layout with their holes out.

Each part places a marker, a tiny PDF of its own stretched to the part's box, followed by
specimens of the text that would stand there. The compiled page is cut at the markers, so a hole
keeps Typst's own matrix, clip and place in the order of painting; font, size, colour and
baselines are read from Typst's own drawing of the specimens.
"""

import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import typst

from moyeora.press.design.holes import UNIT, Hole, Matrix, Specimen, inverse
from moyeora.press.faults import DesignError, JobError
from moyeora.press.job import BlockPart, Job, ParagraphPart, Part
from moyeora.press.pdf import numbers
from moyeora.press.templates import BASE, STRONG, parse

POINTS_PER_MM = 72 / 25.4

_PACKAGES = Path(__file__).parent / "typst"
_MARKER_SIZE = 100
_END = 9999
# Typst's reader of PDF images finds the objects without a cross-reference table.
_MARKER = f"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 {_MARKER_SIZE} {_MARKER_SIZE}]/Resources<<>>\
/Contents 4 0 R>>endobj
4 0 obj<</Length 28>>stream
%moyeora NNNN
0 0 1 1 re f

endstream endobj
trailer<</Root 1 0 R>>
%%EOF
"""
_PAINTING = {"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do", "Tj", "TJ", "'", '"',
             "INLINE IMAGE"}  # fmt: skip

_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True)
class PageArt:
    """A page, in points, cut into strata (drawing operators) with a group of holes between each
    two of them. What a group draws counts in hundredths of a point from the page's lower left.
    ``resources`` are those that the strata use, by category and name."""

    width: float
    height: float
    strata: tuple[bytes, ...]
    holes: tuple[tuple[Hole, ...], ...]
    resources: Mapping[str, Mapping[str, Any]]
    source: pikepdf.Pdf  # holds the objects of ``resources``


class Typst:
    """The compiler with the fonts of a job and nothing else; every warning is a fault."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[job.fonts.folder]
        )

    def compile(
        self, source: Path | bytes, place: str, inputs: Mapping[str, Any], *, private: bool = False
    ) -> pikepdf.Pdf:
        """Compile a design (a file, or its text) to a PDF. JobError tells lines and reasons; if
        the ``inputs`` are ``private``, without what Typst quotes of them."""
        given: Any = source
        compiler = typst.Compiler(
            given,
            root=self.job.folder,
            font_paths=self._fonts,
            sys_inputs={"moyeora": json.dumps(inputs, ensure_ascii=False)},
            package_path=_PACKAGES,
        )
        try:
            data, warnings = compiler.compile_with_warnings(format="pdf", pdf_tags=False)
        except typst.TypstError as error:
            raise JobError(list(_told(error, self.job, place, private))) from None
        if warnings:
            remedy = "a warning would be lost in print; mend the design or the fonts folder"
            raise JobError([
                problem
                for warning in warnings
                for problem in _told(warning, self.job, place, private, remedy)
            ])  # fmt: skip
        assert isinstance(data, bytes)  # a PDF is one file
        return pikepdf.open(io.BytesIO(data))


def compile_layout(compiler: Typst, design: Path) -> tuple[PageArt, ...]:
    """The pages of a design, cut at its parts. Raises DesignError."""
    job = compiler.job
    place = (
        str(design.relative_to(job.folder)) if design.is_relative_to(job.folder) else str(design)
    )
    # The specimens stand in this order in the package `moyeora`.
    looks = {
        name: [BASE, STRONG, *sorted(styles(part) - {BASE, STRONG})]
        for name, part in job.parts.items()
    }
    page = job.page
    told = {
        "page": {"width_mm": page.width_mm, "height_mm": page.height_mm, "bleed_mm": page.bleed_mm},
        "parts": {name: number for number, name in enumerate(looks)},
        "styles": {name: styles[2:] for name, styles in looks.items()},
        "marker": _MARKER,
    }
    pdf = compiler.compile(design, place, told)
    pages = tuple(_cut(pdf, page, looks, place) for page in pdf.pages)
    for art in pages:
        wanted = [(side + 2 * job.page.bleed_mm) * POINTS_PER_MM
                  for side in (job.page.width_mm, job.page.height_mm)]  # fmt: skip
        if abs(art.width - wanted[0]) > 0.1 or abs(art.height - wanted[1]) > 0.1:
            raise DesignError(
                f"its page is {art.width / POINTS_PER_MM:.1f} x "
                f"{art.height / POINTS_PER_MM:.1f} mm, not the job's size with bleed",
                place=place,
                remedy="begin it with: #show: sheet",
            )
    return pages


def styles(part: Part) -> set[str]:
    """The styles of spans that a part's words use."""
    if not isinstance(part, ParagraphPart):
        return {BASE}
    return {BASE} | {cell.style for line in parse(part.text, "text") for cell in line}


# How Typst tells of an error or warning, and in the `help` after it, from where it was called.
_DIAGNOSTIC = re.compile(
    r"^(?P<kind>error|warning|help): (?P<what>.+?)(?:\n *┌─ (?P<file>.+?):(?P<line>\d+):\d+)?$",
    re.M,
)


def _told(
    problem: Any, job: Job, place: str, private: bool, remedy: str = ""
) -> Iterator[DesignError]:
    """Typst's errors or warnings with its hints, each at the innermost line of the job's own."""
    hints = "\n  ".join(filter(None, [*(getattr(problem, "hints", None) or []), remedy]))
    found: list[list[str]] = []
    for match in _DIAGNOSTIC.finditer(getattr(problem, "diagnostic", "")):
        if match["kind"] != "help":
            found.append([match["what"], place])
        file = Path(match["file"] or "").resolve()
        if found and found[-1][1] == place and file.is_relative_to(job.folder) and file.is_file():
            found[-1][1] = f"{file.relative_to(job.folder).as_posix()}, line {match['line']}"
    for what, where in found or [[str(problem), place]]:
        # Typst quotes values after these signs.
        what = re.split(r"[:(\"`]", what)[0].strip() if private else what
        yield DesignError(what, place=where, remedy="" if private else hints)


# --- cutting --------------------------------------------------------------------------------


def _times(a: Matrix, b: Matrix) -> Matrix:
    """The matrix that applies ``a`` first, then ``b`` (8.3.4)."""
    return (
        a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4], a[4] * b[1] + a[5] * b[3] + b[5],
    )  # fmt: skip


def _cut(
    pdf: pikepdf.Pdf, page: pikepdf.Page, looks: Mapping[str, Sequence[str]], place: str
) -> PageArt:
    names = list(looks)
    markers = {
        name: number
        for name, form in page.resources.get("/XObject", {}).items()
        if (number := _marker_number(form)) is not None
    }
    content = pikepdf.parse_content_stream(page)
    strata: list[list[Any]] = [[]]
    holes: list[list[Hole]] = []
    sign: tuple[int, ...] | None = None  # of the group being filled, until something is painted
    state = _State()
    at = 0
    while at < len(content):
        operands, operator = content[at].operands, str(content[at].operator)
        number = markers.get(str(operands[0])) if operator == "Do" else None
        if number is None:
            if operator in _PAINTING:
                sign = None
            strata[-1].append(content[at])
            state.apply(operator, operands)
            at += 1
            continue
        end = at + 1
        while (
            str(content[end].operator) != "Do" or markers.get(str(content[end].operands[0])) != _END
        ):
            end += 1
        name = f"P{sum(map(len, holes))}"  # no resource of Typst's is called so
        hole = _hole(names[number], name, looks[names[number]], state, content[at + 1 : end], page)
        outside = state.outside()
        if sign == outside.sign:
            holes[-1].append(hole)
        else:
            # Typst wraps the marker's drawing in `q … cm … Q`: the cut lies before the wrap, and
            # what is written there counts in hundredths of a point from the page's corner.
            wrap = len(strata[-1]) - _wrap(strata[-1])
            unit = _times((1 / UNIT, 0, 0, 1 / UNIT, 0, 0), inverse(outside.matrix))
            strata[-1:] = [
                [*strata[-1][:wrap], _operator("q"), _operator("cm", *unit)],
                [_operator("Q"), *strata[-1][wrap:]],
            ]
            holes.append([hole])
            sign = outside.sign
        at = end + 1
    found = {hole.part for group in holes for hole in group}
    for number in sorted(set(markers.values()) - {_END}):
        if names[number] not in found:
            raise DesignError(
                f"the part {names[number]!r} lies inside a transparency group",
                place=place,
                remedy="take it out of what has opacity or a gradient mask",
            )
    left, bottom, right, top = (float(x) for x in page.mediabox)
    return PageArt(
        right - left,
        top - bottom,
        tuple(pikepdf.unparse_content_stream(stratum) for stratum in strata),
        tuple(tuple(group) for group in holes),
        _used(page, [instruction for stratum in strata for instruction in stratum]),
        pdf,
    )


def _operator(name: str, *operands: float) -> pikepdf.ContentStreamInstruction:
    # Matrices need more digits than a coordinate: an inverse is multiplied by a whole page.
    written = [Decimal(f"{value:.9f}") for value in operands]
    return pikepdf.ContentStreamInstruction(written, pikepdf.Operator(name))


def _wrap(instructions: Sequence[Any]) -> int:
    """How many of the last instructions only open the marker's own `q … cm`."""
    for back in range(1, len(instructions) + 1):
        operator = str(instructions[-back].operator)
        if operator == "q":
            return back
        if operator not in {"cm", "gs"}:
            break
    return 0


def _marker_number(form: Any) -> int | None:
    if form.get("/Subtype") != "/Form" or len(form.read_raw_bytes()) > 200:
        return None
    match = re.match(rb"%moyeora (\d{4})", form.read_bytes())
    return int(match[1]) if match else None


class _State:
    """The graphics state that matters at a cut: matrix, clips, external states."""

    def __init__(self) -> None:
        self.matrix = _IDENTITY
        self.sign: tuple[int, ...] = ()  # the clips and external states in force
        self.stack: list[tuple[Matrix, tuple[int, ...]]] = []
        self.count = 0

    def apply(self, operator: str, operands: Any) -> None:
        if operator == "q":
            self.stack.append((self.matrix, self.sign))
        elif operator == "Q":
            self.matrix, self.sign = self.stack.pop()
        elif operator == "cm":
            a, b, c, d, e, f = (float(x) for x in operands)
            self.matrix = _times((a, b, c, d, e, f), self.matrix)
        elif operator in {"W", "W*", "gs"}:
            self.count += 1
            self.sign = (*self.sign, self.count)

    def outside(self) -> "_State":
        """The state outside of the innermost `q`."""
        outer = _State()
        outer.matrix, outer.sign = self.stack[-1] if self.stack else (self.matrix, self.sign)
        return outer


def _hole(
    part: str,
    name: str,
    looks: Sequence[str],
    state: "_State",
    between: Sequence[Any],
    page: pikepdf.Page,
) -> Hole:
    first, second, *others = _specimens(state, between, page)
    (base, origin), (_, below) = first, second
    a, b, c, d = origin[0], origin[1], origin[2], origin[3]
    marker = state.matrix
    frame: Matrix = (a, b, c, d, marker[4], marker[5])
    local = inverse(frame)
    baseline, next_baseline = (_times(_at(m[4], m[5]), local)[5] for m in (origin, below))
    width = math.hypot(marker[0], marker[1]) * _MARKER_SIZE / math.hypot(a, b)
    height = math.hypot(marker[2], marker[3]) * _MARKER_SIZE / math.hypot(c, d)
    return Hole(
        part,
        name,
        frame,
        width,
        height,
        height - baseline,
        baseline - next_baseline,
        dict(zip(looks, [base, *(specimen for specimen, _ in others)], strict=True)),
    )


def _at(x: float, y: float) -> Matrix:
    return (1.0, 0.0, 0.0, 1.0, x, y)


def _specimens(
    outer: _State, instructions: Sequence[Any], page: pikepdf.Page
) -> Iterator[tuple[Specimen, Matrix]]:
    """The specimens drawn by these instructions, each with the matrix at its origin."""
    state = _State()
    state.matrix = outer.matrix
    state.stack = list(outer.stack)
    ink, font, size, matrix = b"0 0 0 1 k", "", 0.0, _IDENTITY
    spaces: Any = page.resources.get("/ColorSpace", {})
    space = ""
    for instruction in instructions:
        operator, operands = str(instruction.operator), instruction.operands
        state.apply(operator, operands)
        if operator == "cs":
            space = str(operands[0])
        elif operator in {"k", "rg", "g", "sc", "scn"}:
            values = [float(x) for x in operands if not isinstance(x, pikepdf.Name)]
            ink = _ink(values, spaces.get(space) if operator in {"sc", "scn"} else None)
        elif operator == "Tf":
            # Of a CFF font, the name of the whole has "-Identity-H" at its end (9.7.6.2).
            (inner,) = page.resources["/Font"][str(operands[0])]["/DescendantFonts"]
            font = str(inner["/BaseFont"]).split("+")[-1]
            size = float(operands[1])
        elif operator == "Tm":
            a, b, c, d, e, f = (float(x) for x in operands)
            matrix = _times((a, b, c, d, e, f), state.matrix)
        elif operator in {"TJ", "Tj"}:
            moved = [float(x) for x in operands[0] if not isinstance(x, pikepdf.String)] if (
                operator == "TJ") else []  # fmt: skip
            yield Specimen(font, size, -(moved[0] if moved else 0.0) / 1000, ink), matrix


def _ink(values: Sequence[float], space: Any) -> bytes:
    """Colour operators in device colours; greys become black ink alone."""
    if len(values) == 4:
        return numbers(*values) + b" k"
    if len(values) == 3:
        return numbers(*values) + b" rg"
    return b"0 0 0 %b k" % numbers(1 - values[0])


def _used(page: pikepdf.Page, instructions: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """The resources that these instructions name, by category."""
    categories = {"Tf": "/Font", "Do": "/XObject", "gs": "/ExtGState", "sh": "/Shading"}
    used: dict[str, dict[str, Any]] = {}

    def use(category: str, name: str) -> None:
        names: Any = page.resources.get(category, {})
        found = names.get(name)
        if found is not None:
            used.setdefault(category, {})[name] = found

    for instruction in instructions:
        operator, operands = str(instruction.operator), instruction.operands
        if operator in categories:
            use(categories[operator], str(operands[0]))
        elif operator in {"cs", "CS"}:
            use("/ColorSpace", str(operands[0]))
        elif operator in {"scn", "SCN"} and operands and isinstance(operands[-1], pikepdf.Name):
            use("/Pattern", str(operands[-1]))
        elif (
            operator in {"BDC", "DP"}
            and len(operands) > 1
            and isinstance(operands[1], pikepdf.Name)
        ):
            use("/Properties", str(operands[1]))
    return used


def compile_blocks(
    compiler: Typst, part: BlockPart, place: str, size: tuple[float, float],
    values: Sequence[Mapping[str, str]],
) -> pikepdf.Pdf:  # fmt: skip
    """One page of the given size (points) for each dictionary of values."""
    source = part.source.relative_to(compiler.job.folder).as_posix()
    text = (
        f'#import "/{source}": {part.function}\n'
        "#let given = json(bytes(sys.inputs.moyeora))\n"
        "#set page(width: given.size.at(0) * 1pt, height: given.size.at(1) * 1pt, margin: 0pt)\n"
        "#set text(fill: cmyk(0%, 0%, 0%, 100%))\n"
        f"#for value in given.values {{ page({part.function}(value)) }}\n"
    )
    pdf = compiler.compile(
        text.encode(),
        place,
        {"size": size, "values": [dict(value) for value in values]},
        private=True,
    )
    if len(pdf.pages) != len(values):
        raise DesignError(
            f"{len(values)} blocks took {len(pdf.pages)} pages: some do not fit their place of "
            f"{size[0] / POINTS_PER_MM:.1f} x {size[1] / POINTS_PER_MM:.1f} mm",
            place=place,
        )
    return pdf
